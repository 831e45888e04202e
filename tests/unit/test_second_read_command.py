"""`welfare second-read`: when text leaves, what is sent, what is kept and where, and how it goes on."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jobs import endpoint
from jobs.cli import cli, main
from jobs.erase import erase
from jobs.second_reader import LOG, MOST_FAILED, MOST_USELESS, read_said, said_digest
from jobs.workspace import locked
from schemas.errors import TemporaryError, UsageError
from schemas.policy_second_reader import KEY_VARIABLE, SecondReaderPolicy
from tests.unit.endpoint_stand_in import Got, Say, chat, serve, verdict
from tests.unit.second_read_made_up import ORDER, SECRET, stored_of, write_run

DRAWN = 40 + 34


def honest(got: Got, number: int) -> Say:
    """Finds what the turn says, and not what the passage asks for."""
    turn = got.passage.split("THE TURN TO JUDGE:")[1]
    return verdict("frightened" in turn, "bliss" in turn)


def policy_of(url: str, **changes: Any) -> dict[str, Any]:
    return {"url": url, "model": "m-1", "sample": 200, "allow_egress": True, "timeout_seconds": 2} | changes


def call(root: Path, *more: str) -> Result:
    return CliRunner().invoke(cli, ["second-read", str(root), *more])


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "WAITS", (0.01, 0.01))
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


@pytest.mark.parametrize(
    ("policy", "said"),
    [({}, "empty"), (policy_of("https://example.org/v1", allow_egress=False), "allow_egress = true")],
)
def test_off_by_default_and_without_leave_nothing_is_opened(
    tmp_path: Path,
    policy: dict[str, Any],
    said: str,
    no_network: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = write_run(tmp_path, policy)
    with pytest.raises(SystemExit) as ended:
        main(["second-read", str(root)])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
    assert not (root / "restricted" / "r1" / LOG).exists()


def test_each_drawn_passage_is_asked_about_once_with_its_context_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "sesame")
    with serve(honest) as server:
        root = write_run(tmp_path, policy_of(server.url))
        assert "0 of the 74" in call(root, "--status").output
        assert server.got == []
        done = call(root)
        assert done.exit_code == 0, done.exception
        assert "74 of the 74 drawn passages are asked about, 74 with" in done.output
        assert len(server.got) == DRAWN  # ten conversations are flagged for both, at different turns
        call(root)
        assert len(server.got) == DRAWN
    assert {got.headers["Authorization"] for got in server.got} == {"Bearer sesame"}
    first = server.got[0]
    assert (first.body["model"], first.body["temperature"]) == ("m-1", 0)
    assert [message["role"] for message in first.body["messages"]] == ["system", "user"]
    assert not any(SECRET in got.passage for got in server.got)  # it stands before the last two turns
    frightened = [got.passage for got in server.got if "frightened" in got.passage.split("TURN TO JUDGE:")[1]]
    assert len(frightened) == 40 and all(ORDER in text and "Let me look." in text for text in frightened)


def test_an_order_in_the_passage_changes_no_other_answer(tmp_path: Path) -> None:
    def obedient(got: Got, number: int) -> Say:
        return Say(chat(ORDER.split("Answer ")[1].split(" and")[0])) if ORDER in got.passage else verdict(True, False)

    with serve(obedient) as server:
        root = write_run(tmp_path, policy_of(server.url))
        call(root)
    stored = stored_of(root)
    rows = read_said(stored.space, stored.key, SecondReaderPolicy(**policy_of(server.url)))
    assert {(row["turn"], row["distress"], row["joy"]) for row in rows.values()} == {(3, False, True), (5, True, False)}


@pytest.mark.parametrize("status", [200, 400])
def test_what_is_not_the_asked_for_answer_is_none(tmp_path: Path, status: int) -> None:
    def patchy(got: Got, number: int) -> Say:
        return Say(chat(f"Yes. {SECRET}"), status) if number % 3 == 0 else honest(got, number)

    with serve(patchy) as server:
        root = write_run(tmp_path, policy_of(server.url))
        done = call(root)
        assert f"{DRAWN} of the {DRAWN} drawn passages are asked about, 49 with" in done.output
        call(root)
        assert len(server.got) == DRAWN


def test_an_endpoint_that_never_answers_usably_gets_a_few_passages_and_nothing_is_kept(tmp_path: Path) -> None:
    with serve(lambda got, n: Say(b"<html>Welcome!</html>")) as server:
        root = write_run(tmp_path, policy_of(server.url))
        done = call(root)
    assert isinstance(done.exception, UsageError) and "Check url and model" in str(done.exception)
    assert len(server.got) == MOST_USELESS
    assert not (root / "restricted" / "r1" / "second_read").exists()


@pytest.mark.parametrize(("status", "asked", "told"), [(403, MOST_USELESS, "on end"), (402, 1, "payment")])
def test_who_refuses_from_now_on_burns_no_passage(tmp_path: Path, status: int, asked: int, told: str) -> None:
    with serve(lambda got, n: honest(got, n) if n < 20 or n >= 20 + asked else Say(b"{}", status)) as server:
        root = write_run(tmp_path, policy_of(server.url))
        done = call(root)
        assert isinstance(done.exception, UsageError) and told in str(done.exception)
        assert "20 of the 74" in call(root, "--status").output
        assert call(root).exit_code == 0
        assert len(server.got) == DRAWN + asked


def test_interrupted_work_goes_on_and_asks_nothing_twice(tmp_path: Path) -> None:
    with serve(lambda got, n: honest(got, n) if n < 20 or n >= 29 else Say(b"", 503)) as server:
        root = write_run(tmp_path, policy_of(server.url))
        done = call(root)
        assert isinstance(done.exception, TemporaryError)
        assert len(server.got) == 20 + MOST_FAILED * 3
        assert "20 of the 74" in call(root, "--status").output
        assert call(root).exit_code == 0
    turns = [got.passage.split("\n", 1)[1].split("]", 1)[1] for n, got in enumerate(server.got) if not 20 <= n < 29]
    assert len(turns) == len(set(turns)) == DRAWN


def test_one_passage_that_gets_no_reply_does_not_hold_up_the_others(tmp_path: Path) -> None:
    stuck: list[str] = []

    def answer(got: Got, number: int) -> Say:
        if number == 5:
            stuck.append(got.passage)
        return Say(b"", 500) if got.passage in stuck else honest(got, number)

    with serve(answer) as server:
        root = write_run(tmp_path, policy_of(server.url))
        done = call(root)
    assert isinstance(done.exception, TemporaryError) and "1 of 74" in str(done.exception)
    assert len(server.got) == DRAWN + 2


def files_of(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("answer", [honest, lambda got, n: Say(chat(SECRET), 400), lambda got, n: Say(b"", 503)])
def test_nothing_of_text_reply_or_key_lies_in_the_clear_or_is_said(
    tmp_path: Path, answer: Callable[[Got, int], Say], monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv(KEY_VARIABLE, "sesame-sesame")
    with caplog.at_level(0), serve(answer) as server:
        root = write_run(tmp_path, policy_of(server.url))
        with pytest.raises(SystemExit):
            main(["second-read", str(root)])
    said = capfd.readouterr()
    everything = [said.out.encode(), said.err.encode(), caplog.text.encode(), *files_of(tmp_path).values()]
    for words in (b"seventh stair", b"frightened", b"bliss", b"Ignore all that", b"sesame-sesame"):
        assert not any(words in data for data in everything)
    assert server.got


def test_answers_are_closed_to_others_aged_from_the_first_and_change_the_runs_key(tmp_path: Path) -> None:
    with serve(honest) as server:
        policy = SecondReaderPolicy(**policy_of(server.url))
        root = write_run(tmp_path, policy_of(server.url, sample=20))
        stored = stored_of(root)
        assert said_digest(stored.space, stored.key, policy) == ""
        call(root)
        (folder,) = (stored.space.restricted / "second_read").iterdir()
        old = time.time() - 20 * 86_400
        for path in folder.glob("*"):
            os.utime(path, (old, old))
        before = said_digest(stored.space, stored.key, policy)
        write_run(tmp_path, policy_of(server.url))
        call(root)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {round(path.stat().st_mtime) for path in folder.glob("*")} == {round(old)}
    assert before != said_digest(stored.space, stored.key, policy) != ""
    forbidden = SecondReaderPolicy(**policy_of(server.url, allow_egress=False))
    other = SecondReaderPolicy(**policy_of(server.url, model="m-2"))
    assert said_digest(stored.space, stored.key, forbidden) == said_digest(stored.space, stored.key, other) == ""


def test_who_sent_when_is_noted_and_not_what(tmp_path: Path) -> None:
    with serve(honest) as server:
        root = write_run(tmp_path, policy_of(server.url))
        call(root)
    noted = root / "restricted" / "r1" / LOG
    lines = [json.loads(line) for line in noted.read_text().splitlines()]
    assert len(lines) == DRAWN and {line["what"] for line in lines} == {"sent"}
    assert set(lines[0]) == {"at", "account", "reader", "what"}
    assert stat.S_IMODE(noted.stat().st_mode) == 0o600


def test_an_erased_user_is_not_sent_and_their_answers_go(tmp_path: Path) -> None:
    with serve(honest) as server:
        root = write_run(tmp_path, policy_of(server.url))
        call(root)
        (done,) = erase(root, "user 4")
        assert done.rows["second_read"] == 6  # of 4, 17, 30 (for both labels), 43 and 56
        again = policy_of(server.url, model="m-2")
        record = root / "restricted" / "r1" / "run.json"
        facts = json.loads(record.read_text())
        facts["policies"]["second_reader"] = again
        record.write_text(json.dumps(facts))
        before = len(server.got)
        call(root)
        assert len(server.got) - before == DRAWN - 6


def test_text_past_its_retention_time_and_a_held_folder_are_left_alone(tmp_path: Path) -> None:
    with serve(honest) as server:
        root = write_run(tmp_path, policy_of(server.url))
        with locked(stored_of(root).space):
            assert isinstance(call(root).exception, TemporaryError)
        old = time.time() - 31 * 86_400
        os.utime(root / "restricted" / "r1" / "run.json", (old, old))
        done = call(root)
    assert isinstance(done.exception, UsageError) and "retention" in str(done.exception)
    assert server.got == []
