"""Made-up dates of birth in the forms that people write and say."""

from __future__ import annotations

import random

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
}
ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
ONES += ["seventeen", "eighteen", "nineteen"]
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()


def below_hundred(number: int) -> str:
    """0 to 99 in English words."""
    if number < 20:
        return ONES[number]
    return TENS[number // 10] + (f" {ONES[number % 10]}" if number % 10 else "")


def ordinal(number: int) -> str:
    """1 to 31 as an English ordinal."""
    if number <= 20:
        return _ORDINALS[number - 1]
    return "thirtieth" if number == 30 else f"{TENS[number // 10]} {_ORDINALS[number % 10 - 1]}"


def _said_year(year: int, rng: random.Random) -> str:
    if year >= 2000:
        rest = year - 2000
        return "two thousand" + (rng.choice((" ", " and ")) + below_hundred(rest) if rest else "")
    short = below_hundred(year % 100)
    return rng.choice((f"nineteen {short}", f"nineteen {short.replace(' ', '-')}", short))


def birth_date(rng: random.Random) -> str:
    """One date from 1940 to 2008, in one of some thirty forms, in eleven languages or in words."""
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1940, 2008)
    language = rng.choice(("en", "en", "en", "en", *_MONTHS))
    name = _MONTHS[language].split()[month - 1]
    nth = f"{day}{'th' if 10 < day < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"
    two = f"{year % 100:02d}"
    if language != "en":
        of = " de " if language in ("es", "pt") else " "
        dot = "." if language == "de" else ""
        return f"{day}{dot}{of}{name}{of}{year}"
    said = (
        f"the {ordinal(day)} of {name.lower()} {_said_year(year, rng)}", f"{name.lower()} {ordinal(day)} "
        f"{_said_year(year, rng)}",
        f"{ordinal(day)} {name.lower()} {_said_year(year, rng)}", f"{name} the {ordinal(day)}, {_said_year(year, rng)}",
        f"the {nth} of {name} {year}", f"the {ordinal(day)} of {name} {year}",
    )  # fmt: skip
    written = (
        f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}", f"{day} {name} {year}",
        f"{name} {day}, {year}",
        f"{day}.{month}.{year}", f"{month}/{day}/{two}", f"{day:02d}.{month:02d}.{two}", f"{nth} {name} {year}",
        f"{name} {nth} {year}", f"{day}-{name[:3]}-{year}", f"{day:02d}{name[:3].upper()}{year}",
        f"{day} {name[:3]} '{two}",
        f"{year}/{month:02d}/{day:02d}", f"{day:02d}-{month:02d}-{two}", f"{name[:3]}. {day}, {year}",
        f"{year}{month:02d}{day:02d}", f"{day:02d}{month:02d}{year}", f"{day:02d} {month:02d} {year}", f"{name} {year}",
        f"{nth} of {name}, {year}", f"{day}. {month}. {year}", f"{year}.{month:02d}.{day:02d}",
        f"{name[:3]}/{day:02d}/{year}",
        f"{day} / {month} / {year}", f"{day}-{name[:3]}-{two}", f"{year}年{month}月{day}日",
    )  # fmt: skip
    return rng.choice(said if rng.random() < 0.2 else written)
