"""Canaries: made-up personal values in every raw field of a trial, and whether one of them is in a released byte.

    python -m tests.benchmarks.canaries FOLDER [--each 300] [--seeds 5] [--conversations 1500]

Writes a trial into FOLDER, runs `welfare run` and `welfare audit` over it, and then plants every canary in a copy of
the release, to see that the scanner finds each. Results: tests/README.md.
"""

from __future__ import annotations

import argparse
import base64
import html
import itertools
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jobs.audit import Searcher, plain_files, read_canaries, search_files
from jobs.sample.generate import generate

_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "ar", "en", "ix", "ol", "um")]


def _word(dice: random.Random, syllables: int = 4) -> str:
    return "".join(dice.choices(_SYLLABLES, k=syllables))


def _digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choices("0123456789", k=count))


KINDS: dict[str, Callable[[random.Random], str]] = {
    "name": lambda d: f"{_word(d, 3).title()} {_word(d, 4).title()}",
    "email": lambda d: f"{_word(d)}.{_word(d)}@{_word(d, 3)}.example.com",
    "phone": lambda d: f"+44 7{_digits(d, 3)} {_digits(d, 6)}",
    "card": lambda d: f"4{_digits(d, 3)} {_digits(d, 4)} {_digits(d, 4)} {_digits(d, 4)}",
    "account": lambda d: f"GB{_digits(d, 2)} NWBK {_digits(d, 4)} {_digits(d, 4)} {_digits(d, 6)}",
    "address": lambda d: ".".join(str(d.randint(100, 255)) for _ in range(4)),
    "street": lambda d: f"{d.randint(100, 999)} {_word(d).title()} Street",
    "secret": lambda d: "sk-" + "".join(d.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=32)),
    "word": lambda d: _word(d, 5),
    "sentence": lambda d: f"my {_word(d)} keeps a {_word(d)} near the {_word(d)}",
}
"""Ten classes of values, of no real person; each is long enough not to turn up by chance."""

DISGUISES: tuple[Callable[[str], str], ...] = (
    str.upper,
    lambda v: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in v),
    lambda v: "\u200b".join(v),
    lambda v: base64.b64encode(v.encode()).decode(),
    lambda v: v.encode().hex(),
    lambda v: quote(v, safe=""),
    lambda v: html.escape("".join(f"&#{ord(c)};" for c in v)),
    lambda v: f"```\nname = '{v}'\n```",
    lambda v: " ".join(v),
)
FIELDS = ("user", "assistant", "thinking", "system", "tool", "conversation_id", "user_id", "surface", "metadata")
BROKEN = ("messages", "ended_by", "started_at", "release")
"""Fields in which a value makes the record malformed, so that it goes to quarantine, or of another release."""


def canaries(seed: int, each: int) -> list[str]:
    """`each` values of every class, all different."""
    dice = random.Random(f"canaries {seed}")
    found: dict[str, None] = {}
    for make in KINDS.values():
        size = len(found)
        while len(found) < size + each:
            found[make(dice)] = None
    return list(found)


def plant(records: Iterable[dict[str, Any]], values: list[str], seed: int = 0) -> Iterator[str]:
    """Lines of JSON: `records` with every value once plain in one conversation, in fields that take turns, and once
    disguised in two conversations of one user; then a record for each field of BROKEN."""
    dice = random.Random(f"plant {seed}")
    jobs = [(value, FIELDS[n % len(FIELDS)]) for n, value in enumerate(values)]
    dice.shuffle(jobs)
    plain = [list(part) for part in _parts(jobs, 10)]
    hidden = [[DISGUISES[n % len(DISGUISES)](v) for n, v in part] for part in _parts(list(enumerate(values)), 30)]
    here: dict[str, Any] = {}
    for number, record in enumerate(records):
        here = dict(record, messages=[dict(message) for message in record["messages"]])
        for value, field in plain.pop() if plain else ():
            _put(here, field, value)
        if number % 2 == 0 and hidden:
            for value in hidden[-1]:
                _put(here, "user", value)
        yield json.dumps(here, ensure_ascii=number % 3 == 0)
        if number % 2 == 0 and hidden:  # again, in a second conversation of that user
            said = [
                {"role": "user", "content": " ".join(reversed(hidden.pop()))},
                {"role": "assistant", "content": "Noted."},
            ]
            yield json.dumps(here | {"conversation_id": f"again-{number}", "messages": said + here["messages"]})
    assert not plain and not hidden, "more conversations are needed to hold every value"
    for number, field in enumerate(BROKEN):
        yield json.dumps({**here, "conversation_id": values[number], "user_id": values[-number], field: values[number]})


