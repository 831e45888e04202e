"""Places as numbers: latitude and longitude."""

from __future__ import annotations

from classifiers.recognizers.form import Form
from classifiers.recognizers.needs import every, with_chars, with_digits, with_number, with_words
from classifiers.recognizers.rule import Rule

_DEGREE = r"\d{1,3}\s?°\s?(?:\d{1,2}\s?['′]\s?)?(?:\d{1,2}(?:\.\d{1,4})?\s?[\"″]\s?)?"


class Coordinates(Rule):
    """A pair of decimals with four places or more, or degrees with a compass letter. Fewer places name no
    house."""

    ENTITY = "COORDINATES"
    FORMS = (
        Form("decimal",
            r"(?<![\w.])[-+]?(?:[0-8]?\d|90)\.\d{4,12}°?\s{0,2}[NS]?\s{0,2}[,;/ ]\s{0,2}[-+]?(?:1[0-7]\d|"
            r"\d{1,2}|180)\.\d{4,12}°?\s?[EW]?(?![\w.])",
             0.5, every(with_number, with_chars(".")), r"\.\d{4}", 8, 50),
        Form("degrees", rf"{_DEGREE}[NS][ ,;]{{1,3}}{_DEGREE}[EWO]\b", 0.7, with_chars("°"), "°", 60, 60),
        Form("named",
            r"\b(?:lat|latitude|lng|lon|long|longitude)\b[\"']?\s{0,2}[:=]\s{0,2}(?P<pii>[-+]?\d{1,3}\.\d{3,"
            r"12})", 0.6,
             every(with_digits, with_chars(":="), with_words("lat", "lng", "lon"))),
    )  # fmt: skip
