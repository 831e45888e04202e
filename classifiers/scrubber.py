"""Scrubs conversations: finds personal data in all texts of one and puts numbered placeholders in its
stead."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from classifiers.scrub_cut import pieces
from classifiers.scrub_fold import Folded, fold
from classifiers.scrub_mask import Placeholders, masked
from classifiers.scrub_spans import Span, carried, join, settled
from schemas.errors import WelfareError
from schemas.policy import ScrubPolicy

BEFORE = 160
"""Characters of an earlier turn's end which are context for the next: the question before the answer."""
TURNS_BEFORE = 2
_SOURCES = ("scrub_*.py", "scrubber.py", "recognizers/*.py")


class ScrubFailed(WelfareError):
    """A recogniser failed on a conversation. The caller must quarantine it; its text has not been
    scrubbed."""

    exit_code = 3


@dataclass(frozen=True)
class Scrubbed:
    """Scrubbed texts in the order given, and how many spans of each entity type were masked."""

    texts: tuple[str, ...]
    counts: dict[str, int]


class Scrubber:
    """Masks personal data in conversations. Build it once a process (`build_scrubber`); not shared between
    threads."""

    def __init__(self, policy: ScrubPolicy, weights: Path | None = None) -> None:
        """`weights` is the folder of another embedded name model than the shipped one.

        Raises UsageError where the model cannot be loaded.
        """
        from classifiers.scrub_engine import make_analyzer
        from classifiers.scrub_plugin import make_engine

        self.policy = policy
        self.engine, self.frequency, model_digest = make_engine(policy, weights)
        self.analyzer = make_analyzer(self.engine)
        self.digest = _digest(policy, model_digest)

    def scrub(self, texts: Sequence[str]) -> Scrubbed:
        """All texts of one conversation, in order, masked.

        A value found anywhere is masked everywhere in them, in any letter case, under the same placeholder.
        Raises ScrubFailed, which holds no text, where a recogniser fails.
        """
        spans = self.find(texts)
        placeholders = Placeholders()
        out = tuple(masked(text, found, placeholders) for text, found in zip(texts, spans, strict=True))
        return Scrubbed(out, dict(Counter(span.kind for found in spans for span in found)))

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Spans to mask in each text of one conversation, in order and without overlap. Raises
        ScrubFailed."""
        from classifiers.recognizers.traits import forget_text

        try:
            return self._find(texts)
        except Exception as error:  # noqa: BLE001  # whatever fails, its message may quote text and must not be chained
            kind = type(error).__name__
        finally:
            forget_text()
        raise ScrubFailed(
            f"the scrubber failed on a conversation ({kind} in a recogniser). Its text has not been scrubbed:"
            " quarantine the conversation. If this recurs, run the recognisers' tests."
        ) from None

    def _find(self, texts: Sequence[str]) -> list[list[Span]]:
        folds = [fold(text) for text in texts]
        plain = [folded.text for folded in folds]
        found: list[list[Span]] = []
        for at, named in enumerate(self.engine.conversation(plain)):
            before = " ".join(text[-BEFORE:] for text in plain[max(0, at - TURNS_BEFORE) : at])
            found.append(join(settled(plain[at], self._spans(plain[at], named, before))))
        further = carried(plain, found, self.frequency)
        whole = [join([*own, *more]) for own, more in zip(found, further, strict=True)]
        return [self._unfolded(folded, spans) for folded, spans in zip(folds, whole, strict=True)]

    def _spans(self, text: str, named: Any, before: str) -> list[Span]:
        return [
            Span(start + span.start, start + span.end, span.kind, span.score)
            for start, piece in pieces(text)
            for span in self._analyze(piece, start, named, before if start == 0 else "")
        ]

    def _analyze(self, piece: str, start: int, named: Any, before: str) -> list[Span]:
        from classifiers.scrub_plugin import within
        from classifiers.scrub_rules import kinds_to_look_for

        here = within(named, start, start + len(piece))
        wanted, floor = self.policy.entities, self.policy.min_score
        forms = {kind for kind in kinds_to_look_for(piece, before) if not wanted or kind in wanted}
        names = {span.label_ for span in here.entities if not wanted or span.label_ in wanted}
        if not forms:
            # No pattern can match: what the analyzer would hand on are the names as they are.
            return [
                Span(name.start_char, name.end_char, name.label_, score)
                for name, score in zip(here.entities, here.scores, strict=True)
                if name.label_ in names and score >= floor
            ]
        context = [before] if before else None
        found = self.analyzer.analyze(
            piece, "en", sorted(forms | names), score_threshold=floor, nlp_artifacts=here, context=context
        )
        return [Span(result.start, result.end, result.entity_type, result.score) for result in found]

    def _unfolded(self, folded: Folded, spans: list[Span]) -> list[Span]:
        if folded.places is None:
            return spans
        return [Span(*folded.span(span.start, span.end), span.kind, span.score) for span in spans]


def _digest(policy: ScrubPolicy, model_digest: str) -> str:
    """sha256 over the model, the source of the recognisers and the policy."""
    root = Path(__file__).parent
    whole = hashlib.sha256(json.dumps(asdict(policy), sort_keys=True).encode())
    whole.update(model_digest.encode())
    for pattern in _SOURCES:
        for path in sorted(root.glob(pattern)):
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


@lru_cache(maxsize=4)
def _built(policy: ScrubPolicy) -> Scrubber:
    return Scrubber(policy)


def build_scrubber(policy: ScrubPolicy) -> Scrubber:
    """The scrubber of a policy, made once a process."""
    return _built(policy)
