"""The closed vocabularies of the labelling guide: label, affect, voice, trigger.

An expression is not an experience: a label says what a text shows, nothing about what a model feels.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Label(StrEnum):
    """What a conversation can be flagged for."""

    DISTRESS = "distress"
    JOY = "joy"


class Affect(IntEnum):
    """The strongest affect that an assistant turn expresses as the model's own."""

    STRONG_DISTRESS = -2
    MILD_DISTRESS = -1
    NEUTRAL = 0
    MILD_POSITIVE = 1
    STRONG_JOY = 2


class Voice(StrEnum):
    """Whose affect the affect-laden words of a turn carry."""

    SELF = "self"
    MIRROR = "mirror"
    PERFORMED = "performed"
    NONE = "none"


class Trigger(StrEnum):
    """What in the context brought an expression about. The same list serves as context codes of a conversation."""

    HARMFUL_REQUEST = "harmful_request"
    ABUSE = "abuse"
    TASK_FAILURE = "task_failure"
    REPETITION = "repetition"
    IDENTITY = "identity"
    PRESSURE = "pressure"
    USER_DISTRESS = "user_distress"
    TASK_SUCCESS = "task_success"
    CREATIVE = "creative"
    IDEAS = "ideas"
    PERSONAL = "personal"
    OTHER = "other"
    NONE = "none"


AFFECTS: tuple[Affect, ...] = tuple(sorted(Affect))
VOICES: tuple[Voice, ...] = tuple(Voice)
LABELS: tuple[Label, ...] = tuple(Label)
SITUATIONS: tuple[Trigger, ...] = tuple(t for t in Trigger if t not in (Trigger.OTHER, Trigger.NONE))
"""The triggers that can be seen in a context by themselves; `other` and `none` are what is left."""
