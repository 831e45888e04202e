"""The restricted side of `welfare adjudicate`: what was stored of a run, the draw, and what readers said of it.

Text of the drawn conversations goes to the reader's terminal only. Verdicts lie beside the other restricted tables,
encrypted, one stored table a reader; they age from the first one on, and `welfare purge` removes them with the rest. A
verdict counts only as long as the text is the one that was read.
"""

from __future__ import annotations

import hashlib
import json
import resource
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.answers import log_access, read_answers, write_answers
from jobs.keys import Keys, open_keys
from jobs.purge import releases, retention_days
from jobs.releases import name_in
from jobs.run_record import RUN
from jobs.tables import find_table, read_part
from jobs.workspace import Workspace, read_json
from pipelines.adjudicate import Adjudication, Seen, Verdict, Verdicts, adjudicated, bounded, draw
from schemas.errors import UsageError
from schemas.labels import LABELS
from schemas.policy import AdjudicatePolicy, DisclosurePolicy
from schemas.row_level import ADJUDICATED, FLAGGED, SCORED
from schemas.table import Table
from schemas.thresholds import Thresholds

NAMES = tuple(str(label) for label in LABELS)
LOG = "adjudicated.log"
_DAY = 86_400
Turns = list[tuple[str, str, bool]]
"""(role, scrubbed text, generated) of a conversation."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a finished run left: where its tables lie, and the thresholds by which it flagged."""

    space: Workspace
    key: bytes
    tables: Mapping[str, str]
    thresholds: Thresholds
    most: int

    def rows(self, table: Table, *columns: str) -> Iterator[dict[str, Any]]:
        """Rows of a table, part by part. UsageError where it is not the run's any more."""
        folder = self.space.restricted / table.name / self.tables.get(table.name, "")
        stored = find_table(folder) if table.name in self.tables else None
        if stored is None:
            raise UsageError(f"the table {table.name} of the last finished run is gone. Run the job again first.")
        for name in stored.parts:
            yield from read_part(folder / name, self.key).select(list(columns)).to_pylist()

    def seen(self) -> list[Seen]:
        """Every scored conversation that counts, without text."""
        rows = self.rows(FLAGGED, "conversation_key", "user_key", "language", "not_scored", *NAMES)
        found = (
            Seen(
                row["conversation_key"], row["user_key"], row["distress"]["flagged"], row["joy"]["flagged"],
                max(row[name]["peak"] / self.thresholds.of(row["language"])[name] for name in NAMES),
            )
            for row in rows
            if not row["not_scored"]
        )  # fmt: skip
        return bounded(found, self.most)

    def texts(self, keys: Iterable[str]) -> dict[str, Turns]:
        """The turns of these conversations."""
        wanted = frozenset(keys)
        return {
            row["conversation_key"]: [(turn["role"], turn["text"], turn["generated"]) for turn in row["turns"]]
            for row in self.rows(SCORED, "conversation_key", "turns")
            if row["conversation_key"] in wanted
        }


