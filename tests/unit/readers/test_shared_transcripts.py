"""The development transcripts, where they lie beside the checkout: all is read, nothing is malformed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from jobs.readers.catalogue import list_inputs, read_file, recognise
from schemas.conversation import Conversation
from schemas.policy import ReadPolicy

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "transcripts"
RECORDS = {
    "hh_rlhf_harmless_base.jsonl.gz": ("hh_rlhf", 1_611),
    "wildchat_en.jsonl.gz": ("native", 423),
    "oasst_sample.jsonl.gz": ("native", 37),
    "oasst_non_english.jsonl.gz": ("native", 41),
    "spiral_bench.jsonl.gz": ("native", 81),
    "assistant_axis.jsonl.gz": ("native", 11),
    "sgd_train.jsonl.gz": ("native", 12_174),
}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the development transcripts are not there")


def test_every_file_is_listed() -> None:
    assert {path.name for path in list_inputs([str(FOLDER)])} == set(RECORDS)


@pytest.mark.parametrize("name", RECORDS)
def test_every_record_is_read(name: str) -> None:
    format_name, records = RECORDS[name]
    path = FOLDER / name
    assert recognise(path, ReadPolicy()) == format_name
    kinds = Counter(type(item) for item in read_file(path, format_name, ReadPolicy()))
    assert kinds == {Conversation: records}
