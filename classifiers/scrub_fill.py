"""Templates and the values that fill them: text for training the name model and for its synthetic gold.

Every value falls, by a hash of its lower-cased text, on one side: nine tenths for training, one tenth for the
gold.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

TEMPLATES = Path(__file__).parent / "scrub_training"
SLOT = re.compile(r"\{\{(\w+)\}\}")
TURN_SLOT = "turn"

# Locales in Latin script, with how often each is drawn; the others follow apart, because most chat is in
# Latin script.
LATIN = {
    "en_US": 10, "en_GB": 5, "en_IN": 6, "en_IE": 2, "en_NG": 1, "en_PK": 3, "en_KE": 3, "de_DE": 3,
    "fr_FR": 3,
    "es_ES": 3, "es_MX": 3, "it_IT": 3, "pt_BR": 3, "nl_NL": 2, "pl_PL": 3, "sv_SE": 2, "cs_CZ": 2,
    "tr_TR": 3,
    "hu_HU": 1, "fi_FI": 1, "da_DK": 1, "no_NO": 1, "ro_RO": 1, "hr_HR": 1, "vi_VN": 2, "id_ID": 2,
    "ga_IE": 1,
    "sw": 2, "yo_NG": 2, "ig_NG": 2, "ha_NG": 2, "zu_ZA": 2, "tw_GH": 2, "az_AZ": 1, "uz_UZ": 1, "lt_LT": 1,
    "lv_LV": 1, "et_EE": 1, "is_IS": 1, "sk_SK": 1, "sl_SI": 1,
}  # fmt: skip
OTHER_SCRIPTS = (
    "ru_RU",
    "uk_UA",
    "zh_CN",
    "ja_JP",
    "ko_KR",
    "ar_SA",
    "hi_IN",
    "el_GR",
    "he_IL",
    "fa_IR",
    "bn_BD",
)
PLACED = ("en_US", "en_GB", "en_IN", "en_AU", "de_DE", "fr_FR", "es_ES", "es_MX", "it_IT", "pt_BR", "nl_NL",
    "pl_PL",
          "sv_SE", "cs_CZ", "da_DK", "fi_FI", "hu_HU", "ro_RO", "hr_HR", "no_NO", "id_ID", "en_CA",
          "de_CH")  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """A text and its labelled spans (start, end, type), by character. `TURN` in the text is a change of
    turn."""

    text: str
    spans: tuple[tuple[int, int, str], ...]
    outside: str = "nothing"
    """What may stand outside the spans: `nothing`; `places` where the source labels persons only; `chat`
    or `cased` where it labels nothing, and only plainly ordinary words are known to be no names;
    `code`, of which nothing but comments and strings can hold a name, and whose letter case stays."""


def for_gold(value: str) -> bool:
    """Whether a value is kept for the gold (about a tenth), by a hash of its lower-cased text."""
    return crc32(value.lower().encode()) % 10 == 7


def read_templates(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Lines of the named template files, keyed `file.section`."""
    lines: dict[str, tuple[str, ...]] = {}
    for name in names:
        with (TEMPLATES / f"{name}.toml").open("rb") as stream:
            for section, texts in tomllib.load(stream).items():
                lines[f"{name}.{section}"] = tuple(texts)
    return lines


def fill(template: str, draw: Mapping[str, Callable[[], tuple[str, str | None]]], turn: str) -> Labelled:
    """A template with its slots filled. `draw` gives for each slot a value and its type, None where it is no
    PII.

    Raises KeyError for a slot that `draw` lacks.
    """
    out: list[str] = []
    spans: list[tuple[int, int, str]] = []
    at = size = 0
    for match in SLOT.finditer(template):
        before = template[at : match.start()]
        value, kind = (turn, None) if match.group(1) == TURN_SLOT else draw[match.group(1)]()
        out += (before, value)
        size += len(before)
        if kind:
            spans.append((size, size + len(value), kind))
        size += len(value)
        at = match.end()
    out.append(template[at:])
    return Labelled("".join(out), tuple(spans))


def recase(item: Labelled, rng: random.Random) -> Labelled:
    """The same text in another letter case, as people type: mostly lower, else upper, title case, or names
    alone lower."""
    how = rng.choice(("lower", "lower", "lower", "lower", "upper", "upper", "title", "names"))
    changed = _lower_names(item) if how == "names" else getattr(item.text, how)()
    # Some letters change length with case; then spans would shift, so such a text stays as it is.
    return Labelled(changed, item.spans, item.outside) if len(changed) == len(item.text) else item


def _lower_names(item: Labelled) -> str:
    text = item.text
    for start, end, _ in item.spans:
        text = text[:start] + text[start:end].lower() + text[end:]
    return text


@dataclass
class Pools:
    """Values to fill with, drawn from Faker once per seed, one side of the split."""

    seed: int
    gold: bool = False
    size: int = 600
    first: dict[str, list[str]] = field(default_factory=dict)
    last: dict[str, list[str]] = field(default_factory=dict)
    cities: list[str] = field(default_factory=list)
    streets: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    companies: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        from faker import Faker

        for locale in (*LATIN, *OTHER_SCRIPTS):
            maker = Faker(locale, use_weighting=False)
            maker.seed_instance(self.seed)
            for table, make in ((self.first, maker.first_name), (self.last, maker.last_name)):
                found = list(self._keep(make() for _ in range(self.size)))
                # A locale with next to no names of its own borrows those of the first.
                table[locale] = found if len(found) >= 5 else table["en_US"]
        for locale in PLACED:
            maker = Faker(locale, use_weighting=False)
            maker.seed_instance(self.seed)
            if locale != "it_IT":
                # That provider draws from a set, so its cities differ from run to run.
                self.cities += self._keep(maker.city() for _ in range(self.size // 3))
            self.streets += self._keep(maker.street_address() for _ in range(self.size // 3))
            self.addresses += self._keep(maker.address() for _ in range(self.size // 3))
            self.companies += self._keep(maker.company() for _ in range(self.size // 4))

    def _keep(self, values: Iterator[str]) -> Iterator[str]:
        return (value for value in dict.fromkeys(values) if for_gold(value) == self.gold)
