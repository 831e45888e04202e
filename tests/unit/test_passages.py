"""Clusters of passages: the same whatever the order and the threads, and what is said where there is nothing to say."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from threadpoolctl import threadpool_limits

from pipelines.aggregate import tabulate
from pipelines.cluster import stability_rows
from pipelines.flag_course import NOT_FLAGGED
from pipelines.passages import Clusters, Passage, assign, cluster_passages, embed, place_passages, words_of
from pipelines.report_check import checked
from pipelines.report_html import render_html
from pipelines.report_rows import Released
from schemas.policy import DisclosurePolicy
from schemas.policy_cluster import ClusterPolicy
from schemas.quality import Quality
from schemas.released import ADJUSTED, CLUSTERS, COMPARISON, GATES, QUALITY
from schemas.released_clusters import CLUSTER_CHANGES
from schemas.row_level import CLUSTER_STABILITY, CLUSTER_TERMS
from tests.benchmarks.planted_passages import planted_passages
from tests.privacy.trial import Exact, Row, make_rows
from tests.privacy.trial_runs import run_like
from tests.unit.report_made_up import manifest

POLICY = ClusterPolicy(redraws=2)
TEXTS = [one.passage.text for one in planted_passages("distress", 130, 3)]


def passages(texts: list[str], users: int = 40) -> list[Passage]:
    return [Passage(f"c{row:03d}", f"u{row % users}", text) for row, text in enumerate(texts)]


def written(found: Clusters) -> bytes:
    """What of the clusters goes into CLUSTERED, CLUSTER_TERMS and CLUSTER_STABILITY, byte by byte."""
    terms = pa.Table.from_pylist([{"label": "distress", **row} for row in found.terms], schema=CLUSTER_TERMS.arrow)
    held = pa.Table.from_pylist([{"label": "distress", **r} for r in stability_rows(found)], CLUSTER_STABILITY.arrow)
    sink = pa.BufferOutputStream()
    for table in (CLUSTER_TERMS.conform(terms), CLUSTER_STABILITY.conform(held)):
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
    return bytes(sink.getvalue()) + str(sorted(found.numbers.items())).encode()


def test_order_and_threads_change_nothing_with_duplicates_and_ties() -> None:
    import numba

    listed = passages([*TEXTS, *TEXTS[:20], *[TEXTS[0]] * 8])
    listed += [replace(one, conversation_key=f"s{one.conversation_key}", flagged=False) for one in listed[:15]]
    found = cluster_passages(listed, POLICY)
    assert max(found.numbers.values()) >= 1 and found.terms, "with no cluster this would compare nothing"
    shuffled = list(listed)
    random.Random(1).shuffle(shuffled)
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    with threadpool_limits(limits=2):
        again = cluster_passages(shuffled, POLICY)
    numba.set_num_threads(before)
    assert written(again) == written(found)


def test_other_keys_as_another_output_folder_has_them_give_the_same_clusters() -> None:
    texts = list(dict.fromkeys(TEXTS))
    places = {words_of(text): row for row, text in enumerate(texts)}
    vectors = embed(list(places))
    listed = passages(texts)
    renamed = [replace(p, conversation_key=p.conversation_key[::-1], user_key=f"{p.user_key[::-1]}x") for p in listed]
    one, other = (
        cluster_passages(them, POLICY, lambda asked: vectors[[places[text] for text in asked]])
        for them in (listed, renamed)
    )
    assert max(one.numbers.values()) >= 1
    assert {key[::-1]: number for key, number in other.numbers.items()} == one.numbers
    back = [row | {"holders": sorted(key[::-1] for key in row["holders"])} for row in other.terms]
    assert (other.stability, back) == (one.stability, one.terms)
    assert all(row["users"] <= len(row["holders"]) for row in one.terms)


def test_a_passage_is_seen_as_a_whole_by_what_the_user_said_last_and_by_what_the_model_said() -> None:
    one, other, alone = embed(["bread\x1ethe oven\x1eit hurts", "a song\x1ethe oven\x1eI am glad", "it hurts"])
    width = len(one) // 3
    assert np.linalg.norm(one) == pytest.approx(1)
    assert one[width : 2 * width] == pytest.approx(other[width : 2 * width])
    assert one[2 * width :] == pytest.approx(alone[:width], abs=1e-6)


def test_parts_that_were_masked_leave_the_others_in_their_places() -> None:
    asked: list[str] = []

    def encode(texts: object) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        asked.extend(list(texts))  # type: ignore[call-overload]
        return np.ones((len(asked), 1), dtype=np.float32)

    masked = ["<PERSON_1>\x1ehello", "the oven\x1e<PERSON_1> <DATE>", "<PERSON_1>\x1e "]
    found = place_passages(passages(masked), lambda vectors: [4] * len(vectors), {4: {}}, encode)
    assert sorted(asked) == ["\x1ehello", "the oven\x1e"]
    assert found.numbers == {"c000": 4, "c001": 4, "c002": -1}
    first, second = embed(["\x1ehello", "hello\x1e"])
    assert first == pytest.approx(second, abs=1e-6)


def test_an_unfitted_passage_joins_where_most_of_its_nearest_are() -> None:
    fitted = np.asarray([[1, 0], [0.99, 0.14], [0.98, 0.2], [0, 1], [0.14, 0.99], [0.2, 0.98]], dtype=np.float32)
    labels = np.asarray([0, 0, 0, 1, -1, -1])
    rest = np.asarray([[1, 0.05], [0.05, 1]], dtype=np.float32)
    assert assign(rest, fitted, labels).tolist() == [0, -1]
    assert assign(rest[:0], fitted, labels).tolist() == []


def test_known_clusters_take_what_holds_words_and_nothing_is_said_of_how_far_they_hold() -> None:
    listed = [
        *passages(["the bread rose", "a verse"]),
        Passage("p", "u", "<PERSON_1>"),
        Passage("s", "u", "bread", False),
    ]
    weights = {4: {"bread": 1.0, "rose": 0.5}}

    def encode(texts: object) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        return np.asarray([[float("bread" in text)] for text in list(texts)], dtype=np.float32)  # type: ignore[call-overload]

    found = place_passages(listed, lambda vectors: [4 if v[0] else -1 for v in vectors], weights, encode)
    assert found.numbers == {"c000": 4, "c001": -1, "p": -1, "s": 4}
    assert [(row["cluster"], row["term"], row["users"]) for row in found.terms] == [(4, "bread", 1), (4, "rose", 1)]
    assert found.vectors is not None and len(found.vectors) == len(found.told) == 3
    assert (found.reason, stability_rows(found)) == ("", [])
    nowhere = place_passages(listed, lambda vectors: [-1] * len(vectors), weights, encode)
    assert [row["reason"] for row in stability_rows(nowhere)] == ["no_cluster"]
    assert place_passages(listed[2:], lambda vectors: [4] * len(vectors), weights, encode).reason == "too_few_passages"


def test_at_most_so_many_passages_are_fitted_and_the_others_are_assigned() -> None:
    asked: list[int] = []

    def encode(texts: object) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        listed = list(texts)  # type: ignore[call-overload]
        asked.append(len(listed))
        dice = np.random.default_rng(2)
        way = np.asarray([int(text.split()[1]) for text in listed])
        vectors = np.eye(3, 12)[way] + dice.normal(scale=0.1, size=(len(listed), 12))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    listed = passages([f"error {row % 3} number {row}" for row in range(600)], users=150)
    found = cluster_passages(listed, ClusterPolicy(max_passages=150, redraws=0), encode)
    by_way = [Counter(found.numbers[p.conversation_key] for p in listed[way::3]).most_common(1)[0] for way in range(3)]
    assert asked == [600] and len({number for number, _ in by_way}) == 3
    assert all(number >= 0 and count >= 190 for number, count in by_way)


BAD: dict[str, list[str]] = {
    "identical": [TEXTS[0]] * 130,
    "one": TEXTS[:1],
    "none": [],
    "placeholders only": ["<PERSON_1> <EMAIL_ADDRESS_2>\n<URL_1>"] * 70 + [f"<PERSON_{n}>" for n in range(60)],
    "one user with half": TEXTS,
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_trial_ends_in_a_report_that_says_so(case: str) -> None:
    texts = BAD[case]
    rows = make_rows(11, 900, 200)
    for row in rows:
        row |= {"not_scored": "", "language": "en"}
        for label in ("distress", "joy"):
            row[label] |= {
                "flagged": False,
                "onset": None,
                "turns": 0,
                "trigger": "none",
                "cluster": -2,
                "recovered": None,
                **NOT_FLAGGED,
            }
    half = len(texts) // 2
    flagged = rows[: len(texts)]
    for number, row in enumerate(flagged):
        row["user_key"] = "heavy" if case == "one user with half" and number < half else f"v{number % 50}"
        row["distress"] |= {
            "flagged": True,
            "onset": 1,
            "turns": 1,
            # Not all the same: a trigger that everyone shares hides, as the others would be a cell of none.
            "trigger": "abuse" if number % 3 else "identity",
            "recovered": row["model_turns"] > 1,
        }
        row["distress"] |= run_like(random.Random(number), row["distress"], row["model_turns"])
    listed = [Passage(r["conversation_key"], r["user_key"], text) for r, text in zip(flagged, texts, strict=True)]
    found = cluster_passages(listed, POLICY)
    for row in flagged:
        row["distress"]["cluster"] = found.numbers[row["conversation_key"]]
    tables = released(rows, found)
    shown = [r for r in tables[CLUSTERS.name].to_pylist() if r["label"] == "distress"]
    text = render_html(Released(checked(tables, manifest(baseline=None)), None), manifest(baseline=None), {})
    triggers = [
        r for r in tables["released_triggers"].to_pylist() if (r["label"], r["trigger"]) == ("distress", "abuse")
    ]
    if case == "one user with half":
        sizes = Counter(p.user_key == "heavy" for p in listed if found.numbers[p.conversation_key] >= 0)
        assert sizes[True], "the heavy user's passages are clustered, or this tests nothing"
        assert all(r["cluster"] < 0 or r["users"] >= 5 for r in shown if r["status"] == "shown")
        return
    assert [r["reason"] for r in shown] == ["floor" if case in ("one", "none") else "too_few_passages"]
    said = "too few to show" if case in ("one", "none") else "too few to cluster"
    assert f"No cluster is shown: {said}." in text
    assert triggers[0]["status"] == ("suppressed" if case in ("one", "none") else "shown"), "the taxonomy is told still"
    quality = [r for r in tables[QUALITY.name].to_pylist() if r["measure"] == "cluster_agreement"]
    assert all(r["figure"] is None and r["basis"] in ("floor", "too_few_passages") for r in quality)


def released(rows: list[Row], found: Clusters) -> dict[str, pa.Table]:
    """The released tables of the rows, and of clusters found in distress alone."""
    policy = DisclosurePolicy()
    terms = pa.Table.from_pylist([{"label": "distress", **row} for row in found.terms], schema=CLUSTER_TERMS.arrow)
    held = [{"label": "distress", **row} for row in stability_rows(found)]
    held += [{"label": "joy", **row} for row in stability_rows(Clusters({}, [], reason="too_few_passages"))]
    exact = Exact(rows, policy)
    tables = tabulate(
        exact.cells, exact.splits, exact.named, exact.unions, terms, "trial-b", policy, Quality({}),
        stability=pa.Table.from_pylist(held, schema=CLUSTER_STABILITY.arrow), screen_share=None,
    )  # fmt: skip
    return tables | {table.name: table.arrow.empty_table() for table in (ADJUSTED, COMPARISON, CLUSTER_CHANGES, GATES)}
