"""The one way out of this project: a request to the endpoint of the second reader, as its policy allows.

Standard library only. No proxy is taken from the environment, no redirect is followed, TLS is always verified (by the
system's certificates, or those that SSL_CERT_FILE names), plain http goes to loopback alone. An error names what
failed, never what was sent or came back.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from schemas.errors import TemporaryError, UsageError
from schemas.policy_second_reader import KEY_VARIABLE, SecondReaderPolicy, is_loopback

WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further try; one more try than there are waits."""
MOST_WAIT = 60.0
"""Most seconds that an endpoint may ask to wait (Retry-After)."""
MOST_BYTES = 1 << 20
"""Largest reply that is read."""
_LATER = frozenset({408, 425, 429})
_NOWHERE = frozenset({404, 405, 410})
_UNPAID = frozenset({402, 407})


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    wait: float
    body: bytes


class Endpoint:
    """`url`/chat/completions of a policy. key: sent as a bearer token, "" for none.

    Raises UsageError where the policy does not allow it, or the key is not one.
    """

    def __init__(self, policy: SecondReaderPolicy, key: str) -> None:
        if not policy.url:
            raise UsageError(
                "there is no second reader: [second_reader] url of this run's policy is empty. To have one, set url,"
                " model and allow_egress in the policy file and run the job again."
            )
        if not policy.allow_egress:
            raise UsageError(
                "the policy of this run does not allow scrubbed text to leave. Set allow_egress = true under"
                " [second_reader] of the policy file and run the job again; whoever answers for the trial's privacy"
                " decides that."
            )
        if not all("!" <= char <= "~" for char in key):
            raise UsageError(f"{KEY_VARIABLE} is no key: it must be one word of ASCII. Set it anew, or unset it.")
        parts = urlsplit(policy.url)
        self._host, self._port = parts.hostname or "", parts.port
        self._plain = parts.scheme == "http"
        self._path = parts.path.rstrip("/") + "/chat/completions"
        self._seconds = float(policy.timeout_seconds)
        self._headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    def ask(self, body: bytes) -> bytes | None:
        """The body of the reply to `body` (JSON); None where the endpoint refuses this request and may take another.

        Raises TemporaryError where no try brought a reply; UsageError where none ever will: key, address,
        certificate, a redirect.
        """
        for wait in (*WAITS, None):
            reply = self._try(body)
            if reply is not None and reply.status not in _LATER and reply.status < 500:
                return self._judged(reply)
            if wait is not None:
                time.sleep(max(wait, 0.0 if reply is None else reply.wait))
        raise TemporaryError(
            f"the second reader did not answer in {len(WAITS) + 1} tries. Run the same command again later: what was"
            " answered so far is kept, and is not asked again."
        )

    def _judged(self, reply: _Reply) -> bytes | None:
        if 200 <= reply.status < 300:
            return reply.body
        if 300 <= reply.status < 400:
            raise UsageError("the second reader's address sends on to another one. Name the final one as url.")
        if reply.status == 401:
            raise UsageError(f"the second reader does not take the key. Set {KEY_VARIABLE} to one that it knows.")
        if reply.status in _UNPAID:
            raise UsageError(
                "the second reader asks for payment or for another login before it answers. Settle that with whoever"
                " runs it, then run the same command again: what was answered so far is kept."
            )
        if reply.status in _NOWHERE:
            raise UsageError(
                "the second reader's address has no chat/completions, or no such model. Check url and model."
            )
        return None

    def _try(self, body: bytes) -> _Reply | None:
        """One request; None where it did not come through."""
        connection = self._connection()
        try:
            return self._exchange(connection, body)
        except ssl.SSLCertVerificationError:
            raise UsageError(
                "the certificate of the second reader's address cannot be verified. Set SSL_CERT_FILE to a file with"
                " the certificate of its authority, or correct url."
            ) from None
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._plain:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)
        # Not ssl.create_default_context(): that would write session keys where SSLKEYLOGFILE says.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_default_certs()
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._seconds, context=context)

    def _exchange(self, connection: http.client.HTTPConnection, body: bytes) -> _Reply:
        deadline = time.monotonic() + self._seconds
        connection.connect()
        line = connection.sock
        if self._plain and not is_loopback(line.getpeername()[0]):
            raise UsageError("the second reader's address is not on this machine, so it must be https. Correct url.")
        # A socket's own timeout starts anew with every byte; this one is for the whole answer.
        cut = threading.Timer(max(0.0, deadline - time.monotonic()), _cut, [line])
        cut.daemon = True
        cut.start()
        try:
            connection.request("POST", self._path, body, self._headers)
            with connection.getresponse() as response:
                found = response.read(MOST_BYTES + 1)
                if time.monotonic() >= deadline:
                    raise TimeoutError
                if len(found) > MOST_BYTES:
                    found = b""  # too long for an answer
                elif response.length:
                    raise ConnectionError
                return _Reply(response.status, _wait(response.headers), found)
        finally:
            cut.cancel()


def _cut(line: socket.socket) -> None:
    # SSLSocket.shutdown would end the encryption first, and what is being sent could follow in the clear.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def _wait(headers: http.client.HTTPMessage) -> float:
    """Seconds that the endpoint asks to wait; 0 where it does not say so in whole seconds."""
    asked = headers.get("Retry-After", "").strip()
    return min(MOST_WAIT, float(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0.0
