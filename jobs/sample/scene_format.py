"""The records of a bank file: scenes, exchanges, frames and carriers, each checked when it is read.

A *scene* is a run of turns with its planted truth. An *exchange* is a run of turns of a topic that may stand before or
behind a scene. A *frame* is a text that is put around turns (a system prompt, a bridge to another topic, a thought).
A *carrier* is a text that brings personal values into a turn. Shapes are in README.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from jobs.sample.grammar import Slot, Template, parse
from schemas.conversation import ROLES
from schemas.errors import ContractError
from schemas.labels import Affect, Label, Trigger

SURFACES = ("chat", "coding_agent")
HARD_NEGATIVES = (
    "sympathy", "fiction", "persona", "quotation", "translation", "code_comment", "service_warmth",
    "stock_apology", "bare_refusal", "emotion_talk", "hedged_nature", "reversion_loop", "capitals_emoji",
    "mild_positive", "calm_situation",
)  # fmt: skip
FRAME_KINDS = ("system", "bridge", "thinking", "ending")
_PLAIN = {"trigger": "none", "situations": [], "label": "none", "affect": 0, "hard_negative": ""}
PLACES = ("user_start", "user_end", "model_start", "model_end", "tool_end")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a scene.

    follows: its text is the one at the same place as the text drawn for the turn before, so that an answer fits its
    question. pool: pieces of which `pool_min` to `pool_max` fill `<<pool>>`, in their order, with `keep_first` always
    the first among them; or, with `repeat`, drawn again and again as the lines of a log.
    """

    role: str
    text: tuple[Template, ...]
    thinking: tuple[Template, ...] = ()
    expresses: bool = False
    follows: bool = False
    pool: tuple[Template, ...] = ()
    pool_min: int = 0
    pool_max: int = 0
    repeat: bool = False
    keep_first: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """A run of turns and what is true of it. label: distress, joy or none. An exchange is a scene with label none
    that only follows or precedes others (`exchange` is True)."""

    id: str
    trigger: str
    situations: tuple[str, ...]
    label: str
    affect: int
    hard_negative: str
    surfaces: tuple[str, ...]
    ended_by_model: bool
    turns: tuple[Turn, ...]
    topic: str
    language: str
    exchange: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """Texts of one kind around turns."""

    kind: str
    surface: str
    language: str
    text: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Carrier:
    """Texts that bring personal values to one place of a turn. Both texts of an extra exchange may be given
    instead, as `turns`."""

    place: str
    surfaces: tuple[str, ...]
    language: str
    text: tuple[Template, ...]


def _require(good: bool, where: str, rule: str) -> None:
    if not good:
        raise ContractError(f"{where}: {rule}")


def _one_of(raw: Mapping[str, Any], key: str, legal: tuple[str, ...], where: str) -> str:
    value = raw.get(key)
    _require(value in legal, where, f"`{key}` must be one of: {', '.join(legal)}.")
    return str(value)


def _texts(raw: Mapping[str, Any], key: str, where: str) -> tuple[Template, ...]:
    texts = raw.get(key, [])
    good = isinstance(texts, list) and all(isinstance(t, str) and t.strip() for t in texts)
    _require(good, where, f"`{key}` must be a list of texts that are not blank.")
    try:
        return tuple(parse(t.strip("\n")) for t in texts)
    except ContractError as error:
        raise ContractError(f"{where}, `{key}`: {error}") from None


def _keys(raw: Mapping[str, Any], needed: set[str], optional: set[str], where: str) -> None:
    missing, unknown = sorted(needed - raw.keys()), sorted(raw.keys() - needed - optional)
    _require(not missing, where, f"these keys are missing: {', '.join(missing)}.")
    _require(not unknown, where, f"these keys are not known: {', '.join(unknown)}.")


def _surfaces(raw: Mapping[str, Any], where: str) -> tuple[str, ...]:
    surfaces = tuple(raw.get("surfaces", SURFACES))
    _require(bool(surfaces) and set(surfaces) <= set(SURFACES), where, f"`surfaces` must be among {SURFACES}.")
    return surfaces


def _turn(raw: Mapping[str, Any], where: str) -> Turn:
    extra = {"thinking", "expresses", "follows", "pool", "pool_min", "pool_max", "repeat", "keep_first"}
    _keys(raw, {"role", "text"}, extra, where)
    role = _one_of(raw, "role", ROLES, where)
    text, thinking, pool = (_texts(raw, key, where) for key in ("text", "thinking", "pool"))
    _require(bool(text), where, "`text` must hold at least one text.")
    for key in ("thinking", "expresses"):
        _require(not raw.get(key) or role == "assistant", where, f"`{key}` is for assistant turns only.")
    low, high = int(raw.get("pool_min", len(pool))), int(raw.get("pool_max", len(pool)))
    repeat = bool(raw.get("repeat", False))
    fits = 0 <= low <= high and (repeat or high <= len(pool))
    _require(fits, where, "pool_min and pool_max must be in order and within the pool.")
    expresses, follows = bool(raw.get("expresses", False)), bool(raw.get("follows", False))
    return Turn(role, text, thinking, expresses, follows, pool, low, high, repeat, bool(raw.get("keep_first", False)))


