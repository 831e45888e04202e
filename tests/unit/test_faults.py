"""Errors of Spark leave the driver as ours, with no text of a row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.faults import spark_faults
from pipelines.worker import seal
from schemas.errors import ContractError, UsageError, WelfareError


class SparkError(Exception):
    """Stands where pyspark's exceptions stand: only the module's name matters."""

    __module__ = "pyspark.errors.made_up"


def test_a_workers_own_error_comes_back_with_its_class_and_words() -> None:
    words = f"schemas.errors.ContractError: {seal().mark} input file 1 is broken"
    message = f"An exception was thrown from the Python worker:\n{words}"
    with pytest.raises(ContractError, match="^input file 1 is broken$"), spark_faults("scrub"):
        raise SparkError(message)


@given(st.sampled_from(["", " ", "0" * 32, "[mark]"]), st.text())
def test_text_that_looks_like_an_error_of_ours_is_not_told(mark: str, text: str) -> None:
    message = f"ValueError: cannot read\nschemas.errors.UsageError: {mark} secret {text}\n"
    with pytest.raises(WelfareError) as caught, spark_faults("scrub"):
        raise SparkError(message)
    assert type(caught.value) is WelfareError
    assert "secret" not in str(caught.value)


def test_only_the_line_that_was_raised_is_told() -> None:
    message = f"schemas.errors.UsageError: secret\nschemas.errors.ContractError: {seal().mark} broken\nsecret"
    with pytest.raises(ContractError, match="^broken$"), spark_faults("scrub"):
        raise SparkError(message)


def test_anything_else_keeps_only_its_type() -> None:
    with pytest.raises(WelfareError, match="scrub failed inside Spark .SparkError") as caught, spark_faults("scrub"):
        raise SparkError("CAST_INVALID_INPUT: the value 'secret' cannot be cast")
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_our_own_errors_and_bugs_pass_as_they_are() -> None:
    with pytest.raises(UsageError, match="as it is"), spark_faults("scrub"):
        raise UsageError("as it is")
    with pytest.raises(KeyError), spark_faults("scrub"):
        raise KeyError("a bug")
