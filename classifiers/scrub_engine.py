"""Presidio with the project's own registry: pattern recognisers, one recogniser for names, and a name model
behind it.

Nothing here reaches the network, fills a cache on disk or logs text.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from presidio_analyzer import AnalyzerEngine, LocalRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from classifiers.scrub_judge import Surroundings, judged
from classifiers.scrub_names import APART, NameModel
from classifiers.scrub_rules import make_rules
from classifiers.scrub_tokens import TURN, Cut, in_other_script, text_case

NAME_KINDS = ("PERSON", "ORGANIZATION", "LOCATION", "ADDRESS")
JOIN_AT = 0.12
"""Least probability of a name at which a word joins a name beside it."""
TUNED = 0.5
"""Power of a probability that is its score. At the policy's floor of 0.35 a word with a probability of
0.12 is masked: chosen for recall on held-out social text, with at most 3 % of real chat masked."""
LANGUAGE = "en"
"""Presidio's key of the one pipeline here; the recognisers themselves know many languages."""

for _name in ("presidio-analyzer", "decision_process", "tldextract"):
    # Debug lines of these may quote text.
    logging.getLogger(_name).setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class NameSpan:
    """A name in a text, with the attributes that Presidio reads off a spaCy span."""

    start_char: int
    end_char: int
    label_: str
    score: float


class NameEngine(NlpEngine):  # type: ignore[misc]  # presidio carries no types
    """Presidio's NLP engine over the project's name model: finds names, makes no lemmas, so no context
    enhancer runs."""

    engine_name = "embedded"
    is_available = True

    def __init__(self, model: NameModel) -> None:
        self.model = model

    def load(self) -> None:
        """Nothing to do: the model is given."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Artifacts of one text."""
        return self.conversation([text])[0]

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: Any
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Artifacts of texts that have nothing to do with one another."""
        for text in texts:
            yield text, self.process_text(text, language)

    def conversation(self, texts: Sequence[str]) -> list[NlpArtifacts]:
        """Artifacts of the texts of one conversation; each is read in the light of the one before."""
        return self.conversations([(texts, list(map(Cut, texts)))])[0]

    def conversations(self, several: Sequence[tuple[Sequence[str], Sequence[Cut]]]) -> list[list[NlpArtifacts]]:
        """The same for each of several conversations: their texts, and the words of each text (`Cut`)."""
        words: list[str] = []
        cases: list[int] = []
        passed: list[int] = []
        places: list[tuple[int, int]] = []
        for texts, cuts in several:
            first = len(words)
            for text, found in zip(texts, (cut.words for cut in cuts), strict=True):
                if not text.isascii() and in_other_script(found):
                    passed += [len(words) + at for at, word in enumerate(found) if not word[0].isupper()]
                words += [*found, TURN]
                cases += [text_case(found)] * len(found) + [0]
            places.append((first, len(words)))
            words += [APART] * self.model.gap
            cases += [0] * self.model.gap
        likely, marks = self.model.read(words, cases, passed)
        return [
            self._read(texts, cuts, likely[first:last], marks[first:last])
            for (texts, cuts), (first, last) in zip(several, places, strict=True)
        ]

    def _read(self, texts: Sequence[str], cuts: Sequence[Cut], likely: Any, marks: Any) -> list[NlpArtifacts]:
        """Artifacts of the texts of one conversation, from the probabilities (words, labels) of its words, and their
        marks."""
        maybe = (likely[:, 0] <= 1.0 - JOIN_AT).nonzero()[0]
        nothing = self._artifacts([])
        made = []
        at = 0
        for text, cut in zip(texts, cuts, strict=True):
            found = cut.words
            first, last = maybe.searchsorted((at, at + len(found)))
            here = slice(at, at + len(found))
            spans = [] if first == last else name_spans(likely[here], found, cut.starts)
            at += len(found) + 1
            if not spans:
                made.append(nothing)
                continue
            around = Surroundings(text, found, marks[here], self._known, marks)
            scored = [(span, judged(span.label_, span.start_char, span.end_char, span.score, around)) for span in spans]
            kept = [replace(span, score=round(score**TUNED, 4)) for span, score in scored if score > 0]
            made.append(self._artifacts(kept) if kept else nothing)
        return made

    def _known(self, word: str) -> bool:
        return self.model.knows(word)

    def _artifacts(self, spans: list[NameSpan]) -> NlpArtifacts:
        return NlpArtifacts(spans, [], [], [], None, LANGUAGE, scores=[span.score for span in spans])

    def is_stopword(self, word: str, language: str) -> bool:
        return False

    def is_punct(self, word: str, language: str) -> bool:
        return False

    def get_supported_entities(self) -> list[str]:
        return list(NAME_KINDS)

    def get_supported_languages(self) -> list[str]:
        return [LANGUAGE]


def name_spans(likely: Any, words: list[str], starts: list[int]) -> list[NameSpan]:
    """Runs of words that are likely names, split where the kind changes. Score: the highest 1 - P(no name)
    in the run."""
    sure = 1.0 - likely[:, 0]
    spans: list[NameSpan] = []
    open_run: list[int] = []
    kinds = likely[:, 1:].argmax(axis=1)

    def close() -> None:
        while open_run and not words[open_run[-1]][0].isalnum():
            open_run.pop()
        while open_run and not words[open_run[0]][0].isalnum():
            open_run.pop(0)
        if open_run:
            first, last = open_run[0], open_run[-1]
            score = round(float(sure[first : last + 1].max()), 4)
            label = NAME_KINDS[int(kinds[first])]
            spans.append(NameSpan(starts[first], starts[last] + len(words[last]), label, score))
        open_run.clear()

    for at in (sure >= JOIN_AT).nonzero()[0].tolist():
        if open_run and (at != open_run[-1] + 1 or (kinds[at] != kinds[open_run[-1]] and words[at][0].isalnum())):
            close()
        open_run.append(at)
    close()
    return spans


class NameRecognizer(LocalRecognizer):  # type: ignore[misc]  # presidio carries no types
    """Hands on the names that the NLP engine found."""

    def __init__(self, kinds: Sequence[str]) -> None:
        super().__init__(supported_entities=list(kinds), supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing to do."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """Names among the asked entities, with the engine's scores."""
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
        }
        return [
            RecognizerResult(span.label_, span.start_char, span.end_char, score, recognition_metadata=dict(metadata))
            for span, score in zip(nlp_artifacts.entities, nlp_artifacts.scores, strict=True)
            if span.label_ in entities
        ]


class NoEnhancer(ContextAwareEnhancer):  # type: ignore[misc]  # presidio carries no types
    """Leaves scores alone: each recogniser here looks for its own context in the text, which needs no
    lemmas."""

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(
        self, text: str, raw_results: list[RecognizerResult], *others: Any, **named: Any
    ) -> list[RecognizerResult]:
        return raw_results


def make_analyzer(engine: NlpEngine) -> AnalyzerEngine:
    """Presidio's analyzer with exactly the recognisers of this project."""
    recognisers = [*make_rules(), NameRecognizer(engine.get_supported_entities())]
    registry = RecognizerRegistry(recognizers=recognisers, supported_languages=[LANGUAGE])
    return AnalyzerEngine(
        registry=registry, nlp_engine=engine, supported_languages=[LANGUAGE],
        context_aware_enhancer=NoEnhancer(), log_decision_process=False,
    )  # fmt: skip


def load_engine(folder: Path) -> NameEngine:
    """The engine over the name model of a folder."""
    return NameEngine(NameModel.load(folder))
