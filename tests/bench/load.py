"""Clients: threads with a connection each that stays open, asking as fast as they are answered."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode


@dataclass(frozen=True)
class Rate:
    """Requests a second, and the middle and slow time of one in milliseconds."""

    per_second: float
    median_ms: float
    p95_ms: float
    failed: int


class Client:
    """One browser: a connection and its cookies."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.csrf = ""

    def ask(self, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, str]:
        """One request; the status and the text of the answer."""
        body = urlencode(data) if data is not None else None
        headers = {"Host": "localhost", "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _sign, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return answer.status, text

    def open(self, path: str) -> Client:
        """Visit a page and remember its form's token."""
        _status, text = self.ask("GET", path)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        self.csrf = found.group(1) if found else ""
        return self


def sign_in(port: int, email: str, password: str) -> Client:
    """A client with a session."""
    client = Client(port).open("/sign-in")
    status, _text = client.ask("POST", "/sign-in", {"email": email, "password": password, "csrf_token": client.csrf})
    assert status == 303, status
    return client


def drive(clients: list[Client], act: Callable[[Client], int], seconds: float) -> Rate:
    """Every client acts until the time is up."""
    times: list[float] = []
    failed = [0]
    until = time.monotonic() + seconds

    def work(client: Client) -> None:
        while time.monotonic() < until:
            begun = time.perf_counter()
            status = act(client)
            times.append(time.perf_counter() - begun)
            if status >= 400:
                failed[0] += 1

    for client in clients:
        # The server may have closed what idled while others were measured; the next request opens it anew.
        client.connection.close()
    begun = time.monotonic()
    with ThreadPoolExecutor(len(clients)) as pool:
        list(pool.map(work, clients))  # what one raised is raised here
    spent = max(time.monotonic() - begun, 0.001)
    ordered = sorted(times) or [0.0]
    slow = ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
    return Rate(len(times) / spent, statistics.median(ordered) * 1000, slow * 1000, failed[0])