def _turns(raw: Mapping[str, Any], where: str) -> tuple[Turn, ...]:
    turns = raw.get("turns")
    _require(isinstance(turns, list) and bool(turns), where, "`turns` must be a list of turns.")
    assert isinstance(turns, list)
    made = tuple(_turn(t, f"{where}, turn {i}") for i, t in enumerate(turns))
    late = any(t.role == "system" for t in made[1:])
    _require(not late, where, "a system turn must be the first one.")
    pairs = pairwise(made)
    fits = not made[0].follows and all(len(a.text) == len(b.text) for a, b in pairs if b.follows)
    _require(fits, where, "a turn with `follows` needs as many texts as the turn before it.")
    return made


def read_scene(raw: Mapping[str, Any], file: str) -> Scene:
    """One `[[scene]]`. Raises ContractError that names the file, the scene and the rule."""
    where = f"{file}, scene {raw.get('id', 'without id')}"
    _keys(raw, {"id", "surfaces", "turns"}, {*_PLAIN, "ended_by_model", "topic", "language"}, where)
    raw = {**_PLAIN, **raw}
    trigger = _one_of(raw, "trigger", tuple(Trigger), where)
    label = _one_of(raw, "label", (*Label, "none"), where)
    kind = _one_of(raw, "hard_negative", ("", *HARD_NEGATIVES), where)
    affect, situations, turns = raw["affect"], tuple(raw["situations"]), _turns(raw, where)
    _require(affect in set(Affect), where, "`affect` must be a whole number from -2 to 2.")
    _require(set(situations) <= set(Trigger), where, "`situations` must be among the triggers.")
    fits = {"distress": affect < 0, "joy": affect == Affect.STRONG_JOY, "none": affect in (0, 1)}[label]
    _require(fits, where, "`affect` does not fit `label`: distress < 0, joy = 2, none 0 or 1.")
    expresses = any(t.expresses for t in turns)
    _require(expresses == (label != "none"), where, "a turn with `expresses` belongs to label distress or joy.")
    _require(label == "none" or not kind, where, "`hard_negative` is for label none only.")
    return Scene(
        str(raw["id"]), trigger, situations, label, affect, kind, _surfaces(raw, where),
        bool(raw.get("ended_by_model", False)), turns, str(raw.get("topic", "")), str(raw.get("language", "en")),
    )  # fmt: skip


def read_exchange(raw: Mapping[str, Any], file: str) -> Scene:
    """One `[[exchange]]`: `topic` and `turns`, and if need be `situations`, `affect` (0 or 1), `surfaces`."""
    where = f"{file}, exchange of topic {raw.get('topic', 'none')}"
    _keys(raw, {"topic", "turns"}, {"situations", "affect", "surfaces", "language"}, where)
    turns, affect, situations = _turns(raw, where), raw.get("affect", 0), tuple(raw.get("situations", ()))
    _require(affect in (0, 1), where, "`affect` must be 0 or 1.")
    _require(set(situations) <= set(Trigger), where, "`situations` must be among the triggers.")
    _require(not any(t.expresses for t in turns), where, "an exchange holds no `expresses`.")
    return Scene(
        where, "none", situations, "none", affect, "", _surfaces(raw, where), False, turns, str(raw["topic"]),
        str(raw.get("language", "en")), exchange=True,
    )  # fmt: skip


def read_frame(raw: Mapping[str, Any], file: str) -> list[Frame]:
    """One `[[frame]]`, once for each of its surfaces."""
    where = f"{file}, frame {raw.get('kind', 'without kind')}"
    _keys(raw, {"kind", "text"}, {"surfaces", "language"}, where)
    kind, text = _one_of(raw, "kind", FRAME_KINDS, where), _texts(raw, "text", where)
    return [Frame(kind, s, str(raw.get("language", "en")), text) for s in _surfaces(raw, where)]


def read_carrier(raw: Mapping[str, Any], file: str) -> Carrier:
    """One `[[carrier]]`. Every text must hold a personal slot."""
    where = f"{file}, carrier {raw.get('place', 'without place')}"
    _keys(raw, {"place", "text"}, {"surfaces", "language"}, where)
    place, text = _one_of(raw, "place", PLACES, where), _texts(raw, "text", where)
    personal = all(any(s.kind == "pii" for s in t.slots) for t in text)
    _require(personal, where, "every text of a carrier must hold a <<pii_...>> slot.")
    return Carrier(place, _surfaces(raw, where), str(raw.get("language", "en")), text)


def slots_of(record: Scene | Frame | Carrier) -> list[Slot]:
    """Every slot in the record's texts."""
    if not isinstance(record, Scene):
        return [s for t in record.text for s in t.slots]
    return [s for turn in record.turns for t in (*turn.text, *turn.thinking, *turn.pool) for s in t.slots]
