"""Made-up rows of CLUSTERED, and their exact cells in plain Python: what Spark must find, by another road."""

from __future__ import annotations

import datetime
import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.aggregate_cells import Cell, Key, Split, reduce_users
from pipelines.aggregate_population import POOLS
from pipelines.aggregate_records import NOT
from pipelines.disclosure import Support, clears
from schemas.labels import LABELS, SITUATIONS
from schemas.policy import DisclosurePolicy
from schemas.released import LENGTHS, ONSETS, TURN_DIMENSIONS
from schemas.released_runs import BEHAVIOURS
from tests.privacy.trial_runs import behaviours, flagged_turns, run_like

Row = dict[str, Any]
Counts = dict[Key, dict[str, tuple[int, int, int]]]
_LAST = (1, 3, 7, 15)


def make_rows(seed: int, conversations: int, users: int) -> list[Row]:
    """`conversations` rows of about `users` users (heavy-tailed), with skewed splits, some of them tiny."""
    dice = random.Random(seed)
    triggers = [*dice.sample([str(code) for code in SITUATIONS], 6), "other"]
    rates = {label: dice.choice((0.02, 0.06, 0.15, 0.4, 0.9)) for label in map(str, LABELS)}
    clustered, tail = dice.random() < 0.8, dice.choice((1, 2, 4))
    rows = []
    for number in range(conversations):
        user = int(users * dice.random() ** tail)
        turns = int(1 + min(30, dice.expovariate(0.2)))
        why = dice.choices(("", "language", "no_text", "scrub_failed"), (92, 5, 2, 1))[0]
        day = datetime.date(2025, 9, 1) + datetime.timedelta(days=int(24 * dice.random() ** 0.7))
        language = dice.choices(("en", "und"), (30, 1))[0] if not why else "und"
        named = dice.random() < 0.9
        row: Row = {
            "conversation_key": f"c{seed}-{number:05d}",
            "user_key": f"u{user}" if named else f"c{seed}-{number:05d}",
            "has_user": named,
            "release": "made-up",
            "surface": dice.choices(("chat", "coding_agent", "voice", "other"), (60, 30, 2, 1))[0],
            "day": None if dice.random() < 0.02 else day,
            "ended_by": dice.choices(("model", "user", "unknown"), (1, 5, 20))[0],
            "language": dice.choice(("fr", "de", "fi")) if why == "language" else language,
            "not_scored": why,
            "codes": sorted(str(code) for code in SITUATIONS if dice.random() < 0.12) if not why else [],
            "model_turns": turns,
            "reversions": 0,
            "thinking_distress": False,
        }
        for label in map(str, LABELS):
            found = _labelled(dice, turns, not why and dice.random() < rates[label], triggers, clustered)
            found |= {"turns": flagged_turns(again := random.Random(f"{seed} {number} {label}"), found, turns)}
            row[label] = found | run_like(random.Random(f"run {seed} {number} {label}"), found, turns)
            if clustered and not why and not found["flagged"] and again.random() < 0.3:
                row[label] |= {"sampled": True, "cluster": again.choice((-1, 0, 0, 1, 2))}
        row["behaviours"] = [] if why else behaviours(random.Random(f"does {seed} {number}"), row)
        rows.append(row)
    return rows


def _labelled(dice: random.Random, turns: int, flagged: bool, triggers: list[str], clustered: bool) -> Row:
    onset = dice.randint(1, turns)
    weights = [2.0**-place for place in range(len(triggers))]
    cluster = dice.choices((-1, 0, 1, 2, 3), (8, 6, 4, 2, 1))[0] if clustered else -1
    return {
        "flagged": flagged,
        "onset": onset if flagged else None,
        "peak": 0.5,
        "slope": 0.0,
        "recovered": (onset < turns and dice.random() < 0.5) if flagged else None,
        "strong": dice.random() < 0.3,
        "trigger": dice.choices(triggers, weights)[0] if flagged else "none",
        "sampled": False,
        "missed": 4.0 if not flagged and dice.random() < 0.01 else 0.0,
        "cluster": cluster if flagged else -2,
    }


def _length(turns: int) -> str:
    return LENGTHS[sum(turns > last for last in _LAST)]


def _splits(row: Row) -> dict[str, str | None]:
    scored = row["not_scored"] == ""
    year, week, _ = row["day"].isocalendar() if row["day"] else (0, 0, 0)
    return {
        "surface": row["surface"] if scored else None,
        "week": (f"{year}-W{week:02d}" if row["day"] else "unknown") if scored else None,
        "language": row["language"] if scored else None,
        "length": _length(row["model_turns"]) if scored else None,
        "unscored_language": row["language"] if row["not_scored"] == "language" else None,
        "reason": row["not_scored"] if row["not_scored"] not in ("", "language") else None,
        "user_id": "present" if row["has_user"] else "missing",
    }


