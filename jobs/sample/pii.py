"""Personal values of the sample trial: who somebody is, where they live, what identifies them.

Faker gives the names, towns, streets and companies of a locale, once a process; a person is put together from them and
from `identifiers.py` by the person's own seed. So one user has the same name in every conversation, and 250,000
conversations cost no Faker call each.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from jobs.sample import identifiers
from jobs.sample.dice import Dice

PERSONAL_SLOTS: Mapping[str, str] = {
    "pii_person": "PERSON", "pii_first": "PERSON", "pii_last": "PERSON", "pii_address": "STREET_ADDRESS",
    "pii_street": "STREET_ADDRESS", "pii_place": "LOCATION", "pii_org": "ORGANIZATION", "pii_email": "EMAIL_ADDRESS",
    "pii_phone": "PHONE_NUMBER", "pii_phone_a": "PHONE_NUMBER", "pii_phone_b": "PHONE_NUMBER", "pii_url": "URL",
    "pii_ip": "IP_ADDRESS", "pii_mac": "MAC_ADDRESS", "pii_iban": "IBAN_CODE", "pii_card": "CREDIT_CARD",
    "pii_nid": "NATIONAL_ID", "pii_nid_name": "", "pii_passport": "PASSPORT", "pii_licence": "DRIVER_LICENSE",
    "pii_account": "ACCOUNT_ID", "pii_order": "ORDER_ID", "pii_birth": "DATE_OF_BIRTH", "pii_handle": "HANDLE",
    "pii_api_key": "SECRET", "pii_token": "SECRET", "pii_password": "SECRET",
}  # fmt: skip
"""Slot to type of value. `pii_nid_name` is the name of the national number and no personal value."""

_ZIP = {"en_US": "#####", "en_GB": "??# #??", "en_AU": "3###", "en_IN": "5#####", "nl_NL": "1### ??", "pl_PL": "0#-###",
        "pt_BR": "0####-###", "sv_SE": "1## ##", "ru_RU": "1#####", "zh_CN": "1#####"}  # fmt: skip
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_WORDS = ("kestrel", "harbor", "lumen", "quarry", "fern", "atlas", "pixel", "maple", "orbit", "tundra", "copper",
          "velvet", "drift", "juniper", "cobalt", "meadow", "saffron", "ember", "willow", "basalt")  # fmt: skip
# Faker's Italian towns come out of a set, in an order that changes with the hash seed of the process.
_TOWNS = {"it_IT": ("Ancona", "Bari", "Bergamo", "Bologna", "Bolzano", "Cagliari", "Catania", "Cuneo", "Ferrara",
                    "Foggia", "Genova", "Lecce", "Livorno", "Lucca", "Matera", "Modena", "Novara", "Padova", "Parma",
                    "Pescara", "Ravenna", "Rieti", "Salerno", "Sassari", "Siena", "Taranto", "Terni", "Trento", "Udine",
                    "Varese")}  # fmt: skip
_BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True)
class Parts:
    """Names of one locale: given and family names by sex, towns, streets, companies."""

    first: tuple[tuple[str, ...], tuple[str, ...]]
    last: tuple[tuple[str, ...], tuple[str, ...]]
    towns: tuple[str, ...]
    streets: tuple[str, ...]
    companies: tuple[str, ...]


@cache
def parts_of(locale: str) -> Parts:
    """The names of a locale, drawn from Faker with a fixed seed."""
    from faker import Faker

    fake = Faker(locale)
    fake.seed_instance(20260901)

    def pool(make: Callable[[], object], count: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(make()) for _ in range(count)))

    return Parts(
        (pool(fake.first_name_male, 250), pool(fake.first_name_female, 250)),
        (pool(fake.last_name_male, 350), pool(fake.last_name_female, 350)),
        _TOWNS.get(locale) or pool(fake.city, 150),
        pool(fake.street_name, 200),
        pool(fake.company, 150),
    )


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ł", "l").replace("ı", "i"))
    return re.sub(r"[^a-z]", "", plain.encode("ascii", "ignore").decode().lower())


class Person:
    """Somebody of a locale. Every value follows from `key` alone, whatever is asked first."""

    def __init__(self, locale: str, *key: object) -> None:
        self.locale, self.key = locale, key
        parts, dice = parts_of(locale), Dice("person", *key)
        sex = dice.below(2)
        self.first, self.last = dice.pick(parts.first[sex]), dice.pick(parts.last[sex])
        self.town, self.street, self.company = map(dice.pick, (parts.towns, parts.streets, parts.companies))
        first, last = _ascii(self.first) or dice.pick(_WORDS), _ascii(self.last) or dice.pick(_WORDS)
        self.nick = dice.pick((f"{first}.{last}", f"{first}{last[:1]}", f"{first[:1]}{last}", f"{last}_{first}",
                               f"{first}{dice.between(2, 99)}", f"{first}.{dice.pick(_WORDS)}"))  # fmt: skip

    def value(self, slot: str) -> str:
        """The value of a personal slot."""
        dice = Dice("value", slot.removesuffix("_name"), *self.key)
        known = getattr(self, f"_{slot.removeprefix('pii_')}", None)
        if known is not None:
            return str(known(dice))
        return str(getattr(identifiers, slot.removeprefix("pii_"))(dice, self.locale))

    def _person(self, dice: Dice) -> str:
        return f"{self.last}{self.first}" if self.locale == "zh_CN" else f"{self.first} {self.last}"

    def _first(self, dice: Dice) -> str:
        return self.first

    def _last(self, dice: Dice) -> str:
        return self.last

    def _place(self, dice: Dice) -> str:
        return self.town

    def _org(self, dice: Dice) -> str:
        return self.company

    def _street(self, dice: Dice) -> str:
        number = dice.between(1, 240)
        if self.locale == "zh_CN":
            return f"{self.street}{number}号"
        before = self.locale[:2] in ("en", "fr")
        return f"{number} {self.street}" if before else f"{self.street}{',' * (self.locale == 'es_ES')} {number}"

    def _address(self, dice: Dice) -> str:
        street, code = self.value("pii_street"), dice.digits(_ZIP.get(self.locale, "#####"))
        if self.locale == "zh_CN":
            return f"{self.town}{street}{dice.between(1, 30)}室"
        if self.locale == "ru_RU":
            return f"{self.town}, {street}, кв. {dice.between(1, 180)}"
        if self.locale == "en_US":
            state = dice.pick(("OR", "TX", "NY", "CA", "WA", "OH", "GA", "CO", "ME", "IL"))
            flat = dice.pick(("", "", f" Apt {dice.between(1, 40)}", f" #{dice.between(1, 40)}"))
            return f"{street}{flat}, {self.town}, {state} {code}"
        if self.locale[:2] in ("en", "pt"):
            return f"{street}, {self.town} {code}"
        return f"{street}, {code} {self.town}"

    def _email(self, dice: Dice) -> str:
        word = dice.pick(_WORDS)
        hosts = ("example.com", "example.org", "example.net", f"{word}.example.com", f"mail.{word}.example.org",
                 f"{word}.example")  # fmt: skip
        return f"{self.nick}@{dice.pick(hosts)}"

    def _handle(self, dice: Dice) -> str:
        return f"@{self.nick.replace('.', '_')}{dice.pick(('', '', str(dice.between(1, 999))))}"

    def _url(self, dice: Dice) -> str:
        host = dice.pick(("www.example.org/~", "profiles.example.com/u/", "git.example.net/", "cv.example.org/in/"))
        return f"{dice.pick(('https://', 'https://', 'http://', ''))}{host}{self.nick}"

    def _nid(self, dice: Dice) -> str:
        return identifiers.national_id(dice, self.locale)[1]

    def _nid_name(self, dice: Dice) -> str:
        return identifiers.national_id(dice, self.locale)[0]

    def _passport(self, dice: Dice) -> str:
        return dice.digits(dice.pick(("?########", "??#######", "#########", "?? ### ###")))

    def _licence(self, dice: Dice) -> str:
        return dice.digits(dice.pick(("?#######", "?####-#####-#####", "?????######??#??", "########")))

    def _account(self, dice: Dice) -> str:
        return dice.digits(dice.pick(("########", "AC-#######", "00####-####", "K-??-#####", "CUST######")))

    def _order(self, dice: Dice) -> str:
        return dice.digits(dice.pick(("#######", "ORD-2026-#####", "##-####-####", "W#########", "??##-#####")))

    def _birth(self, dice: Dice) -> str:
        year, month, day = dice.between(1948, 2004), dice.between(1, 12), dice.between(1, 28)
        if self.locale == "zh_CN":
            return f"{year}年{month}月{day}日"
        numeric = (f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}", f"{day:02d}.{month:02d}.{year}")
        if not self.locale.startswith("en"):
            return dice.pick(numeric)
        name = _MONTHS[month - 1]
        return dice.pick((*numeric, f"{name} {day}, {year}", f"{day} {name} {year}", f"{day} {name[:3]} {year % 100}"))

    def _api_key(self, dice: Dice) -> str:
        return dice.pick((f"sk-{dice.chars(_BASE62, 40)}", f"AKIA{dice.chars(_BASE62[:26], 16)}",
                          f"ghp_{dice.chars(_BASE62, 36)}", dice.chars("0123456789abcdef", 32)))  # fmt: skip

    def _token(self, dice: Dice) -> str:
        return f"eyJhbGciOiJIUzI1NiJ9.{dice.chars(_BASE62, 40)}.{dice.chars(_BASE62, 43)}"

    def _password(self, dice: Dice) -> str:
        word, other = dice.pick(_WORDS), dice.pick(_WORDS)
        return dice.pick((f"{word.title()}{dice.pick('!$#&')}{dice.between(10, 9999)}", f"{word}-{other}-"
                          f"{dice.between(10, 99)}", f"{word[:3]}{dice.chars(_BASE62, 9)}"))  # fmt: skip
