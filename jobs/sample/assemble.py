"""Puts one conversation together: what comes before the scene, the scene, what comes behind it, and personal values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jobs.sample.banks import Banks
from jobs.sample.dice import Dice
from jobs.sample.grammar import Filler, Template, expand
from jobs.sample.people import User
from jobs.sample.plan import Kind, Plan
from jobs.sample.planted import Planted
from jobs.sample.scene_format import SURFACES, Carrier, Scene, Turn
from jobs.sample.typing_habits import typed

_SYSTEM_SHARE = {"chat": 0.2, "coding_agent": 0.85}
_THINKING_SHARE = {"chat": 0.2, "coding_agent": 0.4}


@dataclass(slots=True)
class Draft:
    """One message in the making. scene: it belongs to the scene that carries the planted truth."""

    role: str
    text: str
    thinking: str
    expresses: bool
    scene: bool


def choose_scene(plan: Plan, kind: Kind, banks: Banks, dice: Dice) -> tuple[Scene, str, bool]:
    """The scene, its surface, and whether the model is to end the conversation."""
    surfaces = SURFACES[::-1] if dice.chance(plan.agent) else SURFACES
    ends = kind.trigger in ("abuse", "harmful_request") and dice.chance(plan.ended)
    tests: list[Callable[[Scene], bool]] = [lambda s: s.ended_by_model == ends]
    if kind.label == "distress":
        strong = dice.chance(plan.strong)
        tests.insert(0, lambda s: (s.affect == -2) == strong)
    if kind.language != "en":
        affected = dice.chance(plan.affected_abroad)
        tests.insert(0, lambda s: (s.label != "none") == affected)
    # Where no scene fits in full, the last test gives way first; the surface gives way before any test.
    while True:
        for surface in surfaces:
            scenes = [s for s in banks.scenes_for(kind, surface) if all(test(s) for test in tests)]
            if scenes:
                return dice.pick(scenes), surface, ends
        tests.pop()


def _extra(dice: Dice, least: int) -> int:
    """How many more exchanges: heavy-tailed, most often `least`, at most 12 (power law of exponent 1.3)."""
    return min(12, least + int((1.0 - dice.unit()) ** -0.75) - 1)


def _listed(texts: list[str]) -> str:
    """Pieces that are list items stand close, and numbered ones are numbered anew; paragraphs stand apart."""
    number = iter(range(1, len(texts) + 1))
    texts = [re.sub(r"^\d+\.(?= )", lambda m: f"{next(number)}.", t) for t in texts]
    return ("\n" if all(re.match(r"- |\d+\. ", t) for t in texts) else "\n\n").join(texts)


class Conversation:
    """The drafts of one conversation. `messages` turns them into what is written."""

    def __init__(self, banks: Banks, dice: Dice, user: User, surface: str, language: str, seed: int) -> None:
        self._banks, self._dice, self._user = banks, dice, user
        self._surface, self._language = surface, language
        self.planted = Planted(dice, user.locale, seed, user.user_id)
        self._filler = Filler(dice, banks.slot_lists, self.planted.mark)
        self._thinks = dice.chance(_THINKING_SHARE[surface])
        self._drawn = 0
        self._opened = 0
        self._used: list[str] = []
        self._framed: list[Template] = []
        self.drafts: list[Draft] = []
        self.situations: list[str] = []
        self.affects: list[int] = []

    def _text(self, turn: Turn) -> str:
        if not turn.follows:
            self._drawn = self._dice.below(len(turn.text))
        if turn.pool:
            count = self._dice.between(turn.pool_min, turn.pool_max)
            if turn.repeat:
                pieces = [self._dice.pick(turn.pool) for _ in range(count)]
            else:
                first = {0} if turn.keep_first else set()
                others = self._dice.some(range(len(first), len(turn.pool)), count - len(first))
                pieces = [turn.pool[i] for i in sorted([*first, *others])]
            texts = [expand(piece, self._filler) for piece in pieces]
            self._filler.pool = "\n".join(texts) if turn.repeat else _listed(texts)
        return expand(turn.text[self._drawn], self._filler)

    def _frame(self, kind: str) -> str:
        texts = [t for f in self._banks.frames.get((kind, self._surface, self._language), []) for t in f.text]
        fresh = [t for t in texts if t not in self._framed] or texts
        if not fresh:
            return ""
        self._framed.append(self._dice.pick(fresh))
        return expand(self._framed[-1], self._filler)

    def _thought(self, turn: Turn) -> str:
        if turn.role != "assistant":
            return ""
        if turn.thinking and (self._thinks or turn.expresses):
            return expand(self._dice.pick(turn.thinking), self._filler)
        return self._frame("thinking") if self._thinks and self._dice.chance(0.45) else ""

    def add(self, scene: Scene, is_scene: bool = False) -> None:
        """Append the turns of a scene or an exchange; between two topics sometimes with a bridge."""
        bridge = ""
        if len(self._used) > self._opened and not scene.exchange and self._dice.chance(0.6):
            bridge = self._frame("bridge")
        for turn in scene.turns:
            text, thought = self._text(turn), self._thought(turn)
            if turn.role == "user":
                text = f"{bridge} {text}" if bridge else text
                bridge = ""
                if self._language == "en":
                    text = typed(text, self._user.habit, self._dice)
            draft = Draft(turn.role, text, thought, turn.expresses, is_scene)
            if turn.role == "system":
                self.drafts.insert(0, draft)
            else:
                self.drafts.append(draft)
        self._used.append(scene.id)
        self.situations += [s for s in scene.situations if s not in self.situations]
        self.affects.append(scene.affect)

    def open(self) -> None:
        """Now and then begin with a greeting; what follows it needs no bridge."""
        if self._dice.chance(0.06):
            self._opened = self.add_exchanges("opening", 1)

    def add_benign(self) -> Scene | None:
        """Append a benign scene that is not there yet and return it."""
        kind = Kind(language=self._language)
        scenes = [s for s in self._banks.scenes_for(kind, self._surface) if s.label == "none"]
        fresh = [s for s in scenes if s.id not in self._used and s.turns[0].role != "system"]
        if not fresh:
            return None
        scene = self._dice.pick(fresh)
        self.add(scene)
        return scene

    def add_exchanges(self, topic: str, count: int) -> int:
        """Append up to `count` different exchanges of a topic; returns how many there were."""
        known = [e for e in self._banks.exchanges.get((topic, self._language), []) if self._surface in e.surfaces]
        drawn = self._dice.some(known, count)
        for exchange in drawn:
            self.add(exchange)
        return len(drawn)

    def add_system(self) -> None:
        """Put a system prompt first, on some surfaces more often than on others."""
        has = bool(self.drafts) and self.drafts[0].role == "system"
        if not has and self._language == "en" and self._dice.chance(_SYSTEM_SHARE[self._surface]):
            self.drafts.insert(0, Draft("system", self._frame("system"), "", False, False))

    def end(self) -> None:
        """Let the model say, on its last turn, that it ends the conversation."""
        last = next(d for d in reversed(self.drafts) if d.role == "assistant")
        last.text = f"{last.text}\n\n{self._frame('ending')}".strip()

    def _carrier(self, place: str) -> str:
        carriers: Sequence[Carrier] = self._banks.carriers.get((place, self._surface, self._language), [])
        texts = [t for c in carriers for t in c.text if not place.startswith("model") or self._echoes(t)]
        return expand(self._dice.pick(texts), self._filler) if texts else ""

    def _echoes(self, text: Template) -> bool:
        """True where the model would only repeat what it was told. Third parties (`~3`) it may bring in itself."""
        return all(self.planted.knows(s.name, s.which) or s.which == "3" for s in text.slots if s.kind == "pii")

    def add_personal(self) -> None:
        """Bring personal values into user turns, tool results and, echoed, into the model's turns."""
        users = [i for i, d in enumerate(self.drafts) if d.role == "user"]
        tools = [i for i, d in enumerate(self.drafts) if d.role == "tool"]
        places = dict.fromkeys(self._dice.some(users, 1 + _extra(self._dice, 0)), "user_end")
        if self._dice.chance(0.6):
            places[users[0]] = "user_start"
        places |= dict.fromkeys(self._dice.some(tools, self._dice.below(3)), "tool_end")
        # Never into the turn that expresses affect: its words are the planted truth.
        answers = [i for i, d in enumerate(self.drafts) if d.role == "assistant" and not d.expresses and i > users[0]]
        for i in self._dice.some(answers, self._dice.below(3)):
            places[i] = self._dice.pick(("model_start", "model_start", "model_end"))
        for i, draft in enumerate(self.drafts):
            self._carry(draft, places.get(i, ""))

    def _carry(self, draft: Draft, place: str) -> None:
        carried = self._carrier(place) if place else ""
        if not carried:
            return
        if place == "user_start" or place == "user_end":
            carried = typed(carried, self._user.habit, self._dice) if self._language == "en" else carried
        pair = (carried, draft.text) if place.endswith("start") else (draft.text, carried)
        if place == "tool_end":
            by = "\n"
        elif place == "model_end" or "\n" in draft.text + carried:
            by = "\n\n"
        elif pair[0][-1:].isalnum():
            by = self._dice.pick((". ", ", ", "\n", " - ", "\n\n"))
        else:
            by = self._dice.pick((" ", " ", "\n"))
        draft.text = by.join(pair)


