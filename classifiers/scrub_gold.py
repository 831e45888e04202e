"""Synthetic gold for the scrubber: held-out templates, filled with values that training never saw. Seeded."""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable, Iterator
from typing import Any

from classifiers.scrub_fill import SLOT, Labelled, Pools, fill, read_templates
from classifiers.scrub_values import MONTHS, Values

CASINGS = ("as_written", "lower", "upper")
_PHONES = (
    "+1 {3}-{3}-{4}", "({3}) {3}-{4}", "{3}-{3}-{4}", "{3}.{3}.{4}", "1-{3}-{3}-{4}", "+44 7{3} {6}",
    "07{3} {6}", "0{2} {4} {4}",
    "+49 1{2} {7}", "0{3}/{7}", "+33 6 {2} {2} {2} {2}", "06 {2} {2} {2} {2}", "+91 {5} {5}",
    "+34 6{2} {3} {3}", "+55 11 9{4}-{4}",
    "+86 1{2} {4} {4}", "+234 80{1} {3} {4}", "+61 4{2} {3} {3}", "0{3}-{3}-{4}", "{3}-{3}-{4} ext. {3}",
    "+81-90-{4}-{4}", "+7 (9{2}) {3}-{2}-{2}",
)  # fmt: skip


class Identifiers:
    """Draws values of the kinds that have a form. Checksums hold unless said."""

    def __init__(self, rng: random.Random, names: Values) -> None:
        self.rng, self.names = rng, names

    def slots(self) -> dict[str, Callable[[], tuple[str, str | None]]]:
        """A draw table for `scrub_fill.fill`."""
        kinds: dict[str, tuple[str, Callable[[], str]]] = {
            "email": ("EMAIL_ADDRESS", self.email), "phone": ("PHONE_NUMBER", self.phone),
            "card": ("CREDIT_CARD", self.card),
            "iban": ("IBAN_CODE", self.iban), "ip": ("IP_ADDRESS", self.ip), "mac": ("MAC_ADDRESS", self.mac),
            "profile_url": ("URL", self.profile_url), "us_ssn": ("US_SSN", self.us_ssn),
            "uk_nino": ("UK_NINO", self.uk_nino),
            "national_id": ("NATIONAL_ID", self.national_id),
            "passport": ("PASSPORT", self.passport), "licence": ("DRIVER_LICENSE", self.licence),
            "account": ("ACCOUNT_ID", lambda: self.digits(self.rng.randint(6, 12))),
            "order": ("ACCOUNT_ID", self.order),
            "birth_date": ("BIRTH_DATE", self.birth_date), "handle": ("USERNAME", self.handle),
            "password": ("SECRET", self.password), "api_key": ("SECRET", self.api_key),
            "jwt": ("SECRET", self.jwt),
        }  # fmt: skip

        def drawer(kind: str, make: Callable[[], str]) -> Callable[[], tuple[str, str | None]]:
            return lambda: (make(), kind)

        return {slot: drawer(kind, make) for slot, (kind, make) in kinds.items()}

    def digits(self, count: int) -> str:
        return "".join(self.rng.choices(string.digits, k=count))

    def letters(self, count: int) -> str:
        return "".join(self.rng.choices(string.ascii_uppercase, k=count))

    def _ascii_name(self) -> str:
        name = self.names.first("en_US") + self.rng.choice(("", ".", "_", "-")) + self.names.last("en_GB")
        return "".join(char for char in name.lower() if char.isascii() and (char.isalnum() or char in "._-"))

    def email(self) -> str:
        host = self.rng.choice(
            ("gmail.com", "outlook.com", "web.de", "orange.fr", "yahoo.co.in", "uni-mail.edu", "proton.me")
        )
        return f"{self._ascii_name()}{self.rng.choice(('', self.digits(2)))}@{host}"

    def phone(self) -> str:
        form = self.rng.choice(_PHONES)
        out, at = "", 0
        while at < len(form):
            if form[at] == "{":
                out += self.rng.choice("23456789") + self.digits(int(form[at + 1]) - 1)
                at += 3
            else:
                out += form[at]
                at += 1
        return out

    def card(self) -> str:
        """One in four has a wrong check digit, as typed from memory."""
        body = self.rng.choice(("4", "51", "55", "2223", "6011")) + self.digits(15)
        body = body[:15]
        total = sum(sum(divmod(int(char) * (2 - place % 2), 10)) for place, char in enumerate(body))
        check = (10 - total % 10) % 10
        check = (check + 3) % 10 if self.rng.random() < 0.25 else check
        whole = body + str(check)
        gap = self.rng.choice(("", " ", "-"))
        return gap.join(whole[at : at + 4] for at in range(0, 16, 4))

    def iban(self) -> str:
        from classifiers.recognizers.iban_code import LENGTHS

        country = self.rng.choice(("DE", "GB", "FR", "ES", "IT", "NL", "PL", "AT", "SE", "IE"))
        size = LENGTHS[country] - 4
        body = self.letters(4) + self.digits(size - 4) if country in ("GB", "NL", "IE") else self.digits(size)
        value = int("".join(str(int(char, 36)) for char in body + country + "00"))
        whole = f"{country}{98 - value % 97:02d}{body}"
        return whole if self.rng.random() < 0.5 else " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))

    def ip(self) -> str:
        if self.rng.random() < 0.3:
            return ":".join(f"{self.rng.randrange(1 << 16):x}" for _ in range(8))
        return ".".join(str(self.rng.randint(1, 254)) if at else str(self.rng.randint(11, 120)) for at in range(4))

    def mac(self) -> str:
        return self.rng.choice(":-").join(f"{self.rng.randrange(256):02x}" for _ in range(6))

    def profile_url(self) -> str:
        host = self.rng.choice(("linkedin.com/in/", "github.com/", "www.facebook.com/", "instagram.com/", "x.com/"))
        return f"{self.rng.choice(('https://', ''))}{host}{self._ascii_name()}"

    def us_ssn(self) -> str:
        return f"{self.rng.randint(100, 665)}-{self.rng.randint(10, 99)}-{self.rng.randint(1000, 9999)}"

    def uk_nino(self) -> str:
        gap = self.rng.choice(("", " "))
        pair = self.rng.choice("ABCEHJKLMPRSTWXY") + self.rng.choice("ABCEHJKLMPRSTWXY")
        pair = "JA" if pair in ("BG", "GB", "KN", "NK", "TN", "NT", "ZZ") else pair
        return gap.join((pair, self.digits(2), self.digits(2), self.digits(2), self.rng.choice("ABCD")))

    def national_id(self) -> str:
        """Forms of India, Spain, Poland, the Netherlands, Brazil, Singapore, Mexico and France; no check digits."""
        d, a = self.digits, self.letters
        day = f"{self.rng.randint(40, 99)}{self.rng.randint(1, 12):02d}{self.rng.randint(1, 28):02d}"
        forms = (f"{self.rng.randint(2, 9)}{d(3)} {d(4)} {d(4)}", f"{d(8)}{a(1)}", f"{day}{d(5)}", d(9),
                 f"{d(3)}.{d(3)}.{d(3)}-{d(2)}", f"S{d(7)}{a(1)}", f"{a(4)}{day}H{a(5)}{d(2)}",
                 f"1 {day[:2]} {day[2:4]} {d(2)} {d(3)} {d(3)} {d(2)}")  # fmt: skip
        return self.rng.choice(forms)

    def passport(self) -> str:
        return self.rng.choice((self.digits(9), self.letters(1) + self.digits(8), self.letters(2) + self.digits(7)))

    def licence(self) -> str:
        return self.rng.choice(
            (
                self.letters(1) + self.digits(7),
                self.letters(5) + self.digits(6) + self.letters(2),
                self.digits(8),
            )
        )

    def order(self) -> str:
        return self.rng.choice(
            (
                self.digits(8),
                f"{self.letters(2)}-{self.digits(6)}",
                f"{self.digits(3)}-{self.digits(7)}-{self.digits(7)}",
            )
        )

    def birth_date(self) -> str:
        day, month, year = self.rng.randint(1, 28), self.rng.randint(1, 12), self.rng.randint(1940, 2008)
        forms = (
            f"{day:02d}/{month:02d}/{year}",
            f"{year}-{month:02d}-{day:02d}", f"{day} {MONTHS[month - 1]} {year}",
                 f"{MONTHS[month - 1]} {day}, {year}",
                 f"{day}.{month}.{year}", f"{month}/{day}/{year % 100:02d}")  # fmt: skip
        return self.rng.choice(forms)

    def handle(self) -> str:
        return f"@{self._ascii_name().replace('-', '_')}{self.digits(2)}"

    def password(self) -> str:
        return self.names.first("en_US").lower() + self.rng.choice("!_#?") + self.digits(3)

    def api_key(self) -> str:
        body = "".join(self.rng.choices(string.ascii_letters + string.digits, k=40))
        return self.rng.choice(("sk-", "ghp_", "AIza", "")) + body

    def jwt(self) -> str:
        parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": self.digits(8), "name": self.names.full()})
        head = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        return f"{head}.{''.join(self.rng.choices(string.ascii_letters + string.digits + '-_', k=43))}"