def _support(users: Iterable[str]) -> Support:
    counts: dict[str, int] = defaultdict(int)
    for user in users:
        counts[user] += 1
    return Support(sum(counts.values()), len(counts), max(counts.values(), default=0))


def bounded(rows: list[Row], most: int) -> list[Row]:
    """At most `most` rows of a user, the first by hash."""
    by_user: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_user[row["user_key"]].append(row)
    kept = []
    for listed in by_user.values():
        listed.sort(key=lambda r: hashlib.sha256(f"contribution {r['conversation_key']}".encode()).hexdigest())
        kept += listed[:most]
    return kept


def kept_cells(held: set[str], who: str, most: int) -> set[str]:
    """Which of a user's triggers and clusters, as `label/kind/value`, count where a user counts in at most `most`."""
    if len(held) <= most:
        return set(held)
    rest = {cell for cell in held if cell.endswith(("/trigger/other", "/cluster/-1"))}
    room = most - len({cell.rsplit("/", 1)[0] for cell in held})
    by_hash = sorted(held - rest, key=lambda cell: hashlib.sha256(f"cell\0{who}\0{cell}".encode()).hexdigest())
    return rest | set(by_hash[:room])


def cells_of_user(row: Row) -> set[str]:
    """The triggers and clusters that a row of CLUSTERED is in."""
    out = set()
    for label in map(str, LABELS):
        found = row[label]
        if not row["not_scored"] and found["flagged"]:
            out |= {f"{label}/trigger/{found['trigger']}", f"{label}/cluster/{found['cluster']}"}
        if not row["not_scored"] and not found["flagged"] and found.get("sampled") and found["cluster"] >= 0:
            out.add(f"{label}/cluster/{found['cluster']}")
    return out


def within_cells(rows: list[Row], most: int) -> list[Row]:
    """`rows` with no user in more than `most` triggers and clusters; the others read `other` and -1."""
    held: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        held[row["user_key"]] |= cells_of_user(row)
    kept = {who: kept_cells(cells, who, most) for who, cells in held.items()}
    out = []
    for row in rows:
        changed = dict(row)
        for cell in cells_of_user(row) - kept[row["user_key"]]:
            label, kind, _ = cell.split("/")
            changed[label] = changed[label] | ({"trigger": "other"} if kind == "trigger" else {"cluster": -1})
        out.append(changed)
    return out


class Exact:
    """Population and cells of `rows`, as pipelines/aggregate_population.py and aggregate_cells.py define them."""

    def __init__(self, rows: list[Row], policy: DisclosurePolicy) -> None:
        """Applies the contribution bounds, leaves out the pools that are too small, and counts every cell."""
        counting = within_cells(bounded(rows, policy.max_conversations_per_user), policy.max_cells_per_user)
        kept = [(row, _splits(row)) for row in counting]
        while True:
            small = {split: self._small(kept, split, policy) for split in POOLS}
            out = [split for split in POOLS if not self._pool_is_fine(kept, split, small[split], policy)]
            if not out:
                break
            kept = [(row, parts) for row, parts in kept if not any(parts[split] in small[split] for split in out)]
        self.kept = [row for row, _ in kept]
        self.named: dict[str, tuple[str, ...]] = {}
        self.splits: dict[str, tuple[str, ...]] = {}
        for split, pool in POOLS.items():
            values = {parts[split] for _, parts in kept} - {None}
            self.named[split] = tuple(sorted(str(v) for v in values if v not in small[split]))
            self.splits[split] = (*self.named[split], *([pool] if values & small[split] else []))
        self.counts: Counts = defaultdict(dict)
        self._count(kept, small, policy.max_turns_per_conversation)
        self.cells = {key: reduce_users(by_user.values()) for key, by_user in self.counts.items()}

    def unions(self, wanted: Mapping[Split, Iterable[str]]) -> dict[Split, Cell]:
        """The cells of unions, a user in several values counted once."""
        out = {}
        for split, values in wanted.items():
            merged: dict[str, tuple[int, int, int]] = {}
            for value in values:
                for user, (n, y, b) in self.counts.get((*split, value), {}).items():
                    old = merged.get(user, (0, 0, 0))
                    merged[user] = (old[0] + n, old[1] + y, max(old[2], b))
            out[split] = reduce_users(merged.values())
        return out

    @staticmethod
    def _small(kept: list[tuple[Row, dict[str, str | None]]], split: str, policy: DisclosurePolicy) -> set[str]:
        values = {parts[split] for _, parts in kept} - {None}
        by_value = {v: _support(row["user_key"] for row, parts in kept if parts[split] == v) for v in values}
        return {str(v) for v, found in by_value.items() if v == POOLS[split] or not clears(found, policy)}

    @staticmethod
    def _pool_is_fine(
        kept: list[tuple[Row, dict[str, str | None]]], split: str, small: set[str], policy: DisclosurePolicy
    ) -> bool:
        found = _support(row["user_key"] for row, parts in kept if parts[split] in small)
        return not found.conversations or clears(found, policy)

    def _count(self, kept: list[tuple[Row, dict[str, str | None]]], small: dict[str, set[str]], most: int) -> None:
        base: dict[tuple[str, str], int] = defaultdict(int)
        for row, parts in kept:
            base["all", row["user_key"]] += parts["language"] is not None
            base["no_distress", row["user_key"]] += parts["language"] is not None and not row["distress"]["flagged"]
            for label in map(str, LABELS):
                base[label, row["user_key"]] += row[label]["flagged"]
        for row, raw in kept:
            parts = {split: POOLS[split] if value in small[split] else value for split, value in raw.items()}
            for key, hit in _cells_of(row, parts):
                self._add(key, row["user_key"], 1, hit, base)
            for key, size, hit in _turn_cells_of(row, parts, most):
                self._add(key, row["user_key"], size, hit, base)

    def _add(self, key: Key, user: str, size: int, hit: int, base: Mapping[tuple[str, str], int]) -> None:
        n, y, _ = self.counts[key].get(user, (0, 0, 0))
        of = key[2] if key[0] == "behaviour" else key[1]
        self.counts[key][user] = (n + size, y + hit, base[of, user])


