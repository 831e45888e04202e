"""What the survey of an input found, and whether a run may go on with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jobs.run_record import LOG
from schemas.errors import ContractError
from schemas.policy import ReadPolicy

SHARD_CONVERSATIONS = 250
"""Most conversations of a part, about."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What the input holds, before anything is written. quarantine: file ordinal, line, rule, keyed hash; no text."""

    conversations: int
    with_user: int
    other_release: int
    duplicates: int
    superseded: int
    conflicting: int
    malformed: dict[str, int] = field(default_factory=dict)
    quarantine: list[dict[str, Any]] = field(default_factory=list)

    @property
    def shards(self) -> int:
        """Partitions of the row-level stages. From the input alone, so that every machine makes the same ones; a power
        of two, so that what is in one part was in one part before the trial grew (jobs/reuse.py)."""
        return max(4, 1 << (-(-self.conversations // SHARD_CONVERSATIONS) - 1).bit_length())

    def check(self, policy: ReadPolicy) -> None:
        """Raises ContractError where too much is malformed or nothing is left to run on."""
        bad = sum(self.malformed.values())
        total = bad + self.conversations + self.other_release + self.duplicates + self.superseded + self.conflicting
        # No exact count: this is said where many may read it.
        if bad and bad / total > policy.max_malformed_share:
            share = max(1, round(100 * bad / total))
            raise ContractError(
                f"about {share} % of the records are malformed ({', '.join(self.malformed)}),"
                f" more than [read] max_malformed_share allows. Nothing was released; {LOG} on the restricted side has"
                " the counts and the lines. Mend the input, name its --format, or raise the share in the policy file."
            )
        if not self.conversations:
            raise ContractError(
                "no conversation of this release in the input"
                f" ({'some name' if self.other_release else 'none names'} another one). Check --release and the input;"
                f" {LOG} on the restricted side has the counts."
            )
