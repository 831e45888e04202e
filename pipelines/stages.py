"""The flow, in order. Read this first.

    TRANSCRIPTS -scrub-> SCRUBBED -score-> SCORED -flag-> FLAGGED -cluster-> CLUSTERED + CLUSTER_TERMS
      -aggregate-> RELEASED_* -report-> candidate release -sign-off-> published

The first three are row-level and map-only: one row is one conversation, no shuffle, no join. Each reads its
predecessor's table and nothing else. `cluster`, `aggregate`, `report` and `sign_off` follow in files of their names.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.flag import flag
from pipelines.score import score
from pipelines.scrub import scrub
from schemas.policy import Policies
from schemas.row_level import FLAGGED, SCORED, SCRUBBED, TRANSCRIPTS
from schemas.table import Table
from schemas.thresholds import Thresholds

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


SCORERS = ("scorer", "multilingual_scorer")
"""Names under which the digests of the models that score stand in `Run.models`."""


@dataclass(frozen=True, slots=True)
class Run:
    """What the stages of one run share.

    conversations: in the input, for the shares of the samples. thresholds: as used.
    models: digest by name. pseudonym_key: 32 bytes, never shown.
    """

    release: str
    policies: Policies
    conversations: int
    thresholds: Thresholds
    models: dict[str, str]
    pseudonym_key: bytes = field(repr=False)

    def share(self, wanted: int) -> float:
        """The share of conversations to draw so that at least about `wanted` are drawn, and at most twice as many.

        A half, a quarter and so on: a trial that grew a little draws those that it drew before, and what was judged
        need not be judged anew.
        """
        share = min(1.0, wanted / max(1, self.conversations))
        return 2.0 ** math.ceil(math.log2(share)) if share > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Stage:
    """One row-level stage. settings: what its output depends on besides its input, for the fingerprint."""

    name: str
    reads: Table
    writes: Table
    run: Callable[[DataFrame, Run], DataFrame]
    settings: Callable[[Run], Any]


STAGES = (
    Stage(
        "scrub",
        TRANSCRIPTS,
        SCRUBBED,
        lambda frame, run: scrub(frame, run.policies.scrub, run.pseudonym_key, run.release),
        lambda run: [run.policies.scrub, run.models["scrubber"], run.release],
    ),
    Stage(
        "score",
        SCRUBBED,
        SCORED,
        lambda frame, run: score(
            frame, run.policies.score, run.policies.multilingual.plug, run.share(run.policies.score.screen_sample)
        ),
        lambda run: [
            run.policies.score,
            run.policies.multilingual.plug,
            [run.models[name] for name in SCORERS if name in run.models],
            run.share(run.policies.score.screen_sample),
        ],
    ),
    Stage(
        "flag",
        SCORED,
        FLAGGED,
        lambda frame, run: flag(
            frame, run.policies.flag, run.thresholds, run.share(run.policies.flag.unflagged_sample)
        ),
        lambda run: [run.policies.flag, run.thresholds, run.share(run.policies.flag.unflagged_sample)],
    ),
)
