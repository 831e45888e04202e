r"""The small grammar of the banks: text with alternations and slots.

    {a|b|c}          one branch is drawn; branches nest; a branch may be empty
    <<slot>>         a word of the slot list, the same all through one conversation; <<Slot>> with a capital initial
    <<slot~2>>       a second, different word of the same list
    <<place.river>>  a field of a record, where the list holds records
    <<k=3-40>>       a number from 3 to 40, the same all through one conversation
    <<n:3-40>>       a number, drawn afresh each time; <<hex:7>> seven hexadecimal digits, drawn afresh
    <<clock>>        a time of day that moves on by some seconds each time
    <<pii_email>>    a personal value, see `pii.py`
    <<pool>>         what the turn's `pool` gives, see `scene_format.py`

`\{ \} \|` are literal; so are a `|` outside braces and an empty pair of braces. Braces around a single branch vanish.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jobs.sample.dice import Dice
from schemas.errors import ContractError

Record = Mapping[str, str]
SlotLists = Mapping[str, Sequence[str] | Sequence[Record]]

_SLOT = re.compile(r"<<([A-Za-z][A-Za-z0-9_]*)(?:~(\d))?(?:\.([a-z][a-z0-9_]*)|([:=])(\d+)(?:-(\d+))?)?>>")
_LIKE_A_SLOT = re.compile(r"<<[^<>\s]+>>")
_EMPTY, _EMPTY_CAPITAL = "\x01", "\x02"
_SEAM_BEFORE = re.compile(r"(^|[ \n(])[\x01\x02]+ ")
_SEAM_AFTER = re.compile(r" ([\x01\x02]+)(?=[ ,.;:!?)\n]|$)")
_CAPITAL = re.compile(r"(^|[.!?:]\s+|\n)\x02 ?([a-z])")


@dataclass(frozen=True, slots=True)
class Slot:
    """One `<<...>>`. kind: word, field, number, fresh, hex, clock, pii or pool."""

    kind: str
    name: str
    which: str = ""
    field: str = ""
    low: int = 0
    high: int = 0
    capital: bool = False


class Choice(tuple["Seq", ...]):
    """The branches of one `{a|b}`."""

    __slots__ = ()


Seq = tuple["str | Choice | Slot", ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text. `slots` lists every slot in it, at any depth."""

    parts: Seq
    slots: tuple[Slot, ...]


class Filler:
    """Values of the slots of one conversation, drawn when first met."""

    __slots__ = ("_seconds", "_taken", "_words", "dice", "lists", "personal", "pool")

    def __init__(self, dice: Dice, lists: SlotLists, personal: Callable[[str, str], str]) -> None:
        self.dice, self.lists, self.personal = dice, lists, personal
        self.pool = ""
        self._seconds = dice.below(80000)
        self._words: dict[str, str | Record] = {}
        self._taken: dict[str, list[int]] = {}

    def _word(self, slot: Slot) -> str | Record:
        key = f"{slot.name}~{slot.which}={slot.low}-{slot.high}"
        if key not in self._words:
            if slot.kind == "number":
                self._words[key] = str(self.dice.between(slot.low, slot.high))
            else:
                items = self.lists[slot.name]
                taken = self._taken.setdefault(slot.name, [])
                i = self.dice.below(len(items))
                while i in taken and len(taken) < len(items):
                    i = self.dice.below(len(items))
                taken.append(i)
                self._words[key] = items[i]
        return self._words[key]

    def value(self, slot: Slot) -> str:
        """The text that stands for the slot."""
        if slot.kind == "pii":
            return self.personal(slot.name, slot.which)
        if slot.kind == "pool":
            return self.pool
        if slot.kind == "fresh":
            return str(self.dice.between(slot.low, slot.high))
        if slot.kind == "clock":
            self._seconds = (self._seconds + self.dice.between(0, 45)) % 86400
            minutes, seconds = divmod(self._seconds, 60)
            return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
        if slot.kind == "hex":
            return self.dice.chars("0123456789abcdef", slot.low)
        word = self._word(slot)
        text = word if isinstance(word, str) else word[slot.field]
        return text[:1].upper() + text[1:] if slot.capital else text


