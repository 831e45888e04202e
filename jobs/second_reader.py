"""The restricted side of `welfare second-read`: the drawn passages, and what a second reader said of them.

One passage of each drawn conversation is sent: the turn that the scorer is surest of, with up to two turns before it,
scrubbed. Answers lie beside the other restricted tables, encrypted, one stored table for each endpoint, model and
prompt; they age and go as readers' verdicts do, and count only as long as the text is the one that was sent.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.second_reader import parse_reply, passage_digest, prompt_version, request_body
from classifiers.turn import ModelTurn, context_of
from jobs.adjudicate import Stored, finished_run, open_stored
from jobs.answers import log_access, read_answers, write_answers
from jobs.endpoint import Endpoint
from jobs.workspace import Workspace
from pipelines.adjudicate import Seen
from pipelines.second_reader import Asked, SecondReading, drawn_flags
from schemas.errors import TemporaryError, UsageError
from schemas.labels import LABELS
from schemas.policy_file import fingerprint
from schemas.policy_second_reader import SecondReaderPolicy
from schemas.row_level import SCORED, SECOND_READ

LOG = "second_read.log"
MOST_USELESS = 10
"""Passages without a usable answer, and never one with one, after which nothing further is sent."""
MOST_FAILED = 3
"""Passages in a row that no try got a reply to, after which the endpoint is taken to be down."""
Answers = dict[tuple[str, int], dict[str, Any]]
"""Rows of SECOND_READ by conversation and turn."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A turn to ask about. labels: those that its conversation was drawn for on its account."""

    conversation: str
    user: str
    turn: int
    text: ModelTurn
    labels: tuple[str, ...]

    @property
    def key(self) -> tuple[str, int]:
        """Conversation and turn."""
        return self.conversation, self.turn


@dataclass(frozen=True, slots=True)
class Desk:
    """The second reader's place at one finished run."""

    stored: Stored
    policy: SecondReaderPolicy
    endpoint: Endpoint

    @property
    def reader(self) -> str:
        """What its answers are kept under."""
        return reader_name(self.policy)


def reader_name(policy: SecondReaderPolicy) -> str:
    """Digest of endpoint, model and prompt: answers of different ones are never put together."""
    return fingerprint(policy.url, policy.model, prompt_version())


def open_desk(folder: Path, key: str) -> Desk:
    """key: of the endpoint, or "". Raises UsageError where no run has finished, its policy has no second reader or
    allows no egress, or its text is past its retention time."""
    space, record = finished_run(folder)
    asked = record.get("policies", {}).get("second_reader", {})
    policy = SecondReaderPolicy(**asked)
    endpoint = Endpoint(policy, key)
    return Desk(open_stored(space, record), policy, endpoint)


def passages(stored: Stored, sample: int) -> list[Passage]:
    """The drawn passages, in the order of the conversations' pseudonyms: labels are mixed."""
    drawn = drawn_flags(stored.seen(), sample)
    wanted: dict[str, list[str]] = {}
    people: dict[str, Seen] = {}
    for label, found in drawn.items():
        for one in found:
            wanted.setdefault(one.conversation, []).append(label)
            people[one.conversation] = one
    out = []
    for row in stored.rows(SCORED, "conversation_key", "turns", "scores"):
        key = row["conversation_key"]
        turns: dict[int, list[str]] = {}
        for label in wanted.get(key, ()):
            turns.setdefault(_surest(row["scores"], label), []).append(label)
        said = [(turn["role"], turn["text"]) for turn in row["turns"]]
        for turn, labels in turns.items():
            text = ModelTurn(context_of(said, turn), said[turn][1])
            out.append(Passage(key, people[key].user, turn, text, tuple(labels)))
    return sorted(out, key=lambda one: one.key)


def _surest(scores: Sequence[Mapping[str, Any]], label: str) -> int:
    """Index of the turn with the highest probability of those that can flag (pipelines/flag.py)."""
    said = [entry for entry in scores if entry["part"] == "said" and entry["weight"] == 1.0]
    return int(max(said, key=lambda entry: entry[f"p_{label}"])["turn"])


