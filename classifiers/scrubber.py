"""Scrubs conversations: finds personal data in all texts of one and puts numbered placeholders in its
stead."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from classifiers.scrub_cut import pieces
from classifiers.scrub_fold import Folded, fold
from classifiers.scrub_mask import Placeholders, masked
from classifiers.scrub_spans import Span, carried, join, settled
from classifiers.scrub_tokens import Cut
from schemas.errors import WelfareError
from schemas.policy import ScrubPolicy

if TYPE_CHECKING:
    from classifiers.recognizers.rule import Rule
    from classifiers.scrub_rules import Forms

BEFORE = 160
"""Characters of an earlier turn's end which are context for the next: the question before the answer."""
TURNS_BEFORE = 2
BATCH = 16_000
"""Characters, at least, of conversations that the name model reads at once."""
Result = TypeVar("Result")
_WORD_START = re.compile(r"(?<!\w)|\W")
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
        from classifiers.scrub_plugin import make_engine
        from classifiers.scrub_rules import all_forms, make_rules

        self.policy = policy
        self.engine, self.frequency, model_digest = make_engine(policy, weights)
        wanted = policy.entities
        self.forms = all_forms([rule for rule in make_rules() if not wanted or rule.ENTITY in wanted])
        self.digest = _digest(policy, model_digest)

    def scrub(self, texts: Sequence[str]) -> Scrubbed:
        """All texts of one conversation, in order, masked.

        A value found anywhere is masked everywhere in them, in any letter case, under the same placeholder.
        Raises ScrubFailed, which holds no text, where a recogniser fails.
        """
        (scrubbed,) = self.scrub_all([texts])
        if isinstance(scrubbed, ScrubFailed):
            raise scrubbed
        return scrubbed

    def scrub_all(self, conversations: Iterable[Sequence[str]]) -> Iterator[Scrubbed | ScrubFailed]:
        """Each conversation as `scrub` does it; where a recogniser fails on one, the failure stands in its place.

        Quicker than one by one where conversations are short: the name model reads several at once.
        """
        for batch in together(conversations, BATCH):
            for texts, spans in zip(batch, self.find_all(batch), strict=True):
                yield spans if isinstance(spans, ScrubFailed) else _masked(texts, spans)

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Spans to mask in each text of one conversation, in order and without overlap. Raises
        ScrubFailed."""
        (found,) = self.find_all([texts])
        if isinstance(found, ScrubFailed):
            raise found
        return found

    def find_all(self, conversations: Sequence[Sequence[str]]) -> list[list[list[Span]] | ScrubFailed]:
        """The same for each conversation, all of them read by the name model at once."""
        read = [self._guarded(_Read, texts) for texts in conversations]
        whole = [one for one in read if isinstance(one, _Read)]
        named = self._guarded(self.engine.conversations, [(one.plain, one.cuts) for one in whole])
        if isinstance(named, ScrubFailed):
            # One of them is at fault: the others must not fail with it.
            return [named] if len(conversations) == 1 else [self.find_all([texts])[0] for texts in conversations]
        names = iter(named)
        return [
            one if isinstance(one, ScrubFailed) else self._guarded(self._found_in, one, next(names)) for one in read
        ]

    def _guarded(self, work: Callable[..., Result], *given: Any) -> Result | ScrubFailed:
        """What `work` gives, or the failure, without the text that an exception may quote."""
        from classifiers.recognizers.traits import forget_text

        try:
            return work(*given)
        except Exception as error:  # noqa: BLE001  # whatever fails, its message may quote text and must not be chained
            kind = type(error).__name__
        finally:
            forget_text()
        return ScrubFailed(
            f"the scrubber failed on a conversation ({kind} in a recogniser). Its text has not been scrubbed:"
            " quarantine the conversation. If this recurs, run the recognisers' tests."
        )

    def _found_in(self, read: _Read, names: Sequence[Any]) -> list[list[Span]]:
        from classifiers.scrub_figures import without_figures
        from classifiers.scrub_rules import forms_to_try

        plain, cuts = read.plain, read.cuts
        forms = forms_to_try(self.forms, plain)
        found: list[list[Span]] = []
        for at, named in enumerate(names):
            if self.policy.keep_public_figures:
                named = without_figures(plain[at], named)
            before = "\n".join(map(_end, plain[max(0, at - TURNS_BEFORE) : at]))
            found.append(join(settled(plain[at], self.spans(plain[at], named, before, forms))))
        further = carried(plain, found, self.frequency, cuts)
        whole = [join([*own, *more]) for own, more in zip(found, further, strict=True)]
        return [_unfolded(folded, spans) for folded, spans in zip(read.folds, whole, strict=True)]

    def spans(self, text: str, named: Any, before: str, forms: Forms) -> list[Span]:
        """What names and recognisers give for a folded text, `named` being Presidio's artifacts of it and `before` the
        end of the turns before. The same, once joined, as Presidio's analyzer gives with the same recognisers."""
        return [
            Span(start + span.start, start + span.end, span.kind, span.score)
            for start, piece in pieces(text)
            for span in self._found(piece, start, named, before if start == 0 else "", forms)
        ]

    def _found(self, piece: str, start: int, named: Any, before: str, forms: Forms) -> Iterator[Span]:
        """What Presidio's analyzer gives for a piece of text, before it drops spans within others: names, and what each
        recogniser finds whose cheap test does not rule it out."""
        from classifiers.recognizers.rule import needed
        from classifiers.recognizers.traits import traits_of
        from classifiers.scrub_plugin import within

        here = within(named, start, start + len(piece))
        wanted, floor = self.policy.entities, self.policy.min_score
        for name, score in zip(here.entities, here.scores, strict=True):
            if score >= floor and (not wanted or name.label_ in wanted):
                yield Span(name.start_char, name.end_char, name.label_, score)
        traits = traits_of(piece, before)
        context = [before] if before else None
        by_rule: dict[Rule, list[Any]] = {}
        for tried in needed(traits, forms.every if traits.digits else forms.wordy):
            by_rule.setdefault(tried.rule, []).append(tried.form)
        for rule, tried_forms in by_rule.items():
            results = rule.found(traits, tried_forms)
            for result in rule.enhance_using_context(piece, results, [], here, context) if results else ():
                if result.score >= floor:
                    yield Span(result.start, result.end, result.entity_type, result.score)


class _Read:
    """The texts of a conversation, folded, and their words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.folds = [fold(text) for text in texts]
        self.plain = [folded.text for folded in self.folds]
        self.cuts = [Cut(text) for text in self.plain]


def together(conversations: Iterable[Sequence[str]], least: int) -> Iterator[list[Sequence[str]]]:
    """Conversations in a row, together in batches of at least `least` characters; the last may have fewer."""
    batch: list[Sequence[str]] = []
    size = 0
    for texts in conversations:
        batch.append(texts)
        size += sum(map(len, texts))
        if size >= least:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _masked(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Scrubbed:
    placeholders = Placeholders()
    out = tuple(masked(text, found, placeholders) for text, found in zip(texts, spans, strict=True))
    return Scrubbed(out, dict(Counter(span.kind for found in spans for span in found)))


def _unfolded(folded: Folded, spans: list[Span]) -> list[Span]:
    if folded.places is None:
        return spans
    return [Span(*folded.span(span.start, span.end), span.kind, span.score) for span in spans]


def _end(text: str) -> str:
    """The last characters of a text, from the start of a word on."""
    if len(text) <= BEFORE:
        return text
    start = _WORD_START.search(text, len(text) - BEFORE)
    return text[start.start() :] if start else ""


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
