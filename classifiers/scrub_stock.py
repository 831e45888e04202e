"""Stock Presidio with a small spaCy model, the baseline of the scrubber's benchmark.

spaCy's own small English models are not on PyPI, so one of the same size and kind is made here from blank in a few
seconds: hash embeddings and four convolutions (spaCy's default `HashEmbedCNN`, width 96, depth 4) under a
transition-based name recogniser. `whole` adds a tagger and a parser over embeddings that they share, as the published
small models have them and as Presidio runs them; both stay untrained, and what that does to their speed was not
measured. The lemmatiser is left out. What the baseline finds is not compared, only its speed.
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


def stock_analyzer(whole: bool = False) -> Callable[[str], Any]:
    """A function from one text to what Presidio's default recognisers find in it, without the network.

    `whole` is for all of a small model, else its name recogniser alone is run.
    """
    import tldextract.tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    # Presidio's e-mail recogniser would fetch the list of public suffixes; the package carries one.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    with tempfile.TemporaryDirectory() as folder:
        _small_model(whole).to_disk(folder)
        engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": folder}])
        analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    return lambda text: analyzer.analyze(text, "en")


_SHARED = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
_PARSER = {
    "@architectures": "spacy.TransitionBasedParser.v2", "state_type": "parser", "extra_state_tokens": False,
    "hidden_width": 64, "maxout_pieces": 2, "use_upper": True, "tok2vec": _SHARED,
}  # fmt: skip


def _small_model(whole: bool) -> Any:
    import spacy
    from spacy.training import Example
    from spacy.util import filter_spans, fix_random_seed, minibatch

    fix_random_seed(SEED)
    rng = random.Random(SEED)
    draw = Values(Pools(SEED, size=60), rng).slots()
    nlp = spacy.blank("en")
    if whole:
        nlp.add_pipe("tok2vec")
        nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": _SHARED}})
        nlp.add_pipe("parser", config={"model": _PARSER})
    names = nlp.add_pipe("ner")
    examples = []
    for template in (line for lines in read_templates(TEMPLATES).values() for line in lines):
        item = fill(template, draw, "\n")
        doc = nlp.make_doc(item.text)
        found = [doc.char_span(start, end, label=kind, alignment_mode="expand") for start, end, kind in item.spans]
        known = _parsed(doc) if whole else doc.copy()
        known.ents = filter_spans([span for span in found if span is not None])
        examples.append(Example(doc, known))
    for kind in sorted({span.label_ for example in examples for span in example.reference.ents}):
        names.add_label(kind)
    nlp.initialize(lambda: examples)
    with nlp.select_pipes(enable=["ner"]):
        for _ in range(PASSES):
            rng.shuffle(examples)
            for batch in minibatch(examples, 64):
                nlp.update(batch)
    return nlp


def _parsed(doc: Any) -> Any:
    """The same words with some tags and a tree, from which tagger and parser learn how many kinds there are."""
    from spacy.tokens import Doc

    places = range(len(doc))
    return Doc(
        doc.vocab,
        words=[word.text for word in doc],
        spaces=[bool(word.whitespace_) for word in doc],
        tags=["NNP" if word.is_title else "," if word.is_punct else "NN" for word in doc],
        heads=[max(0, at - 1) for at in places],
        deps=["dep" if at else "ROOT" for at in places],
    )
