"""The restricted side of `welfare adjudicate`: what was stored of a run, the draw, and what readers said of it.

Text of the drawn conversations goes to the reader's terminal only. Verdicts lie beside the other
restricted tables, encrypted, one stored table a reader; `welfare purge` removes them with the rest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from jobs.keys import Keys, open_keys
from jobs.run_record import RUN
from jobs.tables import MANIFEST, find_table, part_name, read_part, write_part
from jobs.workspace import Workspace, read_json, write_text
from pipelines.adjudicate import Adjudication, Seen, Verdict, Verdicts, adjudicated, draw
from schemas.errors import UsageError
from schemas.labels import LABELS
from schemas.policy import AdjudicatePolicy
from schemas.row_level import ADJUDICATED, FLAGGED, SCORED
from schemas.table import Table


@dataclass(frozen=True, slots=True)
class Session:
    """One reader's access to one finished run."""

    space: Workspace
    keys: Keys
    policy: AdjudicatePolicy
    thresholds: Mapping[str, float]
    reader: str


def open_session(space: Workspace, reader: str) -> Session:
    """Raises UsageError where no run has finished, or its policy does not let `reader` read."""
    if not (space.restricted / RUN).exists():
        raise UsageError("no finished run is in this folder. Run the job first, with [adjudicate] in its policy.")
    record = read_json(space.restricted / RUN)
    found = record.get("policies", {}).get("adjudicate", {})
    policy = AdjudicatePolicy(tuple(found.get("readers", ())), int(found.get("sample", AdjudicatePolicy().sample)))
    if reader not in policy.readers:
        raise UsageError(
            "the policy of this run does not let that reader read. Name the reader in [adjudicate] readers of the"
            " policy file and run the job again; whoever answers for the trial's privacy decides that."
        )
    return Session(space, open_keys(space.keys), policy, record["thresholds"], reader)


def _stored_rows(space: Workspace, table: Table, key: bytes, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Rows of the table as the last run left it, part by part. UsageError where it is gone."""
    folders = [path for path in (space.restricted / table.name).glob("*") if find_table(path) is not None]
    if len(folders) != 1:
        raise UsageError(f"the table {table.name} of the run is not there, or was purged. Run the job again first.")
    stored = find_table(folders[0])
    for name in stored.parts if stored else ():
        yield from read_part(folders[0] / name, key).select(list(columns)).to_pylist()


def seen(space: Workspace, key: bytes, thresholds: Mapping[str, float]) -> list[Seen]:
    """Every scored conversation of the run, without text."""
    columns = ("conversation_key", "user_key", "not_scored", *map(str, LABELS))
    return [
        Seen(
            row["conversation_key"],
            row["user_key"],
            row["distress"]["flagged"],
            row["joy"]["flagged"],
            max(row[label]["peak"] / thresholds[label] for label in map(str, LABELS)),
        )
        for row in _stored_rows(space, FLAGGED, key, columns)
        if not row["not_scored"]
    ]


def read_verdicts(space: Workspace, key: bytes) -> Verdicts:
    """What every reader said so far."""
    found: dict[str, dict[str, Verdict]] = {}
    for path in sorted((space.restricted / ADJUDICATED.name).glob("*/" + part_name(0))):
        rows = read_part(path, key).to_pylist()
        found[path.parent.name] = {row["conversation_key"]: Verdict(row["distress"], row["joy"]) for row in rows}
    return found


def digest_of(verdicts: Verdicts) -> str:
    """Digest of what readers said, for the run's key: a run after new verdicts is no repetition."""
    plain = {
        reader: sorted((key, one.distress, one.joy) for key, one in said.items()) for reader, said in verdicts.items()
    }
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest() if plain else ""


def to_read(session: Session) -> list[Seen]:
    """The drawn conversations on which the reader has not spoken, strata mixed so that none tells what is flagged."""
    everything = {one.conversation: one for one in seen(session.space, session.keys.table, session.thresholds)}
    said = read_verdicts(session.space, session.keys.table).get(session.reader, {})
    drawn = [key for keys in draw(everything.values(), session.policy.sample).values() for key in keys]
    return [everything[key] for key in sorted(drawn) if key not in said]


def conversations(session: Session, keys: Iterable[str]) -> dict[str, list[tuple[str, str, bool]]]:
    """(role, scrubbed text, generated) of the turns of these conversations."""
    wanted = frozenset(keys)
    return {
        row["conversation_key"]: [(turn["role"], turn["text"], turn["generated"]) for turn in row["turns"]]
        for row in _stored_rows(session.space, SCORED, session.keys.table, ("conversation_key", "turns"))
        if row["conversation_key"] in wanted
    }


def keep(session: Session, one: Seen, verdict: Verdict) -> None:
    """Adds one verdict to the reader's stored table."""
    folder = session.space.restricted / ADJUDICATED.name / session.reader
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / part_name(0)
    rows = read_part(path, session.keys.table).to_pylist() if path.exists() else []
    row = {
        "conversation_key": one.conversation, "user_key": one.user, "distress": verdict.distress, "joy": verdict.joy,
    }  # fmt: skip
    rows = [other for other in rows if other["conversation_key"] != one.conversation] + [row]
    batch = pa.RecordBatch.from_pylist(rows, schema=ADJUDICATED.arrow)
    count, digest = write_part(path, [batch], ADJUDICATED.arrow, session.keys.table)
    write_text(path.with_suffix(".json"), json.dumps({"rows": count, "digest": digest}))
    whole = hashlib.sha256(digest.encode()).hexdigest()
    write_text(folder / MANIFEST, json.dumps({"table": ADJUDICATED.name, "parts": {path.name: count}, "digest": whole}))


def outcome(
    space: Workspace, key: bytes, thresholds: Mapping[str, float], policy: AdjudicatePolicy
) -> Adjudication | None:
    """What readers found, None where nobody has read or too little of the draw was read."""
    verdicts = read_verdicts(space, key) if policy.readers else {}
    if not verdicts:
        return None
    found = adjudicated(seen(space, key, thresholds), verdicts, policy.sample, [str(label) for label in LABELS])
    return found if found.complete else None


def restricted_side(folder: Path) -> Workspace:
    """The one release of an output folder. UsageError where there is none."""
    from jobs.purge import releases

    found = releases(folder)
    if len(found) != 1:
        raise UsageError("the folder holds the restricted side of several releases. Name the folder of one.")
    return found[0]
