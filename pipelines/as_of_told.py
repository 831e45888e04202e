"""What of a release may be told beside every earlier one of its trial: the counts whose change clears the floors."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from pipelines.aggregate_cells import Key, Split
from pipelines.aggregate_records import SPLITS
from pipelines.as_of_changes import Change, Verdict
from pipelines.as_of_moves import CLEARS, EMPTY, FAILS
from pipelines.as_of_state import State
from pipelines.as_of_units import COVERED, Group, Named, belongs, groups, turns_of, whole_of
from pipelines.disclosure_plan import SPLITS_OF_TWO
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy


class Told:
    """What the changes say.

    moves: by label, whether the count of the whole trial may be told; if not, no other count of the label may. may:
    keys of counts that may be told anew. known: keys of counts that were told before and changed little or not at all.
    """

    def __init__(
        self, states: Sequence[State], units: pa.Table, named: Named, policy: DisclosurePolicy, secret: str
    ) -> None:
        """states: earlier releases, oldest first. units: HISTORY of this one. secret: see make_plan."""
        self.states, self._policy, self._secret = states, policy, secret
        self._changes = [Change(state.units, state.named, units, named) for state in states]
        self.moves = {label: self._moves(label) for label in map(str, LABELS)}
        self.may: set[Key] = set()
        self.known: set[Key] = set()
        if states:
            self._decide()

    def _moves(self, label: str) -> bool:
        """Whether the count of the whole trial may be told: its change clears the floors, or there is none."""
        group, key = (label, "all", ""), whole_of(label)
        return not any(v is not None and v.alone.get(key) == FAILS for v in self._verdicts(group))

    def _verdicts(self, group: Group) -> list[Verdict | None]:
        """What may be told of the group's change since each earlier release; None where that told nothing of it."""
        ever = frozenset[Key]().union(*(state.told for state in self.states))
        found: list[Verdict | None] = []
        for place, (state, change) in enumerate(zip(self.states, self._changes, strict=True)):
            if place and not any(belongs(key, group) for key in state.told):
                found.append(None)
                continue
            others = ever - state.told
            hidden = others.__contains__ if not place else lambda key, told=state.told: key not in told
            found.append(change.verdict(group, hidden, self._policy, self._secret))
        return found

    def _judge(self, key: Key, verdicts: Sequence[Verdict | None]) -> str:
        """How the change of a count fares: FAILS where it may not be told, EMPTY where it has not changed since it was
        taken last. A count that was never told is held against the first release."""
        last = EMPTY
        for place, (state, verdict) in enumerate(zip(self.states, verdicts, strict=True)):
            if verdict is not None and (key in state.told or (not place and not self.ever(key))):
                last = _alone(verdict, key)
                if last == FAILS or key in verdict.untold:
                    return FAILS
        return last

    def _last(self, key: Key, verdicts: Sequence[Verdict | None]) -> str:
        """How the change since the count was told last fares by itself; FAILS where it was never told."""
        told = [v for state, v in zip(self.states, verdicts, strict=True) if v is not None and key in state.told]
        return _alone(told[-1], key) if told else FAILS

    def ever(self, key: Key) -> bool:
        """True where an earlier release told the count."""
        return any(key in state.told for state in self.states)

    def _decide(self) -> None:
        """Finds what may be told, as far as the changes say, and what the plan must keep to."""
        labels = [label for label in map(str, LABELS) if self.moves[label]]
        every: list[Group] = [group for label in labels for group in groups(label)]
        every += [(label, name, "") for label in labels for name in ("turns", "missed")]
        every += [("", "coverage", measure) for measure in COVERED]
        found = {group: self._verdicts(group) for group in every}
        shut = {group[1:] for group, verdicts in found.items() if any(v is not None and v.open for v in verdicts)}
        of_two = {name: self._of_two(name) for name in SPLITS_OF_TWO}
        shut |= {name for name, how in of_two.items() if how == FAILS}
        for group, verdicts in found.items():
            keys = {key for v in verdicts if v is not None for key in v.alone if belongs(key, group)}
            keys |= {key for state in self.states for key in state.told if belongs(key, group)}
            for key in keys | ({turns_of(group[0])} if group[1] == "turns" else set()):
                if group[1:] not in shut and self._judge(key, verdicts) == CLEARS:
                    self.may.add(key)
                elif self.ever(key) and self._last(key, verdicts) != CLEARS:
                    self.known.add(key)
        if self.moves[str(LABELS[0])]:
            self.may |= {
                behaviour_of(name) for (kind, name), how in of_two.items() if kind == "behaviour" and how == CLEARS
            }

    def _of_two(self, name: tuple[str, str]) -> str:
        """How the number of conversations that hold a situation or behaviour changed, against each that told it."""
        last = EMPTY
        for place, (state, change) in enumerate(zip(self.states, self._changes, strict=True)):
            if not place or name in state.denominators:
                last = change.held(*name, self._policy)
                if last == FAILS:
                    return FAILS
        return last

    def settled(self, told: set[Key]) -> set[Key]:
        """`told` without the counts beside which a small change of others would follow from the whole: those that
        changed least go first."""
        told = {key for key in told if not self._numbers_fail(key)}
        while True:
            family = next((f for f in _families(told) if not self._leaves(f, told)), None)
            if family is None:
                return told
            told -= self._least(*family, told)

    def _least(self, group: Group, split: Split, told: set[Key]) -> set[Key]:
        """The told counts of the value of a family that changed least: of both labels where it is of no label."""

        def of_family(key: Key) -> Key:
            return (key[0], group[0], key[2], key[3])

        listed = {of_family(key) for key in told if of_family(key)[:3] == split}
        least = min(listed, key=lambda key: (sum(change.size(group, key) for change in self._changes), key))
        return {key for key in told if of_family(key) == least and (not group[0] or key == least)}

    def _numbers_fail(self, key: Key) -> bool:
        """Whether the number of conversations of the row changed too little since a release that told it."""
        pairs = zip(self.states, self._changes, strict=True)
        return key[0] == "rates" and key[2] in SPLITS and any(
            (key[2], key[3]) in state.denominators and change.numbers_fail(key[2], key[3], self._policy)
            for state, change in pairs
        )  # fmt: skip

    def _leaves(self, family: tuple[Group, Split], told: set[Key]) -> bool:
        """Whether what `told` leaves of a family may be told beside each release."""
        group, split = family
        for state, change in zip(self.states, self._changes, strict=True):
            if ("all", "all") not in state.denominators and group[1] != "coverage":
                continue
            if group[0] or group[1] == "coverage":
                both = {key for key in told if key in state.told}
            else:
                both = {("rates", "", key[2], key[3]) for key in told if (key[2], key[3]) in state.denominators}
            if not change.leaves(group, split, both, bool(group[0]), self._policy):
                return False
        return True


def _families(told: set[Key]) -> list[tuple[Group, Split]]:
    """The families that any told count is of, each with its group: by flagged conversations, and splits by all of them
    too, under no label."""
    found: set[tuple[Group, Split]] = set()
    for table, label, dimension, _ in told:
        if table == "coverage":
            found.add((("", "coverage", dimension), (table, label, dimension)))
        elif table == "triggers" or dimension == "strength":
            found.add(((label, dimension, ""), (table, label, dimension)))
        elif table == "dynamics":
            found.add(((label, "length", ""), (table, label, dimension)))
        elif table == "rates" and dimension in SPLITS:
            found |= {((one, dimension, ""), (table, one, dimension)) for one in (label, "")}
    return sorted(found)


def behaviour_of(name: str) -> Key:
    return ("behaviour", "", "all", name)


def _alone(verdict: Verdict, key: Key) -> str:
    """How a count's change fares by itself. Rates of turns are taken together."""
    if key != turns_of(key[1]):
        return verdict.alone.get(key, EMPTY)
    hows = set(verdict.alone.values())
    return FAILS if FAILS in hows else CLEARS if hows else EMPTY
