"""Pictures of what brings the expressions about, and of how they run: triggers, clusters, dynamics."""

from __future__ import annotations

from dataclasses import replace

from pipelines.report_clusters import lift_words, plain_name
from pipelines.report_numbers import count, percent, times
from pipelines.report_picture import Item, Picture, Scale, picture, share_scale
from pipelines.report_rates import SUPPRESSED, hidden_last, share_item
from pipelines.report_result import sentence
from pipelines.report_rows import Released, Row, shown
from pipelines.report_stability import found_again
from pipelines.report_words import (
    MEASURE_WORDS,
    REASON_WORDS,
    VALUE_ORDER,
    label_words,
    labels,
    value_words,
)
from schemas.released import DYNAMICS, MEASURES


def trigger_pictures(released: Released, baseline: str | None) -> dict[str, list[Picture]]:
    """By label: the triggers as shares of what was flagged, and the rate where the situation is there."""
    shares = {label: _share_items(released, label, baseline) for label in labels()}
    of = "users" if released.by_users else "conversations"
    rates = {label: _situation_items(released, label, baseline) for label in labels()}
    share_axis = share_scale([item for items in shares.values() for item in items])
    rate_axis = share_scale([item for items in rates.values() for item in items])
    out: dict[str, list[Picture]] = {}
    for label in labels():
        name = sentence(label_words(label))
        found = []
        if shares[label]:
            found.append(
                picture(
                    f"triggers-{label}",
                    f"{name}: share of the flagged {of} by trigger",
                    f"One dot a row: the share of the label's flagged {of} for which the program names this"
                    " trigger, with its 95 % interval; the largest first, suppressed rows last.",
                    (
                        "Trigger",
                        "Users" if released.by_users else "Flagged",
                        "Share (95 % interval)",
                        *(("Baseline",) if baseline else ()),
                    ),
                    shares[label],
                    share_axis,
                    tone=label,
                    baseline=baseline or "",
                )
            )
        if rates[label]:
            found.append(_situation_picture(released, label, rates[label], rate_axis, baseline))
        out[label] = found
    return out


def _share_items(released: Released, label: str, baseline: str | None) -> list[Item]:
    return hidden_last(
        share_item(
            row, value_words("trigger", row["trigger"]), "share", ("users" if released.by_users else "flagged",),
            before=released.share_before(label, row["trigger"]), with_baseline=baseline is not None,
        )
        for row in released.triggers(label)
    )  # fmt: skip


def _situation_picture(
    released: Released, label: str, items: list[Item], scale: Scale, baseline: str | None
) -> Picture:
    overall = released.rate(label)
    reference = None
    if overall is not None and shown(overall) and overall["rate"] is not None:
        reference = (overall["rate"], f"whole trial {percent(overall['rate'])}")
    return picture(
        f"situations-{label}",
        f"{sentence(label_words(label))}: share flagged, by the situation seen in the conversation",
        "One dot a row: of all conversations in which a situation is seen, whether or not affect followed, the share"
        " that was flagged, with its 95 % interval. The vertical line is the rate of the whole trial; lift is the"
        " ratio.",
        ("Situation", "Conversations", "Flagged", "Rate (95 % interval)", *(("Baseline",) if baseline else ()),
         "Lift (95 % interval)"),
        items,
        scale,
        tone=label,
        reference=reference,
        baseline=baseline or "",
    )  # fmt: skip


def _situation_items(released: Released, label: str, baseline: str | None) -> list[Item]:
    """Rates of the situations, the highest first. The lift is the trigger's; its row may be hidden by itself."""
    lifts = {row["trigger"]: row for row in released.triggers(label)}
    rows = released.rates(label, "situation")
    rows.sort(key=lambda row: (-(row["rate"] if row["rate"] is not None else -1.0), row["value"]))
    out = []
    for row in rows:
        item = share_item(
            row, value_words("situation", row["value"]), "rate", ("conversations", "flagged"),
            before=released.rate_before(label, "situation", row["value"]), with_baseline=baseline is not None,
        )  # fmt: skip
        trigger = lifts.get(row["value"])
        known = item.now is not None and trigger is not None and trigger["lift"] is not None
        more = f"lift: {times(trigger['lift'])}" if known and trigger is not None else ""
        lift = lift_words(trigger) if known and trigger is not None else SUPPRESSED
        out.append(replace(item, more=more, cells=(*item.cells, lift)))
    return hidden_last(out)


