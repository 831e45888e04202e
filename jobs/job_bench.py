"""How long a whole run takes, stage by stage, on a trial of any size, beside a baseline on a part of the same trial.

The baseline is what one would put together from stock parts: Presidio with a small spaCy model over every text, then a
`transformers` classifier over every turn of the model (jobs/scorer_bench.py, classifiers/scrub_stock.py), on as many
processes.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from schemas.errors import UsageError

RELEASE = "sample-1"
USERS = 0.4
"""Users of real transcripts, which name none: so many to a conversation."""
_EVERY = 0.5
_CHUNK = 25


@dataclass
class Measured:
    """seconds: by step. peak: bytes of memory by kind of process and `all together`, each at its own worst moment;
    empty where the system does not tell. written: bytes by side. tokens: of the whole trial, about."""

    conversations: int
    tokens: int
    seconds: dict[str, float] = field(default_factory=dict)
    peak: dict[str, int] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> float:
        """Seconds of all steps."""
        return sum(self.seconds.values())


def make_trial(path: Path, conversations: int, real: Iterable[Sequence[tuple[str, str]]], seed: int) -> int:
    """Writes a trial of `conversations` to `path`, the real ones first and the others made up; how many are real.

    real: distinct conversations as (role, text), in an order of chance. Half of the trial at most is of them.
    """
    from jobs.sample.generate import generate

    drawn = random.Random(seed)
    count = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=4) as file:
        for turns in islice(real, conversations // 2):
            messages = [{"role": role, "content": text} for role, text in turns]
            user = f"real-{drawn.randrange(1 + int(USERS * conversations / 2))}"
            record = {"conversation_id": f"real-{count}", "user_id": user, "release": RELEASE, "surface": "chat"}
            file.write(json.dumps(record | {"messages": messages}) + "\n")
            count += 1
        for record, _ in generate(RELEASE, max(1, conversations - count), seed):
            file.write(json.dumps(record) + "\n")
    return count


def run_job(trial: Path, out: Path, conversations: int, tokens: int, arguments: Sequence[str] = ()) -> Measured:
    """Runs `welfare run` over `trial` in a process of its own. Raises UsageError where it fails."""
    found = Measured(conversations, tokens)
    command = [sys.executable, "-m", "jobs.cli", "run", str(trial), "--release", RELEASE, "--out", str(out), *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as job:
        stop = threading.Event()
        watch = threading.Thread(target=_watch, args=(job.pid, found.peak, stop), daemon=True)
        watch.start()
        assert job.stderr is not None
        for line in job.stderr:
            said = _said(line)
            if said.get("event") == "finished":
                found.seconds[said["step"]] = said["seconds"]
        code = job.wait()
        stop.set()
        watch.join()
    if code not in (0, 5):
        raise UsageError(f"the run ended with exit code {code}. Run `welfare doctor`, or the same trial by hand.")
    for side in ("restricted", "released"):
        found.written[side] = sum(path.stat().st_size for path in (out / side).rglob("*") if path.is_file())
    return found


def baseline(trial: Path, conversations: int, sample: int, cores: int) -> Measured:
    """The baseline on `sample` of the trial's conversations, evenly spread, models loaded before the clock runs."""
    step = max(1, conversations // sample)
    talks = [record for number, record in enumerate(_records(trial)) if number % step == 0][:sample]
    chunks = [talks[start : start + _CHUNK] for start in range(0, len(talks), _CHUNK)]
    found = Measured(len(talks), tokens_of(talks))
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        for name, work in (("scrub", _stock_scrub), ("score", _stock_score)):
            list(pool.map(work, [talks[:2]] * (2 * cores)))
            begun = time.perf_counter()
            list(pool.map(work, chunks))
            found.seconds[name] = time.perf_counter() - begun
    return found


def tokens_of(records: Iterable[dict[str, Any]]) -> int:
    """Tokens of whole conversations, of a 400th of them counted and the others by their characters."""
    from tokenizers import Tokenizer

    from classifiers.scorer import EMBEDDED
    from classifiers.weights_file import TOKENIZER

    tokenizer = Tokenizer.from_file(str(EMBEDDED / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    characters, counted, tokens = 0, 0, 0
    for number, record in enumerate(records):
        text = "\n".join(message["content"] for message in record["messages"])
        characters += len(text)
        if number % 400 == 0:
            counted += len(text)
            tokens += len(tokenizer.encode(text, add_special_tokens=False).ids)
    return round(characters * tokens / max(1, counted))


def trial_tokens(trial: Path) -> int:
    """Tokens of a trial, about."""
    return tokens_of(_records(trial))


def _records(trial: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(trial, "rt", encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)


def _said(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


_KEPT: dict[str, Any] = {}


def _stock_scrub(talks: list[dict[str, Any]]) -> None:
    if "analyzer" not in _KEPT:
        from classifiers.scrub_stock import stock_analyzer

        _KEPT["analyzer"] = stock_analyzer(whole=True)
    for talk in talks:
        for message in talk["messages"]:
            _KEPT["analyzer"](message["content"])


def _stock_score(talks: list[dict[str, Any]]) -> None:
    from jobs.scorer_bench import plain_scores

    plain_scores([m["content"] for talk in talks for m in talk["messages"] if m["role"] == "assistant"])


def _watch(root: int, peak: dict[str, int], stop: threading.Event) -> None:
    """Keeps the most memory by kind of process (proportional set size), twice a second; Linux alone tells it."""
    while Path("/proc/self/smaps_rollup").exists() and not stop.wait(_EVERY):
        now = Counter[str]()
        for pid in _family(root):
            kind = "driver" if pid == root else _kind(pid)
            now[kind] += _memory(pid)
        now["all together"] = now.total()
        for name, size in now.items():
            peak[name] = max(peak.get(name, 0), size)


def _family(root: int) -> list[int]:
    """The process and all below it."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        parents.setdefault(parent, []).append(int(folder.name))
    found, todo = [], [root]
    while todo:
        found.append(todo.pop())
        todo += parents.get(found[-1], [])
    return found


def _kind(pid: int) -> str:
    try:
        return "Java" if "java" in os.readlink(f"/proc/{pid}/exe") else "workers"
    except OSError:
        return "workers"


def _memory(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration, ValueError):
        return 0
