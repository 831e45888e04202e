"""What recognisers of labelled numbers share: a value right behind its label ("order no. is 44 02 817",
`order_id": "4402817"`), near it, in a column under it, in an answer to a question for it, or said digit by digit.

Every piece of a regular expression here is bounded and passes over no digit before the value, so that the cost stays
linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from classifiers.recognizers.form import FLAGS, Form
from classifiers.recognizers.needs import Leads, before_has, every, with_digits
from classifiers.recognizers.rule import Rule
from classifiers.recognizers.spoken import AHEAD, BACK, SPOKEN, SPOKEN_ANCHOR, any_of, may_be_said, said, spoken_end
from classifiers.recognizers.traits import opened, traits_of

_FILL_TEXT = (
    "number numbers numb no nr num nbr id ids code ref is was are it's its it the my your our his her their this that "
    "that's says reads currently which full new old complete here's key value values content saved expires expired "
    "soon "
    "issued nummer numer número numero numéro num номер номера это мой моя мне ist lautet die der das mein meine mit "
    "est le la les c'est mon ma es el mi su il lo mio mia meu minha mijn moja mój to jest numaram numarası no'm "
    "var är er mitt min szám száma は の 是 号 号码 為 です 번호는 "
    "th td tr li span div strong type name text input label on"
)
# Short words that stand before a number and are no part of one.
_STOP_TEXT = (
    "is was it its it's the my no nr id so ok yes and to this that at on by of for in an we he or has had have can may "
    "got get are be been all any our you your his her him she they not now only just from with since about over under "
    "than up out off too do did does if as per who how why one two ten more less last next first each some about cost "
    "costs el la le de du da es ist am um un est une em os mit von und en si ja oui then rest sorry sure thanks al "
    "la les des del den der das die ein hat hatte ma mon mi mein con por para pour sur sous dans na do od za po "
    "exp cvv cvc via page line step part"
)
STOPS = frozenset(_STOP_TEXT.split())
LOOSE = r"(?:[^\w\n]|_)"
"""A character that is neither letter nor digit nor the end of a line."""
# Letters alone: in front of a value only where they cannot be its first one.
_LETTER = r"(?-i:[éèoea](?= [\d+(])|[bipn](?=>)|n(?=\)))"
FILL = rf"(?:{LOOSE}{{0,6}}(?:{any_of(_FILL_TEXT.split())}|{_LETTER})(?![a-z])){{0,6}}"
"""Words between a label and its value."""
GAP = rf"{LOOSE}{{0,6}}?(?:\n[ >|*\"'`-]{{0,4}})?(?<![a-z0-9])"
"""Marks, at most one line end among them, right before a value. Not after a letter or digit."""
SEPARATOR = r"(?:[-./_]|[ ]?-[ ]|[ ]{1,2})"
"""What may stand between the groups of a number. A point and a space end a sentence."""
# A vowel alone is a word.
_SINGLE = "[B-DF-HJ-NP-TV-XZ]"
_GROUP = r"(?=[A-Z]{0,9}\d)[A-Z0-9]{1,24}"
SINGLES = rf"[A-Z0-9](?:{SEPARATOR}[A-Z0-9](?![A-Z0-9'’])){{4,40}}+"
_TAIL = (
    r"(?:[-/][A-Z]{1,4}(?![A-Z0-9])|\.(?-i:[A-Z]{1,3})(?!\w)|[ ](?-i:(?!IS|MY|IN|ON|AT|TO|OF|IT|NO|OK|SO|OR|"
    r"BY)[A-Z]{2})(?![\w'’]))?(?:\(\d\))?(?![A-Z0-9])"
)
_STOPPED = (
    rf"(?!(?:{any_of(word for word in STOPS if len(word) > 2)}|"
    rf"(?-i:{any_of(word for word in STOPS if len(word) < 3)}))(?![a-z]))"
)
_PREFIX = rf"{_STOPPED}(?:[A-Z]{{1,3}}|(?-i:[A-Z]{{1,6}})){SEPARATOR}"
_MIDDLE = rf"(?:{SEPARATOR}(?:{_GROUP}|{_SINGLE}(?![A-Z0-9'’]))|[-./_][A-Z]{{1,6}}(?=[-./_][A-Z]{{0,6}}\d))"
CODE = (
    rf"(?:{SINGLES}{_TAIL}|(?:{_PREFIX}){{0,4}}?{_GROUP}"
    rf"{_MIDDLE}{{0,9}}+{_TAIL})"
)
"""Letters and digits in groups, all but the first few with a digit. Never ends within a word."""
_BEGIN = r"(?<![\w+$€£%])(?<!\d[.-])(?<!\d\.\d)"
_HEAD = rf"(?:(?-i:[A-Z]{{1,6}}){SEPARATOR}){{0,2}}"
_STRICT_MIDDLE = _MIDDLE.replace(_SINGLE, f"(?-i:{_SINGLE})")
STRICT_CODE = rf"{_BEGIN}(?:{SINGLES}{_TAIL}|{_HEAD}{_GROUP}{_STRICT_MIDDLE}{{0,9}}+{_TAIL})"
"""The same where no label stands right before it: words in front must be capitals."""
STRICT_ANCHOR = rf"{_BEGIN}(?:[A-Z0-9]{SEPARATOR}[A-Z0-9](?![A-Z0-9])|{_HEAD}[A-Z]{{0,9}}\d)"
"""Where a strict code can begin."""
PART = (
    r"(?<![\w+$€£%])(?<!\d[:.,])[A-Z0-9]{1,12}(?:[-./ ]{1,3}[A-Z]{0,4}\d[A-Z0-9]{0,11}|"
    r"[-./ ][A-Z](?![\w'’])){0,6}(?![\w%]|:\d|[.,]\d| ?[ap]m\b|[ ]?[°€£$])"
)
"""What may be the answer to a question, or the second half of a number."""
_AHEAD = 460
_COUNT = re.compile(r"\d{1,5} ?(?:s|st|nd|rd|th|k|kg|km|m|cm|mm|gb|mb|h|hrs?|min)\b.*", FLAGS)
_LAST = re.compile(
    r"[\s.,!?;)\"'*>-]*(?:$|\n|thats|that's|that is|thanks|thank|please|pls|i think|ok|and that|danke|merci|gracias)",
    FLAGS,
)
# A word in front of a value, not one that a mark joins to it.
_WORD = re.compile(r"([^\W\d_]+)[^\w/-]+")


def label_words(words: Iterable[str]) -> str:
    """An expression for labels, as `Leads` reads them."""
    low = {word.lower() for word in words}
    latin = [word for word in low if max(word) <= "\u024f"]
    other = sorted(low.difference(latin), key=lambda word: (-len(word), word))
    joined = any_of(word for word in latin if word.count(" ") < 2).replace(r"\ ", "[ _-]?")
    apart = any_of(word for word in latin if word.count(" ") > 1).replace(r"\ ", "[ _-]")
    both = f"{apart}|{joined}" if apart else joined
    whole = rf"(?<![^\W\d_])(?:{both})(?:{'|'.join(Leads.ENDINGS[1:])})?(?:'s)?(?![^\W\d_])"
    return "|".join((whole, *(re.escape(word).replace(r"\ ", "[ _-]") for word in other)))


def told(label: str, value: str = CODE, fill: str = FILL) -> str:
    """A label, given as an alternation, then words of filling, then a value as the group `pii`."""
    return rf"(?:{label}){fill}{GAP}(?P<pii>{value})"


class LabelledRule(Rule):
    """A recogniser of numbers that are known by their labels. `labelled` makes its forms: "told" right behind a label,
    "loose" with CONTEXT near, "part" in an answer, "spoken".

    LEAST is the number of digits below which a told value is none, FEW the same for one that is only near, or only
    asked for.
    """

    LEAST = 4
    FEW = 5

    def skip(self, value: str, match: re.Match[str], form: str) -> int:
        """Words of the sentence in front of a value are none of it."""
        if form not in ("told", "part", "loose"):
            return 0
        before = match.string[max(0, match.start() - 1) : match.start()]
        # The end of "it's" is no first letter.
        at = 2 if form != "told" and before in ("'", "’") and value[1:2] == " " and value[0] in "sS" else 0
        while True:
            word = _WORD.match(value, at)
            if word is None:
                return at
            text = word.group(1).lower()
            # A small letter alone may begin an answer ("i 4471920") but is else the first of the value.
            code = word.group(1).isupper() and (len(text) < 3 or text not in STOPS)
            small = len(text) < 3 and text not in STOPS and not (form == "part" and text in "aeiouyn")
            if (code or small) and len(text) < 7:
                return at
            at = word.end()

    def trim(self, value: str, match: re.Match[str], form: str) -> int:
        return spoken_end(value) if form == "spoken" else len(value)

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "spoken":
            return None if len(said(value, 4)) >= max(2, min(3, self.LEAST)) else 0.0
        digits = sum(map(str.isdigit, value))
        if form == "told":
            # At the end of a turn a number may go on in the next.
            return None if digits >= (min(3, self.LEAST) if match.end() == len(match.string) else self.LEAST) else 0.0
        if form in ("loose", "part") and _COUNT.fullmatch(value):
            return 0.0
        if form == "loose":
            start = match.start()
            if match.string[max(0, start - 2) : start].rstrip(",").isdigit() and match.string[start - 1 : start] == ",":
                # Behind a digit and a comma it may be the rest of a number, but not where it has a column of its own.
                head = traits_of(match.string).column_head(start)
                if not head or self.near is None or self.near.search(opened(head)) is None:
                    return 0.0
            size = sum(map(str.isalnum, value))
            mixed = (digits >= 3 and digits + 2 >= self.FEW) or (digits >= 2 and size >= 6)
            return None if digits >= self.FEW or (mixed and size > digits) else 0.0
        if form == "part":
            # A short number is an answer only where little stands before it, and still less behind a shorter one.
            short = digits > 3 or (digits > 1 and _LAST.match(match.string, match.end()) is not None)
            return None if digits >= self.FEW or (short and match.start() < 20) else 0.0
        return None


def labelled(
    labels: Iterable[str],
    context: str,
    score: float = 0.7,
    code: str = CODE,
    fill: str = FILL,
    also: Iterable[str] = (),
    stems: Iterable[str] = (),
) -> tuple[Form, ...]:
    """The four forms of a labelled number. Every text that `context` matches, its field names opened, must hold one of
    the labels, of the labels in `also`, which are for `context` alone, or of the pieces of words in `stems`."""
    words = tuple(labels)
    leads, near = Leads(words), Leads((*words, *also), stems)
    return (
        Form(
            "told",
            told(label_words(words), code, fill),
            score,
            every(with_digits, leads.here),
            "",
            4,
            _AHEAD,
            leads,
            True,
        ),
        Form("loose", STRICT_CODE, 0.2, every(with_digits, near.here_or_before), STRICT_ANCHOR, shared=True),
        Form(
            "part",
            PART,
            0.2,
            every(with_digits, before_has(re.compile(context, FLAGS), near)),
            r"(?<![\w+$€£%])[A-Z0-9]",
            shared=True,
            asked=True,
        ),
        Form("spoken", SPOKEN, 0.2, every(may_be_said, near.here_or_before), SPOKEN_ANCHOR, BACK, AHEAD, shared=True),
    )