def cluster_pictures(released: Released) -> dict[str, Picture | str]:
    """By label: the clusters as shares of what was flagged, or the reason in words why there are none."""
    rows = {label: released.clusters(label) for label in labels()}
    items = {label: [_cluster_item(released, row) for row in found] for label, found in rows.items()}
    scale = share_scale([item for found in items.values() for item in found])
    of = "users" if released.by_users else "conversations"
    out: dict[str, Picture | str] = {}
    for label, found in items.items():
        if not any(shown(row) and row["cluster"] >= 0 for row in rows[label]):
            reason = rows[label][0]["reason"] if rows[label] else "too_few_passages"
            out[label] = f"No cluster is shown: {REASON_WORDS.get(reason, 'each is too small')}."
            continue
        out[label] = picture(
            f"clusters-{label}",
            f"{sentence(label_words(label))}: clusters by share of the flagged {of}",
            f"One dot a row: the share of the label's flagged {of} that fall into one cluster, with its 95 %"
            " interval; the largest first.",
            ("Cluster", "Flagged", "Users", "Share (95 % interval)", "Lift (95 % interval)",
             "Words (users behind each)", "Found again"),
            found,
            scale,
            tone=label,
        )  # fmt: skip
    return out


def _cluster_item(released: Released, row: Row) -> Item:
    terms = released.terms(row["label"], row["cluster"])
    words = ", ".join(f"{term['term']} ({count(term['users'])})" for term in terms)
    name = _cluster_name(row)
    item = share_item(row, name, "share", ("flagged", "users"))
    lift = lift_words(row) if row["cluster"] >= 0 else ""
    return replace(item, cells=(*item.cells, lift, words or "none", found_again(released, row)))


def _cluster_name(row: Row) -> str:
    """The cluster's released name, `trigger: terms`, with the trigger in plain words."""
    if row["cluster"] < 0:
        return "in none, or in one too small to show"
    return plain_name(str(row["name"]))


def _order(row: Row) -> tuple[int, int, str]:
    value = row["value"]
    return MEASURES.index(row["measure"]), VALUE_ORDER.index(value) if value in VALUE_ORDER else -1, value


def dynamics_pictures(released: Released, baseline: str | None) -> list[Picture]:
    """For each label, every measure of how it runs, as shares of what was flagged."""
    out = []
    for label in labels():
        rows = released.of_label(DYNAMICS.name, label)
        rows.sort(key=_order)
        items = [_course_item(released, row, baseline) for row in rows]
        if items:
            out.append(
                picture(
                    f"dynamics-{label}",
                    f"{sentence(label_words(label))}: how it runs in the flagged conversations",
                    "One dot a row: the share of the label's flagged conversations, with its 95 % interval. The rows"
                    " under one heading split them all.",
                    ("How it runs", "Flagged", "Share (95 % interval)", *(("Baseline",) if baseline else ())),
                    items,
                    share_scale(items),
                    tone=label,
                    baseline=baseline or "",
                )
            )
    return out


def _course_item(released: Released, row: Row, baseline: str | None) -> Item:
    """A value of a measure of how it runs; in the table the measure stands before it, as there are no headings."""
    heading, value = MEASURE_WORDS[row["measure"]], value_words(row["measure"], row["value"])
    before = released.dynamics_before(row["label"], row["measure"], row["value"])
    item = share_item(
        row, value, "share", ("flagged",), before=before, heading=heading, with_baseline=baseline is not None
    )
    return replace(item, cells=(f"{heading}: {value}", *item.cells[1:]))
