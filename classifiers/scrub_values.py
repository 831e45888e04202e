"""Draws a value for every slot of the scrubber's templates: names, places, organisations, and plain
fillers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from classifiers.scrub_fill import LATIN, OTHER_SCRIPTS, Pools, for_gold

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November",
          "December")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TITLES = ("Mr", "Mr.", "Mrs", "Mrs.", "Ms", "Ms.", "Miss", "Dr", "Dr.", "Prof.", "Professor", "Doctor", "Sir",
    "Sister",
          "Father", "Rabbi", "Frau", "Herr", "Madame", "Monsieur", "Señor", "Señora", "Judge",
          "Captain")  # fmt: skip
COUNTRIES = (
    "Argentina", "Australia", "Austria", "Bangladesh", "Belgium", "Bolivia", "Brazil", "Bulgaria", "Cameroon",
    "Canada",
    "Chile", "China", "Colombia", "Croatia", "Cuba", "Denmark", "Ecuador", "Egypt", "Estonia", "Ethiopia",
    "Finland",
    "France", "Germany", "Ghana", "Greece", "Hungary", "India", "Indonesia", "Iran", "Iraq", "Ireland",
    "Israel",
    "Italy", "Japan", "Jordan", "Kenya", "Latvia", "Lebanon", "Malaysia", "Mexico", "Morocco", "Nepal",
    "New Zealand",
    "Nigeria", "Norway", "Pakistan", "Peru", "the Philippines", "Poland", "Portugal", "Romania", "Russia",
    "Senegal",
    "Serbia", "Singapore", "Slovakia", "South Africa", "South Korea", "Spain", "Sri Lanka", "Sweden",
    "Switzerland",
    "Syria", "Taiwan", "Tanzania", "Thailand", "Tunisia", "Turkey", "Uganda", "Ukraine", "the UK", "the US",
    "Uruguay",
    "Venezuela", "Vietnam", "Zambia", "Zimbabwe",
)  # fmt: skip
CITIES = (
    "Lagos", "Nairobi", "Accra", "Kampala", "Mumbai", "Pune", "Bengaluru", "Karachi", "Lahore", "Dhaka",
    "Manila", "Cebu",
    "Jakarta", "Surabaya", "Hanoi", "Osaka", "Kyoto", "Seoul", "Busan", "Taipei", "Shenzhen", "Perth",
    "Brisbane",
    "Auckland", "Leeds", "Bristol", "Glasgow", "Cardiff", "Belfast", "Cork", "Galway", "Lyon", "Lille",
    "Nantes", "Köln",
    "Leipzig", "Graz", "Basel", "Torino", "Napoli", "Sevilla", "Bilbao", "Porto", "Braga", "Gdańsk", "Kraków",
    "Brno",
    "Debrecen", "Cluj", "Sofia", "Thessaloniki", "Izmir", "Ankara", "Haifa", "Amman", "Cairo", "Casablanca",
    "Tunis",
    "Dakar", "Durban", "Boston", "Denver", "Tulsa", "Fresno", "Spokane", "Boise", "Omaha", "El Paso",
    "San Jose",
    "Salt Lake City", "New Orleans", "Des Moines", "Baton Rouge", "Toronto", "Calgary", "Halifax", "Montréal",
    "Puebla",
    "Guadalajara", "Medellín", "Cali", "Quito", "Lima", "Rosario", "Córdoba", "Recife", "Curitiba",
    "Belo Horizonte",
    "Utrecht", "Eindhoven", "Ghent", "Malmö", "Bergen", "Aarhus", "Tampere", "Tartu", "Riga", "Kaunas",
    "Minsk", "Lviv",
    "Odesa", "Tbilisi", "Almaty", "Tashkent", "Chennai", "Kolkata", "Jaipur", "Colombo", "Yangon", "Penang",
)  # fmt: skip
_ORG_HEADS = ("Bright", "North", "Silver", "Green", "Blue", "Iron", "River", "Summit", "Oak", "Red", "Clear",
    "Nova",
              "Apex", "Harbor", "Stone", "Sun", "Pine", "Star", "Union", "First", "Metro", "Delta", "Coast",
              "Prime",
              "Vertex", "Quantum", "Lumen", "Terra", "Aero", "Medi", "Data", "Cyber", "Opti", "Hydro",
              "Inter")  # fmt: skip
_ORG_TAILS = ("well", "gate", "field", "point", "line", "bridge", "path", "wave", "works", "ware", "lab",
    "tek", "soft",
              "net", "cast", "dale", "wood", "mark", "forge", "nest", "crest", "side", "view", "light",
              "sys")  # fmt: skip
_ORG_KINDS = ("Ltd", "Inc.", "LLC", "GmbH", "Group", "Logistics", "Dental", "Bank", "Insurance", "Consulting",
    "Systems",
              "Pharma", "Foods", "Energy", "Media", "Law", "Partners", "Airways", "Motors", "Security",
              "Robotics",
              "Solutions", "Health", "Capital", "Studios", "& Sons", "Bakery", "Plumbing", "Realty",
              "Credit Union")  # fmt: skip
_NICKS = "aeiouy"
_STAGE = ("Lil", "DJ", "MC", "Big", "Young", "Queen", "King", "Sir", "Baby", "Uncle", "Auntie", "Papa", "Saint")
MADE_UP = 0.2
"""Share of names that no list holds."""
Drawer = Callable[[], tuple[str, str | None]]


class Values:
    """A value for each slot, from one side of the split, by a seeded generator."""

    def __init__(self, pools: Pools, rng: random.Random, words: Sequence[str] = ()) -> None:
        self.pools, self.rng = pools, rng
        self._code_words = words or _CODE_WORDS
        self._latin = [locale for locale, weight in LATIN.items() for _ in range(weight)]

    def slots(self) -> dict[str, Drawer]:
        """The draw table that `scrub_fill.fill` takes."""
        return {
            "first": self._typed(self.first, "PERSON"), "last": self._typed(self.last, "PERSON"),
            "full": self._typed(self.full, "PERSON"), "name": self._typed(self.name, "PERSON"),
            "called": self._typed(self.called, "PERSON"), "title": self._plain(lambda: self.rng.choice(TITLES)),
            "first_lower": self._typed(self.first_lower, "PERSON"),
            "org": self._typed(self.org, "ORGANIZATION"), "school": self._typed(self.school, "ORGANIZATION"),
            "hospital": self._typed(self.hospital, "ORGANIZATION"),
            "city": self._typed(self.city, "LOCATION"),
            "country": self._typed(lambda: self.rng.choice(COUNTRIES), "LOCATION"),
            "street": self._typed(lambda: self.rng.choice(self.pools.streets), "ADDRESS"),
            "address": self._typed(self.address, "ADDRESS"),
            "month": self._plain(lambda: self.rng.choice(MONTHS)),
            "weekday": self._plain(lambda: self.rng.choice(WEEKDAYS)),
            "ident": self._plain(self.identifier), "Ident": self._plain(lambda: self.identifier(upper=True)),
            "i": self._plain(lambda: self.rng.choice("abcxyz")),
            "num": self._plain(lambda: str(int(10 ** self.rng.uniform(0, 6)))),
            "amount": self._plain(lambda:
                f"{self.rng.choice('$€£')}{self.rng.randint(1, 99)},{self.rng.randint(100, 999)}"),
            "time": self._plain(lambda: f"{self.rng.randint(0, 23)}:{self.rng.randint(0, 59):02d}"),
            "date": self._plain(lambda:
                f"{self.rng.randint(1, 28)} {self.rng.choice(MONTHS)} {self.rng.randint(1990, 2026)}"),
            "phone": self._plain(lambda: "+" + " ".join(str(self.rng.randint(10, 999)) for _ in range(4))),
            "email": self._plain(lambda: f"{self.identifier().lower()}@example.org"),
        }  # fmt: skip

    def social_slots(self) -> dict[str, Drawer]:
        """The draw table for posts and comments, where people are named more loosely."""
        draw = self.slots()
        loose = {name: self._loosely(draw[name]) for name in ("first", "last", "full", "name")}
        return {**draw, **loose}

    def _loosely(self, usual: Drawer) -> Drawer:
        return lambda: (self.called(), "PERSON") if self.rng.random() < 0.4 else usual()

    def _typed(self, make: Callable[[], str], kind: str) -> Drawer:
        return lambda: (make(), kind)

    def _plain(self, make: Callable[[], str]) -> Drawer:
        return lambda: (make(), None)

    def _locale(self) -> str:
        return self.rng.choice(OTHER_SCRIPTS) if self.rng.random() < 0.07 else self.rng.choice(self._latin)

    def _made_up(self, pool: list[str]) -> str:
        """A name that no list holds: the head of one, the tail of another. Teaches form rather than
        membership."""
        head, tail = self.rng.choice(pool), self.rng.choice(pool)
        made = head[: max(2, (len(head) + 1) // 2)] + tail[len(tail) // 2 :].lower()
        return made if for_gold(made) == self.pools.gold else head

    def first(self, locale: str | None = None) -> str:
        pool = self.pools.first[locale or self._locale()]
        return self._made_up(pool) if self.rng.random() < MADE_UP else self.rng.choice(pool)

    def first_lower(self) -> str:
        return self.rng.choice(self.pools.first[self.rng.choice(self._latin)]).lower()

    def last(self, locale: str | None = None) -> str:
        pool = self.pools.last[locale or self._locale()]
        return self._made_up(pool) if self.rng.random() < MADE_UP else self.rng.choice(pool)

    def full(self) -> str:
        # One in four has family names of another culture, as families do.
        locale = self._locale()
        if locale in ("zh_CN", "ja_JP", "ko_KR"):
            return self.last(locale) + self.first(locale)
        mixed = self.rng.choice(self._latin) if locale in LATIN and self.rng.random() < 0.25 else locale
        first, last = self.first(locale), self.last(mixed)
        how = self.rng.random()
        if how < 0.06:
            return f"{first} {self.rng.choice('ABCDEFGHJKLMNPRSTVW')}. {last}"
        if how < 0.11:
            return f"{first} {self.first(locale)} {last}"
        if how < 0.14:
            return f"{first[0]}. {last}"
        if how < 0.17:
            return f"{first} {last}-{self.last(mixed)}"
        return f"{first} {last}"

    def name(self) -> str:
        return self.first() if self.rng.random() < 0.5 else self.full()

    def called(self) -> str:
        """A person as posts and comments have them: by one name, in full, or by a nickname or handle."""
        how = self.rng.random()
        if how < 0.35:
            return self.first()
        if how < 0.55:
            return self.last()
        return self.full() if how < 0.75 else self.nick()

    def nick(self) -> str:
        """A nickname, stage name or handle made from a name."""
        name = self.first(self.rng.choice(self._latin))
        stem = name[: self.rng.randint(3, 5)]
        how = self.rng.random()
        if how < 0.25:
            return stem
        if how < 0.45:
            return stem.rstrip(_NICKS) + self.rng.choice(("y", "ie", "o", "ito", "z", "ster", "s", "ey"))
        if how < 0.6:
            return f"{self.rng.choice(_STAGE)} {name}"
        if how < 0.8:
            parts = (stem, self.rng.choice(self._code_words), self.last(self.rng.choice(self._latin))[:6])
            made = "".join(self.rng.sample(parts, 2)) + self.rng.choice(("", "", "x", "TV", "99", "xo"))
            return self.rng.choice((made, made.lower(), made.title()))
        if how < 0.9:
            return "".join(self.rng.choices("ABCDEJKLMRST", k=2))
        return 2 * stem[:2].title() if how < 0.95 else f"{name} the {self.rng.choice(self._code_words).title()}"

    def city(self) -> str:
        return self.rng.choice(CITIES if not self.pools.gold and self.rng.random() < 0.5 else self.pools.cities)

    def address(self) -> str:
        text = self.rng.choice(self.pools.addresses)
        how = self.rng.random()
        return text.replace("\n", ", ") if how < 0.6 else text.replace("\n", " ") if how < 0.75 else text

    def org(self) -> str:
        how = self.rng.random()
        made = self.rng.choice(_ORG_HEADS) + self.rng.choice(_ORG_TAILS)
        if how < 0.35 or for_gold(made) != self.pools.gold:
            return self.rng.choice(self.pools.companies)
        if how < 0.75:
            return f"{made} {self.rng.choice(_ORG_KINDS)}"
        return f"{self.last()} {self.rng.choice(_ORG_KINDS)}" if how < 0.87 else made

    def school(self) -> str:
        kind = self.rng.choice(("High School", "Elementary", "Academy", "Middle School", "College", "Primary School"))
        if self.rng.random() < 0.3:
            return f"University of {self.city()}"
        return f"{self.rng.choice((self.last(), self.city()))} {kind}"

    def hospital(self) -> str:
        kind = self.rng.choice(("General Hospital", "Medical Center", "Clinic", "Hospital", "Infirmary"))
        return f"{self.rng.choice((self.last(), self.city(), 'St. ' + self.first()))} {kind}"

    def _part(self) -> Sequence[str]:
        return _CODE_WORDS if self.rng.random() < 0.5 else self._code_words

    def identifier(self, upper: bool = False) -> str:
        """A name as programs have them, of common parts, in one of the usual cases."""
        parts = [self.rng.choice(self._part()) for _ in range(self.rng.randint(1, 3))]
        if upper:
            return "".join(part.title() for part in parts)
        how = self.rng.random()
        return "_".join(parts) if how < 0.5 else parts[0] + "".join(part.title() for part in parts[1:])


_CODE_WORDS = ("get", "set", "user", "list", "node", "item", "name", "path", "file", "data", "load", "save",
    "index",
               "count", "value", "key", "map", "token", "parse", "build", "render", "state", "event",
               "handler", "queue",
               "cache", "client", "server", "order", "price", "total", "max", "min", "config", "session",
               "request",
               "response", "buffer", "tree", "graph", "color", "width", "height", "message", "chat",
               "role")  # fmt: skip
