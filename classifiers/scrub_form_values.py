"""Made-up values of every kind of PII that has a form, for measuring the recognisers. Seeded; no list of real
people."""

from __future__ import annotations

import random
import re
import string
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from classifiers.scrub_fill import TEMPLATES
from classifiers.scrub_form_dates import birth_date
from classifiers.scrub_form_secrets import secret

_SYLLABLES = "ka lo mi ra ne tu sha bel dor vin zel mar ti qua fen gri ol os wen ya ham bri jul sto pel nor".split()
_HOSTS = (
    "gmail.com", "outlook.com", "web.de", "gmx.net", "orange.fr", "yahoo.co.in", "proton.me", "icloud.com",
    "libero.it", "hotmail.es", "mail.ru", "qq.com", "uol.com.br", "wp.pl", "seznam.cz", "btinternet.com",
)  # fmt: skip
_ENDINGS = (
    "com", "de", "co.uk", "org", "net", "io", "dev", "fr", "com.au", "es", "edu", "nl", "xyz", "app", "me",
    "online", "info", "tech", "se", "ch", "co", "ac.uk", "cloud", "family",
)  # fmt: skip
_PROFILES = (
    "linkedin.com/in/", "github.com/", "www.facebook.com/", "instagram.com/", "x.com/", "twitter.com/",
    "tiktok.com/@", "t.me/", "wa.me/", "reddit.com/user/", "reddit.com/u/", "medium.com/@", "youtube.com/@",
    "paypal.me/", "gitlab.com/", "open.spotify.com/user/", "steamcommunity.com/id/", "bsky.app/profile/",
    "threads.net/@", "pinterest.com/", "snapchat.com/add/", "twitch.tv/", "soundcloud.com/", "vk.com/",
    "strava.com/athletes/", "onlyfans.com/", "patreon.com/", "ko-fi.com/", "linktr.ee/", "venmo.com/u/",
)  # fmt: skip
_IBANS = (
    "DE", "GB", "FR", "ES", "IT", "NL", "PL", "AT", "SE", "IE", "BE", "CH", "PT", "NO", "DK", "FI", "TR",
    "AE", "SA", "GR", "CZ", "HU", "RO", "LU", "MT",
)  # fmt: skip
_LETTERED = ("GB", "NL", "IE", "MT", "RO")
_CARDS = (
    ("4", 16), ("51", 16), ("55", 16), ("2223", 16), ("6011", 16), ("65", 16), ("34", 15), ("37", 15), ("36", 14),
    ("3530", 16), ("62", 16), ("2200", 16), ("5018", 16), ("4", 13), ("62", 19),
)  # fmt: skip


@dataclass(frozen=True)
class Value:
    """A value as written plainly. `bare`: it can be known without a word that names its kind. `cased`: in
    lower case or in capitals it is still the same value. `label` is its own name, where it has one. `tail` is what
    stands behind it and is no part of it, as the port behind an address."""

    text: str
    bare: bool = True
    cased: bool = True
    label: str = ""
    tail: str = ""


@lru_cache(maxsize=1)
def shapes() -> dict[str, Any]:
    """The table of shapes, as its file has it."""
    with (TEMPLATES / "form_shapes.toml").open("rb") as stream:
        return tomllib.load(stream)


