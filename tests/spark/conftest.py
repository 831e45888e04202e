"""One Spark session for all tests that need a JVM."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A local session on two cores, built as the job builds it."""
    from jobs.spark import build_session

    temporary: Path = tmp_path_factory.mktemp("spark")
    session = build_session("local[2,1]", temporary)
    yield session
    session.stop()


@pytest.fixture(scope="module")
def few_partitions(spark: SparkSession) -> Iterator[None]:
    """A shuffle of a small trial into two partitions."""
    before = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", "2")
    yield
    spark.conf.set("spark.sql.shuffle.partitions", str(before))
