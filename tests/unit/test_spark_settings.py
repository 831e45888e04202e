"""Spark's settings on a cluster: no secret where others can read it, and nothing temporary outside the run's folder."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from jobs.spark import SECRET, SECRET_FILE, _submit_arguments, cluster_secret, settings
from schemas.errors import UsageError

CLUSTER, WORD = "spark://driver.invalid:7077", "the-secret-of-this-cluster"


@pytest.fixture(autouse=True)
def no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (SECRET, SECRET_FILE):
        monkeypatch.delenv(name, raising=False)


def test_the_secret_is_in_no_setting_and_no_argument_and_its_file_is_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET, WORD)
    said = _submit_arguments(CLUSTER, tmp_path)
    assert WORD not in said + str(settings(CLUSTER, tmp_path))
    held = tmp_path / "spark.properties"
    assert held.read_text() == f"spark.authenticate.secret={WORD}\n"
    assert stat.S_IMODE(held.stat().st_mode) == 0o600
    assert str(held) in said


def test_a_secret_comes_from_a_file_too_and_is_else_made_for_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {cluster_secret(CLUSTER) for _ in range(3)}
    assert len(made) == 3 and all(len(str(one)) == 64 for one in made)
    (tmp_path / "secret").write_text(WORD + "\n")
    monkeypatch.setenv(SECRET_FILE, str(tmp_path / "secret"))
    assert cluster_secret(CLUSTER) == WORD
    kubernetes = settings("k8s://https://cluster.invalid", tmp_path)
    assert kubernetes["spark.authenticate.secret.file"] == str(tmp_path / "secret")
    assert cluster_secret("k8s://https://cluster.invalid") is None
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(UsageError, match=SECRET_FILE):
        cluster_secret(CLUSTER)


def test_executors_keep_temporary_files_in_the_folder_that_is_wiped(tmp_path: Path) -> None:
    found = settings(CLUSTER, tmp_path)
    assert found["spark.executorEnv.TMPDIR"] == str(tmp_path)
    assert f"-Djava.io.tmpdir={tmp_path}" in found["spark.executor.extraJavaOptions"]
    assert found["spark.local.dir"].startswith(str(tmp_path))
    assert found["spark.authenticate"] == found["spark.network.crypto.enabled"] == "true"


def test_on_one_machine_there_is_no_secret_to_keep(tmp_path: Path) -> None:
    assert _submit_arguments("local[2]", tmp_path) == "pyspark-shell"
    assert not list(tmp_path.iterdir())
