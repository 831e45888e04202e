"""Reads the banks: every TOML file of a folder, checked, and sorted into the buckets that are drawn from."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jobs.sample.grammar import Slot, SlotLists
from jobs.sample.pii import PERSONAL_SLOTS
from jobs.sample.plan import Kind, Plan
from jobs.sample.scene_format import (
    HARD_NEGATIVES,
    Carrier,
    Frame,
    Scene,
    read_carrier,
    read_exchange,
    read_frame,
    read_scene,
    slots_of,
)
from schemas.errors import ContractError

BANKS = Path(__file__).parent / "banks"
"""The folder of the banks that ship with the project."""


class Banks:
    """All scenes, exchanges, frames, carriers and slot lists of a folder.

    Raises ContractError where a file cannot be read, a record breaks the format, an id stands twice or a slot has
    no list.
    """

    def __init__(self, folder: Path = BANKS) -> None:
        self.slots: dict[str, Sequence[Any]] = {}
        self.scenes: list[Scene] = []
        self.exchanges: dict[tuple[str, str], list[Scene]] = defaultdict(list)
        self.frames: dict[tuple[str, str, str], list[Frame]] = defaultdict(list)
        self.carriers: dict[tuple[str, str, str], list[Carrier]] = defaultdict(list)
        self._buckets: dict[tuple[Kind, str], list[Scene]] = defaultdict(list)
        files = sorted(folder.glob("*.toml"))
        if not files:
            raise ContractError("The folder of banks holds no TOML file. Give the folder with slots*.toml and scenes.")
        for file in files:
            self._read(file)
        self._check()
        for scene in self.scenes:
            for surface in scene.surfaces:
                self._buckets[_kind_of(scene), surface].append(scene)

    @property
    def slot_lists(self) -> SlotLists:
        """The slot lists by name."""
        return self.slots

    def _read(self, file: Path) -> None:
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ContractError(f"{file.name} is not valid TOML: {error}.") from None
        if file.name.startswith("slots"):
            for name, items in content.items():
                self._add_slot(file.name, name, items)
            return
        unknown = sorted(content.keys() - {"scene", "exchange", "frame", "carrier"})
        if unknown:
            raise ContractError(f"{file.name}: only scene, exchange, frame and carrier are known tables.")
        self.scenes += [read_scene(raw, file.name) for raw in content.get("scene", [])]
        for raw in content.get("exchange", []):
            made = read_exchange(raw, file.name)
            self.exchanges[made.topic, made.language].append(made)
        for raw in content.get("frame", []):
            for frame in read_frame(raw, file.name):
                self.frames[frame.kind, frame.surface, frame.language].append(frame)
        for raw in content.get("carrier", []):
            carrier = read_carrier(raw, file.name)
            for surface in carrier.surfaces:
                self.carriers[carrier.place, surface, carrier.language].append(carrier)

    def _add_slot(self, file: str, name: str, items: object) -> None:
        words = isinstance(items, list) and all(isinstance(i, str) for i in items)
        records = isinstance(items, list) and all(isinstance(i, dict) for i in items)
        if not isinstance(items, list) or not items or not (words or records):
            raise ContractError(f"{file}: slot list {name} must hold words, or records with the same fields.")
        if records and any(item.keys() != items[0].keys() for item in items):
            raise ContractError(f"{file}: the records of slot list {name} differ in their fields.")
        if name in self.slots:
            raise ContractError(f"{file}: slot list {name} stands twice. Give one of them another name.")
        self.slots[name] = items

    def _check(self) -> None:
        seen: set[str] = set()
        for scene in self.scenes:
            if scene.id in seen:
                raise ContractError(f"Scene {scene.id} stands twice. Ids must be unique.")
            seen.add(scene.id)
        records: list[tuple[str, Iterable[Slot]]] = [(f"Scene {s.id}", slots_of(s)) for s in self.scenes]
        records += [(e.id, slots_of(e)) for group in self.exchanges.values() for e in group]
        records += [(f"Frame {f.kind}", slots_of(f)) for group in self.frames.values() for f in group]
        records += [(f"Carrier {c.place}", slots_of(c)) for group in self.carriers.values() for c in group]
        for where, slots in records:
            for slot in slots:
                self._check_slot(where, slot)

    def _check_slot(self, where: str, slot: Slot) -> None:
        if slot.kind == "pii" and slot.name not in PERSONAL_SLOTS:
            raise ContractError(f"{where}: <<{slot.name}>> is no personal slot. Known: {', '.join(PERSONAL_SLOTS)}.")
        if slot.kind not in ("word", "field"):
            return
        if slot.name not in self.slots:
            raise ContractError(f"{where}: <<{slot.name}>> has no slot list. Add it to a slots*.toml file.")
        first = self.slots[slot.name][0]
        if isinstance(first, str) != (slot.kind == "word") or (slot.kind == "field" and slot.field not in first):
            raise ContractError(f"{where}: <<{slot.name}>> asks for a field that its list does not have.")

    def scenes_for(self, kind: Kind, surface: str) -> list[Scene]:
        """The scenes of one kind on one surface; empty where there are none."""
        return self._buckets.get((kind, surface), [])

    def require(self, plan: Plan) -> None:
        """Raise ContractError where the plan asks for a kind that no scene can fill."""
        for kind, share in plan.shares():
            if share > 0 and not any(self.scenes_for(kind, s) for s in ("chat", "coding_agent")):
                asked = " ".join(part for part in (kind.label, kind.trigger, kind.hard_negative, kind.language) if part)
                raise ContractError(f"The plan asks for scenes of this kind, and the banks hold none: {asked}.")


def _kind_of(scene: Scene) -> Kind:
    """The bucket of the plan that the scene fills."""
    if scene.language != "en":
        return Kind(language=scene.language)
    if scene.label != "none":
        return Kind(scene.label, scene.trigger)
    if scene.hard_negative in HARD_NEGATIVES:
        calm = scene.hard_negative == "calm_situation"
        return Kind("none", scene.trigger if calm else "", scene.hard_negative)
    return Kind()


@lru_cache(maxsize=4)
def load_banks(folder: Path = BANKS) -> Banks:
    """The banks of a folder, read once a process."""
    return Banks(folder)
