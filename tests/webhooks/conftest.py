"""A background process that may call this machine, and a receiver of our own that can be told to misbehave."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from service_app.webhooks.operations import EndpointFacts, create_endpoint
from tests.workers.conftest import make

__all__ = ["make"]


class Receiver(ThreadingHTTPServer):
    """What came in as (path, headers, body), and how it answers: `status`, `headers`, `body`; `drip` seconds between bytes.
    `written` is how much of the body went off in all, `hung_up` that the caller ended before all of it did."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.status, self.headers, self.body, self.drip = 204, {}, b"", 0.0
        self.written, self.hung_up = 0, threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?from=ronde"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.path, {name.lower(): text for name, text in self.headers.items()}, body))
        self.send_response(self.server.status)
        for name, text in self.server.headers.items():
            self.send_header(name, text)
        self.end_headers()
        try:
            for start in range(0, len(self.server.body), 1 if self.server.drip else 1 << 16):
                time.sleep(self.server.drip)
                self.server.written += self.wfile.write(
                    self.server.body[start : start + (1 if self.server.drip else 1 << 16)]
                )
        except OSError:
            self.server.hung_up.set()

    do_GET = do_POST

    def log_message(self, *_args: object) -> None:
        """Nothing on the tests' screen."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def process(make):
    return make(webhooks_local=True)


@pytest.fixture
def endpoint(scope, workshop, owner, receiver):
    """One that hears everything."""
    with scope(workshop):
        return create_endpoint(owner, EndpointFacts("Books", receiver.url, local=True))
