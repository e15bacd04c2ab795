"""Text messages and notices on the phone: sent once, whatever a provider answers, and by e-mail when they cannot be."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError

from service_app.core import clock, jobs, outgoing, standing, tenancy
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.core.events import Event
from service_app.core.jobs import Job
from service_app.customers.models import Customer
from service_app.notifications import (
    accounts,
    choosing,
    inbox,
    notices,
    operations,
    pushing,
    spending,
    suppression,
    texting,
    traffic,
)
from service_app.notifications.channel_models import PushSubscription, SmsAccount, SmsDay
from service_app.notifications.models import Delivery, Message
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_booked, a_day, at
from tests.factories.customers import a_customer
from tests.factories.repairs import a_received
from tests.mail import Sink
from tests.notifications.test_choosing import MOBILE
from tests.notifications.test_history import check
from tests.workers.conftest import Made
from workers import planners, sweeps, texts
from workers.process import Process


class Service(ThreadingHTTPServer):
    """A provider: what came in as (path, headers, body), answered by `script` in order, then 201. An answer is a status, a
    status with headers and perhaps a body, `cut`: it takes the request and hangs up without a word, `mute`: it takes it and
    says nothing, or bytes: that and nothing else. `on_call` is called with each request before it is answered."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.script: list[Any] = []
        self.by_path: dict[str, list[Any]] = {}
        self.by_number: dict[str, list[Any]] = {}
        self.on_call: Callable[[], object] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.path, {name.lower(): text for name, text in self.headers.items()}, body))
        self.server.on_call()
        script = self.server.by_path.get(self.path, self.server.script)
        for number, answers in self.server.by_number.items():
            script = answers if number.encode() in body else script
        said = script.pop(0) if script else 201
        if said == "mute":
            self.connection.recv(1)  # until the other side gives up
        if isinstance(said, bytes):
            self.wfile.write(said)
        if said in ("cut", "mute") or isinstance(said, bytes):
            self.connection.close()
            return
        status, headers, words = (*said, b"")[:3] if isinstance(said, tuple) else (said, {}, b"")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    def log_message(self, *_args: object) -> None:
        """Nothing on the tests' screen."""


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


@pytest.fixture
def outgoing_process(make: Made, post: tuple[Sink, int]) -> Process:
    return make(smtp_host="127.0.0.1", smtp_port=post[1], smtp_starttls=False, webhooks_local=True)


def an_account(workshop: Workshop, owner: Actor, service: Service, **facts: Any) -> SmsAccount:
    given = {
        "provider": "gateway", "url": f"{service.url}/sms", "username": "", "secret": "the token", "sender": "Senne",
        "countries": ("BE",), "daily_count": 50, "daily_cents": 500, "cents_per_segment": 8, "is_on": True, "local": True,
    }  # fmt: skip
    known = choosing.sms_account()
    return accounts.change(owner, workshop, known.version if known else 0, accounts.SmsFacts(**given | facts))


def a_told(channel: str, email: str | None, phone: str | None = MOBILE) -> Customer:
    """A customer whose repair was received, and who wants to be told so by a channel."""
    person = a_customer(email=email, phone=phone, language="en")
    choosing.keep_choice(person, "repairs", channel)
    a_received(person)
    return person


def sweep(process: Process, rounds: int = 1) -> None:
    for _round in range(rounds):
        for channel in ("planning", "mail", "sms", "push", "mail"):
            sweeps.sweep(process, channel)


def again(scope: Scoped, workshop: Workshop) -> None:
    """Time passes: what waits for another try is due, and a pause is over."""
    with scope(workshop):
        for statement in (
            "UPDATE job SET run_at = now() WHERE state = 'ready'",
            "UPDATE channel_pause SET until = now()",
        ):
            session().execute(text(statement), execution_options={"scoped_by_hand": True})


def told(kind: str = "repair_received") -> list[Message]:
    return list(session().scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))


