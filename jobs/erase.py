"""Takes one user's rows out of every restricted table of an output folder, and sees that no rerun brings them back."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.frames import drop_frame
from jobs.keys import Keys, has_keys, open_keys
from jobs.purge import releases
from jobs.run_record import RUN
from jobs.tables import MANIFEST, read_part, write_part
from jobs.tombstones import add_tombstone, read_tombstones
from jobs.workspace import Workspace, locked, read_json, write_text
from pipelines.pseudonym import pseudonym
from schemas.errors import UsageError
from schemas.policy import ReadPolicy
from schemas.row_level import CLUSTERED, ROW_LEVEL

if TYPE_CHECKING:
    import pyarrow as pa

_USER = "user_key"


@dataclass(frozen=True, slots=True)
class Erased:
    """rows: removed rows by table. known: False where no stored table held the user."""

    release: str
    rows: dict[str, int]

    @property
    def known(self) -> bool:
        """True where a stored table held the user."""
        return bool(self.rows)


def erase(root: Path, user_id: str) -> list[Erased]:
    """Removes the rows of the user with the input's id `user_id`, release by release.

    The user's pseudonym goes to the tombstones first, so that a rerun over the raw input leaves the user out even if
    this is cut short. What was counted over users (cluster terms) is removed where the user is part of it, and made
    anew by the next run. Raises UsageError where a release's keys are gone: then nobody can tell whose row is whose.
    """
    value = user_id.strip()
    spaces = releases(root)
    if not value or all(value.lower() in _anonymous(space) for space in spaces):
        raise UsageError(
            "that id stands for no user at all, so there is nobody to erase: rows of such an id count as a unit each."
            " Give the user's id as it stands in the transcripts (`user_id`), not a pseudonym."
        )
    with locked(spaces[0]):
        opened = [(space, _keys(space)) for space in spaces]
        return [_erase(space, keys, value) for space, keys in opened]


def _anonymous(space: Workspace) -> tuple[str, ...]:
    """Ids that mean that there is no user, by the policy of the run; the default where no run has finished."""
    try:
        record = json.loads((space.restricted / RUN).read_text(encoding="utf-8"))
        return tuple(str(one) for one in record["policies"]["read"]["anonymous_ids"])
    except (OSError, ValueError, KeyError, TypeError):
        return ReadPolicy().anonymous_ids


def _keys(space: Workspace) -> Keys:
    """The keys, never made anew: new ones would find nobody and look as if it had worked."""
    if not has_keys(space.keys):
        raise UsageError(
            f"release {space.release}: this user can no longer be found, for the keys are gone (the trial is closed)."
            " Tables that are still there cannot be read by anybody; `welfare purge` removes them. A new run over the"
            " raw input would bring the user back: take the user out of the input."
        )
    return open_keys(space.keys)


def _erase(space: Workspace, keys: Keys, value: str) -> Erased:
    user = pseudonym(keys.pseudonym, "user", value)
    if user not in read_tombstones(space.restricted):
        add_tombstone(space.restricted, user)
        (space.restricted / "tombstones.jsonl").chmod(0o600)
    rows: Counter[str] = Counter()
    for table in ROW_LEVEL:
        for folder in sorted((space.restricted / table.name).glob("*")):
            rows[table.name] += _erase_from(folder, user, keys.table)
    if any(rows.values()) or not any((space.restricted / CLUSTERED.name).glob("*")):
        drop_frame(space)  # without the rows nobody can tell whether the user is part of it
    return Erased(space.release, {name: count for name, count in rows.items() if count})


def _erase_from(folder: Path, user: str, key: bytes) -> int:
    """Rewrites the parts of one stored table; the number of rows that went. Its age for retention stays as it is."""
    import pyarrow.compute as pc

    for draft in folder.glob("*.draft"):
        draft.unlink()
    parts = sorted(folder.glob("part-*.parquet"))
    holds = {path: _count(read_part(path, key), user) for path in parts}
    newest = max((path.stat().st_mtime for path in folder.glob("*")), default=0.0)
    if any(holds.values()):
        for path in folder.glob("*.parquet"):
            if path not in holds:
                path.unlink()  # counts over users, the erased one among them
    changed = False
    for path in parts:
        note = path.with_suffix(".json")
        found = read_part(path, key)
        noted = read_json(note).get("rows") if note.exists() else None
        if holds[path] or noted != found.num_rows:  # the second: cut short between a part and its note
            kept = found.filter(pc.not_equal(found.column(_USER), user)) if holds[path] else found
            count, digest = write_part(path, kept.to_batches(), found.schema, key)
            write_text(note, json.dumps({"rows": count, "digest": digest}))
            changed = True
    if (folder / MANIFEST).exists():
        changed |= _rewrite_manifest(folder)
    if changed:
        for path in folder.glob("*"):
            os.utime(path, (newest, newest))
    return sum(holds.values())


def _count(part: pa.Table, user: str) -> int:
    import pyarrow.compute as pc

    if _USER not in part.column_names:
        return 0
    return int(pc.sum(pc.equal(part.column(_USER), user)).as_py() or 0)


def _rewrite_manifest(folder: Path) -> bool:
    """The manifest as the notes beside the parts have it; True where it changed."""
    old = read_json(folder / MANIFEST)
    notes = {name: read_json((folder / name).with_suffix(".json")) for name in old["parts"]}
    whole = hashlib.sha256("".join(str(note["digest"]) for note in notes.values()).encode()).hexdigest()
    new = {**old, "parts": {name: note["rows"] for name, note in notes.items()}, "digest": whole}
    if new != old:
        write_text(folder / MANIFEST, json.dumps(new))
    return new != old
