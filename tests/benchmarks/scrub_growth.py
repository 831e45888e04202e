"""How the scrubber's time grows with the length of a turn, for texts made to be slow.

`python -m tests.benchmarks.scrub_growth` takes about ten minutes; name baits after it to time only those. Each bait is
one turn of 125 kB to 1 MB (the last one is as long a conversation of short turns), and the ratio is to the seconds of
half the length. Exit code 1 where 1 MB takes more than MOST times the time of 500 kB, measured again before it is
believed.
"""

from __future__ import annotations

import base64
import random
import sys
import time
from collections.abc import Callable
from itertools import pairwise

import click

from classifiers.scrubber import Scrubber
from schemas.policy import ScrubPolicy

SIZES = (125_000, 250_000, 500_000, 1_000_000)
MOST = 2.6
"""Most times the time that a text of double length may take: 2, and what a shared machine adds."""
TRIES = 3
_SYLLABLES = ("zo", "ra", "mil", "ko", "ben", "ta", "vu", "lis", "dra", "hel", "on", "ja", "qui", "sel")
_SAID = (
    "hi, my name is {first} {last} and I need help with order #{number}.\n",
    "{first} told me that the parcel for {last} never came, it was sent on 3 May.\n",
    "can you write to {first}.{last}@example.com or call +49 171 {number}?\n",
    "I am so tired of this. {first} says it is fine, but it is not fine at all.\n",
    "thanks {first}, that worked! What about the café in {last} Street?\n",
)


def _name(rng: random.Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))).capitalize()


def _line(rng: random.Random) -> str:
    number = rng.randrange(10**6, 10**7)
    return rng.choice(_SAID).format(first=_name(rng), last=_name(rng), number=number)


def _drawn(part: Callable[[random.Random], str]) -> Callable[[int], list[str]]:
    """One turn of random parts."""

    def make(size: int) -> list[str]:
        rng = random.Random(size)
        parts: list[str] = []
        length = 0
        while length < size:
            parts.append(part(rng))
            length += len(parts[-1])
        return ["".join(parts)[:size]]

    return make


def _repeated(part: str) -> Callable[[int], list[str]]:
    """One turn of the same part over and over."""
    return lambda size: [part * (size // len(part))]


def _nested(size: int) -> list[str]:
    return ["([{<" * (size // 8) + ">}])" * (size // 8)]


def _turns(size: int) -> list[str]:
    rng = random.Random(size)
    return [_line(rng)[:40] for _ in range(size // 40)]


BAITS: dict[str, Callable[[int], list[str]]] = {
    "chat": _drawn(_line),
    "digits": _drawn(lambda rng: str(rng.randrange(10**9, 10**10))),
    "digits by 3": _drawn(lambda rng: f"{rng.randrange(100, 1000)} "),
    "digits by 4": _drawn(lambda rng: f"{rng.randrange(1000, 10000)}-"),
    "base64": _drawn(lambda rng: base64.b64encode(rng.randbytes(3000)).decode()),
    "capitalised": _drawn(lambda rng: _name(rng) + " "),
    "small letters": _drawn(lambda rng: _name(rng).lower() + " "),
    "e-mails": _drawn(lambda rng: f"{_name(rng)}@{_name(rng)}.com "),
    "addresses": _drawn(lambda rng: f"{rng.randrange(1, 999)} {_name(rng)} Street, "),
    "dates": _drawn(lambda rng: f"{rng.randrange(1, 29)}/{rng.randrange(1, 13)}/19{rng.randrange(10, 99)} "),
    "hex": _drawn(lambda rng: rng.randbytes(500).hex()),
    "nested": _nested,
    **{ascii(part)[1:-1].replace(" ", "_"): _repeated(part) for part in (
        "a", "1", "@", "a@", "a.", "-", "1-", "1.", "1/", "1 ", "+1 ", "::", "0:", "http://", "www.", "John ",
        "John", "A1", "\n", " ", "\t\n", '"k":"v",', "user=", "Mr. ", "my name is ", "password: ", "é", "王",
        "\u200b", "e\u0301", "\u0301", "😀\u200d", "١", "```\n", "> ", "&#64;", "%40", " at ", " dot ",
        "one ", "Aa Bb ", "12 Main ", "eyJ", "x" * 63 + ".",
    )},
    "turns": _turns,
}  # fmt: skip


def seconds(scrubber: Scrubber, texts: list[str]) -> float:
    """Seconds of processor time to scrub one conversation."""
    began = time.process_time()
    scrubber.scrub(texts)
    return time.process_time() - began


def growth(scrubber: Scrubber, make: Callable[[int], list[str]]) -> list[float]:
    """Seconds at each of SIZES. Where the last doubling looks bad, the least of several tries counts."""
    took = [seconds(scrubber, make(size)) for size in SIZES]
    for _ in range(TRIES - 1):
        if took[-1] <= MOST * took[-2]:
            break
        took[-2:] = [min(had, seconds(scrubber, make(size))) for had, size in zip(took[-2:], SIZES[-2:], strict=True)]
    return took


def main(wanted: list[str]) -> int:
    """Times the baits named, or all; the exit code."""
    unknown = [name for name in wanted if name not in BAITS]
    if unknown:
        raise click.UsageError(f"no bait {unknown}; there are {', '.join(BAITS)}")
    scrubber = Scrubber(ScrubPolicy())
    scrubber.scrub(["Warm up, Zdenka Horvat: z@example.com, +49 171 5550187, born 12/04/1988."])
    bad = []
    click.echo(f"{'':14}" + "".join(f"{size // 1000:7} kB      " for size in SIZES))
    for name in wanted or BAITS:
        took = growth(scrubber, BAITS[name])
        ratios = [late / early for early, late in pairwise(took)]
        cells = [f"{took[0]:8.2f} s      ", *(f"{s:8.2f} s x{r:4.1f}" for s, r in zip(took[1:], ratios, strict=True))]
        worse = ratios[-1] > MOST
        click.echo(f"{name[:13]:14}" + "".join(cells) + ("  grows faster than its length" if worse else ""))
        bad += [name] if worse else []
    click.echo(f"{len(bad)} of {len(wanted or BAITS)} grow faster than their length. {', '.join(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