# What a provider answers in order; how often it is asked; by which way the message went in the end.
ANSWERS: dict[str, tuple[list[Any], int, str]] = {
    "plain": ([], 1, "sms"),
    "busy": ([(429, {"Retry-After": "90"}), 503], 3, "sms"),
    "cut": (["cut"], 2, "sms"),
    "mute": (["mute"], 2, "sms"),
    "broken": ([500, 502, "cut"], 4, "sms"),
    "refused": ([400], 1, "mail"),
    "key": ([401], 2, "sms"),
    "unknown_number": ([404], 1, "mail"),
}


def test_a_text_the_budget_keeps_from_going_stands_on_its_customers_own_pages(
    workshop: Workshop, scope: Scoped, owner: Actor, outgoing_process: Process, service: Service
) -> None:
    with scope(workshop):
        an_account(workshop, owner, service, daily_cents=1)
        a_told("sms", None)
    sweep(outgoing_process)
    with scope(workshop):
        (message,) = told()
        assert (message.status, message.reason, service.calls) == ("failed", "over_budget", [])
        assert message.summary
        assert message.customer is not None
        assert [one.subject for one in inbox.messages_of(message.customer)] == [message.subject]


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says nothing is left sooner."""
    monkeypatch.setattr(outgoing, "ALL_SECONDS", 0.5)


@pytest.mark.usefixtures("patience")
def test_every_text_is_sent_once_under_one_reference_or_goes_by_mail(
    workshop: Workshop, scope: Scoped, owner: Actor, outgoing_process: Process, service: Service, post: tuple[Sink, int]
) -> None:
    phones = {name: f"+3247012345{number}" for number, name in enumerate(ANSWERS)}
    service.by_number = {phones[name]: list(answers) for name, (answers, _asked, _via) in ANSWERS.items()}
    with scope(workshop):
        an_account(workshop, owner, service)
        for name, phone in phones.items():
            a_told("sms", f"{name}@example.be", phone)
    for _round in range(8):
        sweep(outgoing_process)
        again(scope, workshop)
    asked: dict[str, list[str]] = {}
    for _path, headers, body in service.calls:
        asked.setdefault(json.loads(body)["to"], []).append(headers["idempotency-key"])
    with scope(workshop):
        rows = {message.recipient.split("@")[0]: message for message in told()}
        for name, (_answers, times, via) in ANSWERS.items():
            assert (rows[name].status, rows[name].via) == ("sent", via), name
            assert len(asked[phones[name]]) == times, name
            assert set(asked[phones[name]]) == {texting.reference_of(rows[name])}, "the same at every attempt"
        (day,) = session().scalars(select(SmsDay))
        parts = sum(message.segments or 0 for message in rows.values())
        assert (day.messages, day.cents) == (len(ANSWERS), 8 * parts), "an attempt more costs nothing more"
        assert session().scalars(select(Job.state).where(Job.state.in_(("ready", "leased", "dead")))).all() == []
        assert standing.troubled() == [], "a success ends a pause"
        assert "the token" not in session().scalars(select(SmsAccount.secret_sealed)).one()
        check([message for message in rows.values() if message.via == "mail"], post[0])
    assert {str(letter["To"]) for letter in post[0].letters} == {
        f"{name}@example.be" for name, (_answers, _asked, via) in ANSWERS.items() if via == "mail"
    }
    _path, headers, body = service.calls[0]
    assert headers["authorization"] == "Bearer the token"
    sent = json.loads(body)
    assert sent["from"] == "Senne"
    assert sent["text"].startswith("Atelier Senne: ")
    assert sent["reference"] == headers["idempotency-key"]


def test_mail_that_is_paused_holds_up_nothing_that_goes_by_text(
    workshop: Workshop, scope: Scoped, owner: Actor, outgoing_process: Process, service: Service, post: tuple[Sink, int]
) -> None:
    """What goes by text is written and sent; what goes by mail is written and waits, and goes by text when its customer says
    so meanwhile. What is sent again by text does not wait either."""
    with scope(workshop):
        an_account(workshop, owner, service)
        by_mail = a_told("mail", "anna@example.be", "+32470123461").id
    sweeps.sweep(outgoing_process, "planning")
    with outgoing_process.database.transaction(tenancy.platform("a turn")):
        claimed = jobs.claim("mail")
    with scope(workshop):
        traffic.failed("mail", "535", at_once=True)
        a_told("sms", None)
    sweep(outgoing_process)
    with scope(workshop):
        assert [(message.status, message.via) for message in told()] == [("queued", "mail"), ("sent", "sms")]
    (asked,) = service.calls
    assert json.loads(asked[2])["to"] == MOBILE
    with scope(workshop):
        choosing.keep_choice(session().get_one(Customer, (workshop.id, by_mail)), "repairs", "sms")
    for job in claimed:
        sweeps.run(outgoing_process, job)
    sweep(outgoing_process)
    reports(scope, workshop, service, "undelivered", 0)
    with scope(workshop):
        ways = [(message.status, message.via) for message in told()]
        assert ways == [("sent", "sms"), ("failed", "sms")]
        assert jobs.is_paused("mail")
        operations.send_again(owner, told()[1].id)
    sweep(outgoing_process)
    with scope(workshop):
        assert [(message.status, message.via) for message in told()] == [("sent", "sms"), ("sent", "sms")]
        assert jobs.is_paused("mail")
    assert (len(service.calls), post[0].letters) == (3, [])


def test_wait_that_was_asked_for_is_kept_and_a_wrong_key_burns_no_attempt(
    workshop: Workshop, scope: Scoped, owner: Actor, outgoing_process: Process, service: Service
) -> None:
    service.script = [(429, {"Retry-After": "900"}), 401]
    with scope(workshop):
        an_account(workshop, owner, service)
        a_told("sms", "nora@example.be")
    sweep(outgoing_process)
    with scope(workshop):
        left = session().execute(
            text("SELECT run_at - now(), attempts FROM job WHERE kind = 'notifications.text' AND state = 'ready'"),
            execution_options={"scoped_by_hand": True},
        ).one()  # fmt: skip
        assert timedelta(minutes=14) < left[0] <= timedelta(minutes=15)
        assert left[1] == 1
    again(scope, workshop)
    sweep(outgoing_process)
    with scope(workshop):
        job = session().scalars(select(Job).where(Job.kind == "notifications.text", Job.state == "ready")).one()
        assert (job.state, job.attempts) == ("ready", 1)
        assert jobs.is_paused("sms")
        assert not jobs.is_paused("mail")


def not_written_down(*_given: Any) -> None:
    raise OperationalError("COMMIT", {}, ConnectionError("the database is away"))


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("answer", ["cut", "mute", "killed", "away", 500, 502, 504, 408])
def test_lost_answer_of_a_provider_that_knows_no_key_is_left_to_a_person(
    workshop: Workshop, scope: Scoped, owner: Actor, outgoing_process: Process, service: Service, admin: Engine,
    monkeypatch: pytest.MonkeyPatch, answer: str | int,
) -> None:  # fmt: skip
    """Also when it was lost because the worker died: `killed` is one that got its answer and ends before it wrote it down,
    `away` one whose database is away just then; and when the answer says no more than that something broke on the way.
    What a person then decides is made anew, and is no guess."""
    with scope(workshop):
        an_account(workshop, owner, service, provider="messagebird")
        a_told("sms", "nora@example.be")
    if answer == "away":
        with monkeypatch.context() as patched:
            patched.setattr(texts, "write_down", not_written_down)
            sweep(outgoing_process)
        again(scope, workshop)
    elif answer == "killed":
        with monkeypatch.context() as patched:
            patched.setattr(texts, "write_down", lambda *_given: sys.exit("killed"))
            with pytest.raises(SystemExit):
                sweep(outgoing_process)
        with admin.begin() as connection:
            connection.execute(text("UPDATE job SET lease_until = now() WHERE state = 'leased'"))
        assert sweeps.reap(outgoing_process) == 1
        again(scope, workshop)
    else:
        service.script = [answer]
    sweep(outgoing_process, 3)
    with scope(workshop):
        (message,) = told()
        assert message.status == "unknown"
        ends = Counter(session().scalars(select(Job.state).where(Job.kind == "notifications.text")))
        assert (ends["unknown"], ends["ready"], ends["leased"]) == (1, 0, 0)
    assert len(service.calls) == 1
    assert json.loads(service.calls[0][2])["recipients"] == [MOBILE]
    with scope(workshop):
        operations.send_again(owner, told()[0].id)
    sweep(outgoing_process, 2)
    assert len(service.calls) == 2


def test_provider_that_knows_no_key_and_says_that_it_did_nothing_is_asked_again(
    workshop: Workshop, scope: Scoped, owner: Actor, outgoing_process: Process, service: Service
) -> None:
    service.script = [503, (429, {"Retry-After": "60"})]
    with scope(workshop):
        an_account(workshop, owner, service, provider="messagebird")
        a_told("sms", "nora@example.be")
    for _round in range(3):
        sweep(outgoing_process)
        again(scope, workshop)
    assert stands(scope, workshop) == ("sent", "sms", None)
    assert len(service.calls) == 3


def reports(scope: Scoped, workshop: Workshop, service: Service, kind: str, text: int = -1) -> None:
    """The gateway says of a text it was asked for, the last one as a rule, that it arrived (`delivered`) or did not."""
    told = {"type": kind, "reference": json.loads(service.calls[text][2])["reference"]}
    with scope(workshop):
        notices.take("sms", f"{kind} {len(service.calls)} {text}", json.dumps(told).encode())


def stands(scope: Scoped, workshop: Workshop) -> tuple[str, str, str | None]:
    """How the message stands: state, way, reason."""
    with scope(workshop):
        (message,) = told()
        return message.status, message.via, message.reason


def press_again(scope: Scoped, workshop: Workshop, owner: Actor) -> None:
    with scope(workshop):
        operations.send_again(owner, told()[0].id)


def test_text_that_is_sent_again_is_a_text_of_its_own_and_goes_by_mail_again_when_it_does_not_arrive(
    workshop: Workshop, scope: Scoped, owner: Actor, outgoing_process: Process, service: Service, post: tuple[Sink, int]
) -> None:
    """A gateway sends once for a key, so each press has another; what it costs is counted each time. What did not arrive goes
    by e-mail however often that was done before, and a late report of a text before the last says nothing of the last."""
    post[0].script = {"nora@example.be": ["550 we do not like it"] * 2}
    with scope(workshop):
        an_account(workshop, owner, service)
        a_told("sms", "nora@example.be")
    sweep(outgoing_process)
    for presses in range(3):
        assert stands(scope, workshop) == ("sent", "sms", None), presses
        reports(scope, workshop, service, "undelivered")
        assert stands(scope, workshop) == ("queued", "mail", None), presses
        sweep(outgoing_process)
        if presses < 2:
            assert stands(scope, workshop) == ("failed", "mail", "refused"), presses
            with scope(workshop):
                assert suppression.to_call(9) == told()
            press_again(scope, workshop, owner)
            sweep(outgoing_process)
            reports(scope, workshop, service, "undelivered", 0)
    assert stands(scope, workshop) == ("sent", "mail", None)
    assert len({headers["idempotency-key"] for _path, headers, _body in service.calls}) == len(service.calls) == 3
    assert len(post[0].letters) == 1
    with scope(workshop):
        (day,) = session().scalars(select(SmsDay))
        assert (day.messages, day.cents) == (3, 3 * 8 * (told()[0].segments or 0))


def test_text_to_who_has_no_address_that_does_not_arrive_is_somebodys_call_at_each_press(
    workshop: Workshop, scope: Scoped, owner: Actor, outgoing_process: Process, service: Service
) -> None:
    with scope(workshop):
        an_account(workshop, owner, service)
        a_told("sms", None)
    sweep(outgoing_process)
    for _press in range(3):
        reports(scope, workshop, service, "undelivered")
        assert stands(scope, workshop) == ("failed", "sms", "bounced")
        press_again(scope, workshop, owner)
        sweep(outgoing_process)
        assert stands(scope, workshop) == ("sent", "sms", None)
    assert len({headers["idempotency-key"] for _path, headers, _body in service.calls}) == 4


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("email", ["nora@example.be", None])
@pytest.mark.parametrize("comes", ["before_the_next_try", "during_the_next_try"])
def test_text_whose_answer_was_lost_and_that_is_reported_undelivered_is_told_otherwise(
    workshop: Workshop, scope: Scoped, owner: Actor, outgoing_process: Process, service: Service, post: tuple[Sink, int],
    email: str | None, comes: str,
) -> None:  # fmt: skip
    """The gateway took it, its answer got lost, and it reports that the text did not arrive: what it says to the next try,
    under the same key, is about that text too, and is no success."""
    service.script = ["cut"]
    with scope(workshop):
        an_account(workshop, owner, service)
        a_told("sms", email)
    sweep(outgoing_process)
    assert stands(scope, workshop) == ("queued", "sms", None)
    if comes == "before_the_next_try":
        reports(scope, workshop, service, "undelivered")
    else:
        service.on_call = lambda: reports(scope, workshop, service, "undelivered")
    again(scope, workshop)
    sweep(outgoing_process, 2)
    assert stands(scope, workshop) == (("sent", "mail", None) if email else ("failed", "sms", "bounced"))
    assert len(post[0].letters) == (1 if email else 0)
    assert len(service.calls) == (1 if comes == "before_the_next_try" else 2)
    with scope(workshop):
        assert suppression.to_call(9) == ([] if email else told())
        assert session().scalars(select(Job.state).where(Job.state.in_(("ready", "leased", "dead")))).all() == []


def test_what_is_over_the_days_budget_goes_by_mail_and_is_told_once(
    workshop: Workshop, scope: Scoped, owner: Actor, outgoing_process: Process, service: Service, post: tuple[Sink, int]
) -> None:
    with scope(workshop):
        an_account(workshop, owner, service, daily_count=2)
        for number in range(4):
            a_told("sms", f"c{number}@example.be", f"+3247012345{number}")
        nobody = a_told("sms", None, "+32470123459")
    sweep(outgoing_process)
    assert (len(service.calls), len(post[0].letters)) == (2, 2)
    with scope(workshop):
        ways = Counter((message.via, message.status, message.reason) for message in told())
        assert ways == {("sms", "sent", None): 2, ("mail", "sent", None): 2, ("sms", "failed", "over_budget"): 1}
        facts = Counter(session().scalars(select(Event.name)))
        assert facts["sms.budget_spent"] == 1
        assert facts["customer.not_told"] == 1
        assert session().get_one(Customer, (workshop.id, nobody.id)).email is None
        day = spending.today(workshop.zone)
        assert day is not None
        assert day.messages == 2
        with pytest.raises(Invalid, match=r"webhook\.address"):
            an_account(workshop, owner, service, url="http://192.0.2.1/sms", local=False)
        with pytest.raises(Invalid, match=r"sms\.sender"):
            an_account(workshop, owner, service, sender="A very long sender")


class BrowserOfOurs:
    """A browser that takes notices: it opens what is sealed for it, and checks who sent it (RFC 8291, RFC 8292)."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"sixteen bytes ok"
        self.public = pushing._point(self.key.public_key())

    def open(self, sealed: bytes) -> dict[str, Any]:
        salt, record, length = sealed[:16], int.from_bytes(sealed[16:20], "big"), sealed[20]
        theirs, content = sealed[21 : 21 + length], sealed[21 + length :]
        assert record > len(content)
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self.key.exchange(ec.ECDH(), sender)
        key = self._derive(self.auth, shared, b"WebPush: info\0" + self.public + theirs, 32)
        content_key = self._derive(salt, key, b"Content-Encoding: aes128gcm\0", 16)
        nonce = self._derive(salt, key, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(content_key).decrypt(nonce, content, None)
        assert plain.endswith(b"\x02")
        found: dict[str, Any] = json.loads(plain[:-1])
        return found

    @staticmethod
    def _derive(salt: bytes, key: bytes, info: bytes, length: int) -> bytes:
        return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(key)


def is_signed(authorization: str, audience: str) -> bool:
    found = re.fullmatch(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)", authorization)
    assert found is not None
    head, claims, signature, key = found.groups()
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), pushing._read(key))
    raw = pushing._read(signature)
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    return bool(json.loads(pushing._read(claims))["aud"] == audience)


