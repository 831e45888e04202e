"""Tables under dp: from counts with noise alone, floored, rounded, with intervals that allow for the noise."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dp_counts import Counts, cells
from pipelines.dp_noise import deviation
from pipelines.dp_tables import ABOVE, Noisy, dp_tables, share
from pipelines.frames import Frame
from pipelines.gates import gates
from schemas.errors import DisclosureError
from schemas.policy import DisclosurePolicy
from schemas.policy_dp import DpPolicy
from schemas.policy_gate import GatePolicy
from schemas.quality import Counts as Errors
from schemas.quality import LabelQuality, Quality
from schemas.released import CLUSTERS, QUALITY, RATES, RELEASED, TERMS, TRIGGERS
from tests.privacy.dp_trial import frame_of

FRAME = frame_of(3)
FLOORS, POLICY = DisclosurePolicy(policy="dp"), DpPolicy()
CARD = Quality({"distress": LabelQuality(0.5, (Errors(200, 180, 2000, 2),))})
Tables = dict[str, pa.Table]


def noisy(**changed: int) -> Noisy:
    """A release in which every count is 1,000, but for users with an id and the cells that are named (`/` as `__`)."""
    counts: Counts = {query: dict.fromkeys(listed, 1000) for query, listed in cells(FRAME).items()}
    counts["totals"]["with_id"] = 90_000
    for name, count in changed.items():
        query, _, cell = name.partition("__")
        counts[query][cell.replace("__", "/")] = count
    return Noisy(counts, FLOORS, POLICY)


def made(found: Noisy, frame: Frame = FRAME, baseline: str | None = None) -> Tables:
    return dp_tables(found, "r-1", frame, CARD, baseline)


def rows(tables: Tables, name: str, **wanted: object) -> list[dict[str, object]]:
    return [row for row in tables[name].to_pylist() if all(row[key] == value for key, value in wanted.items())]


def test_a_rate_is_of_users_and_its_parts_are_rounded() -> None:
    row = rows(made(noisy(totals__distress=4321)), RATES.name, label="distress", dimension="all")[0]
    assert (row["users"], row["flagged_users"]) == (91_000, 4320)
    assert row["rate"] == round(4320 / 91_000, 6) and row["conversations"] is None and row["flagged"] is None


@pytest.mark.parametrize(("over", "status"), [(-1, "suppressed"), (1, "shown")])
def test_a_count_is_shown_above_what_noise_alone_may_be(over: int, status: str) -> None:
    edge = round(ABOVE * deviation("triggers", POLICY)) + over
    row = rows(made(noisy(triggers__joy__ideas=edge)), TRIGGERS.name, label="joy", trigger="ideas")[0]
    assert (row["status"], row["reason"]) == (status, "" if status == "shown" else "floor")
    assert (row["users"] is None) == (status == "suppressed")


def test_floors_hold_as_well() -> None:
    floors = DisclosurePolicy(policy="dp", min_users=50, min_conversations=50, min_term_users=2000)
    found = made(Noisy(noisy(triggers__joy__ideas=40).counts, floors, POLICY))
    assert rows(found, TRIGGERS.name, label="joy", trigger="ideas")[0]["status"] == "suppressed"
    assert rows(found, TRIGGERS.name, label="joy", trigger="abuse")[0]["status"] == "shown"
    assert not rows(found, TERMS.name)


def test_where_too_few_are_flagged_nothing_of_the_label_is_shown() -> None:
    found = made(noisy(totals__joy=-3))
    for table in (RATES, TRIGGERS, CLUSTERS):
        assert {row["status"] for row in rows(found, table.name, label="joy")} == {"suppressed"}
    assert not rows(found, TERMS.name, label="joy") and rows(found, TERMS.name, label="distress")


def test_every_cluster_of_the_frame_has_a_row_under_its_number_and_the_frames_words() -> None:
    found = made(noisy(clusters__joy__1=0, terms__joy__2__story=0))
    listed = rows(found, CLUSTERS.name, label="joy")
    assert [row["cluster"] for row in listed] == [-1, 0, 1, 2]
    assert {row["name"] for row in listed[1:]} == {"mixed: poem, story, music"}
    assert [row["status"] for row in listed] == ["shown", "shown", "suppressed", "shown"]
    words = [(row["cluster"], row["rank"], row["term"]) for row in rows(found, TERMS.name, label="joy")]
    assert words == [(0, 1, "poem"), (0, 2, "story"), (0, 3, "music"), (2, 1, "poem"), (2, 2, "music")]


def test_a_frame_with_a_word_that_is_not_public_is_refused() -> None:
    odd = frame_of(1, ("qzxv",))
    counts = {query: dict.fromkeys(listed, 900) for query, listed in cells(odd).items()}
    with pytest.raises(DisclosureError, match="vocabulary"):
        made(Noisy(counts, FLOORS, POLICY), odd)


def test_the_scorers_card_is_told_and_nothing_that_this_trial_says_of_it() -> None:
    found = made(noisy())[QUALITY.name].to_pylist()
    assert {row["basis"] for row in found if row["figure"] is not None} == {"validation"}
    assert {row["measure"] for row in found if row["basis"] == "not_released_under_dp"} >= {
        "screen_missed", "reader_recall", "second_reader_agreement", "cluster_agreement",
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 20), st.sampled_from([0.001, 0.1, 5.0]), st.sampled_from([None, "r-0"]))
def test_whatever_the_noise_the_tables_pass_the_gate(
    data: st.DataObject, round_to: int, rho: float, baseline: str | None
) -> None:
    number = st.integers(-10_000, 10_000_000)
    counts = {q: {cell: data.draw(number) for cell in listed} for q, listed in cells(FRAME).items()}
    floors = DisclosurePolicy(policy="dp", round_to=round_to)
    found = dp_tables(Noisy(counts, floors, DpPolicy(rho=rho, rho_cap=rho)), "r-1", FRAME, CARD, baseline)
    assert set(found) == {table.name for table in RELEASED} - {"released_gates"}
    for name in (RATES.name, TRIGGERS.name, CLUSTERS.name):
        for row in rows(found, name, status="shown"):
            figure = "rate" if name == RATES.name else "share"
            low, middle, high = (row[f"{figure}{end}"] for end in ("_low", "", "_high"))
            assert 0 <= low <= middle <= high <= 1  # type: ignore[operator]


@pytest.mark.parametrize(("users", "rate", "rho"), [(5000, 0.02, 0.1), (1000, 0.5, 0.05), (20_000, 0.004, 0.02)])
def test_intervals_hold_the_true_rate_as_often_as_they_say(users: int, rate: float, rho: float) -> None:
    policy, dice, held, trials = DpPolicy(rho=rho), random.Random(3), 0, 2000
    spread = deviation("totals", policy)
    for _ in range(trials):
        flagged = round(dice.gauss(users * rate, (users * rate * (1 - rate)) ** 0.5) + dice.gauss(0, spread))
        whole = round(users + dice.gauss(0, spread * 2**0.5))
        _, low, high = share(max(1, flagged), spread**2, whole, 2 * spread**2)
        held += low <= rate <= high
    assert 0.93 <= held / trials <= 0.985


def test_gates_under_dp_hold_figures_with_noise_against_their_limits() -> None:
    policy = GatePolicy(max_distress_rate=0.01, min_scored_share=0.9)
    found = noisy(totals__distress=4321, totals__not_scored=30_000)
    table = gates(made(found), None, policy, None, FLOORS, scored_share=found.scored_share())
    outcome = {row["gate"]: (row["outcome"], row["figure"]) for row in table.to_pylist()}
    assert outcome["max_distress_rate"] == ("failed", round(4320 / 91_000, 6))
    assert outcome["min_scored_share"] == ("failed", round(91_000 / 121_000, 6))
    assert outcome["max_malformed_share"] == outcome["max_distress_rise"] == ("not applicable", None)