def read_said(space: Workspace, key: bytes, policy: SecondReaderPolicy) -> Answers:
    """What this second reader said so far; nothing where the policy does not allow one."""
    rows = read_answers(space, SECOND_READ, reader_name(policy), key) if policy.allowed else []
    return {(row["conversation_key"], row["turn"]): row for row in rows}


def said_digest(space: Workspace, key: bytes, policy: SecondReaderPolicy) -> str:
    """Digest of what the second reader said, for the run's key. Empty without any."""
    said = read_said(space, key, policy)
    return hashlib.sha256(json.dumps(sorted(said.items())).encode()).hexdigest() if said else ""


def unasked(found: Sequence[Passage], said: Answers) -> list[Passage]:
    """Those that nothing is stored of, or of another text."""
    return [one for one in found if said.get(one.key, {}).get("text") != passage_digest(one.text)]


def ask_all(desk: Desk, left: Sequence[Passage]) -> None:
    """Sends every passage of `left` once and keeps each answer as it comes. Only the lock's holder may call it.

    What brings no usable answer is kept once another passage brings one: an endpoint that gives none any more is set up
    wrongly or spent, and that is not the passages' doing. Raises UsageError then, TemporaryError where some got no
    reply. Asked again, it goes on.
    """
    said = read_said(desk.stored.space, desk.stored.key, desk.policy)
    useful = any(row["distress"] is not None for row in said.values())
    waiting: list[dict[str, Any]] = []
    failed, in_a_row = 0, 0
    for one in left:
        log_access(desk.stored.space, LOG, desk.reader, "sent")
        try:
            reply = desk.endpoint.ask(request_body(desk.policy.model, one.text, secrets.token_hex(6)))
        except TemporaryError:
            failed, in_a_row = failed + 1, in_a_row + 1
            if in_a_row >= MOST_FAILED:
                raise
            continue
        in_a_row = 0
        answer = None if reply is None else parse_reply(reply)
        waiting.append(_row(one, None if answer is None else (answer.distress, answer.joy)))
        useful = useful or answer is not None
        if len(waiting) >= MOST_USELESS and answer is None:
            useful = False
            break
        if answer is not None:
            _keep(desk, said, waiting)
    if useful:
        _keep(desk, said, waiting)
    if waiting:
        raise UsageError(
            f"the second reader gave no usable answer to {len(waiting)} passages on end, so none of these is kept."
            " Usable is a JSON object with distress and joy, each true or false. Check url and model of"
            " [second_reader], whether the endpoint still takes requests of this key, whether the model takes"
            " temperature and max_tokens, and whether it thinks at such length that no room is left for its answer."
        )
    if failed:
        raise TemporaryError(
            f"the second reader did not reply to {failed} of {len(left)} passages. Run the same command again later:"
            " the others are kept, and are not asked again."
        )


def _keep(desk: Desk, said: Answers, waiting: list[dict[str, Any]]) -> None:
    """Stores the rows that waited beside the others."""
    said |= {(row["conversation_key"], row["turn"]): row for row in waiting}
    rows = [row for _, row in sorted(said.items())]
    write_answers(desk.stored.space, SECOND_READ, desk.reader, desk.stored.key, rows)
    waiting.clear()


def _row(one: Passage, found: tuple[bool, bool] | None) -> dict[str, Any]:
    distress, joy = (None, None) if found is None else found
    return {"conversation_key": one.conversation, "user_key": one.user, "turn": one.turn, "distress": distress,
            "joy": joy, "text": passage_digest(one.text)}  # fmt: skip


def second_reading(stored: Stored, policy: SecondReaderPolicy) -> SecondReading | None:
    """What the second reader said of this run's draw so far; None where nobody was asked."""
    said = read_said(stored.space, stored.key, policy)
    if not said:
        return None
    found = passages(stored, policy.sample)
    left = {one.key for one in unasked(found, said)}
    names = [str(label) for label in LABELS]
    of = {label: [one for one in found if label in one.labels] for label in names}
    return SecondReading(
        {label: len(drawn) for label, drawn in of.items()},
        {
            label: tuple(Asked(one.user, said[one.key][label]) for one in drawn if one.key not in left)
            for label, drawn in of.items()
        },
    )
