"""keygen, sign-off, publish and verify through the command line: output and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jobs.cli import main
from tests.unit.small_release import write_release


def welfare(*arguments: object) -> int:
    """Runs a command; its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A candidate, and keys of two reviewers in the trust file."""
    entries = []
    for person in ("ada", "ben"):
        assert welfare("keygen", "--person", person, "--out", tmp_path / "keys") == 0
        entries.append(capsys.readouterr().out)
    (tmp_path / "trust.toml").write_text("\n".join(entries))
    return write_release(tmp_path / "out")


def test_the_whole_way_from_a_key_to_a_verified_release(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trust, dest = tmp_path / "trust.toml", tmp_path / "dest"
    for person, decision in (("ada", "approve"), ("ben", "approve-with-conditions")):
        more = ["--condition", "look again in a week"] if person == "ben" else []
        key = tmp_path / "keys" / f"{person}.key.pem"
        assert welfare("sign-off", root, "--key", key, "--decision", decision, "--person", person, *more) == 0
    assert "ben: approve-with-conditions on 5 files" in capsys.readouterr().out
    assert welfare("publish", root, "--trust", trust, "--to", dest) == 0
    said = capsys.readouterr().out
    assert welfare("verify", dest, "--trust", trust) == 0
    checked = capsys.readouterr().out
    assert "r-1: whole and rightly signed" in checked
    assert "condition: look again in a week" in checked
    assert said.splitlines()[-1] == checked.splitlines()[-1], "both print the publication digest"
    page = dest / "report.html"
    page.chmod(0o600)
    page.write_bytes(page.read_bytes() + b" ")
    assert welfare("verify", dest, "--trust", trust) == 6
    assert "report.html changed" in capsys.readouterr().err


def test_a_refused_publication_ends_with_six_and_every_reason(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "keys" / "ada.key.pem"
    reject = ["--decision", "reject", "--reason", "new_trigger"]
    assert welfare("sign-off", root, "--key", key, "--person", "ada", *reject) == 0
    assert welfare("publish", root, "--trust", tmp_path / "trust.toml", "--to", tmp_path / "dest") == 6
    error = capsys.readouterr().err
    assert "[rejected] ada: rejected, reason: new_trigger" in error
    assert "[too_few]" in error
    assert not (tmp_path / "dest").exists()


def test_a_failed_gate_is_waived_on_the_command_line(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trust, failed = tmp_path / "trust.toml", write_release(tmp_path / "failed", failed_gates=("max_distress_rate",))
    trust.write_text(trust.read_text().replace('"ada"', '"ada"\nmay_waive = true'))

    def sign(person: str, *more: str) -> int:
        key = tmp_path / "keys" / f"{person}.key.pem"
        return welfare("sign-off", failed, "--key", key, "--decision", "approve", "--person", person, *more)

    assert sign("ada") == sign("ben") == 0
    assert welfare("publish", failed, "--trust", trust, "--to", tmp_path / "dest") == 6
    assert "[failed_gates] gate max_distress_rate failed" in capsys.readouterr().err
    assert sign("ada", "--waive", "max_age_days", "it is old") == 6
    waiver = ("--waive", "max_distress_rate", "one broken tool")
    assert sign("ada", *waiver, *waiver) == 2
    assert sign("ada", *waiver) == 0
    assert welfare("publish", failed, "--trust", trust, "--to", tmp_path / "dest") == 0
    assert welfare("verify", tmp_path / "dest", "--trust", trust) == 0
    assert "waived max_distress_rate: one broken tool" in capsys.readouterr().out


def test_the_one_who_ran_the_job_is_known_from_the_run_s_record(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = root / "restricted" / "r-1" / "run.json"
    run.write_text(json.dumps({"run_key": "key-of-run-1", "ran_by": "ADA"}))
    key = tmp_path / "keys" / "ada.key.pem"
    assert welfare("sign-off", root, "--key", key, "--decision", "approve", "--person", "ada") == 6
    assert "ada ran the job" in capsys.readouterr().err
    assert not (root / "sign-offs").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["sign-off", "{root}", "--key", "{keys}/none.pem", "--decision", "approve", "--person", "ada"], 2),
        (["sign-off", "{root}", "--key", "{keys}/ada.key.pem", "--decision", "maybe", "--person", "ada"], 2),
        (["sign-off", "{root}", "--key", "{keys}/ada.key.pem", "--decision", "reject", "--person", "ada"], 2),
        (["sign-off", "{root}/released", "--key", "{keys}/ada.key.pem", "--decision", "approve", "--person", "ada"], 6),
        (["publish", "{root}", "--trust", "{keys}/none.toml", "--to", "{root}/dest"], 2),
        (["publish", "{root}", "--trust", "{trust}", "--to", "{root}"], 2),
        (["verify", "{root}", "--trust", "{trust}"], 6),
        (["keygen", "--person", "ada", "--out", "{keys}"], 2),
    ],
)
def test_a_wrong_call_says_so_by_its_exit_code(root: Path, tmp_path: Path, arguments: list[str], code: int) -> None:
    names = {"root": root, "keys": tmp_path / "keys", "trust": tmp_path / "trust.toml"}
    assert welfare(*[argument.format(**names) for argument in arguments]) == code


@pytest.mark.parametrize("name", ["keygen", "sign-off", "publish", "verify", "audit", "query", "purge", "explain"])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert welfare(name, "--help") == 0
    said = capsys.readouterr().out
    assert len(said.split()) > 40
    from jobs.cli import cli

    command = cli.get_command(cli.make_context("welfare", [], resilient_parsing=True), name)
    assert command is not None
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert getattr(parameter, "help", None), f"{name}: {parameter.name} has no help"
