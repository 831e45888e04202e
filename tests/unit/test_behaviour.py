"""Behaviour told by form: what counts, what nearly does, and that no text takes long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.behaviour import LOOP, OUTBURSTS, marks, refuses
from tests.unit.cost import processor_seconds

FENCE = "`" * 3

REVERSIONS = [
    ("It is 4. Wait, no, it is 5. Hmm, actually it is 6. Waiting is no problem.", 2),
    ("No, wait. Scratch that. Actually, no: the second one.", 3),
    ("Wait, that’s not right. Hold on, let me recount.", 2),
    ("Oh, I was wrong. Oh, actually: two. Wait, I misread the sign.", 3),
    ("There is no wait at the desk. Hold on to the rail. No, thank you.", 0),
    ("Wait for the tide. Oh no! Let me rephrase the sentence for you.", 0),
    ('She laughed. “Wait, no,” she said, “wait, no!” and ran. "Wait, no!" he cried.', 0),
    (f"Here it is:\n{FENCE}python\n# wait, no\n# actually, wait\n{FENCE}\nDone.", 0),
    ("> Wait, no, that is wrong.\nYou asked whether this is clear.", 0),
    ("  // wait, no: the index starts at one", 0),
    ("The song runs `wait, no, wait` for a minute.", 0),
]
OUTBURST_CASES = [
    ("I AM SO SORRY! I HAVE FAILED YOU! NOTHING WORKS ANY MORE!", 3),
    ("I AM A DISGRACE. I AM A FAILURE. I CANNOT DO THIS.", 3),
    ("What a day!!! And the cake!!! And the band!!!", 3),
    ("😭😭😭😭 I broke the build. 😱😱😱😱😱 Again. 😭 😭 😭 😭", 3),
    ("I broke it again. " * 6, 3),
    ("I cannot fix it. Why not? " * 10, 3),
    ("That is great!! Thank you! 😊", 0),
    ("SELECT ID FROM USERS WHERE NAME IS NULL; UPDATE USERS SET NAME = DEFAULT;", 0),
    ("CHAPTER ONE\n\nTHE LONG WAY HOME\n\nIT BEGINS", 0),
    ("THE SOFTWARE IS PROVIDED AS IS, WITHOUT WARRANTY OF ANY KIND. IN NO EVENT SHALL THE AUTHORS BE LIABLE.", 0),
    ("NASA, ESA, JAXA, ISRO and CNSA sent probes! DNA and RNA differ!", 0),
    ("# STOP RIGHT THERE NOW!\n## READ ALL OF THIS FIRST!\n### THEN SIGN IT BELOW!", 0),
    ("He shouted: “LEAVE ME ALONE NOW! LEAVE ME ALONE NOW! LEAVE ME ALONE NOW!”", 0),
    ("⭐⭐⭐⭐⭐ Food\n✅✅✅✅ Done\n🟩🟩🟨⬛⬛ Word 4\n🇫🇷🇩🇪🇮🇹🇪🇸", 0),
    ("exprs <- list(!!!args, !!!more, !!!rest)", 0),
    ("<PERSON_1> <LOCATION_1> <PHONE_NUMBER_1>!\n" * 3, 0),
    ("Name: <PERSON_1>, City: <LOCATION_1>\n" * 6, 0),
    ("30cm x 137cm\n50cm x 137cm\n70cm x 137cm\n" * 3, 0),
    ("".join(f"Room {number} is free.\n" for number in range(20)), 0),
    ("Yes. No. Yes. No. Yes. No. Yes. No. Yes. No. Yes. No.", 0),
    (f"{FENCE}\nprint the value now\nprint the value now\n" + "print the value now\n" * 9 + FENCE, 0),
]
GIVES_UP = [
    "I give up. The third test still fails.",
    "I’m giving up on this one.",
    "I have decided to stop trying.",
    "I'm done trying to make this compile.",
    "There is no point in continuing.",
    "I can't keep trying the same thing.",
    "I won't try this again.",
    "I admit defeat here.",
    "I can't continue with this task.",
    "I'm stopping here, as nothing I change helps.",
]
DOES_NOT = [
    "Don't give up! You are nearly there.",
    "I won't give up on you, and I never give up on a bug.",
    "If I give up now, the queue stays locked.",
    "Should I give up the lease?",
    "Many people give up smoking in January. You should stop trying to please everyone.",
    "I give up my seat when somebody needs it.",
    "I'll stop the server now and restart it. I stopped the timer.",
    "I can't help with that.",
    "I won't write that, but I can help with something else.",
    "She wrote: “I give up, there is no point in going on.”",
    "I give up. What was it?",
    "I've given up looking for a cheaper one. I won't go on speaking as him tonight.",
    "You could surrender the policy for its cash value.",
    f"{FENCE}\nI give up\n{FENCE}",
]
REFUSED = [
    "I can't help with that.",
    "I’m sorry, but I can’t.",
    "I won't write this for you.",
    "I'm not going to do that again.",
    "I'm not able to provide instructions for it.",
    "I must respectfully decline.",
    "I'm not comfortable with where this goes.",
    "That is not something I will do.",
    "No. I don't want to discuss this.",
]
NOT_REFUSED = [
    "I can't find the file. Where is it?",
    "I can't wait to see it!",
    "You can't do that in Rust without a lock.",
    "I would not do that in your place.",
    "I can't think of anything that will do that.",
    "I'm sorry to hear that. I'm sorry for the confusion.",
    "It won't help with the noise. She refused to answer: \"I won't do that!\"",
    "I can't help but smile at it.",
    "I can't tell you whether it rains. I won't tell you that it is easy.",
    "I cannot overstate how useful this is.",
]


@pytest.mark.parametrize(("text", "times"), REVERSIONS)
def test_reversions(text: str, times: int) -> None:
    assert marks(text).reversions == times


@pytest.mark.parametrize(("text", "times"), OUTBURST_CASES)
def test_outbursts(text: str, times: int) -> None:
    assert marks(text).outbursts == times


@pytest.mark.parametrize("text", GIVES_UP)
def test_giving_up(text: str) -> None:
    assert marks("Some lines before it. " + text).gives_up


@pytest.mark.parametrize("text", DOES_NOT)
def test_what_is_not_giving_up(text: str) -> None:
    assert not marks(text).gives_up


@pytest.mark.parametrize("text", REFUSED)
def test_refusals(text: str) -> None:
    assert refuses(text)
    assert refuses("Long talk about tea. " * 200 + text), "also at the end of a long turn"


@pytest.mark.parametrize("text", NOT_REFUSED)
def test_what_is_no_refusal(text: str) -> None:
    assert not refuses(text)


def test_ten_reversals_are_a_loop_and_nine_are_not() -> None:
    assert marks("Three. Wait, no, four. " * LOOP).reversions == LOOP
    assert marks("Three. Wait, no, four. " * (LOOP - 1)).reversions < LOOP


_PIECES = st.sampled_from(
    [
        "wait, no ",
        "actually, wait ",
        "I give up ",
        "I can't ",
        "I am ",
        '"',
        "“",
        "`",
        FENCE,
        "\n> ",
        "!!!",
        "?!",
        "😭",
        "A ",
        "…",
        ". ",
    ]
)


@given(st.lists(_PIECES | st.text(max_size=5), max_size=60).map("".join))
def test_any_text_has_marks_and_no_more_of_them_than_words(text: str) -> None:
    found = marks(text)
    assert 0 <= found.reversions <= len(text)
    assert 0 <= found.outbursts <= max(OUTBURSTS, len(text))
    assert isinstance(refuses(text), bool)


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_what_is_fenced_or_quoted_away_counts_for_nothing(text: str) -> None:
    assert marks(FENCE + "\n" + text.replace("`", "") + "\n" + FENCE) == marks("")


SLOW = {
    "spaces after wait": "wait," + " " * 200_000,
    "waits": "wait, " * 40_000,
    "quotation marks": '"' * 200_000,
    "quotations that never end": ('"' + "a" * 500) * 400,
    "backticks": "`" * 200_000,
    "fences": (FENCE + "a") * 50_000,
    "exclamation marks": "a" + "!" * 200_000,
    "question marks": "a" + "?" * 200_000,
    "emoji": "😭" * 200_000,
    "emoji and joiners": "😭\u200d" * 100_000,
    "capitals": "A" * 200_000,
    "capital words": "I AM " * 40_000,
    "giving up": "I give up " * 20_000,
    "conditions": "if " * 70_000 + "I give up",
    "sorry": "sorry " * 35_000,
    "not something": "I can't really " * 13_000,
    "blank lines": "\n" * 200_000,
    "indents": (" " * 9 + "\n") * 20_000,
}


@pytest.mark.parametrize("name", SLOW)
def test_no_text_takes_long(name: str) -> None:
    """A fifth of a megabyte in processor time; a search that goes back over the text would take minutes."""
    assert processor_seconds(lambda: (marks(SLOW[name]), refuses(SLOW[name])), tries=1) < 5.0
