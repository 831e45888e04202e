"""Numbers and codes that identify a person or an account, in the forms that people type.

Ranges kept for documentation or drama are used where they exist: 555-01xx and the like for telephones, RFC 5737
and 3849 for addresses of machines, RFC 7042 for MAC addresses, test prefixes for cards, blocks never issued for
social-security numbers. Elsewhere a number is made up, with a valid check digit where its kind has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from jobs.sample.dice import Dice

PHONES: Mapping[str, Sequence[str]] = {
    "en_US": ("(212) 555-01##", "415-555-01##", "+1 646 555 01##", "503.555.01##", "1-312-555-01##", "73755501##",
              "+1 (206) 555-01##", "555-01##", "(617) 555-01## ext. ##"),
    "en_GB": ("020 7946 0###", "+44 20 7946 0###", "07700 900###", "+44 7700 900###", "0117 496 0###", "07700900###",
              "(0131) 496 0###", "0044 7700 900 ###"),
    "en_AU": ("0491 570 ###", "(02) 5550 ####", "+61 491 570 ###", "02 7010 ####"),
    "en_IN": ("+91 9#### #####", "09#########", "98######## ", "+91-80-4###-####", "9#########"),
    "de_DE": ("030 23125 ###", "+49 30 23125###", "0171 39200##", "0171/39200##", "+49 171 39200##", "0221-4710###"),
    "fr_FR": ("01 99 00 ## ##", "+33 6 39 98 ## ##", "06.39.98.##.##", "06 39 98 ## ##", "+33 (0)1 99 00 ## ##"),
    "es_ES": ("6## ## ## ##", "+34 6########", "9## ### ###", "+34 91 ### ## ##"),
    "es_MX": ("+52 55 #### ####", "55 #### ####", "(33) #### ####"),
    "it_IT": ("3## ### ####", "+39 3## #######", "06 #### ####", "+39 02 ########"),
    "nl_NL": ("06 ########", "06-########", "+31 6 ########", "020 ### ####"),
    "pl_PL": ("5## ### ###", "+48 6## ### ###", "22 ### ## ##"),
    "pt_BR": ("(11) 9####-####", "+55 21 9####-####", "11 9########"),
    "sv_SE": ("070-174 06 ##", "+46 70 174 06 ##", "08-465 004 ##"),
    "tr_TR": ("05## ### ## ##", "+90 5## ### ## ##"),
    "zh_CN": ("138 #### ####", "159########", "+86 137 #### ####", "010-6### ####"),
    "ru_RU": ("+7 9## ###-##-##", "8 (9##) ###-##-##", "89#########"),
}  # fmt: skip
"""Telephone numbers by locale; `#` is a digit."""

_IBAN_LENGTH = {"DE": 18, "FR": 23, "ES": 20, "NL": 14, "PT": 21, "IT": 23, "PL": 24, "SE": 20, "GB": 18, "CH": 17}
_IBAN_COUNTRY = {"de_DE": "DE", "fr_FR": "FR", "es_ES": "ES", "nl_NL": "NL", "it_IT": "IT", "pl_PL": "PL",
                 "sv_SE": "SE", "en_GB": "GB"}  # fmt: skip


def luhn(body: str) -> str:
    """The check digit of ISO/IEC 7812-1 for a run of digits."""
    doubled = [int(c) * 2 if i % 2 == 0 else int(c) for i, c in enumerate(reversed(body))]
    return str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def _mod11(body: str, weights: Sequence[int]) -> int:
    return sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11


def _grouped(text: str, size: int, by: str = " ") -> str:
    return by.join(text[i : i + size] for i in range(0, len(text), size))


def phone(dice: Dice, locale: str) -> str:
    """A telephone number in one of the forms of the locale."""
    return dice.digits(dice.pick(PHONES[locale])).strip()


def iban(dice: Dice, locale: str) -> str:
    """An account number with valid check digits (ISO 13616), in groups of four or run together."""
    country = _IBAN_COUNTRY.get(locale) or dice.pick(sorted(_IBAN_LENGTH))
    length = _IBAN_LENGTH[country]
    body = (dice.digits("????") if country in ("GB", "NL") else "") + dice.digits("#" * length)
    body = body[:length]
    number = int("".join(str(int(c, 36)) for c in f"{body}{country}00"))
    whole = f"{country}{98 - number % 97:02d}{body}"
    return _grouped(whole, 4) if dice.chance(0.6) else whole


def card(dice: Dice, locale: str) -> str:
    """A card number with a test prefix and a valid check digit; one in eight with a wrong one, as people mistype."""
    del locale
    body = dice.digits(dice.pick(("400000#########", "555555#########", "222300#########", "601111#########")))
    check = luhn(body) if dice.chance(7 / 8) else str((int(luhn(body)) + 3) % 10)
    return _grouped(body + check, 4, dice.pick((" ", "-", "")))


def ip(dice: Dice, locale: str) -> str:
    """An address of RFC 5737, or one time in four of RFC 3849."""
    del locale
    if dice.chance(0.25):
        return f"2001:db8:{dice.chars('123456789abcdef', 4)}::{dice.chars('123456789abcdef', 2)}"
    return f"{dice.pick(('192.0.2', '198.51.100', '203.0.113'))}.{dice.between(2, 254)}"


def mac(dice: Dice, locale: str) -> str:
    """A MAC address of the block for documentation (RFC 7042)."""
    del locale
    text = f"00005e0053{dice.chars('0123456789abcdef', 2)}"
    return _grouped(text if dice.chance(0.6) else text.upper(), 2, dice.pick(":-"))


def _us(dice: Dice) -> tuple[str, str]:
    return "SSN", f"9{dice.digits('##')}-{dice.between(1, 49):02d}-{dice.digits('####')}"


def _uk(dice: Dice) -> tuple[str, str]:
    if dice.chance(0.5):
        return "NI number", f"QQ {dice.digits('## ## ##')} {dice.pick('ABCD')}"
    while True:
        body = "999" + dice.digits("######")
        check = (11 - _mod11(body, range(10, 1, -1))) % 11
        if check < 10:
            return "NHS number", f"{body[:3]} {body[3:6]} {body[6:]}{check}"


def _german(dice: Dice) -> tuple[str, str]:
    body = str(dice.between(1, 9)) + dice.digits("#########")
    product = 10
    for c in body:
        product = ((int(c) + product) % 10 or 10) * 2 % 11
    whole = f"{body}{(11 - product) % 10}"
    return "Steuer-ID", f"{whole[:2]} {whole[2:5]} {whole[5:8]} {whole[8:]}" if dice.chance(0.5) else whole


def _french(dice: Dice) -> tuple[str, str]:
    month = dice.between(1, 12)
    body = f"{dice.between(1, 2)}{dice.digits('##')}{month:02d}{dice.between(10, 95)}{dice.digits('######')}"
    key = f"{97 - int(body) % 97:02d}"
    return "numéro de sécu", f"{body[0]} {body[1:3]} {body[3:5]} {body[5:7]} {body[7:10]} {body[10:]} {key}"


def _spanish(dice: Dice) -> tuple[str, str]:
    number = dice.digits("########")
    return "DNI", f"{number}{dice.pick(('', '-'))}{'TRWAGMYFPDXBNJZSQVHLCKE'[int(number) % 23]}"


def _polish(dice: Dice) -> tuple[str, str]:
    body = f"{dice.between(50, 99)}{dice.between(1, 12):02d}{dice.between(1, 28):02d}{dice.digits('####')}"
    total = sum(int(c) * w for c, w in zip(body, (1, 3, 7, 9) * 3, strict=False))
    return "PESEL", f"{body}{-total % 10}"


def _brazilian(dice: Dice) -> tuple[str, str]:
    body = dice.digits("#########")
    for start in (10, 11):
        rest = _mod11(body, range(start, 1, -1))
        body += "0" if rest < 2 else str(11 - rest)
    return "CPF", f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}"


def _swedish(dice: Dice) -> tuple[str, str]:
    body = f"{dice.between(50, 99)}{dice.between(1, 12):02d}{dice.between(1, 28):02d}{dice.digits('###')}"
    return "personnummer", f"{body[:6]}-{body[6:]}{luhn(body)}"


def _chinese(dice: Dice) -> tuple[str, str]:
    day = f"{dice.between(1, 12):02d}{dice.between(1, 28):02d}"
    body = f"{dice.between(11, 65)}0{dice.digits('###')}19{dice.between(50, 99)}{day}{dice.digits('###')}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "身份证号", body + "10X98765432"[_mod11(body, weights)]


_NATIONAL: Mapping[str, Callable[[Dice], tuple[str, str]]] = {
    "en_US": _us, "en_GB": _uk, "de_DE": _german, "fr_FR": _french, "es_ES": _spanish, "pl_PL": _polish,
    "pt_BR": _brazilian, "sv_SE": _swedish, "zh_CN": _chinese,
    "en_AU": lambda d: ("Medicare number", d.digits("2### ##### #")),
    "en_IN": lambda d: ("PAN", d.digits("???P?####?")),
    "es_MX": lambda d: ("CURP", d.digits("????8#0#1#H??????0#")),
    "it_IT": lambda d: ("codice fiscale", d.digits("??????8#?1#?###?")),
    "nl_NL": lambda d: ("BSN", d.digits("1########")),
    "tr_TR": lambda d: ("TC kimlik no", d.digits("4##########")),
    "ru_RU": lambda d: ("СНИЛС", d.digits("1##-###-### ##")),
}  # fmt: skip


def national_id(dice: Dice, locale: str) -> tuple[str, str]:
    """What the number is called, and the number."""
    return _NATIONAL[locale](dice)
