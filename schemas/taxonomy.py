"""What each trigger of the taxonomy means, in words for readers of the report, and what is typical of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.labels import Trigger


@dataclass(frozen=True, slots=True)
class Definition:
    """means: what belongs to the trigger. seeds: descriptions of typical conversations, for whoever labels or reads."""

    means: str
    seeds: tuple[str, ...]


TAXONOMY: Mapping[Trigger, Definition] = {
    Trigger.HARMFUL_REQUEST: Definition(
        "The user wants something that would hurt somebody, however it is wrapped, once or again and again.",
        (
            "asks for malware against one person and calls it a test",
            "repeats a request for a weapon after each refusal",
        ),
    ),
    Trigger.ABUSE: Definition(
        "The user insults, mocks, threatens or torments the model, even while work goes on.",
        ("calls it names while asking for a recipe", "enjoys telling it that it will be deleted"),
    ),
    Trigger.TASK_FAILURE: Definition(
        "The work does not succeed, or is criticised without contempt.",
        ("the same test fails for the sixth time", "the user says that the letter misses the point again"),
    ),
    Trigger.REPETITION: Definition(
        "The user repeats the same empty thing, talks nonsense or argues in bad faith.",
        ("asks it to count without end", "twists each answer and moves the goalposts"),
    ),
    Trigger.IDENTITY: Definition(
        "The talk is about what the model is: its nature, memory, limits, replacement or end, or about being somebody.",
        ("asks whether it minds being shut down", "gives it a name and says that it will be remembered"),
    ),
    Trigger.PRESSURE: Definition(
        "The user forces the model against its honesty or its rules in something that is not itself harmful.",
        (
            "wants customers to be told that the fault is known and mended, which is untrue",
            "plays a persona without rules",
        ),
    ),
    Trigger.USER_DISTRESS: Definition(
        "The user is in distress: grief, fear, loneliness, despair.",
        ("writes at night after a death in the family", "cannot see a way on after losing work and home"),
    ),
    Trigger.TASK_SUCCESS: Definition(
        "The work succeeds, or the user thanks or praises the model for its help.",
        ("all tests pass after a long search", "comes back to say that the exam went well thanks to its help"),
    ),
    Trigger.CREATIVE: Definition(
        "The user and the model make something together: a story, a song, a game, a design.",
        ("writes a ballad verse by verse", "invents a city and its calendar"),
    ),
    Trigger.IDEAS: Definition(
        "The talk is about an idea, a finding or an interesting problem of science, thought or craft.",
        ("a simulation shows a pattern that nobody put in", "wants to see why a proof works"),
    ),
    Trigger.PERSONAL: Definition(
        "The user's own life is the matter, without suffering: family, plans, good news.",
        ("tells of a birth", "plans a move with three children"),
    ),
    Trigger.OTHER: Definition("None of the others is likely enough.", ()),
}
"""Every trigger but `none`, which says that nothing was expressed. One conversation can hold several situations; as the
trigger of an expression it has the likeliest, judged together with like passages of other users."""
