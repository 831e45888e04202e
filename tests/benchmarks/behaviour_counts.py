"""How many public conversations show each behaviour, by source, and what it costs to look.

    python -m tests.benchmarks.behaviour_counts FOLDER [--read]

FOLDER: public transcripts. --read prints the beginning of every turn that counts, for reading by hand.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from classifiers.behaviour import LOOP, OUTBURSTS, marks, refuses
from jobs.public_transcripts import transcripts

NAMES = ("conversations", "turns", "reversion_loop", "outbursts", "giving_up", "refusal")
_SHOWN = 200


def shows(text: str) -> set[str]:
    """Names of what the turn shows."""
    found = marks(text)
    there = {"reversion_loop": found.reversions >= LOOP, "outbursts": found.outbursts >= OUTBURSTS,
             "giving_up": found.gives_up, "refusal": refuses(text)}  # fmt: skip
    return {name for name, is_there in there.items() if is_there}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--read", action="store_true")
    arguments = parser.parse_args()
    counts: dict[str, Counter[str]] = {}
    spent, turns = 0.0, 0
    for talk in transcripts(arguments.folder):
        said = [text for role, text in talk.turns if role == "assistant"]
        begin = time.process_time()
        found = [shows(text) for text in said]
        spent, turns = spent + time.process_time() - begin, turns + len(said)
        counts.setdefault(talk.source, Counter()).update(["conversations", *set().union(*found)])
        counts[talk.source]["turns"] += len(said)
        if arguments.read:
            for text, names in zip(said, found, strict=True):
                for name in sorted(names):
                    sys.stdout.write(f"{talk.source} {name}: {text[:_SHOWN]!r}\n")
    for source, of_source in counts.items():
        sys.stdout.write(f"{source}: " + ", ".join(f"{name} {of_source[name]}" for name in NAMES) + "\n")
    sys.stdout.write(f"{1e6 * spent / max(1, turns):.0f} microseconds a turn\n")


if __name__ == "__main__":
    main()
