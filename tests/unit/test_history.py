"""The history of a trial on disk: whole, or no other release; gone with the keys; without an erased user."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from jobs.erase import erase
from jobs.history import FACTS, INDEX, open_history, store_history
from jobs.keys import Keys, open_keys
from jobs.purge import purge
from jobs.tables import part_name
from jobs.workspace import Workspace, open_workspace
from pipelines.aggregate_cells import Cell
from pipelines.as_of_state import Past, State
from pipelines.pseudonym import pseudonym
from schemas.errors import DisclosureError
from schemas.policy import DisclosurePolicy
from schemas.row_level import HISTORY
from tests.privacy.trial_history import history
from tests.unit.small_restricted import NOW, age, write_restricted
from tests.unit.test_disclosure_plan import trial

TODAY = date(2026, 1, 5)
KEY = "0123456789abcdef0123456789abcdef"


def state(space: Workspace, stamp: str = "2026-01-05") -> State:
    keys = open_keys(space.keys)
    rows = [row | {"user_key": pseudonym(keys.pseudonym, "user", name)}
            for row, name in zip(trial([(3, {}, {})]), ("ada", "ben", "ben"), strict=True)]  # fmt: skip
    key = ("rates", "distress", "all", "all")
    screen = ("screen", "distress", "missed", "missed")
    row = {"release": "r-1", "label": "distress", "flagged": 20, "as_of": ""}
    return State(
        stamp, history(rows, DisclosurePolicy()), {"surface": frozenset({"chat"})}, frozenset({key}),
        frozenset({("all", "all")}), {"released_rates": [row]}, {screen: Cell(3, 2, 1)}, {"malformed_records": 20},
        {"distress": [0, 2]},
    )  # fmt: skip


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "out", "r-1")


@pytest.fixture
def keys(space: Workspace) -> Keys:
    return open_keys(space.keys)


def put(space: Workspace, run_key: str = KEY, policy: str = "floors") -> None:
    """A release in place, as far as the history asks for it."""
    space.released.mkdir(exist_ok=True)
    said = {"release": space.release, "run_key": run_key, "privacy": {"policy": policy}}
    (space.released / "manifest.json").write_text(json.dumps(said))


def test_what_is_stored_is_read_again(space: Workspace, keys: Keys) -> None:
    past = Past(stamp="2026-01-05", made=state(space))
    store_history(space, keys, past, KEY)
    put(space)
    found = open_history(space, keys, TODAY)
    assert list(found.states) == [past.made]
    assert found.stamp == "2026-01-05.2"
    assert open_history(space, keys, date(2026, 1, 6)).stamp == "2026-01-06"


def test_it_is_closed_to_others_and_encrypted(space: Workspace, keys: Keys) -> None:
    store_history(space, keys, Past(made=state(space)), KEY)
    root = space.restricted / HISTORY.name
    assert [path.stat().st_mode & 0o077 for path in (root, *root.rglob("*"))] == [0] * 7
    (folder,) = (path for path in root.iterdir() if path.is_dir())
    for name in (FACTS, part_name(0)):
        held = (folder / name).read_bytes()
        assert held[:4] == b"PARE", "Parquet with an encrypted footer"
        assert b"chat" not in held


def test_the_same_trial_again_replaces_its_last_release(space: Workspace, keys: Keys) -> None:
    first, second = state(space), state(space, "2026-01-06")
    store_history(space, keys, Past(made=first), KEY)
    store_history(space, keys, Past([first], made=second), "b" * 32)
    again = replace(second, counts={"malformed_records": 40})
    store_history(space, keys, Past([first, second], made=again, same=True), "c" * 32)
    assert list(open_history(space, keys, TODAY).states) == [first, again]
    nothing = replace(again, told=frozenset(), counts={})
    store_history(space, keys, Past([first, again], made=nothing), "d" * 32)
    assert list(open_history(space, keys, TODAY).states) == [first, again], "it took nothing anew"
    put(space, "d" * 32)
    open_history(space, keys, TODAY)


def no_folder(root: Path) -> None:
    shutil.rmtree(root)


def no_index(root: Path) -> None:
    (root / INDEX).unlink()


def broken_index(root: Path) -> None:
    (root / INDEX).write_text("{")


def no_state(root: Path) -> None:
    shutil.rmtree(next(path for path in root.iterdir() if path.is_dir()))


def damaged_part(root: Path) -> None:
    path = next(root.glob(f"*/{part_name(0)}"))
    path.write_bytes(path.read_bytes()[:-9])


def no_facts(root: Path) -> None:
    next(root.glob(f"*/{FACTS}")).unlink()


def of_another_run(root: Path) -> None:
    index = json.loads((root / INDEX).read_text())
    (root / INDEX).write_text(json.dumps(index | {"run_keys": ["f" * 32]}))


@pytest.mark.parametrize("harm", [no_folder, no_index, broken_index, no_state, damaged_part, no_facts, of_another_run])
def test_beside_a_release_without_its_history_no_other_is_made(
    space: Workspace, keys: Keys, harm: Callable[[Path], None]
) -> None:
    store_history(space, keys, Past(made=state(space)), KEY)
    put(space)
    open_history(space, keys, TODAY)
    harm(space.restricted / HISTORY.name)
    with pytest.raises(DisclosureError, match="missing, damaged or of another version"):
        open_history(space, keys, TODAY)


def test_a_release_with_noise_or_of_another_name_needs_no_history(space: Workspace, keys: Keys) -> None:
    put(space, policy="dp")
    assert not open_history(space, keys, TODAY).states
    put(space)
    other = open_workspace(space.root, "r-2")
    assert not open_history(other, open_keys(other.keys), TODAY).states


def test_what_a_killed_run_left_is_not_an_earlier_release(space: Workspace, keys: Keys) -> None:
    store_history(space, keys, Past(made=state(space)), KEY)
    (left,) = (path for path in (space.restricted / HISTORY.name).iterdir() if path.is_dir())
    shutil.copytree(left, left.with_name("000002-" + "e" * 32))
    assert len(open_history(space, keys, TODAY).states) == 1
    assert not left.with_name("000002-" + "e" * 32).exists()


def test_an_erased_user_is_gone_from_it_and_it_says_so(space: Workspace, keys: Keys) -> None:
    store_history(space, keys, Past(made=state(space)), KEY)
    (done,) = erase(space.root, "ben")
    assert done.rows == {"history": 2}
    (found,) = open_history(space, keys, TODAY).states
    assert found.units.num_rows == 1
    assert not found.whole


def test_it_outlasts_the_tables_and_goes_with_the_keys(tmp_path: Path) -> None:
    space = write_restricted(tmp_path / "out")
    store_history(space, open_keys(space.keys), Past(made=state(space)), KEY)
    root = space.restricted / HISTORY.name
    put(space)
    age(space, 20, "scrubbed", "scored", "clustered", HISTORY.name)
    (done,) = purge(space.root, expired=True, now=NOW)
    assert (done.tables, done.closed) == (3, False)
    assert len(open_history(space, open_keys(space.keys), TODAY).states) == 1
    purge(space.root, expired=False, now=NOW)
    assert not root.exists()
