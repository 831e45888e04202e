"""Two releases in one output folder: the first is kept whole, and both stand in one catalogue."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import SmallRun, welfare


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_release_keeps_the_first_and_both_can_be_asked(
    small_input: Path, small_run: SmallRun, tmp_path: Path
) -> None:
    out = small_run.copy(tmp_path / "out")
    welfare("sample", tmp_path, "--conversations", 120)
    runs = {
        "sample-1": ("run", small_input, "--release", "sample-1", "--out", out),
        "sample-2": ("run", tmp_path / "sample-2.jsonl.gz", "--release", "sample-2", "--out", out,
                     "--baseline", out / "releases" / "sample-1"),
    }  # fmt: skip
    first = bytes_of(out / "released")
    welfare(*runs["sample-2"])
    assert bytes_of(out / "releases" / "sample-1" / "released") == first
    assert sorted(path.name for path in (out / "releases").iterdir()) == ["sample-1"]
    asked = welfare("query", out, "SELECT place, release, baseline FROM trend('distress')", "--csv")
    assert asked.stdout == "place,release,baseline\n1,sample-1,\n2,sample-2,sample-1\n"
    for arguments in runs.values():
        assert welfare(*arguments, check=False).returncode == 99, "each run is known again, wherever its release stands"
    welfare("purge", out, "--yes")
    assert bytes_of(out / "releases" / "sample-1" / "released") == first
    assert "2" in welfare("query", out, "SELECT count(*) FROM v_releases").stdout
