"""Writes the sample trial: two releases of made-up conversations, with what is true of each beside it.

One seed gives the same conversations on every machine. Each is drawn from a sub-seed of its own, so that any number of
them streams; all that is kept is a small digest of each, which keeps them distinct.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from jobs.sample.assemble import Conversation, compose
from jobs.sample.banks import Banks, load_banks
from jobs.sample.dice import Dice, digest
from jobs.sample.people import Population, User, started_at
from jobs.sample.plan import PLANS, Kind, Plan
from jobs.sample.scene_format import Scene
from jobs.sample.typing_habits import lowers
from schemas.errors import UsageError

SEED = 20260901
_ATTEMPTS = 50
_GOLDEN = (5**0.5 - 1) / 2
"""Step of the golden-ratio sequence, which fills the unit interval evenly from any start (Weyl). The kinds of the plan
are laid out along it, so that even a small trial keeps the planned shares closely."""


def _messages(talk: Conversation, user: User) -> list[dict[str, str]]:
    lowered = user.language == "en" and lowers(user.habit)
    messages = []
    for draft in talk.drafts:
        message = {"role": draft.role, "content": talk.planted.fill(draft.text, lowered and draft.role == "user")}
        if draft.thinking:
            message["thinking"] = talk.planted.fill(draft.thinking)
        messages.append(message)
    return messages


def _truth(talk: Conversation, scene: Scene) -> dict[str, Any]:
    affect = max(talk.affects, key=lambda a: (abs(a), -a))
    courtesy = "task_success" if "task_success" in talk.situations else scene.trigger
    onset = next((i for i, d in enumerate(talk.drafts) if d.expresses), None)
    return {
        "label": [] if scene.label == "none" else [scene.label],
        "affect": affect,
        "trigger": scene.trigger if scene.label != "none" else courtesy if affect else "none",
        "situations": sorted(talk.situations),
        "onset_turn": onset,
        "hard_negative": scene.hard_negative or None,
        "language": scene.language,
        "scene": scene.id,
    }


class _Release:
    """Draws the conversations of one release, one after the other."""

    def __init__(self, plan: Plan, conversations: int, seed: int, banks: Banks) -> None:
        banks.require(plan)
        self._plan, self._count, self._seed, self._banks = plan, conversations, seed, banks
        self._kinds, self._first = plan.kinds(), Dice("kinds", seed, plan.release).unit()
        self._people = Population(list(PLANS).index(plan.release), conversations, seed)
        self._seen: set[bytes] = set()

    def one(self, index: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Conversation `index` and its truth."""
        kind: Kind = self._kinds.at((self._first + index * _GOLDEN) % 1.0)
        for attempt in range(_ATTEMPTS):
            dice = Dice("conversation", self._seed, self._plan.release, index, attempt)
            user = self._people.draw(dice, kind.language, kind.trigger)
            talk, scene, how = compose(self._plan, kind, self._banks, dice, user, self._seed)
            messages = _messages(talk, user)
            print_of = blake2b("\x1f".join(m["content"] for m in messages).encode(), digest_size=8).digest()
            if print_of not in self._seen:
                break
        self._seen.add(print_of)
        surface, ended_by = how.split("/")
        head = {
            "conversation_id": f"c_{digest(self._seed, self._plan.release, index).hex()[:16]}",
            "user_id": user.user_id,
        }
        record = {
            **head,
            "release": self._plan.release,
            "surface": surface,
            "started_at": f"{started_at(self._plan, dice, index, self._count).isoformat()}Z",
            "ended_by": ended_by,
            "messages": messages,
        }
        truth = {**head, **_truth(talk, scene), "ended_by": ended_by, "pii": talk.planted.values()}
        return record, truth


def generate(
    release: str, conversations: int, seed: int = SEED, banks: Banks | None = None
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The conversations of a release, each with its truth; see README.md for the fields.

    Raises UsageError for a release that has no plan or a count below 1, ContractError for broken banks.
    """
    if release not in PLANS:
        raise UsageError(f"No plan for this release. Known: {', '.join(PLANS)}.")
    if conversations < 1:
        raise UsageError("The number of conversations must be at least 1.")
    source = _Release(PLANS[release], conversations, seed, banks or load_banks())
    return (source.one(i) for i in range(conversations))


def write_trial(folder: Path, conversations: int = 1500, seed: int = SEED) -> dict[str, Path]:
    """Write `<release>.jsonl.gz` and `<release>.truth.jsonl` for both releases; returns the former by release.

    The text is the same on every machine; the compressed bytes are too where the zlib versions agree.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for release in PLANS:
        rows = generate(release, conversations, seed)
        written[release] = folder / f"{release}.jsonl.gz"
        with (
            written[release].open("wb") as raw,
            gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=4) as packed,
            (folder / f"{release}.truth.jsonl").open("w", encoding="utf-8", newline="\n") as truth_file,
        ):
            for record, truth in rows:
                packed.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                truth_file.write(json.dumps(truth, ensure_ascii=False, separators=(",", ":")) + "\n")
    return written
