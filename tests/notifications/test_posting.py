"""The talk with the mail server: what it says of the letter, what it says of us, and that it ends."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select, text

from config.settings import Settings
from service_app.core import clock, jobs, standing
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.core.events import Event
from service_app.core.jobs import ChannelPause, Job
from service_app.notifications import posting, suppression
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent, a_wish, an_item
from tests.line import line_to
from tests.mail import Sink, rude_server
from tests.workers.conftest import Made
from workers import sweeps


def a_letter(to: str = "nora@example.be") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ronde@example.be", to, "A letter"
    mail.set_content("Good day")
    return mail


def reached(settings: Settings, port: int) -> Settings:
    return replace(settings, smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"greeting": "421 too busy"}, "deferred"),
        ({"greeting": "554 no service for you"}, "misconfigured"),
        ({"MAIL": "451 later"}, "deferred"),
        ({"MAIL": "530 sign in first"}, "misconfigured"),
        ({"MAIL": "553 not your address"}, "misconfigured"),
        ({"RCPT": "421 closing"}, "deferred"),
        ({"RCPT": "451 greylisted"}, "deferred"),
        ({"RCPT": "530 sign in first"}, "misconfigured"),
        ({"RCPT": "550 no such user"}, "refused"),
        ({"DATA": "452 no room"}, "deferred"),
        ({"content": "451 later"}, "deferred"),
        ({"content": "552 too large"}, "refused"),
        ({"QUIT": "421 closing"}, "sent"),
        ({"QUIT": "500 what?"}, "sent"),
        ({}, "sent"),
    ],
    ids=str,
)
def test_what_the_server_says_is_taken_for_what_it_is_about(
    settings: Settings, answers: dict[str, str], kind: str
) -> None:
    with rude_server(**answers) as (_heard, port):
        assert posting.hand_over(a_letter(), reached(settings, port)).kind == kind


def test_without_the_encryption_or_the_sign_in_we_ask_for_nothing_is_sent(settings: Settings) -> None:
    with rude_server() as (heard, port):
        open_line = reached(settings, port)
        assert posting.hand_over(a_letter(), replace(open_line, smtp_starttls=True)).kind == "misconfigured"
        named = replace(open_line, smtp_username="ronde", smtp_password="secret")
        assert posting.hand_over(a_letter(), named).kind == "misconfigured"
    assert "DATA" not in heard


@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        ("greeting", "deferred"),
        ("EHLO", "deferred"),
        ("RCPT", "deferred"),
        ("DATA", "deferred"),
        ("content", "unknown"),
        ("QUIT", "sent"),
    ],
)
def test_server_that_sends_a_byte_now_and_then_is_left(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, verb: str, kind: str
) -> None:
    monkeypatch.setattr(posting, "LONGEST_TALK", 1.2)
    with rude_server(**{verb: "..."}) as (_heard, port):
        began = time.monotonic()
        assert posting.hand_over(a_letter(), reached(settings, port)).kind == kind
    assert time.monotonic() - began < 60, "a byte now and then, it would go on for hours"


@pytest.mark.parametrize(
    ("words", "lets_through", "kind"),
    [
        (b"data\r\n", False, "deferred"),
        (b"data\r\n", True, "deferred"),
        (b"\r\n.\r\n", False, "unknown"),
        (b"\r\n.\r\n", True, "unknown"),
    ],
)
def test_line_that_breaks_before_anything_of_the_letter_went_leaves_no_doubt(
    settings: Settings, words: bytes, lets_through: bool, kind: str
) -> None:
    """It is sent again by itself; only of what went nobody can tell."""
    with rude_server() as (_heard, port), line_to("127.0.0.1", port) as line:
        line.cut_at(words, lets_through=lets_through)
        outcome = posting.hand_over(a_letter(), reached(settings, line.port))
        assert not line.is_to_be_cut
    assert (outcome.kind, outcome.is_of_the_server) == (kind, kind == "deferred")


def test_address_that_the_line_cannot_carry_is_the_letters_end_and_is_not_taken_in(
    settings: Settings, workshop: Workshop, scope: Scoped
) -> None:
    with rude_server() as (_heard, port):
        assert posting.hand_over(a_letter("jörg@example.be"), reached(settings, port)).kind == "refused"
    with scope(workshop):
        with pytest.raises(Invalid, match=r"email\.invalid"):
            a_customer(email="jörg@example.be")
        assert a_customer(email="Nora@Bücher.example").email == "nora@xn--bcher-kva.example"


def offers(workshop: Workshop, scope: Scoped, many: int) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        for number in range(many):
            an_item(product)
            a_sent(a_wish(product, plan), customer=a_customer(email=f"c{number}@example.be"))


def mail_jobs() -> list[Job]:
    return list(session().scalars(select(Job).where(Job.kind == "notifications.send")))


def test_server_that_refuses_us_pauses_the_channel_after_one_try_and_burns_no_attempt(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, make: Made
) -> None:
    offers(workshop, scope, 5)
    with rude_server(MAIL="535 who are you") as (heard, port):
        process = make(smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False)
        for channel in ("planning", "mail", "mail"):
            sweeps.sweep(process, channel)
        assert heard.count("MAIL") == 1
    with scope(workshop):
        assert {(job.state, job.attempts) for job in mail_jobs()} == {("ready", 0)}
        assert {row.status for row in session().scalars(select(Message))} == {"queued"}
        pause = session().scalars(select(ChannelPause)).one()
        assert "535" in pause.reason
        assert pause.until - clock.now() > timedelta(minutes=14)
        assert jobs.is_paused("mail")
    with scope(other_workshop):
        assert not jobs.is_paused("mail")
    with rude_server() as (heard, port), scope(workshop):
        session().execute(text("UPDATE channel_pause SET until = now()"), execution_options={"scoped_by_hand": True})
        session().execute(text("UPDATE job SET run_at = now()"), execution_options={"scoped_by_hand": True})
        session().commit()
        sweeps.sweep(make(smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False), "mail")
        assert heard.count("DATA") == 5


# Servers that have no time for anybody, whatever they call it, and one that puts off each letter at its own address.
AWAY: dict[str, dict[str, str]] = {
    "away": {},
    "full": {"MAIL": "452 4.3.1 insufficient system storage"},
    "throttled": {"MAIL": "450 4.7.1 too much mail"},
    "cannot_sign_in": {"EHLO": "250-rude\r\n250 AUTH PLAIN", "AUTH": "454 4.7.0 temporary authentication failure"},
    "put_off": {"RCPT": "451 greylisted"},
}


@pytest.mark.parametrize("answer", AWAY)
def test_server_that_is_away_for_days_costs_no_letter_and_what_is_put_off_every_time_is_somebodys_call(
    workshop: Workshop, scope: Scoped, make: Made, answer: str
) -> None:
    """Thirty probes of a server that is away, or puts everybody off before it hears whom the letter is for, more than a letter
    has attempts: it waits, and every page says so. Put off at its own address at each of its attempts, it has failed, and
    stands on the list of whom to call."""
    offers(workshop, scope, 5)
    with rude_server(**AWAY[answer]) as (_heard, port):
        signs_in = {"smtp_username": "ronde", "smtp_password": "x"} if "AUTH" in AWAY[answer] else {}
        process = make(
            smtp_host="127.0.0.1", smtp_port=9 if answer == "away" else port, smtp_starttls=False, **signs_in
        )
        sweeps.sweep(process, "planning")
        for _probe in range(30):
            with scope(workshop):
                for row in ("job SET run_at = now() WHERE state = 'ready'", "channel_pause SET until = now()"):
                    session().execute(text(f"UPDATE {row}"), execution_options={"scoped_by_hand": True})
            sweeps.sweep(process, "mail")
    with scope(workshop):
        found = {(message.status, message.reason) for message in session().scalars(select(Message))}
        if answer != "put_off":
            assert found == {("queued", None)}
            assert {job.state for job in mail_jobs()} == {"ready"}
            assert all(job.attempts < 2 for job in mail_jobs()), "none but those before the pause"
            assert [trouble.channel for trouble in standing.troubled()] == ["mail"]
            assert AWAY[answer].get("MAIL", AWAY[answer].get("AUTH", "away"))[:3] in standing.troubled()[0].reason
        else:
            assert found == {("failed", "given_up")}
            assert {(job.state, job.attempts) for job in mail_jobs()} == {("done", 12)}
            assert len(suppression.to_call(9)) == 5
            assert standing.troubled() == []
        told = set(session().scalars(select(Event.name).where(Event.name.startswith("channel."))))
        assert told == ({"channel.paused"} if answer != "put_off" else set())


REFUSED = {
    "blocked": {"RCPT": "554 5.7.1 Service unavailable; client host blocked"},
    "no_relay": {"RCPT": "550 5.7.1 relaying denied"},
    "not_as": {"content": "550 5.7.60 not allowed to send as this sender"},
}


@pytest.mark.parametrize("answer", REFUSED)
def test_server_that_takes_nothing_from_us_pauses_the_channel_and_ends_no_letter(
    workshop: Workshop, scope: Scoped, make: Made, answer: str
) -> None:
    offers(workshop, scope, 6)
    with rude_server(**REFUSED[answer]) as (heard, port):
        process = make(smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False)
        for channel in ("planning", "mail"):
            sweeps.sweep(process, channel)
        assert heard.count("MAIL") == standing.FAILURES
        for _probe in range(15):
            time_passes(scope, workshop)
            sweeps.sweep(process, "mail")
        assert standing.FAILURES + 8 <= heard.count("MAIL") <= standing.FAILURES + 15, "one letter a probe at most"
    with scope(workshop):
        assert {row.status for row in session().scalars(select(Message))} == {"queued"}
        (trouble,) = standing.troubled()
        assert (trouble.channel, "5.7." in trouble.reason) == ("mail", True)
    with rude_server() as (heard, port):
        process = make(smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False)
        for _probe in range(3):
            time_passes(scope, workshop)
            sweeps.sweep(process, "mail")
        assert heard.count("DATA") == 6
    with scope(workshop):
        assert {row.status for row in session().scalars(select(Message))} == {"sent"}
        assert standing.troubled() == []


def test_addresses_that_want_nothing_of_us_stop_no_letter_to_another(
    workshop: Workshop, scope: Scoped, make: Made, post: tuple[Sink, int]
) -> None:
    """Not for long, however many they are: and as others go their letters have failed, and somebody calls."""
    post[0].rcpt_answer = "550 5.7.1 we do not like it"
    post[0].script = {f"{name}@example.be": ["250 OK"] for name in ("nora", "otto")}
    process = make(smtp_host="127.0.0.1", smtp_port=post[1], smtp_starttls=False)
    offers(workshop, scope, 6)
    for channel in ("planning", "mail"):
        sweeps.sweep(process, channel)
    for name in ("nora", "otto"):
        with scope(workshop):
            assert jobs.is_paused("mail")
            a_sent(customer=a_customer(email=f"{name}@example.be"))
        for _probe in range(8):
            time_passes(scope, workshop)
            for channel in ("planning", "mail"):
                sweeps.sweep(process, channel)
    with scope(workshop):
        found = Counter((row.status, row.reason) for row in session().scalars(select(Message)))
        assert found == {("failed", "refused"): 6, ("sent", None): 2}
        assert len(suppression.to_call(9)) == 6


def time_passes(scope: Scoped, workshop: Workshop) -> None:
    """A pause is over, and six minutes are: what waits a quarter of an hour waits yet."""
    with scope(workshop):
        for row in (
            "job SET run_at = run_at - interval '6 minutes' WHERE state = 'ready'",
            "channel_pause SET until = now()",
        ):
            session().execute(text(f"UPDATE {row}"), execution_options={"scoped_by_hand": True})


def test_server_that_takes_letters_and_says_nothing_is_left_alone_before_all_of_them_are_in_doubt(
    workshop: Workshop, scope: Scoped, make: Made
) -> None:
    offers(workshop, scope, 8)
    with rude_server(content="hm") as (heard, port):
        process = make(smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False)
        for channel in ("planning", "mail", "mail"):
            sweeps.sweep(process, channel)
        assert heard.count("DATA") == 5
    with scope(workshop):
        found = Counter(message.status for message in session().scalars(select(Message)))
        assert found == {"unknown": 5, "queued": 3}
        assert [trouble.channel for trouble in standing.troubled()] == ["mail"]


def test_server_that_reads_a_letter_through_before_it_takes_it_is_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "TIMEOUT_SECONDS", 0.5)
    with rude_server(content="1.5 s") as (_heard, port):
        assert posting.hand_over(a_letter(), reached(settings, port)).kind == "sent"


def test_slow_server_lets_no_lease_run_out_and_costs_no_attempt(
    workshop: Workshop, scope: Scoped, make: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a sweep does not come to in its time is put back at once: three lost leases would be the end of a letter."""
    offers(workshop, scope, 6)
    with rude_server() as (heard, port):
        process = make(smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False)
        sweeps.sweep(process, "planning")
        began = time.monotonic()
        monkeypatch.setattr(posting, "hand_over", slowly(posting.hand_over))
        sweeps.sweep(process, "mail", seconds=1.5)
        assert time.monotonic() - began < 30
    assert 1 <= heard.count("DATA") < 6
    with scope(workshop):
        found = {(job.state, job.attempts, job.lost_count) for job in mail_jobs()}
        assert found == {("done", 1, 0), ("ready", 0, 0)}


def slowly(hand_over):  # type: ignore[no-untyped-def]
    def wait_and_hand_over(mail: EmailMessage, settings: Settings, sender: str | None) -> posting.Outcome:
        time.sleep(0.6)
        return hand_over(mail, settings, sender)  # type: ignore[no-any-return]

    return wait_and_hand_over
