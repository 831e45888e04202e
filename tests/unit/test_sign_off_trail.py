"""The audit trail: a chain that nobody breaks unseen, held by one at a time, whole on a full disk."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from pipelines.sign_off_trail import open_trail
from schemas.errors import SignOffError, TemporaryError, WelfareError
from schemas.sign_off import Decision
from tests.unit.small_release import NOW, Panel, write_release


def events(path: Path) -> list[dict[str, Any]]:
    """What the trail holds, once its chain is checked."""
    with open_trail(path) as trail:
        return trail.entries


def test_the_trail_has_every_event_in_a_chain(tmp_path: Path) -> None:
    root, panel = write_release(tmp_path / "out"), Panel(tmp_path / "keys").add("ada", "ben")
    panel.vote(root, "ada", Decision.REJECT)
    panel.vote(root, "ada")
    panel.vote(root, "ben")
    record = panel.publish(root, tmp_path / "dest")
    entries = events(root / "audit-trail.jsonl")
    assert [(e["n"], e["event"], e.get("decision")) for e in entries] == [
        (1, "sign-off", "reject"), (2, "sign-off", "approve"), (3, "sign-off", "approve"), (4, "publish", None),
    ]  # fmt: skip
    assert entries[3]["publication"] == record["digest"]
    assert record["trail"] == entries[3]["previous"]


@pytest.mark.parametrize("harm", ["change", "remove", "swap", "insert", "cut"])
def test_a_trail_that_was_tampered_with_stops_everything(tmp_path: Path, harm: str) -> None:
    root, panel = write_release(tmp_path / "out"), Panel(tmp_path / "keys").add("ada", "ben", "cleo")
    for person in ("ada", "ben", "cleo"):
        panel.vote(root, person)
    path = root / "audit-trail.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    harmed = {
        "change": [lines[0].replace(b"approve", b"reject!"), *lines[1:]],
        "remove": [lines[0], lines[2]],
        "swap": [lines[1], lines[0], lines[2]],
        "insert": [lines[0], lines[0], *lines[1:]],
        "cut": [*lines[:2], lines[2][:-9]],
    }[harm]
    path.write_bytes(b"".join(harmed))
    with pytest.raises(SignOffError, match="broken at line"):
        panel.publish(root, tmp_path / "dest")
    with pytest.raises(SignOffError, match="broken at line"):
        panel.vote(root, "ada")


def test_two_sign_offs_at_once_both_stand(tmp_path: Path) -> None:
    people = [f"p{number}" for number in range(6)]
    root, panel = write_release(tmp_path / "out"), Panel(tmp_path / "keys").add(*people)
    threads = [threading.Thread(target=panel.vote, args=(root, person)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {str(e["person"]) for e in events(root / "audit-trail.jsonl")} == set(people)
    assert len(list((root / "sign-offs").iterdir())) == len(people)


def test_a_trail_that_is_held_is_a_matter_of_waiting(tmp_path: Path) -> None:
    path = tmp_path / "audit-trail.jsonl"
    with open_trail(path), pytest.raises(TemporaryError, match="under way"), open_trail(path, wait=0.1):
        pass


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_disk_that_fills_leaves_nothing_half_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    root, panel = write_release(tmp_path / "out"), Panel(tmp_path / "keys").add("ada", "ben")
    for person in ("ada", "ben"):
        panel.vote(root, person)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(TemporaryError, match="disk full"):
            panel.publish(root, tmp_path / "dest")
    assert not (tmp_path / "dest").exists()
    assert not list(tmp_path.glob(".dest*"))
    panel.publish(root, tmp_path / "dest")


def test_half_a_line_of_the_trail_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "audit-trail.jsonl"
    with open_trail(path) as trail:
        trail.append("sign-off", NOW, person="ada")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "")))
            with pytest.raises(WelfareError, match="disk full"):
                trail.append("sign-off", NOW, person="ben")
        trail.append("sign-off", NOW, person="cleo")
    assert [entry["person"] for entry in events(path)] == ["ada", "cleo"]
