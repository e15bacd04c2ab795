"""A real mail server of our own: it keeps what it takes and can be told to misbehave."""

from __future__ import annotations

import asyncio
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """What came in, and how the server answers: `answer` to RCPT ('250 OK' as a rule), `hang_up` after DATA.
    `script` holds what is answered to RCPT of an address, used up in order before `rcpt_answer`; `on_taken` is called with
    each letter that came in, before it is answered."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.senders: list[str] = []
        self.raw: list[bytes] = []
        self.rcpt_answer = "250 OK"
        self.script: dict[str, list[str]] = {}
        self.hang_up = False
        self.pause_seconds = 0.0
        self.taken = threading.Event()
        self.on_taken: Callable[[], object] = lambda: None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        scripted = self.script.get(address)
        answer = scripted.pop(0) if scripted else self.rcpt_answer
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.pause_seconds)
        parsed: Any = message_from_bytes(envelope.content or b"", policy=policy.default)
        self.senders.append(envelope.mail_from or "")
        content: Any = envelope.content or b""
        self.raw.append(content)
        self.letters.append(parsed)
        self.taken.set()
        self.on_taken()
        if self.hang_up:
            assert server.transport is not None
            server.transport.abort()
        return "250 taken"

    def ids(self) -> list[str]:
        """The Message-IDs in the order of coming."""
        return [str(letter["Message-ID"]) for letter in self.letters]


@contextmanager
def mail_server() -> Iterator[tuple[Sink, int]]:
    """A mail server on a port of this machine."""
    sink = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port, ready_timeout=10)
    controller.start()
    try:
        yield sink, port
    finally:
        controller.stop(no_assert=True)


@contextmanager
def rude_server(**answers: str) -> Iterator[tuple[list[str], int]]:
    """A mail server that answers verbs as it is told (`greeting`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `content`, `QUIT`) and
    the others as it should; what it was told, and its port. An answer of `...` is a byte a moment, without end;
    one of `1.5 s` is the right one, so much later."""
    heard: list[str] = []

    class Rude(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self._say("greeting", "220 rude")
                self._listen()

        def _listen(self) -> None:
            while line := self.rfile.readline():
                verb = line.decode("utf-8", "replace").strip().split(" ")[0].upper()
                heard.append(verb)
                said = self._say(verb, {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 OK"))
                if verb == "DATA" and said.startswith("354"):
                    while self.rfile.readline() not in (b".\r\n", b""):
                        pass
                    self._say("content", "250 taken")
                if verb == "QUIT":
                    return

        def _say(self, verb: str, otherwise: str) -> str:
            answer = answers.get(verb, otherwise)
            if answer.endswith(" s"):
                time.sleep(float(answer[:-2]))
                answer = otherwise
            while answer == "...":
                self.wfile.write(b"2")
                time.sleep(0.05)
            self.wfile.write(f"{answer}\r\n".encode())
            return answer

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Rude) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield heard, server.server_address[1]
        server.shutdown()
