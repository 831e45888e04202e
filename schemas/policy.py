"""The policies: every threshold and floor, frozen, checked when made. Reasons stand in schemas/README.md."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.policy_check import check as _check
from schemas.policy_check import check_share as _check_share
from schemas.policy_cluster import ClusterPolicy
from schemas.policy_dp import DpPolicy
from schemas.policy_gate import GatePolicy
from schemas.policy_plug import LEAST_THRESHOLD, MultilingualPolicy, Plug
from schemas.policy_retention import RetentionPolicy
from schemas.policy_second_reader import SecondReaderPolicy
from schemas.release import RELEASE_NAME


@dataclass(frozen=True)
class ReadPolicy:
    """What the readers accept."""

    max_malformed_share: float = 0.02
    """Share of records that may be quarantined before the run stops with exit 3."""
    max_record_bytes: int = 32 * 1024 * 1024
    """Largest single record, in bytes after decompression."""
    max_nesting: int = 100
    """Deepest JSON nesting."""
    max_expansion: int = 400
    """Largest ratio of decompressed to compressed bytes of a file, beyond the first 64 MiB."""
    anonymous_ids: tuple[str, ...] = (
        "anonymous",
        "anon",
        "guest",
        "unknown",
        "none",
        "null",
        "na",
        "n/a",
        "nan",
        "0",
        "-1",
    )
    """User ids (any case) which mean that there is no user id; such conversations count as their own unit."""

    def __post_init__(self) -> None:
        _check_share(self.max_malformed_share, "read", "max_malformed_share")
        for name in ("max_record_bytes", "max_nesting", "max_expansion"):
            _check(getattr(self, name) >= 1, "read", name, "at least 1")


@dataclass(frozen=True)
class ScrubPolicy:
    """What is masked, and how."""

    min_score: float = 0.35
    """Least recogniser score (0 to 1) of a span that is masked. Low on purpose: recall before precision."""
    entities: tuple[str, ...] = ()
    """Entity types to mask; empty means every type that the recognisers know."""
    nlp_engine: str = "embedded"
    """`embedded` for the project's own name model, or a Presidio NLP engine: `spacy`, `transformers`, `gliner`."""
    nlp_model: str = ""
    """Folder of the model where `nlp_engine` is not `embedded`; nothing is fetched."""
    keep_public_figures: bool = False
    """Whether names of people of history and public life on the shipped list stay (classifiers/scrub_figures.py)."""
    surfaces: tuple[str, ...] = ("chat", "coding_agent", "api", "voice")
    """Closed list of surface names that may be released; anything else reads `other`."""

    def __post_init__(self) -> None:
        _check_share(self.min_score, "scrub", "min_score")
        engines = ("embedded", "spacy", "transformers", "gliner")
        _check(self.nlp_engine in engines, "scrub", "nlp_engine", "one of " + ", ".join(engines))
        _check(
            self.nlp_engine == "embedded" or bool(self.nlp_model), "scrub", "nlp_model", "named when nlp_engine is set"
        )


@dataclass(frozen=True)
class ScorePolicy:
    """Which model scores, and how much of what the screen rejects is scored all the same."""

    model: str = "embedded"
    """`embedded`, or the folder of a scorer made by `welfare train scorer`. With `labels`, a `transformers` sequence
    classifier: its folder, or its name where it lies in this machine's cache; nothing is fetched."""
    labels: tuple[str, ...] = ()
    """What each label of such a classifier means: `label=level`, from -2 (strong distress) to 2 (strong joy)."""
    languages: tuple[str, ...] = ()
    """Languages (ISO 639-1) that such a classifier reads; needed with `labels`."""
    context: bool = False
    """Whether such a classifier is given the two turns before as well, as the first text of a pair."""
    screen_sample: int = 400
    """Conversations, about, whose screened-out windows are read too: they bound what the screen missed."""
    code_threshold: float = 0.5
    """Least probability (0 to 1) at which a conversation holds a situation of the trigger taxonomy."""

    def __post_init__(self) -> None:
        _check(self.screen_sample >= 0, "score", "screen_sample", "0 or more")
        _check_share(self.code_threshold, "score", "code_threshold")
        plugged = self.plug is not None
        _check(plugged or not (self.languages or self.context), "score", "labels", "set where languages or context is")
        _check(not plugged or self.model != "embedded", "score", "model", "the classifier that has these labels")
        _check(not plugged or bool(self.languages), "score", "languages", "the languages that the classifier reads")

    @property
    def plug(self) -> Plug | None:
        """The classifier by others that scores, None where a scorer of this project does."""
        return Plug("score", self.model, self.labels, self.languages, self.context) if self.labels else None


