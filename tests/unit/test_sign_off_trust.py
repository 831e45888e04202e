"""Keys, the trust file, envelopes as others read them, and the audit trail."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from pipelines.sign_off import Vote, sign_off
from pipelines.sign_off_key import make_key, open_key, trust_entry
from pipelines.sign_off_trust import load_trust
from schemas.errors import SignOffError, UsageError
from schemas.sign_off import Decision, Reason, Role, SignOff
from tests.unit.small_release import NOW, Panel, write_release

KEY = "ab" * 32


def trust_of(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "trust.toml"
    path.write_text(text)
    return load_trust(path)


def entry(person: str, key: str = KEY, more: str = "") -> str:
    return trust_entry(person, Role.REVIEWER, key) + more


def test_a_private_key_is_for_its_owner_only_and_never_overwritten(tmp_path: Path) -> None:
    path, _ = make_key("ada", tmp_path / "keys")
    raw = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(UsageError, match="never overwritten"):
        make_key("ada", tmp_path / "keys")
    assert path.read_bytes() == raw


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path, _ = make_key("ada", tmp_path)
    path.chmod(0o640)
    with pytest.raises(SignOffError, match="chmod 600"):
        open_key(path)


@pytest.mark.parametrize("raw", [b"", b"-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----\n", b"\xff"])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "k"
    path.write_bytes(raw)
    path.chmod(0o600)
    with pytest.raises(UsageError, match="no plain ed25519"):
        open_key(path)


@pytest.mark.parametrize("name", ["Ada", "", "a/b", ".ada", "аda", "a" * 65, "ada "])
def test_a_person_s_name_is_plain_lower_case(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="person"):
        make_key(name, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("other", [KEY, KEY.upper()])
def test_two_names_with_one_key_are_refused(tmp_path: Path, other: str) -> None:
    with pytest.raises(SignOffError, match="ben and ada have the same key"):
        trust_of(tmp_path, entry("ada") + entry("ben", other))


def test_one_person_with_two_keys_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SignOffError, match="ada stands there twice"):
        trust_of(tmp_path, entry("ada") + entry("ada", "cd" * 32))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", r"\[\[reviewer\]\]"),
        ("[[reviewer]\n", "not TOML"),
        ("[[reviewers]]\n", r"\[\[reviewer\]\]"),
        ('[[reviewer]]\nperson = "ada"\n', "entry 1: must have"),
        (entry("ada", more="colour = 1\n"), "entry 1: must have"),
        (entry("ada", "zz"), "64 hex digits"),
        (entry("ada", "abcd"), "64 hex digits"),
        (entry("Ada"), "entry 1: a person"),
        (entry("ada").replace("reviewer\"", "king\""), "role is"),
        (entry("ada", more='valid_until = "soon"\n'), "is a date"),
    ],
)  # fmt: skip
def test_a_trust_file_that_is_not_right_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        trust_of(tmp_path, text)


@pytest.mark.parametrize(
    ("decision", "conditions", "reason", "days"),
    [
        (Decision.APPROVE, ("x",), None, 1),
        (Decision.CONDITIONS, (), None, 1),
        (Decision.REJECT, (), None, 1),
        (Decision.APPROVE, (), Reason.PRIVACY, 1),
        (Decision.CONDITIONS, ("two\nlines",), None, 1),
        (Decision.CONDITIONS, ("x" * 501,), None, 1),
        (Decision.APPROVE, (), None, 0),
        (Decision.APPROVE, (), None, 366),
    ],
)
def test_a_vote_whose_parts_do_not_fit_is_refused(
    tmp_path: Path, decision: Decision, conditions: tuple[str, ...], reason: Reason | None, days: int
) -> None:
    root, panel = write_release(tmp_path / "out"), Panel(tmp_path / "keys").add("ada")
    with pytest.raises(UsageError):
        sign_off(root, panel.keys["ada"], Vote("ada", decision, conditions, reason, days), None, NOW)
    assert not (root / "sign-offs").exists()


def test_an_envelope_is_dsse_over_an_in_toto_statement_of_every_file(tmp_path: Path) -> None:
    root, panel = write_release(tmp_path / "out"), Panel(tmp_path / "keys").add("ada")
    envelope = json.loads(panel.vote(root, "ada", Decision.REJECT).read_bytes())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    files = {path.relative_to(root / "released").as_posix() for path in (root / "released").rglob("*.*")}
    assert {subject["name"] for subject in statement["subject"]} == files
    assert statement["predicate"]["reason"] == "privacy"
    # Checked here by the primitives alone, as an outsider would, without the library that signed.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    kind, payload = envelope["payloadType"].encode(), base64.b64decode(envelope["payload"])
    message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(panel.public["ada"]))
    key.verify(base64.b64decode(envelope["signatures"][0]["sig"]), message)


def test_a_statement_reads_back_as_it_was_and_nothing_else_does(tmp_path: Path) -> None:
    root, panel = write_release(tmp_path / "out"), Panel(tmp_path / "keys").add("ada")
    vote = Vote("ada", Decision.CONDITIONS, ("look again",))
    said = sign_off(root, panel.keys["ada"], vote, "olga", NOW)[1]
    statement = said.statement()
    assert SignOff.from_statement(statement) == said
    for broken in ({**statement, "more": 1}, {**statement, "predicateType": "x"}, {}, None, [statement]):
        with pytest.raises(ValueError, match=r".+"):
            SignOff.from_statement(broken)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"payload": 1, "payloadType": "", "signatures": [1]}', b"\xff"])
def test_an_envelope_of_another_kind_is_malformed(tmp_path: Path, raw: bytes) -> None:
    root, panel = write_release(tmp_path / "out"), Panel(tmp_path / "keys").add("ada", "ben")
    panel.vote(root, "ada")
    panel.vote(root, "ben").write_bytes(raw)
    with pytest.raises(SignOffError, match=r"\[malformed\] ben"):
        panel.publish(root, tmp_path / "dest")


def test_a_flipped_signature_is_told_from_an_unknown_key(tmp_path: Path) -> None:
    root, panel = write_release(tmp_path / "out"), Panel(tmp_path / "keys").add("ada", "ben")
    panel.vote(root, "ada")
    path = panel.vote(root, "ben")
    envelope = json.loads(path.read_bytes())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    statement["predicate"]["expires_at"] = "2026-01-01T00:00:00Z"
    envelope["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    path.write_text(json.dumps(envelope))
    with pytest.raises(SignOffError, match=r"\[bad_signature\] ben"):
        panel.publish(root, tmp_path / "dest")
