"""The only SparkSession builder. Cluster and executor settings stand here and nowhere else."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.java import find_java, prepare_java

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BATCH_ROWS = 256
"""Conversations in an Arrow batch: large enough to fill a model's batches, small enough for long conversations."""

_JVM = " ".join(
    (
        "-XX:-UsePerfData",  # no files of the JVM outside our temporary root
        "-XX:-HeapDumpOnOutOfMemoryError",  # a dump would hold text
        "-XX:ErrorFile=/dev/null",
        "-XX:-CreateCoredumpOnCrash",
    )
)


def default_master() -> str:
    """All cores of this machine; a task that fails for a passing reason is tried three times."""
    return f"local[{os.cpu_count() or 1},3]"


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
    if master.startswith("local"):
        values |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    else:
        values |= {
            "spark.authenticate": "true",
            "spark.authenticate.secret": os.environ.get("WELFARE_CLUSTER_SECRET") or secrets.token_hex(32),
            "spark.network.crypto.enabled": "true",
            "spark.executor.extraJavaOptions": _JVM,
        }
    return values


def build_session(master: str, temporary: Path) -> SparkSession:
    """A new SparkSession on `master`. Raises UsageError where no Java is found."""
    os.environ["JAVA_HOME"] = str(prepare_java(find_java(), temporary))
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_DIRS"] = str(temporary / "spark")
    for name, value in (
        ("TOKENIZERS_PARALLELISM", "false"),
        ("OMP_NUM_THREADS", "1"),
        ("HF_HUB_OFFLINE", "1"),
        ("SPARK_LOCAL_IP", "127.0.0.1"),
    ):
        if name != "SPARK_LOCAL_IP" or master.startswith("local"):
            os.environ.setdefault(name, value)
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
