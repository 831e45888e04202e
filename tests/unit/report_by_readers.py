"""Made-up released tables of a trial that readers adjudicated."""

from __future__ import annotations

import pyarrow as pa

from tests.unit.report_made_up import Tables


def by_readers(tables: Tables) -> Tables:
    """The tables of a trial whose rates rest on what readers found."""
    rates, quality = (tables[name] for name in ("released_rates", "released_quality"))
    rows = [r | {"corrected_status": "adjudicated"} if r["dimension"] == "all" else r for r in rates.to_pylist()]
    read = [
        ("reader_precision", 0.79, 0.7, 0.86),
        ("reader_recall", 0.6, 0.4, 0.8),
        ("reader_agreement", 0.8, None, None),
    ]
    more = [
        {
            "release": "trial-b",
            "label": label,
            "measure": m,
            "figure": f,
            "low": low,
            "high": high,
            "basis": "this_trial",
        }
        for label in ("distress", "joy")
        for m, f, low, high in read
    ]
    return tables | {
        "released_rates": pa.Table.from_pylist(rows, schema=rates.schema),
        "released_quality": pa.Table.from_pylist(
            [*quality.to_pylist(), *({"as_of": "", **row} for row in more)], schema=quality.schema
        ),
    }
