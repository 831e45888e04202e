"""Stock Presidio with a small spaCy name model, the baseline of the scrubber's benchmark.

spaCy's own small English models are not on PyPI, so one of the same size and kind is trained here from blank for a few
seconds: its hash embeddings and four convolutions (spaCy's default `HashEmbedCNN`, width 96, depth 4) under a
transition-based name recogniser, without the tagger, parser and lemmatiser of the published ones, which would make it
slower. What it finds is not compared, only its speed.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from typing import Any

from classifiers.scrub_fill import Pools, fill, read_templates
from classifiers.scrub_values import Values

TEMPLATES = ("people", "places", "plain_talk")
PASSES = 2
SEED = 3


def stock_analyzer() -> Callable[[str], Any]:
    """A function from one text to what Presidio's default recognisers find in it, without the network."""
    import tldextract.tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    # Presidio's e-mail recogniser would fetch the list of public suffixes; the package carries one.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    with tempfile.TemporaryDirectory() as folder:
        _small_model().to_disk(folder)
        engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": folder}])
        analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    return lambda text: analyzer.analyze(text, "en")


def _small_model() -> Any:
    import spacy
    from spacy.training import Example
    from spacy.util import filter_spans, fix_random_seed, minibatch

    fix_random_seed(SEED)
    rng = random.Random(SEED)
    draw = Values(Pools(SEED, size=60), rng).slots()
    nlp = spacy.blank("en")
    names = nlp.add_pipe("ner")
    examples = []
    for template in (line for lines in read_templates(TEMPLATES).values() for line in lines):
        item = fill(template, draw, "\n")
        doc = nlp.make_doc(item.text)
        found = [doc.char_span(start, end, label=kind, alignment_mode="expand") for start, end, kind in item.spans]
        known = doc.copy()
        known.ents = filter_spans([span for span in found if span is not None])
        examples.append(Example(doc, known))
    for kind in sorted({span.label_ for example in examples for span in example.reference.ents}):
        names.add_label(kind)
    nlp.initialize(lambda: examples)
    for _ in range(PASSES):
        rng.shuffle(examples)
        for batch in minibatch(examples, 64):
            nlp.update(batch)
    return nlp