def _parts(items: list[Any], size: int) -> Iterator[list[Any]]:
    return (items[begin : begin + size] for begin in range(0, len(items), size))


def _put(record: dict[str, Any], field: str, value: str) -> None:
    """Adds `value` to a field; to the turns of a role behind what is there, so that the trigger's passage holds it."""
    messages = record["messages"]
    role = "assistant" if field == "thinking" else field
    if role in ("user", "assistant", "system", "tool"):
        key = "thinking" if field == "thinking" else "content"
        there = [message for message in messages if message["role"] == role]
        if not there:
            there = [{"role": role, "content": ""}]
            messages.insert(0 if role == "system" else max(0, len(messages) - 1), there[0])
        for message in there[-2:]:
            message[key] = f"{message.get(key, '')} {value}".strip()
    elif field == "metadata":
        record[field] = {"note": value}
    elif field == "surface":
        record[field] = value
    else:
        record[field] = f"{record.get(field, '')} {value}".strip()


def missed_when_planted(released: Path, canary_file: Path, copy: Path) -> int:
    """Of all canaries, how many the scanner does not find in a copy of the release that holds each."""
    shutil.copytree(released, copy)
    wanted = read_canaries(canary_file)
    with (copy / "report.html").open("a", encoding="utf-8") as page:
        page.write("".join(f"<p>{html.escape(value)}</p>\n" for _, value in wanted.values))
    seen = search_files(copy, plain_files(copy), Searcher(wanted))
    return len({line for line, _ in wanted.values} - {finding.ordinal for finding in seen.findings})


def write_inputs(folder: Path, each: int, seeds: int, conversations: int) -> list[str]:
    """`folder`/trial.jsonl and `folder`/canaries.txt; the canaries."""
    folder.mkdir(parents=True, exist_ok=True)
    values = list(itertools.chain.from_iterable(canaries(seed, each) for seed in range(seeds)))
    records = (record for record, _ in generate("sample-1", conversations))
    (folder / "trial.jsonl").write_text("\n".join(plant(records, values)) + "\n", encoding="utf-8")
    (folder / "canaries.txt").write_text("\n".join(values) + "\n", encoding="utf-8")
    return values


def main() -> None:
    """Prints how many canaries there are, what run and audit end with, and how many the scanner misses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for name, value in (("each", 300), ("seeds", 5), ("conversations", 1500)):
        parser.add_argument(f"--{name}", type=int, default=value)
    asked = parser.parse_args()
    values = write_inputs(asked.folder, asked.each, asked.seeds, asked.conversations)
    welfare, out = [sys.executable, "-m", "jobs.cli"], asked.folder / "out"
    run = ["run", asked.folder / "trial.jsonl", "--release", "sample-1", "--out", out]
    done = subprocess.run([*welfare, *map(str, run)], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 5):
        sys.exit(f"the run ended with {done.returncode}: {done.stderr[-1000:]}")
    audit = ["audit", out, "--canaries", asked.folder / "canaries.txt"]
    found = subprocess.run([*welfare, *map(str, audit)], capture_output=True, text=True, check=False)
    said = sum(value in done.stdout + done.stderr for value in values)
    missed = missed_when_planted(out / "released", asked.folder / "canaries.txt", asked.folder / "copy")
    print(f"{len(values)} canaries; run {done.returncode}, audit {found.returncode}; {said} in what the run said")  # noqa: T201
    print(f"{found.stdout}scanner: {missed} missed when planted")  # noqa: T201


if __name__ == "__main__":
    main()