def _slot(match: re.Match[str]) -> Slot:
    name, which, field, sign, low, high = match.groups()
    plain, capital = name[:1].lower() + name[1:], name[:1].isupper()
    if sign == ":":
        return Slot("hex" if plain == "hex" else "fresh", plain, low=int(low), high=int(high or low))
    if sign == "=":
        return Slot("number", plain, which or "", low=int(low), high=int(high or low))
    if plain in ("pool", "clock"):
        return Slot(plain, plain)
    if plain.startswith("pii_"):
        return Slot("pii", plain, which or "")
    return Slot("field" if field else "word", plain, which or "", field or "", capital=capital)


class _Parser:
    def __init__(self, source: str) -> None:
        self.source, self.at, self.slots = source, 0, list[Slot]()

    def sequence(self, depth: int) -> list[str | Choice | Slot]:
        parts: list[str | Choice | Slot] = []
        literal: list[str] = []
        while self.at < len(self.source):
            c = self.source[self.at]
            if depth and c in "|}":
                break
            if c == "\\" and self.source[self.at + 1 : self.at + 2] in ("{", "}", "|"):
                literal.append(self.source[self.at + 1])
                self.at += 2
                continue
            match = _SLOT.match(self.source, self.at) if c == "<" else None
            if c == "<" and match is None and _LIKE_A_SLOT.match(self.source, self.at):
                raise ContractError("A <<...>> that is no slot. The forms of slots stand in jobs/sample/grammar.py.")
            if match is None and c not in "{}":
                literal.append(c)
                self.at += 1
                continue
            if c == "}":
                raise ContractError("A '}' without its '{'. Write \\} for a literal brace.")
            if literal:
                parts.append("".join(literal))
                literal = []
            if match is not None:
                parts.append(_slot(match))
                self.slots.append(parts[-1])  # type: ignore[arg-type]
                self.at = match.end()
            else:
                parts.extend(self.group(depth))
        if literal:
            parts.append("".join(literal))
        return parts

    def group(self, depth: int) -> list[str | Choice | Slot]:
        branches = []
        while True:
            self.at += 1
            branches.append(tuple(self.sequence(depth + 1)))
            if self.at >= len(self.source):
                raise ContractError("A '{' without its '}'. Write \\{ for a literal brace.")
            if self.source[self.at] == "}":
                break
        self.at += 1
        if len(branches) == 1:
            return list(branches[0]) or ["{}"]
        # An empty branch leaves a mark, so that `expand` can close the seam and move the capital on.
        mark = _EMPTY_CAPITAL if any(map(_starts_with_capital, branches)) else _EMPTY
        return [Choice(branch or (mark,) for branch in branches)]


def parse(source: str) -> Template:
    """Read one text of a bank. Raises ContractError where braces do not balance."""
    parser = _Parser(source)
    parts = tuple(parser.sequence(0))
    return Template(parts, tuple(parser.slots))


def _starts_with_capital(branch: Seq) -> bool:
    if not branch:
        return False
    first = branch[0]
    return first.capital if isinstance(first, Slot) else isinstance(first, str) and first[:1].isupper()


def _emit(parts: Seq, filler: Filler, out: list[str]) -> None:
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Slot):
            out.append(filler.value(part))
        else:
            _emit(part[filler.dice.below(len(part))], filler, out)


def expand(template: Template, filler: Filler) -> str:
    """One surface form. Spaces around an empty branch close up, and a sentence whose opening word was left out
    ("{Well, |}the...") gets its capital."""
    out: list[str] = []
    _emit(template.parts, filler, out)
    text = "".join(out)
    if _EMPTY not in text and _EMPTY_CAPITAL not in text:
        return text
    if _EMPTY_CAPITAL in text:
        text = _CAPITAL.sub(lambda m: m[1] + m[2].upper(), text)
    text = _SEAM_BEFORE.sub(r"\1", text)
    text = _SEAM_AFTER.sub("", text)
    return text.replace(_EMPTY, "").replace(_EMPTY_CAPITAL, "")
