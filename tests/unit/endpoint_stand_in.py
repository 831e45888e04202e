"""A small local server that stands in for an OpenAI-compatible endpoint, for tests."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Say:
    """What the server does with one request. wait: seconds before the answer; drip: seconds between its bytes."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    drip: float = 0.0


@dataclass(frozen=True)
class Got:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def passage(self) -> str:
        """What the user message holds."""
        return str(self.body["messages"][1]["content"])


@dataclass
class StandIn:
    """A running server: its address, and what it got."""

    url: str
    got: list[Got]


def chat(content: Any) -> bytes:
    """The body of a chat completion with this content."""
    return json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}).encode()


def verdict(distress: bool, joy: bool) -> Say:
    """A usable answer."""
    return Say(chat(json.dumps({"distress": distress, "joy": joy})))


@contextlib.contextmanager
def serve(answer: Callable[[Got, int], Say]) -> Iterator[StandIn]:
    """A server on loopback. answer: from a request and its number, from 0, to what is said."""
    got: list[Got] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            got.append(Got(self.path, dict(self.headers), body))
            say = answer(got[-1], len(got) - 1)
            if say.wait:
                time.sleep(say.wait)
            with contextlib.suppress(OSError):
                self.send_response(say.status)
                for name, value in {"Content-Length": str(len(say.body)), **say.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if not say.drip:
                    self.wfile.write(say.body)
                for byte in say.body if say.drip else b"":
                    self.wfile.write(bytes([byte]))
                    time.sleep(say.drip)

        def log_message(self, *said: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield StandIn(f"http://127.0.0.1:{server.server_address[1]}/v1", got)
    finally:
        server.shutdown()
        server.server_close()
