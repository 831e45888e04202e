"""The one way out: what is sent where, which replies are tried again, and which are refused."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import pytest

from jobs import endpoint
from jobs.endpoint import WAITS, Endpoint
from schemas.errors import TemporaryError, UsageError
from schemas.policy_second_reader import KEY_VARIABLE, SecondReaderPolicy
from tests.unit.endpoint_stand_in import Got, Say, serve
from tests.unit.tls_stand_in import self_signed, tls_server

BODY = b'{"model": "m"}'


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "WAITS", tuple(wait / 200 for wait in WAITS))


def at(url: str, key: str = "", **changes: Any) -> Endpoint:
    return Endpoint(SecondReaderPolicy(url, "m", allow_egress=True, timeout_seconds=1, **changes), key)


def test_the_key_goes_in_a_header_and_only_where_there_is_one() -> None:
    with serve(lambda got, n: Say(b"{}")) as server:
        assert at(server.url + "/", "sesame").ask(BODY) == b"{}"
        assert at(server.url).ask(BODY) == b"{}"
    first, second = server.got
    assert first.path == second.path == "/v1/chat/completions"
    assert first.headers["Authorization"] == "Bearer sesame"
    assert "Authorization" not in second.headers
    assert first.body == {"model": "m"}


@pytest.mark.parametrize("status", [429, 408, 500, 503])
def test_what_passes_is_tried_again(status: int) -> None:
    with serve(lambda got, n: Say(b"", status) if n < 2 else Say(b"{}")) as server:
        assert at(server.url).ask(BODY) == b"{}"
    assert len(server.got) == 3


def test_after_the_last_try_it_is_left_for_later() -> None:
    with serve(lambda got, n: Say(b"", 503)) as server, pytest.raises(TemporaryError) as caught:
        at(server.url).ask(BODY)
    assert len(server.got) == len(WAITS) + 1
    assert caught.value.exit_code == 75


def test_the_endpoint_says_how_long_to_wait_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    asked = ["7", "100000", "-3", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"]
    with serve(lambda got, n: Say(b"", 429, {"Retry-After": asked[n]})) as server:
        monkeypatch.setattr("time.sleep", waited.append)
        with pytest.raises(TemporaryError):
            at(server.url).ask(BODY)
    assert waited == [7.0, 60.0, endpoint.WAITS[2], endpoint.WAITS[3]]


@pytest.mark.parametrize("say", [Say(b"{}", wait=1.5), Say(b"{" + b" " * 500 + b"}", drip=0.02)])
def test_an_answer_that_takes_too_long_is_cut_off_even_where_it_drips(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "WAITS", (0.01,))
    begun = time.monotonic()
    with serve(lambda got, n: say) as server, pytest.raises(TemporaryError):
        at(server.url).ask(BODY)
    assert len(server.got) == 2
    assert time.monotonic() - begun < 10


def test_half_an_answer_is_none_and_is_asked_for_again() -> None:
    half = Say(b'{"half', headers={"Content-Length": "600"})
    with serve(lambda got, n: half if n == 0 else Say(b"{}")) as server:
        assert at(server.url).ask(BODY) == b"{}"
    assert len(server.got) == 2


def test_a_redirect_is_never_followed() -> None:
    with serve(lambda got, n: Say(b"{}")) as other:
        away = Say(b"", 307, {"Location": other.url + "/chat/completions"})
        with serve(lambda got, n: away) as server, pytest.raises(UsageError, match="final one") as caught:
            at(server.url, "sesame").ask(BODY)
    assert len(server.got) == 1
    assert other.got == []
    assert other.url not in str(caught.value)


@pytest.mark.parametrize(("status", "said"), [(401, KEY_VARIABLE), (404, "Check url and model"), (405, "url")])
def test_what_no_further_try_mends_ends_at_once(status: int, said: str) -> None:
    with serve(lambda got, n: Say(b"secret reply", status)) as server, pytest.raises(UsageError) as caught:
        at(server.url, "sesame").ask(BODY)
    assert len(server.got) == 1
    assert said in str(caught.value)
    assert "sesame" not in str(caught.value) and "secret reply" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 403, 413, 422])
def test_a_refusal_of_one_request_is_no_answer(status: int) -> None:
    with serve(lambda got, n: Say(b"{}", status)) as server:
        assert at(server.url).ask(BODY) is None


def test_an_endless_reply_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "MOST_BYTES", 1000)
    with serve(lambda got, n: Say(b"x" * (1000 + n))) as server:
        assert at(server.url).ask(BODY) == b"x" * 1000
        assert at(server.url).ask(BODY) == b""


def test_nobody_there_is_left_for_later() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(TemporaryError):
        at(f"http://127.0.0.1:{port}/v1").ask(BODY)


def test_proxies_of_the_environment_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(lambda got, n: Say(b"{}", 500)) as proxy, serve(lambda got, n: Say(b"{}")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert at(server.url).ask(BODY) == b"{}"
    assert proxy.got == []


def test_a_name_that_leads_off_this_machine_gets_nothing_in_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Got] = []
    with serve(lambda got, n: Say(b"{}")) as server:
        monkeypatch.setattr(endpoint, "is_loopback", lambda host: False)
        with pytest.raises(UsageError, match="must be https"):
            at(server.url).ask(BODY)
        seen += server.got
    assert seen == []


def test_a_certificate_is_verified_and_session_keys_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    certificate, key = self_signed(tmp_path)
    with tls_server(certificate, key) as port:
        with pytest.raises(UsageError, match="SSL_CERT_FILE"):
            at(f"https://localhost:{port}/v1").ask(BODY)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert at(f"https://localhost:{port}/v1").ask(BODY) == b"{}"
    assert not (tmp_path / "keys").exists()


def test_a_key_that_would_break_the_header_is_refused_unsaid() -> None:
    with pytest.raises(UsageError, match=KEY_VARIABLE) as caught:
        at("http://127.0.0.1:1/v1", "sesame\r\nHost: elsewhere")
    assert "sesame" not in str(caught.value)
