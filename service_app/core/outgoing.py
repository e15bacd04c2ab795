"""The only way to an address that somebody else chose (OWASP: server-side request forgery).

https only; the name is looked up once, all its addresses must be public, and the connection goes to one of those very
addresses, so that a second lookup cannot answer otherwise; TLS is checked against the name. Redirects are answers, not
followed; 5 s to look up, 3 s to connect, 10 s in all, 64 kB read. No proxy of the environment is asked.
"""

from __future__ import annotations

import http.client
import ipaddress
import math
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from service_app.core import clock

LOOK_UP_SECONDS = 5.0
CONNECT_SECONDS = 3.0
ALL_SECONDS = 10.0
MOST_READ = 64 * 1024
MOST_TOLD = 300
LONGEST_ASKED = 24 * 3600
ADDRESSES_TRIED = 2
# The system's resolver knows no limit and cannot be stopped: those that are asked for too long end by themselves, and so many
# at once are enough.
_LOOK_UPS = threading.BoundedSemaphore(8)

# What `ipaddress.is_global` lets through or leaves to the reader: carriers of other addresses (NAT64, 6to4, Teredo and the
# rest of 2001::/23), documentation, multicast, the reserved block.
_REFUSED = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip
_WORLD_V6 = ipaddress.ip_network("2000::/3")


class NotToCall(Exception):
    """The address is none that may be called; the text is a code of `words.FORBIDDEN`."""


@dataclass(frozen=True)
class Answer:
    """What a call came to. `outcome`: taken (2xx), gone (410), refused (any other answer), unreachable (none), forbidden
    (not called). `wait_seconds`: what the other side asked for before the next try (Retry-After), a day at most, None without.
    `may_have_arrived`: no answer came, but the request was on its way already."""

    outcome: str
    code: int | None = None
    detail: str = ""
    milliseconds: int = 0
    wait_seconds: int | None = None
    may_have_arrived: bool = False


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if any(found in block for block in _REFUSED if block.version == found.version):
        return False
    if isinstance(found, ipaddress.IPv6Address) and found not in _WORLD_V6:
        return False
    return found.is_global and not found.is_multicast


def parse(url: str, *, local: bool) -> SplitResult:
    """The parts of an address that may be called. Refuses with NotToCall; `local` allows http and this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise NotToCall("address") from error
    if not url.isascii() or any(ord(sign) < 33 for sign in url) or not host:
        raise NotToCall("address")
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise NotToCall("scheme")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise NotToCall("address")
    if port is not None and port != 443 and port < 1024 and not local:
        raise NotToCall("port")
    with suppress(ValueError):
        _refuse_private([str(ipaddress.ip_address(host))], local=local)
    return parts


def _refuse_private(addresses: Sequence[str], *, local: bool) -> None:
    if not local and not all(is_public(address) for address in addresses):
        raise NotToCall("private")


def look_up(host: str, port: int, *, local: bool) -> list[str]:
    """The addresses of a name, each of them public. Raises OSError when it has none, or nobody says within LOOK_UP_SECONDS."""
    found = _asked_for(host, port, min(LOOK_UP_SECONDS, ALL_SECONDS))
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    _refuse_private(addresses, local=local)
    return addresses


def _asked_for(host: str, port: int, seconds: float) -> list[Any]:
    """What the system's resolver answers, asked in a thread of its own that nobody waits for once the time is up."""
    until = time.monotonic() + seconds
    if not _LOOK_UPS.acquire(timeout=seconds):
        raise TimeoutError("too many names are being looked up")
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP))
        except Exception as error:  # it is raised where the answer is awaited
            answers.put(error)
        finally:
            _LOOK_UPS.release()

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.0, until - time.monotonic()))
    except queue.Empty:
        raise TimeoutError("no name server answered") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


class _Pinned(http.client.HTTPConnection):
    """A connection to one of the addresses looked at, whatever the name says by now; it is over at `until`, of the monotonic
    clock."""

    def __init__(self, parts: SplitResult, addresses: Sequence[str], port: int, until: float) -> None:
        super().__init__(parts.hostname or "", port, timeout=CONNECT_SECONDS)
        self._addresses, self._until = addresses, until
        self._is_cut = False
        self._held: socket.socket | None = None  # http.client lets go of the socket before the answer is read
        self.was_reached = False
        self._is_tls = parts.scheme == "https"
        if self._is_tls:
            self.default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        """Try the addresses, then TLS with the name."""
        self.sock = self._held = self._reach()
        if self._is_tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
        self._held = self.sock
        self.sock.settimeout(self._left())
        if self._is_cut:  # while there was nothing to cut yet
            raise TimeoutError("timed out")
        self.was_reached = True

    def _left(self) -> float:
        """The seconds that are left. Raises OSError when there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def _reach(self) -> socket.socket:
        failed: OSError | None = None
        for address in self._addresses[:ADDRESSES_TRIED]:
            try:
                return socket.create_connection((address, self.port), timeout=min(CONNECT_SECONDS, self._left()))
            except OSError as error:
                failed = error
        raise failed or OSError("no address")

    def cut(self) -> None:
        """End the connection from another thread: a far side that sends a byte now and then holds nobody up."""
        self._is_cut = True
        if self._held is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._held, socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: Mapping[str, str], *, local: bool = False) -> Answer:
    """Call an address once. Never raises for what the other side does; `local` is for tests and development."""
    began = time.monotonic()

    def took() -> int:
        return int((time.monotonic() - began) * 1000)

    try:
        parts = parse(url, local=local)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        addresses = look_up(parts.hostname or "", port, local=local)
        connection = _Pinned(parts, addresses, port, began + ALL_SECONDS)
    except NotToCall as error:
        return Answer("forbidden", detail=str(error), milliseconds=took())
    except (OSError, UnicodeError) as error:
        return Answer("unreachable", detail=_said(error), milliseconds=took())
    watch = threading.Timer(max(0.0, began + ALL_SECONDS - time.monotonic()), connection.cut)
    watch.daemon = True
    watch.start()
    try:
        return _ask(connection, parts, body, headers, took)
    except (OSError, http.client.HTTPException, ValueError) as error:
        is_sent = connection.was_reached
        return Answer("unreachable", detail=_said(error), milliseconds=took(), may_have_arrived=is_sent)
    finally:
        watch.cancel()
        connection.close()


def _ask(
    connection: _Pinned, parts: SplitResult, body: bytes, headers: Mapping[str, str], took: Callable[[], int]
) -> Answer:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("POST", target, body=body, headers={**headers, "Connection": "close"})
    answer = connection.getresponse()
    with answer:
        text = answer.read(MOST_READ)[:MOST_TOLD].decode("utf-8", "replace")
    outcome = "taken" if 200 <= answer.status < 300 else "gone" if answer.status == 410 else "refused"
    detail = "" if outcome == "taken" else "".join(sign if sign.isprintable() else " " for sign in text).strip()
    return Answer(outcome, answer.status, detail, took(), _asked(answer.headers.get("Retry-After", "").strip()))


def _asked(text: str) -> int | None:
    """The seconds of a Retry-After: a number, or a date (RFC 9110) told from now on, LONGEST_ASKED at most; None for anything
    else."""
    if text.isdecimal():
        return LONGEST_ASKED if len(text) > 9 else min(int(text), LONGEST_ASKED)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return max(0, min(math.ceil((until - clock.now()).total_seconds()), LONGEST_ASKED))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:MOST_TOLD]
