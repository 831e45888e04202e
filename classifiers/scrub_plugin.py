"""Which model finds names: the embedded one, or one of spaCy, transformers or GLiNER named by the policy,
all from disk."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from presidio_analyzer.nlp_engine import NlpArtifacts

from classifiers.local_model import folder_digest, lacking, most_tokens
from classifiers.scrub_cut import pieces
from classifiers.scrub_engine import LANGUAGE, NameEngine, NameSpan
from classifiers.scrub_names import NameModel
from classifiers.scrub_tokens import Cut
from classifiers.scrub_weights import EMBEDDED
from schemas.errors import UsageError
from schemas.policy import ScrubPolicy

PIECE = 8_000
"""Characters that a plugged-in model is given at once."""
SPACY_SCORE = 0.85
"""spaCy gives no score; this is what Presidio puts in its place."""
_KINDS = {
    "PER": "PERSON", "PERSON": "PERSON", "PATIENT": "PERSON", "STAFF": "PERSON", "ORG": "ORGANIZATION",
    "ORGANIZATION": "ORGANIZATION", "HOSP": "ORGANIZATION", "LOC": "LOCATION", "GPE": "LOCATION",
    "FAC": "LOCATION",
    "LOCATION": "LOCATION", "ADDRESS": "ADDRESS",
}  # fmt: skip
Finder = Callable[[str], list[NameSpan]]


class PluginEngine(NameEngine):
    """A name engine over any function from a text to its names."""

    def __init__(self, find: Finder) -> None:
        self.find = find

    def conversations(self, several: Sequence[tuple[Sequence[str], Sequence[Cut]]]) -> list[list[NlpArtifacts]]:
        """Artifacts of texts, each read by itself and in pieces."""
        return [[self._artifacts(self._whole(text)) for text in texts] for texts, _ in several]

    def _whole(self, text: str) -> list[NameSpan]:
        """Names of all pieces in order; of two that overlap, where pieces do, the first is lengthened."""
        found = [
            NameSpan(start + span.start_char, start + span.end_char, span.label_, span.score)
            for start, piece in pieces(text, PIECE, 400)
            for span in self.find(piece)
        ]
        apart: list[NameSpan] = []
        for span in sorted(found, key=lambda span: span.start_char):
            if apart and span.start_char < apart[-1].end_char:
                last = apart[-1]
                end, score = max(last.end_char, span.end_char), max(last.score, span.score)
                apart[-1] = NameSpan(last.start_char, end, last.label_, score)
            else:
                apart.append(span)
        return apart


def within(artifacts: NlpArtifacts, low: int, high: int) -> NlpArtifacts:
    """Artifacts of the part of a text from `low` to `high`; names that cross an end are cut there."""
    if not artifacts.entities or (low == 0 and artifacts.entities[-1].end_char <= high):
        return artifacts
    # Names stand in order and do not overlap, so those of a part are found without looking at all.
    first = bisect_right(artifacts.entities, low, key=lambda span: span.end_char)
    last = bisect_left(artifacts.entities, high, key=lambda span: span.start_char)
    spans = [
        NameSpan(max(span.start_char, low) - low, min(span.end_char, high) - low, span.label_, span.score)
        for span in artifacts.entities[first:last]
    ]
    return NlpArtifacts(spans, [], [], [], None, LANGUAGE, scores=[span.score for span in spans])


def make_engine(policy: ScrubPolicy, weights: Path | None = None) -> tuple[NameEngine, Callable[[str], int], str]:
    """The engine of a policy, the frequency class of a word in public text (0 to 7), and the digest of the
    model.

    Raises UsageError where the named model or the package for it is not on this machine. Nothing is
    downloaded.
    """
    embedded = NameModel.load(weights or EMBEDDED)
    if policy.nlp_engine == "embedded":
        return NameEngine(embedded), embedded.frequency, embedded.digest
    folder = Path(policy.nlp_model)
    if not folder.is_dir():
        raise UsageError(
            "policy [scrub], field 'nlp_model': must be the folder of a model on this machine. A run never "
            "downloads one:"
            " fetch it beforehand and give its path."
        )
    makers = {"spacy": _spacy, "transformers": _transformers, "gliner": _gliner}
    try:
        find = makers[policy.nlp_engine](folder)
    except UsageError:
        raise
    except ImportError:
        raise UsageError(
            f"policy [scrub], field 'nlp_engine': the package for '{policy.nlp_engine}' must be installed and fit the"
            " other packages here. Install it at the version that constraints.txt names, or take another engine."
        ) from None
    except Exception as error:  # noqa: BLE001  # what a package raises over a folder that is no model of its own
        raise UsageError(
            "policy [scrub], field 'nlp_model': must be a folder with a model that"
            f" '{policy.nlp_engine}' can load ({type(error).__name__}). Give the one that the engine's own package"
            " saved."
        ) from None
    return PluginEngine(find), embedded.frequency, folder_digest(folder)


def _spacy(folder: Path) -> Finder:
    import spacy

    nlp = spacy.load(folder)

    def find(text: str) -> list[NameSpan]:
        return [
            NameSpan(entity.start_char, entity.end_char, _KINDS[entity.label_], SPACY_SCORE)
            for entity in nlp(text).ents
            if entity.label_ in _KINDS
        ]

    return find


def _transformers(folder: Path) -> Finder:
    """A token classifier in safetensors. Presidio's own wrapper returns nothing where the model fails;
    this one raises."""
    from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    model, told = AutoModelForTokenClassification.from_pretrained(
        folder, use_safetensors=True, output_loading_info=True, **options
    )
    tokenizer = AutoTokenizer.from_pretrained(folder, **options)
    lacks = lacking(folder, told, tokenizer)
    if lacks:
        raise UsageError(
            f"policy [scrub], field 'nlp_model': must be the folder of a whole model, but {lacks}. Save it anew with"
            " `save_pretrained`."
        )
    tokenizer.model_max_length = most_tokens(tokenizer, model.config)
    stride = min(32, tokenizer.model_max_length // 4)
    classify = pipeline(
        "token-classification",
        model=model,
        tokenizer=tokenizer,
        aggregation_strategy="simple",
        device=-1,
        stride=stride,
    )

    def find(text: str) -> list[NameSpan]:
        if not text.strip():
            return []
        spans = []
        for entity in classify(text):
            label = _KINDS.get(entity["entity_group"].upper())
            if label:
                spans.append(NameSpan(int(entity["start"]), int(entity["end"]), label, float(entity["score"])))
        return spans

    return find


def _gliner(folder: Path) -> Finder:
    from classifiers.scrub_gliner import gliner_finder

    return gliner_finder(folder)