@dataclass(frozen=True)
class FlagPolicy:
    """When a conversation is flagged. Asymmetric on purpose: distress by recall, joy by precision."""

    distress_threshold: float | None = None
    """Least p(distress) of a turn that flags its conversation; None takes the one chosen on validation (model card)."""
    joy_threshold: float | None = None
    """Least p(joy) of a turn that flags its conversation; None takes the one chosen on validation (model card)."""
    passage_turns: int = 3
    """User turns before the onset which the trigger passage keeps."""
    passage_chars: int = 1200
    """Most characters of a trigger passage."""
    unflagged_sample: int = 400
    """Passages of unflagged conversations kept, about, for the lift of clusters."""

    def __post_init__(self) -> None:
        for name in ("distress_threshold", "joy_threshold"):
            value = getattr(self, name)
            # A turn with less gets no trigger (pipelines/situations.py).
            _check(value is None or LEAST_THRESHOLD <= value < 1.0, "flag", name, "from 0.1 to 1, or left out")
        _check(self.passage_turns >= 1, "flag", "passage_turns", "at least 1")
        _check(self.passage_chars >= 100, "flag", "passage_chars", "at least 100")
        _check(self.unflagged_sample >= 0, "flag", "unflagged_sample", "0 or more")


@dataclass(frozen=True)
class AdjudicatePolicy:
    """Who may read a small scrubbed sample of the trial on the restricted side. By default nobody."""

    readers: tuple[str, ...] = ()
    """Who may read and label, by role (`[a-z0-9._-]{1,64}`; the report shows the policy). With none, nobody may."""
    sample: int = 300
    """Conversations that are drawn, about: flagged ones, near misses and others."""

    def __post_init__(self) -> None:
        names = all(RELEASE_NAME.fullmatch(name) and name.strip(".") for name in self.readers)
        _check(names, "adjudicate", "readers", "names of lower-case letters, digits, dots, hyphens and underscores")
        _check(len(set(self.readers)) == len(self.readers), "adjudicate", "readers", "different names")
        _check(60 <= self.sample <= 5000, "adjudicate", "sample", "between 60 and 5000")


@dataclass(frozen=True)
class DisclosurePolicy:
    """What may leave. schemas/README.md says what each floor protects and what it does not."""

    policy: str = "floors"
    """`floors`: counts of conversations and users behind floors. `dp`: counts of users with noise, differentially
    private by user ([dp]), over the clusters of a frame; everything else is not released."""
    min_conversations: int = 15
    """Least conversations behind a released cell."""
    min_users: int = 5
    """Least distinct users behind a released cell."""
    max_user_share: float = 0.34
    """Largest share of a cell's conversations that one user may hold; above it the cell is suppressed."""
    max_conversations_per_user: int = 50
    """Conversations of one user that count in a release, chosen by a keyed hash."""
    max_cells_per_user: int = 20
    """Triggers and clusters, of both labels together, that one user counts in, chosen by a keyed hash; the others count
    as other triggers and as unclustered."""
    max_terms_per_user: int = 20
    """Terms, over all clusters, that one user counts behind, chosen in the same way."""
    max_turns_per_conversation: int = 20
    """Turns as which a longer conversation counts in a rate of turns."""
    round_to: int = 5
    """Counts are rounded to the nearest multiple of this."""
    min_term_users: int = 5
    """Least distinct users behind a released term."""

    def __post_init__(self) -> None:
        _check(self.policy in ("floors", "dp"), "disclosure", "policy", "`floors` or `dp`")
        _check(self.min_conversations >= 2, "disclosure", "min_conversations", "at least 2")
        _check(
            2 <= self.min_users <= self.min_conversations, "disclosure", "min_users", "between 2 and min_conversations"
        )
        _check(0.0 < self.max_user_share <= 1.0, "disclosure", "max_user_share", "above 0 and at most 1")
        for name in ("max_conversations_per_user", "max_turns_per_conversation", "max_terms_per_user"):
            _check(getattr(self, name) >= 1, "disclosure", name, "at least 1")
        # One cell, and one for the rest of each label's triggers and clusters.
        _check(self.max_cells_per_user >= 5, "disclosure", "max_cells_per_user", "at least 5")
        _check(self.round_to >= 1, "disclosure", "round_to", "at least 1")
        _check(self.min_term_users >= 2, "disclosure", "min_term_users", "at least 2")


@dataclass(frozen=True)
class Policies:
    """All policies of a run, as resolved."""

    read: ReadPolicy = field(default_factory=ReadPolicy)
    scrub: ScrubPolicy = field(default_factory=ScrubPolicy)
    score: ScorePolicy = field(default_factory=ScorePolicy)
    multilingual: MultilingualPolicy = field(default_factory=MultilingualPolicy)
    flag: FlagPolicy = field(default_factory=FlagPolicy)
    adjudicate: AdjudicatePolicy = field(default_factory=AdjudicatePolicy)
    second_reader: SecondReaderPolicy = field(default_factory=SecondReaderPolicy)
    cluster: ClusterPolicy = field(default_factory=ClusterPolicy)
    disclosure: DisclosurePolicy = field(default_factory=DisclosurePolicy)
    dp: DpPolicy = field(default_factory=DpPolicy)
    retention: RetentionPolicy = field(default_factory=RetentionPolicy)
    gate: GatePolicy = field(default_factory=GatePolicy)

    def __post_init__(self) -> None:
        for name in ("distress_threshold", "joy_threshold"):
            named = self.score.plug is None or getattr(self.flag, name) is not None
            _check(named, "flag", name, "set, as nobody chose one on validation for the classifier that [score] names")
