"""The only SparkSession builder. Cluster and executor settings stand here and nowhere else."""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.java import find_java, prepare_java
from schemas.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BATCH_ROWS = 256
"""Conversations in an Arrow batch: large enough to fill a model's batches, small enough for long conversations."""

SECRET, SECRET_FILE = "WELFARE_CLUSTER_SECRET", "WELFARE_CLUSTER_SECRET_FILE"
"""Environment variables: the secret of a cluster, or a file that holds it."""

_JVM = " ".join(
    (
        "-XX:-UsePerfData",  # no files of the JVM outside our temporary root
        "-XX:-HeapDumpOnOutOfMemoryError",  # a dump would hold text
        "-XX:ErrorFile=/dev/null",
        "-XX:-CreateCoredumpOnCrash",
    )
)


_SMALL_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Of a session in one process, where Python does the work: an optimizing compiler and a parallel collector would take
its cores. The step `start Spark` took 9 to 12 s with it and 12 to 24 s without, on two busy cores (run.log)."""


def default_master() -> str:
    """All cores of this machine; a task that fails for a passing reason is tried three times."""
    return f"local[{os.cpu_count() or 1},3]"


def _alone(master: str) -> bool:
    """True where Spark is one process here; `local-cluster[...]` starts executors of their own, as a cluster does."""
    return master == "local" or master.startswith("local[")


def settings(master: str, temporary: Path) -> dict[str, str]:
    """Spark's settings for `master`; `temporary` is this run's own folder (mode 0700), wiped at its end."""
    values = {
        "spark.master": master,
        "spark.app.name": "welfare",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.io.encryption.enabled": "true",
        "spark.local.dir": str(temporary / "spark"),
        "spark.sql.warehouse.dir": str(temporary / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        # A partition must hold the same rows on every run, so that a finished shard need not be made again.
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": "8",  # counts only; transcripts() spreads conversations by itself
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH_ROWS),
        "spark.sql.execution.pyspark.udf.hideTraceback.enabled": "true",
        "spark.python.worker.reuse": "true",
        "spark.executorEnv.PYTHONSAFEPATH": "1",
        "spark.executorEnv.TOKENIZERS_PARALLELISM": "false",
        "spark.executorEnv.OMP_NUM_THREADS": "1",
        "spark.executorEnv.HF_HUB_OFFLINE": "1",
        "spark.driver.memory": os.environ.get("WELFARE_DRIVER_MEMORY", "2g"),
        "spark.driver.extraJavaOptions": f"{_JVM} -Djava.io.tmpdir={temporary}",
    }
    if _alone(master):
        values["spark.driver.extraJavaOptions"] += f" {_SMALL_JVM}"
        values |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    else:
        values |= {
            "spark.authenticate": "true",
            "spark.network.crypto.enabled": "true",
            "spark.executor.extraJavaOptions": f"{_JVM} -Djava.io.tmpdir={temporary}",
            "spark.executorEnv.TMPDIR": str(temporary),
        }
    if master.startswith("k8s") and os.environ.get(SECRET_FILE):
        values["spark.authenticate.secret.file"] = os.environ[SECRET_FILE]  # mounted in driver and executors alike
    return values


def cluster_secret(master: str) -> str | None:
    """The secret that driver and executors share on `master`: from the environment, from a file that it names, or made
    for this run; None where there is none to give. Raises UsageError where the file holds none."""
    path = os.environ.get(SECRET_FILE)
    if _alone(master) or (path and master.startswith("k8s")):
        return None
    try:
        secret = Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(SECRET)
    except (OSError, ValueError):
        secret = ""
    if path and not secret:
        raise UsageError(f"the file that {SECRET_FILE} names cannot be read, or holds no secret. Name another one.")
    return secret or secrets.token_hex(32)


def _submit_arguments(master: str, temporary: Path) -> str:
    """Arguments of spark-submit. The secret goes by a file of mode 0600 in the run's own folder: all that is said to
    Spark by setting stands on the command line of its JVM, where everybody on the machine can read it."""
    secret = cluster_secret(master)
    if secret is None:
        return "pyspark-shell"
    path = temporary / "spark.properties"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as lines:
        lines.write("spark.authenticate.secret=" + secret.replace("\\", "\\\\") + "\n")
    return f"--properties-file {shlex.quote(str(path))} --load-spark-defaults pyspark-shell"


def build_session(master: str, temporary: Path) -> SparkSession:
    """A new SparkSession on `master`. Raises UsageError where no Java is found, or no secret in the file named."""
    os.environ["JAVA_HOME"] = str(prepare_java(find_java(), temporary))
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_DIRS"] = str(temporary / "spark")
    for name, value in (
        ("TOKENIZERS_PARALLELISM", "false"),
        ("OMP_NUM_THREADS", "1"),
        ("HF_HUB_OFFLINE", "1"),
        ("SPARK_LOCAL_IP", "127.0.0.1"),
    ):
        if name != "SPARK_LOCAL_IP" or _alone(master):
            os.environ.setdefault(name, value)
    os.environ["PYSPARK_SUBMIT_ARGS"] = _submit_arguments(master, temporary)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    for name, value in settings(master, temporary).items():
        builder = builder.config(name, value)
    with _silent_children():
        return builder.getOrCreate()


@contextlib.contextmanager
def _silent_children() -> Iterator[None]:
    """Processes started inside (the JVM, and the Python workers that it forks) have no standard error.

    Spark writes a failed task's exception there, and an exception can hold text. What we have to say of a fault comes
    through the driver's own exception, see pipelines/worker.py.
    """
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
