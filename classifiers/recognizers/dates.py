"""Regular expressions for dates as people write and say them, in a dozen languages."""

from __future__ import annotations

import re

from classifiers.recognizers.spoken import any_of

_MONTHS = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec "
    "januar jänner februar märz maerz mai juni juli oktober dezember mrz okt dez "
    "janvier février fevrier mars avril juin juillet août aout septembre octobre novembre décembre decembre janv "
    "févr juil "
    "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre ene abr ago "
    "dic "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre gen mag giu lug set ott "
    "janeiro fevereiro março marco maio junho julho setembro outubro novembro dezembro fev out "
    "januari februari maart mei augustus maj augusti "
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia styczeń luty "
    "marzec "
    "kwiecień czerwiec lipiec sierpień wrzesień październik listopad grudzień "
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря "
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня "
    "ocak şubat mart nisan mayis haziran temmuz ağustos eylül ekim kasim aralik "
    "ledna února března dubna května června července srpna září října listopadu prosince "
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta "
    "marraskuuta "
    "joulukuuta január február március április május június július augusztus szeptember október december "
    "ianuarie februarie martie aprilie iunie iulie septembrie octombrie noiembrie decembrie"
)
MONTHS = frozenset(_MONTHS.split())
MONTH = rf"(?:{any_of(_MONTHS.split())})(?![^\W\d_])\.?"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?!\d)(?:st|nd|rd|th|er|º|ª|\.)?"
_YEAR = r"(?:19|20)\d\d"
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth thirtieth"
)
_ORDINAL = rf"(?:(?:twenty|thirty)[ -])?(?:{any_of(_ORDINALS.split())})"
# Days that are said with plain numbers, or with German ordinals; English plain numbers are too common for a day.
_FOREIGN_DAY = (
    r"(?:premier|(?:vingt|trente)(?:[ -](?:et[ -])?(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf))?|deux|trois|"
    r"quatre|cinq|six|"
    r"sept|huit|neuf|dix(?:[ -](?:sept|huit|neuf))?|onze|douze|treize|quatorze|quinze|seize|"
    r"primero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci\w{3,7}|"
    r"veint\w{1,8}|"
    r"treinta(?: y uno)?|[a-zäöüß]{2,20}(?:ten|sten))"
)
_NUMBER = (
    "one two three four five six seven eight nine oh ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand "
    "un deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt vingts trente "
    "quarante cinquante "
    "soixante cent cents mille mil uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce "
    "quince veinte "
    "treinta cuarenta cincuenta sesenta setenta ochenta noventa cien novecientos zwei drei vier fünf acht neun zehn "
    "tausend "
    "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"
)
_NUMERAL = (
    rf"(?:{any_of(_NUMBER.split())}|[a-zäöüß]{{2,16}}(?:hundert|tausend|und)[a-zäöüß]{{0,30}}|dieci\w{{3,7}}|"
    rf"veinti\w{{2,8}})"
)
_SAID_YEAR = rf"{_NUMERAL}(?:[ -](?:(?:and|y|et|e|und) )?{_NUMERAL}){{0,6}}(?!\w)"
_OF = r"(?:of |de |del |d')?"
_END_YEAR = rf"(?:[ ,.\-/]{{1,3}}(?:de |del )?(?:{_YEAR}|'?\d\d(?!\d)))"
NUMERIC = (
    rf"(?:{_YEAR}[ ]?[-./年][ ]?\d{{1,2}}[ ]?[-./月][ ]?\d{{1,2}}日?|"
    rf"\d{{1,2}}[ ]?[-./][ ]?\d{{1,2}}[ ]?[-./][ ]?(?:{_YEAR}|\d\d)|"
    rf"\d{{1,2}} \d{{1,2}} {_YEAR}|{_YEAR} \d\d \d\d)(?!\d)"
)
COMPACT = rf"(?:{_YEAR}[01]\d[0-3]\d|[0-3]\d[0-3]\d{_YEAR}|[0-3]\d[0-3]\d\d\d)(?!\d)"
WORDED = (
    rf"(?:{_DAY}[ ./-]{{0,2}}{_OF}{MONTH}(?:{_END_YEAR}|{_YEAR}|\d\d(?!\d))?|{MONTH}[ ./-]{{1,2}}(?:the "
    rf")?{_DAY}{_END_YEAR}?|"
    rf"{MONTH},?[ /-](?:de |of )?{_YEAR})"
)
WRITTEN = rf"(?:{NUMERIC}|{WORDED})(?![^\W_])"
"""A date with digits."""
SAID = (
    rf"(?:(?:the )?(?:{_ORDINAL}|{_FOREIGN_DAY}|{_DAY}) {_OF}{MONTH}(?:,?[ ](?:de |in )?(?:{_YEAR}|{_SAID_YEAR}))?|"
    rf"{MONTH} (?:the )?(?:{_ORDINAL}|{_DAY})(?:,?[ ](?:{_YEAR}|{_SAID_YEAR}))?)(?!\w)"
)
"""A date with its day or year in words."""
_NUMBERS = re.compile(r"\d+")


def plausible(value: str) -> bool:
    """Whether the numbers of a date can be day, month and year; a date with a month's name always is."""
    if any(char.isalpha() and char not in "年月日" for char in value):
        return True
    numbers = _NUMBERS.findall(value)
    if len(numbers) == 1 and len(numbers[0]) in (6, 8):
        text = numbers[0]
        cuts = ((4, 6), (2, 4)) if len(text) == 8 else ((2, 4),)
        return any(_fits((text[:low], text[low:high], text[high:])) for low, high in cuts)
    return len(numbers) == 3 and _fits(tuple(numbers))


def _fits(parts: tuple[str, ...]) -> bool:
    """Whether one part can be a year, one a month, one a day, in a usual order."""
    orders = ((0, 1, 2), (2, 1, 0), (2, 0, 1))
    return any(
        len(parts[year]) in (2, 4) and (len(parts[year]) == 2 or 1890 <= int(parts[year]) <= 2099)
        and 1 <= int(parts[month]) <= 12 and 1 <= int(parts[day]) <= 31
        for year, month, day in orders
    )  # fmt: skip