def test_sealing_is_that_of_the_standards_own_example() -> None:
    """RFC 8291, appendix A: its keys, its salt, its words give its very bytes."""
    own = ec.derive_private_key(
        int.from_bytes(pushing._read("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    sealed = pushing.sealed_with(
        own, pushing._read("DGv6ra1nlYgDCS1FRnbzlw"), p256dh, "BTBZMqHH6r4Tts7J_aSIgg",
        b"When I grow up, I want to be a watermelon",
    )  # fmt: skip
    assert pushing._written(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_notice_is_opened_by_its_browser_alone_and_one_that_is_gone_is_forgotten(
    workshop: Workshop, scope: Scoped, outgoing_process: Process, service: Service, post: tuple[Sink, int]
) -> None:
    browser = BrowserOfOurs()
    keys = (pushing._written(browser.public), pushing._written(browser.auth))
    with scope(workshop):
        person = a_customer(email="nora@example.be", language="en")
        for refused in ("http://192.0.2.1/x", "https://user@push.example/x", "https://10.0.0.1/x"):
            with pytest.raises(Invalid, match=r"push\.unusable"):
                pushing.subscribe(person, refused, *keys, "", local=False)
        with pytest.raises(Invalid):
            pushing.subscribe(person, "https://push.example/x", "no key", keys[1], "", local=False)
        for padded in ((keys[0] + "!" * 5000, keys[1]), (keys[0], keys[1] + "." * 5000)):
            with pytest.raises(Invalid, match=r"push\.unusable"):
                pushing.subscribe(person, "https://push.example/x", *padded, "", local=False)
        for name in ("phone", "desk", "phone"):
            pushing.subscribe(person, f"{service.url}/{name}", *keys, name, local=True)
        assert len(pushing.subscriptions_of(person)) == 2, "the same browser is one"
        choosing.keep_choice(person, "repairs", "push")
        service.by_path = {"/phone": [410], "/desk": ["cut", 201, 503, (429, {"Retry-After": "60"}), 201, 404]}
        a_received(person)
    for _round in range(3):
        sweep(outgoing_process)
        again(scope, workshop)
    with scope(workshop):
        (message,) = told()
        assert (message.status, message.via) == ("sent", "push")
        assert [row.user_agent for row in session().scalars(select(PushSubscription))] == ["desk"]
    opened = [browser.open(body) for path, _headers, body in service.calls if path == "/desk"]
    assert {one["tag"] for one in opened} == {f"ronde-{message.id}"}
    assert opened[0]["title"].startswith("Atelier Senne: ")
    assert is_signed(service.calls[0][1]["authorization"], service.url)
    assert post[0].letters == []
    for _another in range(2):
        with scope(workshop):
            a_received(session().get_one(Customer, (workshop.id, person.id)))
        for _round in range(4):
            sweep(outgoing_process)
            again(scope, workshop)
    with scope(workshop):
        assert session().scalars(select(PushSubscription)).all() == []
        last = told()[-1]
        assert (last.status, last.via) == ("sent", "mail"), "no browser is left"
        outcomes = Counter(session().scalars(select(Delivery.outcome).where(Delivery.message_id == message.id)))
        assert outcomes["sent"] == 1


@pytest.mark.parametrize(("hour", "seconds"), [(20, 4 * 3600), (9, 15 * 3600)])
def test_notice_is_kept_for_a_browser_that_is_off_until_its_time_is_over_and_a_day_at_most(
    workshop: Workshop, scope: Scoped, outgoing_process: Process, service: Service, hour: int, seconds: int
) -> None:
    """Of tomorrow's appointment nobody is reminded once it is tomorrow; that a repair was received is news for a day."""
    ours = BrowserOfOurs()
    keys = (pushing._written(ours.public), pushing._written(ours.auth))
    with scope(workshop):
        person = a_customer(email="nora@example.be", language="en")
        pushing.subscribe(person, f"{service.url}/phone", *keys, "phone", local=True)
        for topic in ("repairs", "reminders"):
            choosing.keep_choice(person, topic, "push")
        with clock.travelled(at(10, day=a_day() - timedelta(days=4))):
            a_booked(customer=person)
    sweep(outgoing_process)
    with clock.travelled(at(hour, day=a_day() - timedelta(days=1))):
        with scope(workshop):
            a_received(session().get_one(Customer, (workshop.id, person.id)))
            assert planners.remind() == 1
        sweep(outgoing_process)
    kept = {headers["topic"]: int(headers["ttl"]) for _path, headers, _body in service.calls}
    with scope(workshop):
        (reminder,), (received,) = told("appointment_reminder"), told()
        assert kept == {f"ronde-{reminder.id}": seconds, f"ronde-{received.id}": pushing.KEPT_SECONDS}


def test_a_browser_that_answers_badly_stops_no_other_and_its_words_are_nobody_s_to_read(
    workshop: Workshop, scope: Scoped, outgoing_process: Process, service: Service, client: FlaskClient
) -> None:
    """Whoever has notices sent to an address of their own chooses what it answers as well."""
    browser = BrowserOfOurs()
    keys = (pushing._written(browser.public), pushing._written(browser.auth))
    service.by_path = {"/own": [(503, {}, b"Call 0900 and pay"), (500, {}, b"Call 0900 and pay"), "cut", b"Call 0900\r\n"]
                       + [(503, {}, b"Call 0900 and pay")] * 3}  # fmt: skip
    with scope(workshop):
        person = a_customer(email="mallory@example.be", language="en")
        pushing.subscribe(person, f"{service.url}/own", *keys, "own", local=True)
        choosing.keep_choice(person, "repairs", "push")
        a_received(person)
    for _round in range(standing.FAILURES + 2):
        sweep(outgoing_process)
        again(scope, workshop)
    assert len(service.calls) == standing.FAILURES + 2
    with scope(workshop):
        assert standing.troubled() == []
        assert not jobs.is_paused("push")
        (message,) = told()
    for page in ("", "jobs", f"letters/{message.id}"):
        answer = client.get(f"/senne/{page}")
        assert answer.status_code == 200
        assert "0900" not in answer.text, page
    with scope(workshop):
        other = a_customer(email="nora@example.be", language="en")
        pushing.subscribe(other, f"{service.url}/nora", *keys, "nora", local=True)
        choosing.keep_choice(other, "repairs", "push")
        a_received(other)
    sweep(outgoing_process)
    assert [path for path, _headers, _body in service.calls].count("/nora") == 1, "hers goes at once"