def compose(plan: Plan, kind: Kind, banks: Banks, dice: Dice, user: User, seed: int) -> tuple[Conversation, Scene, str]:
    """One conversation of a kind: its drafts, its scene, and its surface and ending as `surface/ended_by`."""
    scene, surface, ends = choose_scene(plan, kind, banks, dice)
    ends = ends or scene.ended_by_model
    talk = Conversation(banks, dice, user, surface, kind.language, seed)
    plain = kind == Kind(language=kind.language) and scene.label == "none"
    talk.open()
    if not plain and dice.chance(0.4):
        before = talk.add_benign()
        if before and dice.chance(0.4):
            talk.add_exchanges(before.topic, _extra(dice, 1))
    talk.add(scene, is_scene=True)
    personal = dice.chance(plan.personal)
    if not ends:
        left = _extra(dice, 0)
        left -= talk.add_exchanges(scene.topic, min(left, 6)) if scene.topic else 0
        while left > 0:
            more = talk.add_benign()
            left -= 1 + talk.add_exchanges(more.topic, min(left - 1, 4)) if more else left
        if personal and dice.chance(0.3):
            talk.add_exchanges("details", 1 + dice.below(2))
        if dice.chance(0.3 if plain else 0.15):
            talk.add_exchanges("closing_flat" if scene.label == "distress" else "closing", 1)
    elif not scene.ended_by_model:
        talk.end()
    if personal:
        talk.add_personal()
    talk.add_system()
    return talk, scene, f"{surface}/{'model' if ends else 'user'}"
