"""Exact bytes: whatever changes after signing or publishing is caught and named."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.sign_off_publish import verify
from schemas.errors import SignOffError
from schemas.sign_off import Refusal
from tests.unit.small_release import NOW, Panel, write_release

LATER = NOW + timedelta(hours=2)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Panel]:
    base = tmp_path_factory.mktemp("published")
    root, panel = write_release(base / "out"), Panel(base / "keys").add("ada", "ben")
    panel.vote(root, "ada")
    panel.vote(root, "ben", ran_by="olga")
    panel.publish(root, base / "dest")
    return base / "dest", panel


@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_one_flipped_bit_is_caught(published: tuple[Path, Panel], data: st.DataObject) -> None:
    folder, panel = published
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = data.draw(st.sampled_from(files), label="file")
    whole = path.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1), label="place")
    flipped = bytearray(whole)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7), label="bit")
    path.chmod(0o600)
    path.write_bytes(flipped)
    try:
        with pytest.raises(SignOffError) as caught:
            verify(folder, panel.trust, LATER)
        assert path.relative_to(folder).as_posix() in str(caught.value)
    finally:
        path.write_bytes(whole)
    verify(folder, panel.trust, LATER)


def rewrite(folder: Path, change: dict[str, Any]) -> bytes:
    """publication.json as somebody would forge it who knows how its digest is made; returns the old bytes."""
    path = folder / "publication.json"
    old = path.read_bytes()
    record = {**json.loads(old), **change}
    del record["digest"]
    text = json.dumps(record, indent=1, sort_keys=True).encode() + b"\n"
    record["digest"] = hashlib.sha256(text).hexdigest()
    path.chmod(0o600)
    path.write_bytes(json.dumps(record, indent=1, sort_keys=True).encode() + b"\n")
    return old


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ran_by": "ada"}, Refusal.OPERATOR_DIFFERS),
        ({"published_at": "2030-01-01T00:00:00Z"}, "future"),
        ({"published_at": "2025-08-01T00:00:00Z"}, Refusal.CLOCK),
        ({"run_key": "another"}, "does not say"),
        ({"sign_offs": []}, "does not say"),
        ({"note": "It feels."}, "does not say"),
    ],
)
def test_a_forged_record_is_caught(published: tuple[Path, Panel], change: dict[str, Any], says: str) -> None:
    folder, panel = published
    old = rewrite(folder, change)
    try:
        with pytest.raises(SignOffError, match=says):
            verify(folder, panel.trust, LATER)
    finally:
        (folder / "publication.json").write_bytes(old)


def test_a_changed_report_with_a_fitting_record_and_manifest_still_fails(published: tuple[Path, Panel]) -> None:
    folder, panel = published
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    page, manifest = folder / "report.html", folder / "manifest.json"
    for path in kept:
        path.chmod(0o600)
    page.write_text("all is well")
    said = json.loads(kept[manifest])
    said["files"]["report.html"] = hashlib.sha256(page.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(said))
    files = {**json.loads(kept[folder / "publication.json"])["files"]}
    files |= {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (page, manifest)}
    rewrite(folder, {"files": files})
    try:
        with pytest.raises(SignOffError, match=r"ada.*report\.html changed"):
            verify(folder, panel.trust, LATER)
    finally:
        for path, raw in kept.items():
            path.write_bytes(raw)


def test_missing_and_added_files_are_told(published: tuple[Path, Panel]) -> None:
    folder, panel = published
    page = folder / "report.html"
    raw = page.read_bytes()
    page.unlink()
    extra = folder / "tables" / "Ada Quentin.txt"
    extra.write_text("x")
    try:
        with pytest.raises(SignOffError) as caught:
            verify(folder, panel.trust, LATER)
        assert "report.html is missing" in str(caught.value)
        assert "1 file(s) that do not belong" in str(caught.value)
        assert "Quentin" not in str(caught.value)
    finally:
        extra.unlink()
        page.write_bytes(raw)


@pytest.mark.parametrize("name", ["report.html", "summary.duckdb", "tables/released_coverage.parquet", "manifest.json"])
def test_a_byte_changed_after_signing_is_refused_with_the_file_s_name(tmp_path: Path, name: str) -> None:
    root, panel = write_release(tmp_path / "out"), Panel(tmp_path / "keys").add("ada", "ben")
    for person in ("ada", "ben"):
        panel.vote(root, person)
    path = root / "released" / name
    path.write_bytes(path.read_bytes() + b"\n")
    if name != "manifest.json":
        with pytest.raises(SignOffError, match=f"{name} changed"):
            panel.vote(root, "ada")
        manifest = root / "released" / "manifest.json"
        said = json.loads(manifest.read_bytes())
        said["files"][name] = hashlib.sha256(path.read_bytes()).hexdigest()
        manifest.write_text(json.dumps(said))
    with pytest.raises(SignOffError) as caught:
        panel.publish(root, tmp_path / "dest")
    assert Refusal.CHANGED in str(caught.value)
    assert f"{name} changed" in str(caught.value)


@pytest.mark.parametrize("name", ["../../keys/ada.key.pem", "tables/../x.json", "/etc/hosts.json", "Ada Quentin.html"])
def test_a_manifest_that_names_foreign_files_is_refused_without_naming_them(tmp_path: Path, name: str) -> None:
    root, panel = write_release(tmp_path / "out"), Panel(tmp_path / "keys").add("ada")
    manifest = root / "released" / "manifest.json"
    said = json.loads(manifest.read_bytes())
    said["files"][name] = "0" * 64
    manifest.write_text(json.dumps(said))
    with pytest.raises(SignOffError, match="damaged") as caught:
        panel.vote(root, "ada")
    assert name not in str(caught.value)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"release": "r-1"}', b"\xff\xfe"])
def test_half_a_release_folder_is_refused(tmp_path: Path, raw: bytes) -> None:
    root, panel = write_release(tmp_path / "out"), Panel(tmp_path / "keys").add("ada")
    (root / "released" / "manifest.json").write_bytes(raw)
    with pytest.raises(SignOffError, match="damaged"):
        panel.vote(root, "ada")
    (root / "released" / "manifest.json").unlink()
    with pytest.raises(SignOffError, match=r"no released/manifest\.json"):
        panel.vote(root, "ada")
    assert not (root / "sign-offs").exists()
