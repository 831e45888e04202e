"""What nobody means to send: broken characters, floods and giants. Each is scrubbed, or fails without a word of it."""

from __future__ import annotations

import logging
import traceback
from copy import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.recognizers.form import Form
from classifiers.recognizers.rule import Rule
from classifiers.scrub_rules import all_forms, make_rules
from classifiers.scrubber import Scrubbed, Scrubber, ScrubFailed, build_scrubber
from pipelines.score import _language
from pipelines.scrub import scrubbed_rows
from schemas.policy import ScrubPolicy

EMAIL = "zdenka.horvat@example.com"
PHONE = "+49 171 5550187"
CARD = "4111 1111 1111 1111"
FAMILY = "👩\u200d👩\u200d👧\u200d👦"
CONTROL = "".join(map(chr, (*range(9), *range(14, 32), *range(127, 160))))


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return build_scrubber(ScrubPolicy())


def zalgo(text: str, marks: int) -> str:
    """The text with so many combining marks on each of its letters."""
    return "".join(char + "".join(chr(0x300 + (ord(char) + n) % 0x70) for n in range(marks)) for char in text)


BAD = {
    "lone surrogates": f"\ud83d\ud83d write to {EMAIL} \udc00\ud800",
    "a flood of lone surrogates": "\ud800" * 5_000 + EMAIL + "\udfff" * 5_000,
    "NULs around": "\x00" * 5_000 + EMAIL + "\x00" * 5_000,
    "control characters around": f"{CONTROL}{EMAIL}{CONTROL} call {PHONE}\x00",
    "colours of a terminal": f"\x1b[31m{EMAIL}\x1b[0m and \x1b[1m paid with {CARD}\x1b[0m",
    "the mark that stands between turns": f"\x02{EMAIL}\x02 {PHONE}\x02",
    "Hebrew around": f"שלום, הטלפון שלי {PHONE} והמייל {EMAIL} תודה",
    "Arabic around": f"مرحبا، رقمي {PHONE} وبريدي {EMAIL} شكرا",
    "Hebrew, Arabic and Latin turned about": f"\u202bاكتب إلى {EMAIL} או \u202a{CARD}\u202c שלום\u202c",
    "isolates that are never closed": "\u2067\u2068" * 500 + f" {EMAIL} {PHONE}",
    "combining marks around": zalgo("he comes ", 8) + EMAIL + " " + zalgo("he comes", 8),
    "a letter under 50,000 marks": "e" + "\u0301" * 50_000 + " " + EMAIL,
    "each word under a pile of marks": zalgo("write to me ", 60) * 10 + f"{EMAIL} {PHONE}",
    "one word of 100,000 letters": "a" * 100_000 + f" {EMAIL} " + "ž" * 100_000,
    "one number of 100,000 digits": "7" * 100_000 + f" {EMAIL} " + "٧" * 100_000,
    "families of emoji": FAMILY * 500 + EMAIL + FAMILY * 500 + PHONE,
    "flags, skins and keycaps": f"🏳️\u200d🌈 {PHONE} 🏳️\u200d🌈👩🏽\u200d💻{EMAIL}👩🏽\u200d💻 1️⃣2️⃣",
    "emoji joined to nothing": "\u200d😀\u200d" * 500 + EMAIL,
    "private and unassigned characters": "\ue000\U000f0000\U0010ffff\ufffe" * 50 + f" {EMAIL}",
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_planted_in_bad_input_is_masked(scrubber: Scrubber, what: str) -> None:
    text = BAD[what]
    out = scrubber.scrub([text])
    assert not any(part in out.texts[0] for part in ("zdenka", "horvat", "@example", "5550187", "4111", "1111"))
    assert out.counts["EMAIL_ADDRESS"] == 1


def test_turns_that_say_nothing_stay_and_cost_nothing(scrubber: Scrubber) -> None:
    nothing = ("", " ", "\n" * 5_000, " \t\u00a0\u2003\u3000\r\n" * 500, "\u200b", "\x00", "\ufeff")
    out = scrubber.scrub(nothing)
    assert (out.texts, out.counts) == (nothing, {})
    assert scrubber.scrub([*nothing, EMAIL]).texts == (*nothing, "<EMAIL_ADDRESS_1>")
    assert scrubber.scrub([]).texts == ()


def test_a_turn_of_ten_megabytes_is_masked_at_both_ends_and_within(scrubber: Scrubber) -> None:
    half = ("x" * 99 + " ") * 50_000
    out = scrubber.scrub([f"{EMAIL} {half}{PHONE} {half}{EMAIL}"]).texts[0]
    assert out.startswith("<EMAIL_ADDRESS_1> x") and out.endswith("x <EMAIL_ADDRESS_1>")
    assert out.count("<PHONE_NUMBER_1>") == 1
    assert len(out) < 2 * len(half) + 100


def test_a_conversation_of_5000_short_turns_keeps_its_turns_and_loses_what_identifies(scrubber: Scrubber) -> None:
    said = ("hello there", "my name is Zdenka Horvat", f"write to {EMAIL}", "")
    out = scrubber.scrub([said[n % 4] for n in range(5_000)])
    assert out.texts[-4:] == ("hello there", "my name is <PERSON_1>", "write to <EMAIL_ADDRESS_1>", "")
    assert not any("orvat" in text for text in out.texts)
    assert out.counts["EMAIL_ADDRESS"] == 1_250


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


@settings(deadline=None, max_examples=150)
@given(st.lists(ANY_TEXT, max_size=3), ANY_TEXT, ANY_TEXT)
def test_any_text_is_scrubbed_and_spans_lie_in_it_in_order(earlier: list[str], before: str, after: str) -> None:
    scrubber = build_scrubber(ScrubPolicy())
    texts = [*earlier, f"{before} {EMAIL} {after}"]
    for text, spans in zip(texts, scrubber.find(texts), strict=True):
        ends = [place for span in spans for place in (span.start, span.end)]
        assert ends == sorted(ends)
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
    out = scrubber.scrub(texts)
    assert len(out.texts) == len(texts)
    assert "horvat@" not in out.texts[-1] and "@example.com" not in out.texts[-1]


class Quoting(Rule):
    """Fails on every text with an address, and quotes it in what it raises, as a careless recogniser would."""

    ENTITY = "EMAIL_ADDRESS"
    FORMS = (Form("any", r"\S+@\S+", 0.5, lambda traits: "@" in traits.chars),)

    def judge(self, value: str, match: Any, form: str) -> float | None:
        try:
            raise KeyError(match.string)
        except KeyError as error:
            raise ValueError(f"cannot read {value}") from error


@pytest.fixture
def failing() -> Scrubber:
    scrubber = Scrubber(ScrubPolicy())
    scrubber.forms = all_forms([*make_rules(), Quoting()])
    return scrubber


def test_what_a_failing_recogniser_quotes_reaches_no_error_no_log_and_no_stream(
    failing: Scrubber, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    texts = ["a hushed word", f"Zdenka Horvat, {EMAIL}, {PHONE}"]
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    levels = [(logger, logger.level, logger.propagate) for logger in loggers]
    caplog.set_level(logging.DEBUG)
    try:
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
            logger.propagate = True
        logging.getLogger("presidio-analyzer").debug("all loggers are heard")
        with pytest.raises(ScrubFailed) as failed:
            failing.scrub(texts)
    finally:
        for logger, level, propagate in levels:
            logger.setLevel(level)
            logger.propagate = propagate
    assert "all loggers are heard" in caplog.text
    assert failed.value.__cause__ is None and failed.value.__context__ is None
    said = "".join(traceback.format_exception(failed.value)) + repr(failed.value.args) + caplog.text
    said += "".join(str(record.__dict__) for record in caplog.records) + "".join(capfd.readouterr())
    for part in ("zdenka", "horvat", "example.com", "5550187", "hushed"):
        assert part not in said.lower()


def test_a_conversation_that_fails_keeps_its_row_without_a_word_and_the_next_is_scrubbed(failing: Scrubber) -> None:
    def row(text: str) -> dict[str, Any]:
        turn = {"role": "user", "text": text, "thinking": "a hushed thought", "generated": False}
        return {"record_id": "c1", "user_id": "u1", "surface": "chat", "started_at": None, "ended_by": "user",
                "version": text, "turns": [turn, turn | {"text": "fine"}]}  # fmt: skip

    rows = [row(EMAIL), row(f"call {PHONE}")]
    failed, passed = scrubbed_rows(rows, failing, ScrubPolicy(), b"k" * 32, "r1")
    assert (failed["turns"], failed["masked"], failed["scrub_failed"]) == ([], 0, True)
    assert not any(part in str(failed) for part in ("zdenka", "hushed", "fine"))
    no_scorer: Any = None
    assert _language(failed, no_scorer)[1] == "scrub_failed"  # under which the report counts it
    assert not passed["scrub_failed"]
    assert passed["turns"][0]["text"] == "call <PHONE_NUMBER_1>"


def test_a_surface_that_the_policy_does_not_list_reads_other(failing: Scrubber) -> None:
    def row(surface: str) -> dict[str, Any]:
        return {"record_id": "c1", "user_id": "u1", "surface": surface, "started_at": None, "ended_by": "user",
                "version": "v", "turns": []}  # fmt: skip

    said = ["chat", "api", "dana horvats phone", "CHAT", "voice", "other"]
    rows = scrubbed_rows([row(one) for one in said], failing, ScrubPolicy(surfaces=("chat", "api")), b"k" * 32, "r1")
    assert [one["surface"] for one in rows] == ["chat", "api", "other", "other", "other", "other"]


def test_where_the_name_model_fails_on_one_conversation_the_others_are_scrubbed() -> None:
    scrubber = Scrubber(ScrubPolicy())
    whole = scrubber.engine.conversations

    def frail(several: Any) -> Any:
        if any("stumble" in text for texts, _ in several for text in texts):
            raise ValueError("cannot read stumble")
        return whole(several)

    scrubber.engine = copy(scrubber.engine)
    scrubber.engine.conversations = frail  # type: ignore[method-assign]
    first, second, third = scrubber.scrub_all([[EMAIL], ["a stumble"], [f"call {PHONE}"]])
    assert isinstance(second, ScrubFailed) and "stumble" not in str(second)
    assert [one.texts for one in (first, third) if isinstance(one, Scrubbed)] == [
        ("<EMAIL_ADDRESS_1>",), ("call <PHONE_NUMBER_1>",)]  # fmt: skip
