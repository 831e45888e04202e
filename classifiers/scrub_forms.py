"""Gold of made-up values in every written form: which kind, hidden how, in what kind of text. Seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from classifiers.scrub_form_texts import Writer
from classifiers.scrub_form_values import FormValues

_NUMBERS = (
    "CREDIT_CARD", "PHONE_NUMBER", "IBAN_CODE", "US_SSN", "UK_NINO", "NATIONAL_ID", "PASSPORT", "DRIVER_LICENSE",
    "ACCOUNT_ID",
)  # fmt: skip
_PLACES = ("code", "json", "log", "csv", "url_query", "quoted", "markdown", "html")
_SHOWN = ("plain", "plain", "lower", "upper", "asked")
_ALL = (*_SHOWN, "zero_width", "soft_hyphen", "full_width", "styled", *_PLACES)
_SAID = ("spoken", "spoken_de", "spoken_fr", "spoken_es")
_DIGITS = ("spaced", "grouped", "dashed", "dotted", *_SAID, "split_turns", "other_digits")
_AS_IT_IS = ("lower", "upper", "styled", "full_width")
FORMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_NUMBERS, (*_ALL, *_DIGITS)),
    "IBAN_CODE": (*_ALL, *_DIGITS, "homoglyph"),
    "UK_NINO": (*_ALL, *_DIGITS, "homoglyph"),
    "EMAIL_ADDRESS": (*_ALL, "homoglyph", "at_dot", "brackets", "at_dot_abroad", "gaps", "base64", "basic_auth"),
    "URL": (*_ALL, "homoglyph", "dot_slash"),
    "IP_ADDRESS": (*_ALL, "spoken", "other_digits", "gaps"),
    "MAC_ADDRESS": (*_ALL, "other_digits"),
    "BIRTH_DATE": (*_ALL, "other_digits"),
    "USERNAME": (*_ALL, "homoglyph"),
    "SECRET": (*(form for form in _ALL if form not in _AS_IT_IS), "in_url", "dot_env"),
}
"""The forms of each kind (entity type); a form that stands twice is drawn twice as often."""


def make_forms(seed: int, values: int = 1000, kinds: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """Gold lines {"id", "text", "spans", "source", "casing"}, `values` of each kind (an entity type; all by default).

    `source` is the form. Where a value or its label stands in more than one turn, "turns" lists the offsets in the text
    at which a new turn begins; the line break before each belongs to no turn.
    """
    for kind in kinds or tuple(FORMS):
        rng = random.Random(f"{seed} {kind}")
        draw, writer, number = FormValues(rng), Writer(kind, rng), 0
        while number < values:
            form = FORMS[kind][number % len(FORMS[kind])]
            value = draw.draw(kind)
            turns = writer.turns(value, form) if value.cased or form not in ("lower", "upper") else []
            line = _line(f"{kind}-{form}-{number}", turns, kind, form)
            if line is not None:
                yield line
                number += 1


def _line(name: str, turns: list[str], kind: str, form: str) -> dict[str, Any] | None:
    """A gold line; None where there is nothing, or a change of letter case made or lost characters."""
    whole = "\n".join(turns)
    if whole.count("\1") == 0 or "ß" in whole.lower():
        return None
    text, starts = "", list[int]()
    spans: list[dict[str, Any]] = []
    for at, turn in enumerate(turns):
        if at:
            text += "\n"
            starts.append(len(text))
        for piece in turn.replace("\2", "\1\2").split("\1"):
            if piece.startswith("\2"):
                spans[-1]["end"] = len(text)
                piece = piece[1:]
            else:
                spans.append({"start": len(text), "end": len(text), "type": kind})
            text += piece
    # The first piece of each turn stands before its first value.
    spans = [span for span in spans if span["end"] > span["start"]]
    line = {
        "id": name,
        "text": text,
        "spans": spans,
        "source": form,
        "casing": form if form in ("lower", "upper") else "as_written",
    }
    return {**line, "turns": starts} if starts else line
