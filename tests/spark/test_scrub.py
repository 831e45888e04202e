"""The scrub stage in Spark's workers: a conversation that cannot be scrubbed is counted, and its text is gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.ingest import find_sources, survey, transcripts
from pipelines.scrub import scrub
from schemas.policy import ReadPolicy, ScrubPolicy

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def model_that_fails_on(word: str, folder: Path) -> str:
    """A name model that finds nothing, and fails where it reads a word: there are no weights for its number."""
    from transformers import BertConfig, BertForTokenClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    (folder / "vocab.txt").write_text("\n".join([*words, word]))
    config = BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        num_labels=1, id2label={0: "O"}, max_position_embeddings=64,
    )  # fmt: skip
    BertForTokenClassification(config).save_pretrained(folder / "model")
    BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder / "model")
    return str(folder / "model")


def test_a_conversation_that_cannot_be_scrubbed_is_counted_and_its_text_goes_no_further(
    spark: SparkSession, tmp_path: Path
) -> None:
    def record(number: int, said: str) -> str:
        messages = [{"role": "user", "content": said}, {"role": "assistant", "content": "I have noted the address."}]
        return json.dumps({"conversation_id": f"c{number}", "user_id": f"u{number}", "messages": messages}) + "\n"

    lines = [record(n, f"write to zdenka{n}@example.com" + (" quux" if n % 4 == 0 else "")) for n in range(12)]
    (tmp_path / "a.jsonl").write_text("".join(lines))
    sources = find_sources([str(tmp_path / "a.jsonl")], "auto", ReadPolicy())
    found = survey(spark, sources, "r1", ReadPolicy(), b"k" * 32)
    policy = ScrubPolicy(nlp_engine="transformers", nlp_model=model_that_fails_on("quux", tmp_path))
    rows = scrub(transcripts(spark, sources, "r1", ReadPolicy(), found.shards), policy, b"k" * 32, "r1").collect()
    failed = [row for row in rows if row["scrub_failed"]]
    assert (len(rows), len(failed)) == (12, 3)
    assert all(row["turns"] == [] for row in failed)
    assert all(row["turns"][0]["text"] == "write to <EMAIL_ADDRESS_1>" for row in rows if not row["scrub_failed"])
    assert "zdenka" not in str(rows) and "quux" not in str(rows)