class FormValues:
    """Draws values of a kind (an entity type)."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.makers: dict[str, Callable[[], Value]] = {
            "EMAIL_ADDRESS": lambda: Value(self.email()), "PHONE_NUMBER": self.phone, "CREDIT_CARD": self.card,
            "IBAN_CODE": lambda: Value(self.iban()), "IP_ADDRESS": self.ip,
            "MAC_ADDRESS": lambda: Value(self.mac()), "URL": self.url, "US_SSN": self.us_ssn,
            "UK_NINO": lambda: Value(self.uk_nino()), "NATIONAL_ID": self.national_id,
            "PASSPORT": lambda: Value(self.shaped(rng.choice(shapes()["passports"]["all"])), False),
            "DRIVER_LICENSE": self.licence,
            "ACCOUNT_ID": lambda: Value(self.shaped(rng.choice(shapes()["accounts"]["all"])), False),
            "BIRTH_DATE": lambda: Value(birth_date(rng), False), "USERNAME": self.username,
            "SECRET": lambda: Value(secret(rng, self.name()), False, False),
        }  # fmt: skip

    def draw(self, kind: str) -> Value:
        """One value. Raises KeyError for a kind that is not in `makers`."""
        return self.makers[kind]()

    def digits(self, count: int) -> str:
        return "".join(self.rng.choices(string.digits, k=count))

    def shaped(self, shape: str) -> str:
        """A value of a shape, in the signs that the table of shapes explains."""
        day, month, year = f"{self.rng.randint(1, 28):02d}", f"{self.rng.randint(1, 12):02d}", self.rng.randint(50, 99)
        shape = shape.replace("<ymd8>", f"19{year}{month}{day}")
        shape = shape.replace("<ymd>", f"{year}{month}{day}").replace("<dmy>", f"{day}{month}{year}")
        signs = {
            "#": string.digits, "%": "123456789", "^": "23456789", "@": string.ascii_uppercase, "&": "0123456789abcdef",
            "$": "CFGHJKLMNPRTVWXYZ0123456789",
        }  # fmt: skip
        return re.sub(r"[#%^@&$]", lambda sign: self.rng.choice(signs[sign.group()]), shape)

    def name(self, parts: int = 2) -> str:
        """A made-up name in lower case."""
        return "".join(self.rng.choices(_SYLLABLES, k=parts + self.rng.randint(0, 1)))

    def _account(self) -> str:
        rng = self.rng
        local = rng.choice(
            (self.name(), f"{self.name()}{rng.choice('._-')}{self.name()}", self.name()[0] + self.name())
        )
        return local + rng.choice(("", "", self.digits(2), self.digits(4), f"+{self.name()}", f"_{self.digits(1)}"))

    def email(self) -> str:
        rng = self.rng
        host = rng.choice(_HOSTS)
        if rng.random() < 0.4:
            host = f"{rng.choice(('', '', 'mail.', 'cs.'))}{self.name()}{rng.choice(('', '-' + self.name()))}"
            host += "." + rng.choice(_ENDINGS)
        return f"{self._account()}@{host}"

    def phone(self) -> Value:
        """A number of one of some seventy countries, in a national or an international style."""
        rng = self.rng
        row = rng.choice(list(shapes()["phones"].values()))
        code, trunk, number = row[0], row[1], self.shaped(rng.choice(row[2:]))
        groups = number.split()
        gap = rng.choice("  -.")
        if rng.random() < 0.5:
            text = rng.choice(
                (
                    f"+{code}{gap}{gap.join(groups)}", f"+{code} {' '.join(groups)}", f"+{code}{''.join(groups)}",
                    f"00{code}{gap}{gap.join(groups)}", f"+{code} (0){' '.join(groups)}",
                    f"(+{code}) {' '.join(groups)}",
                    f"+{code} ({groups[0]}) {'-'.join(groups[1:])}", f"+{code}-{'-'.join(groups)}",
                    f"+{code}/{groups[0]}/{''.join(groups[1:])}", f"011 {code} {' '.join(groups)}",
                    f"+ {code} {' '.join(groups)}", f"+{code}(0){groups[0]}/{' '.join(groups[1:])}",
                )
            )  # fmt: skip
            return Value(text.rstrip(" -/") + self._extension())
        head = trunk + groups[0]
        text = rng.choice(
            (
                " ".join((head, *groups[1:])), gap.join((head, *groups[1:])), head + "".join(groups[1:]),
                f"({head}) {'-'.join(groups[1:])}", f"{head}/{' '.join(groups[1:])}", f"{head}-{''.join(groups[1:])}",
                f"({head}){''.join(groups[1:])}", f"{head}.{'.'.join(groups[1:])}", f"{head} - {' '.join(groups[1:])}",
            )
        )  # fmt: skip
        text = text.rstrip(" -./")
        sure = code == "1" and re.fullmatch(r"\d{3}[-.]\d{3}[-.]\d{4}|\(\d{3}\) ?\d{3}-\d{4}", text) is not None
        bare = sure or (text[0] == "0" and sum(map(str.isdigit, text)) >= 9)
        return Value(text + self._extension(), bare)

    def _extension(self) -> str:
        if self.rng.random() < 0.9:
            return ""
        return self.rng.choice((" ext. ", " x", "x", " ext ", ", extension ", " Durchwahl ", " poste ")) + self.digits(
            3
        )

    def card(self) -> Value:
        """One in four has a wrong check digit, as typed from memory; alone in the text, it is grouped then."""
        start, size = self.rng.choice(_CARDS)
        body = start + self.digits(size - 1 - len(start))
        total = sum(sum(divmod(int(char) * (1 + at % 2), 10)) for at, char in enumerate(reversed(body), 1))
        valid = self.rng.random() >= 0.25
        whole = body + str((-total + (0 if valid else 3)) % 10)
        cut = {15: (4, 10), 14: (4, 10), 19: (6,)}.get(size, (4, 8, 12))
        parts = [whole[low:high] for low, high in zip((0, *cut), (*cut, size), strict=True)]
        gap = self.rng.choice(("", " ", "-"))
        return Value(gap.join(parts), valid or (size == 16))

    def iban(self) -> str:
        """One in ten has wrong check digits."""
        from classifiers.recognizers.iban_code import LENGTHS

        country = self.rng.choice(_IBANS)
        size = LENGTHS[country] - 4
        body = self.shaped("@@@@" + "#" * (size - 4)) if country in _LETTERED else self.digits(size)
        value = int("".join(str(int(char, 36)) for char in body + country + "00"))
        check = 98 - value % 97 if self.rng.random() < 0.9 else self.rng.randint(10, 98)
        whole = f"{country}{check:02d}{body}"
        return whole if self.rng.random() < 0.5 else " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))

    def ip(self) -> Value:
        rng = self.rng
        v4 = ".".join(map(str, (rng.choice((10, 37, 84, 91, 172, 192, 203)), *(rng.randint(1, 254) for _ in range(3)))))
        groups = [f"{rng.randrange(16, 1 << 16):x}" for _ in range(8)]
        short = f"{':'.join(groups[: rng.randint(1, 3)])}::{':'.join(groups[: rng.randint(1, 2)])}"
        six = rng.choice(
            (
                ":".join(groups), f"2001:db8:{short}", f"fe80::{groups[0]}:{groups[1]}:{groups[2]}", f"::ffff:{v4}",
                f"2a02:{groups[0]}::{groups[1]}", f"2001:DB8::{groups[0].upper()}", f"2001:db8::{groups[0]}",
            )
        )  # fmt: skip
        tail = rng.choice(("", "", f":{rng.randint(80, 65000)}", f"/{rng.randint(8, 30)}"))
        return rng.choice((Value(v4, tail=tail), Value(v4, tail=tail), Value(six), Value(v4.replace(".", "[.]"))))

    def mac(self) -> str:
        pairs = [self.shaped("&&") for _ in range(5)] + [self.shaped("#") + self.rng.choice("abcdef")]
        text = self.rng.choice(
            (":".join(pairs), "-".join(pairs), ".".join(pairs[at] + pairs[at + 1] for at in (0, 2, 4)))
        )
        return text.upper() if self.rng.random() < 0.4 else text

    def url(self) -> Value:
        rng = self.rng
        ending = rng.choice(("de", "com", "net", "dev", "me", "co.uk"))
        own = f"{self.name()}{rng.choice(('-', ''))}{self.name()}.{ending}"
        field = rng.choice(("user", "email", "token", "sid"))
        texts = (
            rng.choice(("https://", "http://", "", "https://www."))
            + rng.choice(_PROFILES)
            + self._account().split("+")[0],
            rng.choice(("https://", "https://www.", "www.")) + own + rng.choice(("", "/", "/about", "/cv.pdf")),
            f"https://{rng.choice(('google.com', own))}/cb?{field}={self._account()}",
            f"https://{own}/{rng.choice(('users', 'u', 'profile', '~' + self.name()))}/{self.name()}",
        )
        return Value(rng.choice(texts))

    def us_ssn(self) -> Value:
        area = self.rng.choice((self.rng.randint(100, 665), self.rng.randint(1, 99), self.rng.randint(667, 899)))
        parts = (f"{area:03d}", f"{self.rng.randint(1, 99):02d}", f"{self.rng.randint(1, 9999):04d}")
        gap = self.rng.choice("--- .") if self.rng.random() < 0.8 else ""
        return Value(gap.join(parts), gap == "-")

    def uk_nino(self) -> str:
        gap = self.rng.choice(("", " "))
        pair = self.rng.choice(("AB", "CE", "HJ", "JA", "LM", "PR", "ST", "WX", "YA", "NX", "SK"))
        return gap.join((pair, self.digits(2), self.digits(2), self.digits(2), self.rng.choice("ABCD")))

    def national_id(self) -> Value:
        label, *forms = self.rng.choice(list(shapes()["national_ids"].values()))
        return Value(self.shaped(self.rng.choice(forms)), False, label=label)

    def licence(self) -> Value:
        return Value(
            self.shaped(self.rng.choice(shapes()["licences"][self.rng.choice(("licence", "licence", "plate"))])), False
        )

    def username(self) -> Value:
        rng = self.rng
        marked = self.name() + rng.choice("._") + rng.choice((self.name(), self.digits(3)))
        plain = rng.choice(
            (marked, self.name() + self.digits(2), f"x_{self.name()}_x", self.name() + "." + self.digits(1))
        )
        return rng.choice((Value(plain, False), Value(f"@{plain}"), Value(f"@{self.name(3)}")))
