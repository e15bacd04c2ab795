"""The way out: which addresses are none to call, that the looked-up one is called, and that nobody is held up."""

from __future__ import annotations

import threading
import time

import pytest

from service_app.core import outgoing

PRIVATE = (
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "192.0.0.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001::1", "2001:db8::1", "ff0e::1",
    "::127.0.0.1", "fec0::1", "100::1", "3fff::1",
)  # fmt: skip
PUBLIC = ("93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e")


def test_private_addresses_in_every_dress_are_none_to_call():
    assert [address for address in PRIVATE if outgoing.is_public(address)] == []
    assert [address for address in PUBLIC if not outgoing.is_public(address)] == []


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"),
        ("https://localhost:8443/", "private"),
        ("https://2130706433/", "private"),
        ("https://0x7f.1/", "private"),
        ("http://example.com/", "scheme"),
        ("gopher://example.com/", "scheme"),
        ("https://example.com:6379999/", "address"),
        ("https://example.com:22/", "port"),
        ("https://example.com/a b", "address"),
        ("https://example.com/\r\nX-Evil: 1", "address"),
        ("https://me@example.com/", "address"),
        ("https:///nowhere", "address"),
    ],
)
def test_an_address_that_is_none_is_not_called(url, why):
    answer = outgoing.post(url, b"{}", {})
    assert (answer.outcome, answer.detail) == ("forbidden", why)


def test_one_private_answer_among_public_ones_forbids_the_name(monkeypatch):
    """The resolver is the only thing played here: no name of ours answers like this."""
    answers = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_args, **_more: answers)
    assert outgoing.post("https://mixed.example/", b"{}", {}).detail == "private"


def test_the_address_looked_at_is_the_one_called(monkeypatch, receiver):
    """A name that answers otherwise the second time is asked once only."""
    asked: list[str] = []
    real = outgoing.socket.getaddrinfo

    def once(host, port, *args, **more):
        if host == "rebound.example":
            asked.append(host)
            return [(2, 1, 6, "", ("127.0.0.1", port))]
        return real(host, port, *args, **more)

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", once)
    url = f"http://rebound.example:{receiver.server_port}/"
    assert outgoing.post(url, b"{}", {}, local=True).outcome == "taken"
    assert asked == ["rebound.example"]
    assert receiver.calls[0][1]["host"].startswith("rebound.example")


def test_a_redirect_is_not_followed_and_little_is_read(receiver):
    """The receiver can write no more than its own machine and ours hold between them, and then hears that we are gone."""
    receiver.status, receiver.headers, receiver.body = 307, {"Location": "/again"}, b"x" * 100_000_000
    answer = outgoing.post(receiver.url, b"{}", {}, local=True)
    assert (answer.outcome, answer.code, len(answer.detail)) == ("refused", 307, outgoing.MOST_TOLD)
    assert len(receiver.calls) == 1
    assert receiver.hung_up.wait(60)
    assert receiver.written < len(receiver.body) / 2


def test_a_name_whose_servers_do_not_answer_holds_nobody_up(receiver, monkeypatch):
    """The resolver is the system's and not ours: it is played here, and says nothing until the test is over."""
    is_over = threading.Event()
    real = outgoing.socket.getaddrinfo

    def silent(host, port, *args, **more):
        if host == "silent.example":
            is_over.wait(100)
        return real("127.0.0.1", port, *args, **more)

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", silent)
    monkeypatch.setattr(outgoing, "LOOK_UP_SECONDS", 0.2)
    before = threading.active_count()
    began = time.monotonic()
    try:
        for _call in range(10):
            answer = outgoing.post("https://silent.example/", b"{}", {})
            assert (answer.outcome, answer.may_have_arrived) == ("unreachable", False)
            assert "TimeoutError" in answer.detail
        assert time.monotonic() - began < 50, "ten names would have taken a thousand seconds"
        assert threading.active_count() - before <= 8, "what is asked in vain does not pile up"
    finally:
        is_over.set()
    local = f"http://nearby.example:{receiver.server_port}/"
    monkeypatch.setattr(outgoing, "LOOK_UP_SECONDS", 30.0)
    assert outgoing.post(local, b"{}", {}, local=True).outcome == "taken", "the names after it are looked up again"


def test_what_looking_up_took_is_taken_off_what_is_left(receiver, monkeypatch):
    """Two of three seconds went by before the first byte: one is left for a receiver that writes ten a second."""
    real = outgoing.socket.getaddrinfo

    def slow(host, port, *args, **more):
        if host == "slow.example":
            time.sleep(2)
        return real("127.0.0.1", port, *args, **more)

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", slow)
    monkeypatch.setattr(outgoing, "ALL_SECONDS", 3.0)
    receiver.status, receiver.body, receiver.drip = 200, b"x" * 1000, 0.1
    outgoing.post(f"http://slow.example:{receiver.server_port}/", b"{}", {}, local=True)
    assert receiver.hung_up.wait(60)
    assert receiver.written <= 20


def test_nobody_is_held_up_by_one_byte_at_a_time_nor_by_nobody(receiver, monkeypatch):
    monkeypatch.setattr(outgoing, "ALL_SECONDS", 0.5)
    receiver.status, receiver.body, receiver.drip = 200, b"x" * 1000, 0.1
    began = time.monotonic()
    outgoing.post(receiver.url, b"{}", {}, local=True)
    assert time.monotonic() - began < 50, "a thousand bytes would have taken a hundred seconds"
    assert len(receiver.calls) == 1
    assert outgoing.post("http://127.0.0.1:1/", b"{}", {}, local=True).outcome == "unreachable"
    assert outgoing.post("https://nowhere.invalid/", b"{}", {}).outcome == "unreachable"


def test_a_certificate_that_is_not_of_the_name_is_no_answer(receiver):
    """Our receiver speaks no TLS: an https address gets no answer from it and nothing is sent in the clear."""
    answer = outgoing.post(receiver.url.replace("http:", "https:"), b"{}", {}, local=True)
    assert answer.outcome == "unreachable"
    assert receiver.calls == []