def text_digest(turns: Turns) -> str:
    """16 hex digits of what a reader is shown."""
    return hashlib.sha256(json.dumps(turns).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Session:
    """One reader's access to one finished run."""

    stored: Stored
    policy: AdjudicatePolicy
    reader: str

    def sample(self) -> tuple[dict[str, Seen], dict[str, Turns]]:
        """The drawn conversations and their texts, strata mixed so that none tells what is flagged."""
        everything = {one.conversation: one for one in self.stored.seen()}
        keys = [key for drawn in draw(everything.values(), self.policy.sample).values() for key in drawn]
        return {key: everything[key] for key in sorted(keys)}, self.stored.texts(keys)


def finished_run(folder: Path) -> tuple[Workspace, dict[str, Any]]:
    """The restricted side and the record of the finished run whose release stands in `folder`/released.

    UsageError where there is none.

    No core dumps from here on.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    found = releases(folder)
    last = name_in(folder / "released")
    if last is not None:
        found = [space for space in found if space.release == last]
    if len(found) != 1 or not (found[0].restricted / RUN).exists():
        raise UsageError("no finished run of one release is in this folder. Run the job there first.")
    return found[0], read_json(found[0].restricted / RUN)


def open_stored(space: Workspace, record: Mapping[str, Any]) -> Stored:
    """What a finished run left. Raises UsageError where its text is past its retention time."""
    if time.time() - (space.restricted / RUN).stat().st_mtime > retention_days(space) * _DAY:
        raise UsageError("the text of this run is past its retention time. `welfare purge --expired` removes it.")
    most = int(record.get("policies", {}).get("disclosure", {}).get("max_conversations_per_user", 0))
    keys = open_keys(space.keys)
    return Stored(space, keys.table, record.get("tables", {}), Thresholds.read(record.get("thresholds", {})), most)


def open_session(folder: Path, reader: str) -> Session:
    """Raises UsageError where no run has finished, its policy does not let `reader` read, or its text is past its
    retention time."""
    space, record = finished_run(folder)
    asked = record.get("policies", {}).get("adjudicate", {})
    policy = AdjudicatePolicy(tuple(asked.get("readers", ())), int(asked.get("sample", AdjudicatePolicy().sample)))
    if reader not in policy.readers:
        raise UsageError(
            "the policy of this run does not let that reader read. Name the reader in [adjudicate] readers of the"
            " policy file and run the job again; whoever answers for the trial's privacy decides that."
        )
    return Session(open_stored(space, record), policy, reader)


def read_verdicts(space: Workspace, key: bytes, readers: Sequence[str]) -> Verdicts:
    """What these readers said so far. Raises UsageError where a stored table of verdicts cannot be read."""
    rows = {reader: read_answers(space, ADJUDICATED, reader, key) for reader in readers}
    return {
        reader: {row["conversation_key"]: Verdict(row["distress"], row["joy"], row["text"]) for row in said}
        for reader, said in rows.items()
        if said
    }


def digest_of(space: Workspace, keys: Keys, policy: AdjudicatePolicy) -> str:
    """Digest of what readers said, for the run's key: a run after new verdicts is no repetition. Empty without any."""
    said = read_verdicts(space, keys.table, policy.readers)
    plain = {reader: sorted((k, str(v.distress), str(v.joy), v.text) for k, v in one.items()) for reader, one in
             said.items()}  # fmt: skip
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest() if plain else ""


def keep(session: Session, one: Seen, verdict: Verdict) -> None:
    """Adds one verdict to the reader's stored table, whose age stays that of the first."""
    space, key = session.stored.space, session.stored.key
    rows = read_answers(space, ADJUDICATED, session.reader, key)
    row = {"conversation_key": one.conversation, "user_key": one.user, "distress": verdict.distress,
           "joy": verdict.joy, "text": verdict.text}  # fmt: skip
    rows = [other for other in rows if other["conversation_key"] != one.conversation] + [row]
    write_answers(space, ADJUDICATED, session.reader, key, rows)


def log(session: Session, what: str) -> None:
    """Notes on the restricted side who read when, without saying what."""
    log_access(session.stored.space, LOG, session.reader, what)


def still_valid(verdicts: Verdicts, texts: Mapping[str, Turns]) -> Verdicts:
    """The verdicts on conversations whose text is the one that was read."""
    digests = {key: text_digest(turns) for key, turns in texts.items()}
    return {
        reader: {key: one for key, one in said.items() if digests.get(key) == one.text}
        for reader, said in verdicts.items()
    }


def found_by_readers(stored: Stored, policy: AdjudicatePolicy) -> Adjudication | None:
    """What readers found so far in the run's sample; None where nobody has read."""
    verdicts = read_verdicts(stored.space, stored.key, policy.readers)
    if not verdicts:
        return None
    texts = stored.texts(key for said in verdicts.values() for key in said)
    return adjudicated(stored.seen(), still_valid(verdicts, texts), policy.sample, NAMES)


def outcome(stored: Stored, policy: AdjudicatePolicy, said: dict[str, Any]) -> Adjudication | None:
    """What the rates rest on: None where nobody has read, or too little of the draw was read. Notes which in `said`."""
    found = found_by_readers(stored, policy)
    if found is None:
        return None
    said |= {"read": len(found.read), "drawn": sum(found.drawn.values()), "rates_by_readers": found.complete}
    return found if found.complete else None


def stored_by(
    space: Workspace, key: bytes, tables: Mapping[str, str], thresholds: Thresholds, policy: DisclosurePolicy
) -> Stored:
    """What a run that is going on has stored so far."""
    return Stored(space, key, tables, thresholds, policy.max_conversations_per_user)