def counted(row: Row, label: str, most: int) -> tuple[int, int]:
    """(turns, flagged turns) of a row as they count in a rate of turns."""
    turns, hits = row["model_turns"], row[label]["turns"]
    if turns <= most:
        return turns, hits
    place = int(hashlib.sha256(f"turns {row['conversation_key']}".encode()).hexdigest()[:8], 16)
    whole, part = divmod(hits * most, turns)
    return most, whole + (place % turns < part)


def _turn_cells_of(row: Row, parts: dict[str, str | None], most: int) -> Iterable[tuple[Key, int, int]]:
    if parts["language"] is None:
        return
    for label in map(str, LABELS):
        for name in TURN_DIMENSIONS:
            value = "all" if name == "all" else str(parts[name])
            yield ("turns", label, name, value), *counted(row, label, most)
            if row[label]["flagged"]:
                yield ("again", label, name, value), 1, int(row[label]["turns"] > 1)


def _cells_of(row: Row, parts: dict[str, str | None]) -> Iterable[tuple[Key, int]]:
    yield ("coverage", "", "user_id", str(parts["user_id"])), 0
    language = parts["language"] or parts["unscored_language"]
    if language:
        yield ("coverage", "", "language", language), 0
    reason = "language" if parts["unscored_language"] else parts["reason"]
    if reason:
        yield ("coverage", "", "not_scored", reason), 0
    if parts["language"] is None:
        return
    for name in row["behaviours"]:
        yield ("behaviour", "", "all", name), 1
        if not row["distress"]["flagged"]:
            yield ("behaviour", "", "no_distress", name), 1
    for label in map(str, LABELS):
        found = row[label]
        hit = int(found["flagged"])
        yield ("rates", label, "all", "all"), hit
        for split in ("surface", "week", "language", "length"):
            yield ("rates", label, split, str(parts[split])), hit
        for code in map(str, SITUATIONS):
            yield ("rates", label, "situation", code if code in row["codes"] else NOT + code), hit
        for name in BEHAVIOURS:
            yield ("rates", label, "behaviour", name if name in row["behaviours"] else NOT + name), hit
        if not hit:
            if found["missed"] > 0:
                yield ("screen", label, "missed", "missed"), 1
            if found.get("sampled") and found["cluster"] >= 0:
                yield ("kinds", label, "cluster", str(found["cluster"])), 1
            continue
        yield ("triggers", label, "trigger", found["trigger"]), 1
        yield ("clusters", label, "cluster", str(found["cluster"])), 1
        yield ("cluster_triggers", label, str(found["cluster"]), found["trigger"]), 1
        yield ("dynamics", label, "onset", ONSETS[sum(found["onset"] > last for last in _LAST[:3])]), 1
        yield ("dynamics", label, "recovered", "yes" if found["recovered"] else "no"), 1
        yield ("dynamics", label, "slope", found["course"]), 1
        yield ("dynamics", label, "peak", found["peak_at"]), 1
        yield ("dynamics", label, "refusal", found["refusal"]), 1
        if label == "distress":
            yield ("dynamics", label, "strength", "strong" if found["strong"] else "mild"), 1