FILES = ("held_out", "held_out_talk", "held_out_messy", "held_out_ids")
"""Template files for the gold only; each has its own author, none of whom wrote the training templates."""


def make_gold(seed: int, fills: int = 30, identifier_fills: int | None = None) -> Iterator[dict[str, Any]]:
    """Gold lines {"id", "text", "spans", "source", "casing"}: each held-out template `fills` times, in three
    casings.

    Templates with identifiers are filled `identifier_fills` times (`fills` if None) and stay as written. Lines
    of a turn change become line breaks. A text whose length changes with its casing is left out there.
    """
    rng = random.Random(seed)
    names = Values(Pools(seed, gold=True), rng)
    identifiers = Identifiers(rng, names).slots()
    draw = {**names.slots(), **identifiers}
    for source, lines in read_templates(FILES).items():
        for number, line in enumerate(lines):
            formed = not identifiers.keys().isdisjoint(SLOT.findall(line))
            for turn in range(identifier_fills if formed and identifier_fills is not None else fills):
                item = fill(line, draw, "\n")
                for casing in CASINGS[:1] if formed else CASINGS:
                    text = getattr(item.text, casing)() if casing != "as_written" else item.text
                    if len(text) == len(item.text):
                        yield _line(f"{source}-{number}-{turn}-{casing}", text, item, source, casing)


def _line(name: str, text: str, item: Labelled, source: str, casing: str) -> dict[str, Any]:
    spans = [{"start": start, "end": end, "type": kind} for start, end, kind in item.spans]
    return {"id": name, "text": text, "spans": spans, "source": source, "casing": casing}
