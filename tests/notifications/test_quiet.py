"""Quiet hours: nobody is written to at night of our own accord, and what is no longer true by the morning is not sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from service_app.bookings import operations as bookings
from service_app.bookings.models import Appointment, WaitingEntry
from service_app.bookings.operations import waiting
from service_app.contracts.models import Contract
from service_app.contracts.operations import pauses, swaps
from service_app.contracts.operations.acts import ANEW
from service_app.core import clock
from service_app.core.access import WORKER, Actor, customer
from service_app.core.db import session
from service_app.core.jobs import Job
from service_app.notifications import choosing, operations
from service_app.notifications.kinds import KINDS
from service_app.notifications.quiet import QUIET_FROM, QUIET_UNTIL, awake_after, quiet_until
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_booked, a_day, a_person, a_service, at
from tests.factories.catalogue import a_care_plan, a_monthly_plan
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent, an_active
from tests.factories.repairs import a_quoted
from tests.mail import Sink
from tests.notifications.test_letters import messages, sweep_all
from tests.notifications.test_life_of_a_contract import RULES, a_monthly
from tests.notifications.test_texts import Service, again, an_account, outgoing_process, service, sweep
from workers import planners
from workers.process import Process

__all__ = ["outgoing_process", "service"]

ZONES = ("Europe/Brussels", "Atlantic/Azores", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
BRUSSELS = "Europe/Brussels"


@pytest.fixture(autouse=True)
def by_day() -> None:
    """Here the night is the night."""


@given(
    instant=st.datetimes(datetime(2020, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(ZONES),
)
def test_the_quiet_end_at_the_next_eight_on_the_wall_whatever_the_clocks_do(instant: datetime, zone: str) -> None:
    opens = quiet_until(instant, zone)
    wall = clock.local(instant, zone).time()
    if opens is None:
        assert QUIET_UNTIL <= wall < QUIET_FROM
        return
    assert wall < QUIET_UNTIL or wall >= QUIET_FROM
    assert clock.local(opens, zone).time() == QUIET_UNTIL
    assert timedelta(0) < opens - instant <= timedelta(hours=12), "a night is eleven hours, twelve when clocks go back"
    assert quiet_until(opens, zone) is None
    assert quiet_until(opens - timedelta(microseconds=1), zone) == opens


def test_the_nights_in_which_the_clocks_change_are_an_hour_shorter_and_longer() -> None:
    lengths = []
    for day in (date(2027, 3, 27), date(2027, 10, 30), date(2027, 6, 1)):
        evening = clock.at_local(day, QUIET_FROM, BRUSSELS)
        opens = quiet_until(evening, BRUSSELS)
        assert opens is not None
        lengths.append(opens - evening)
    assert lengths == [timedelta(hours=10), timedelta(hours=12), timedelta(hours=11)]


@given(
    instant=st.datetimes(datetime(2020, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)),
    lasts=st.timedeltas(timedelta(minutes=1), timedelta(hours=40)),
    zone=st.sampled_from(ZONES),
)
def test_time_that_is_counted_by_day_stands_still_at_night(instant: datetime, lasts: timedelta, zone: str) -> None:
    until = awake_after(instant, lasts, zone)
    assert quiet_until(until - timedelta(microseconds=1), zone) is None, "nothing is over in the night, nor at its end"
    asleep, at = timedelta(0), instant
    while at < until:
        morning = quiet_until(at, zone)
        if morning is not None:
            asleep, at = asleep + (morning - at), morning
        else:
            at = min(until, clock.at_local(clock.local(at, zone).date(), QUIET_FROM, zone))
    assert until - instant == lasts + asleep


def test_offer_of_the_evening_still_stands_when_its_customer_is_told_in_the_morning(
    workshop: Workshop, scope: Scoped, owner: Actor, outgoing_process: Process, service: Service
) -> None:
    """At half past eight a slot is free; the text is late, and waits for the morning. The next is not woken for it either."""
    today = clock.today(BRUSSELS)
    evening = clock.at_local(today, time(20, 30), BRUSSELS)
    morning = clock.at_local(today + timedelta(days=1), time(8), BRUSSELS)
    with scope(workshop), clock.travelled(evening):
        an_account(workshop, owner, service)
        first, second = (a_customer(phone=f"+3247012345{number}", email=None) for number in range(2))
        a_person()
        visit = a_service(minutes=540, step_minutes=540)
        taken = a_booked(visit, at(9, day=a_day(weeks=2)))
        for person in (first, second):
            choosing.keep_choice(person, "visits", "sms")
            waiting.join_waiting(customer("Nora"), visit, person, a_day(weeks=2), a_day(weeks=2))
        session().execute(update(Job).values(state="done"))
        bookings.cancel(WORKER, taken)
        assert planners.serve_waiting() >= 1
        of_first, of_second = (entry.id for entry in session().scalars(select(WaitingEntry).order_by(WaitingEntry.id)))

    def stands() -> list[str]:
        planners.serve_waiting()
        return [session().get_one(WaitingEntry, (workshop.id, key)).status for key in (of_first, of_second)]

    service.calls.clear()
    with clock.travelled(evening + timedelta(minutes=31)):
        tell(outgoing_process, scope, workshop)
    assert service.calls == [], "it is night, nobody is told"
    for later in (timedelta(hours=4, minutes=1), timedelta(hours=11)):
        with scope(workshop), clock.travelled(evening + later):
            assert stands() == ["offered", "waiting"]
    with clock.travelled(morning):
        tell(outgoing_process, scope, workshop)
    assert [json.loads(body)["to"] for _path, _headers, body in service.calls] == ["+32470123450"]
    with scope(workshop), clock.travelled(morning + timedelta(hours=3, minutes=29)):
        assert stands() == ["offered", "waiting"]
    with scope(workshop), clock.travelled(morning + timedelta(hours=3, minutes=31)):
        assert stands() == ["passed", "offered"], "half an hour of the evening, three and a half of the morning"


@pytest.mark.parametrize(
    ("now", "lead_minutes", "until"),
    [
        (time(12), 120, time(16)),
        (time(20), 0, None),
        (time(20, 30), 120, time(7)),
        (time(20, 45), 120, time(8, 15)),
        (time(20, 45), 0, time(9)),
    ],
    ids=str,
)
def test_offer_stands_no_longer_than_it_can_be_booked_and_half_an_hour_of_the_day_at_least(
    workshop: Workshop, scope: Scoped, now: time, lead_minutes: int, until: time | None
) -> None:
    """A slot at nine in the morning that is free the day before."""
    eve = a_day() - timedelta(days=1)
    with scope(workshop), clock.travelled(clock.at_local(eve, now, BRUSSELS)):
        a_person()
        visit = a_service(minutes=540, step_minutes=540, lead_minutes=lead_minutes)
        taken = a_booked(visit, at(9))
        entry = waiting.join_waiting(customer("Nora"), visit, a_customer(), a_day(), a_day())
        bookings.cancel(WORKER, taken)
        planners.serve_waiting()
        assert entry.status == "offered"
        expected = clock.at_local(eve if now == time(12) else a_day(), until or time(9), BRUSSELS)
        assert waiting.offered_until(entry) == expected


def hurry() -> None:
    session().execute(text("UPDATE job SET run_at = now()"), execution_options={"scoped_by_hand": True})
    session().commit()


def test_what_is_ours_to_time_waits_for_the_morning_and_what_somebody_waits_for_does_not(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]
) -> None:
    """Decided at half past ten in the evening: the offer just asked for goes at once, the rest in the morning, after
    asking again whether the customer wants it and whether it is still true."""
    tonight = clock.at_local(clock.today(BRUSSELS) + timedelta(days=1), time(22, 30), BRUSSELS)
    with scope(workshop):
        contract = a_sent()
        line = contract.lines[0]
        other = a_customer(email="tired@example.be")
        facts = {"contract_line_id": line.id, "days": 7, "due_on": date(2020, 1, 1).isoformat()}
        for kind, customer in (("reminder", contract.customer_id), ("reminder", other.id), ("renewal", other.id)):
            given_facts = facts | {"contract_id": contract.id, "customer_id": customer, "renews_on": "2020-01-01"}
            operations._write_to_customer(kind, f"test:{kind}:{customer}", given_facts)
        tired = other.id
    with clock.travelled(tonight):
        sweep_all(posting)
    assert [letter["Subject"] for letter in post[0].letters if "tired" in str(letter["To"])] == []
    assert len(post[0].letters) == 1
    with scope(workshop):
        found = {one.about_key: one.status for one in messages() if one.about_key.startswith("test:")}
        assert set(found.values()) == {"queued"}
        waiting = session().scalars(select(Job).where(Job.kind == "notifications.send", Job.state == "ready")).all()
        assert len(waiting) == 3
        for job in waiting:
            assert (job.attempts, job.last_error) == (0, None), "nothing failed, nothing is counted"
            assert job.run_at - job.created_at > timedelta(hours=9)
        session().get_one(type(other), (workshop.id, tired)).wants_reminders = False
        session().commit()
        hurry()
    with clock.travelled(tonight + timedelta(hours=9, minutes=30)):
        sweep_all(posting)
    with scope(workshop):
        became = {one.about_key: one.reason for one in messages() if one.about_key.startswith("test:")}
        assert became[f"test:reminder:{tired}"] == "not_wanted"
        assert became[f"test:renewal:{tired}"] == "not_renewing"
        assert {one.status for one in messages() if one.about_key.startswith("test:")} == {"skipped"}
    assert len(post[0].letters) == 1


def test_what_falls_due_at_midnight_wakes_nobody_and_is_told_in_the_morning(
    workshop: Workshop, scope: Scoped, owner: Actor, outgoing_process: Process, service: Service
) -> None:
    """At five past midnight care comes near, a quote is over and a slot is free for who waits: no telephone rings before
    eight, and then each is told once."""
    today = clock.today(BRUSSELS)
    noon = clock.at_local(today, time(12), BRUSSELS)
    midnight = clock.at_local(today + timedelta(days=1), time(0, 5), BRUSSELS)
    with scope(workshop):
        an_account(workshop, owner, service)
        holder, repairs, waits = (a_customer(phone=f"+3247012345{number}", email=None) for number in range(3))
        for person, topic in ((holder, "visits"), (repairs, "repairs"), (waits, "visits")):
            choosing.keep_choice(person, topic, "sms")
        with clock.travelled(noon - timedelta(days=30)):
            a_quoted(customer=repairs)
        with clock.travelled(noon):
            item = an_active(customer=holder).lines[0].item
            assert item is not None
            a_care_plan(item, kind="once", starts_on=today + timedelta(days=8), notice_days=7, every=None)
            a_person()
            visit = a_service(minutes=540, step_minutes=540)
            taken = a_booked(visit, at(9, day=a_day(weeks=2)))
            entry = waiting.join_waiting(customer("Nora"), visit, waits, a_day(weeks=2), a_day(weeks=2))
            planners.plan_care()
        entry_id = entry.id
    with clock.travelled(noon):
        tell(outgoing_process, scope, workshop)
    with scope(workshop):
        assert not {"care_due", "repair_stopped", "waiting_offered"} & {one.kind for one in messages()}
    service.calls.clear()
    with clock.travelled(midnight):
        with scope(workshop):
            bookings.cancel(WORKER, session().get_one(Appointment, (workshop.id, taken.id)))
            planners.plan_care()
            planners.keep_repairs_moving()
            planners.serve_waiting()
        tell(outgoing_process, scope, workshop)
        with scope(workshop):
            assert session().get_one(WaitingEntry, (workshop.id, entry_id)).status == "waiting"
            asleep = {one.kind: one.status for one in messages() if one.customer_id in (holder.id, repairs.id)}
            assert {asleep["care_due"], asleep["repair_stopped"]} == {"queued"}
    assert service.calls == []
    with clock.travelled(midnight + timedelta(hours=8)):
        with scope(workshop):
            planners.serve_waiting()
        tell(outgoing_process, scope, workshop)
    assert sorted(json.loads(body)["to"] for _path, _headers, body in service.calls) == [
        "+32470123450", "+32470123451", "+32470123452",
    ]  # fmt: skip
    with scope(workshop):
        told = {one.kind for one in messages() if one.via == "sms" and one.status == "sent"}
        assert {"care_due", "repair_stopped", "waiting_offered"} <= told


def _monthly_falls_due(kind: str) -> tuple[date, Callable[[], int]]:
    """A contract of which something was agreed at noon today: the day on which it comes, and what finds that."""
    renewal = "asked" if kind == "noticed" else "automatic"
    contract = a_monthly(rules=replace(RULES, renewal=renewal))
    today = clock.today(BRUSSELS)
    if kind in ("renewed", "noticed"):
        assert contract.renews_on is not None
        return contract.renews_on, planners.turn_contracts
    if kind == "plan_changed":
        bigger = a_monthly_plan(contract.lines[0].product, code="BIG", monthly_amount=Decimal("99"))
        swaps.change_plan(WORKER, contract.lines[0], ANEW, plan=bigger, when="period_end")
        assert contract.lines[0].next_plan_on is not None
        return contract.lines[0].next_plan_on, planners.turn_contracts
    first = today + timedelta(days=1) if kind == "paused" else today
    pauses.pause_contract(WORKER, contract, ANEW, from_on=first, until_on=first + timedelta(days=9))
    return first if kind == "paused" else first + timedelta(days=9), planners.turn_contracts


def _rental_falls_due() -> tuple[date, Callable[[], int]]:
    """A thing that was to be back the day before, which nothing looked for until midnight."""
    line = an_active().lines[0]
    assert line.due_at is not None
    return clock.local(line.due_at, BRUSSELS).date() + timedelta(days=1), planners.mark_overdue


@pytest.mark.parametrize("kind", ["overdue", "paused", "resumed", "plan_changed", "renewed", "noticed"])
def test_what_a_contract_does_by_itself_at_midnight_is_told_in_the_morning(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int], kind: str
) -> None:
    noon = clock.at_local(clock.today(BRUSSELS), time(12), BRUSSELS)
    with scope(workshop), clock.travelled(noon):
        day, plan = _rental_falls_due() if kind == "overdue" else _monthly_falls_due(kind)
    with clock.travelled(noon):
        tell(posting, scope, workshop)
    told_by_day = len(post[0].letters)

    def stands() -> list[str]:
        with scope(workshop):
            return [one.status for one in messages() if one.kind == kind]

    with clock.travelled(clock.at_local(day, time(0, 5), BRUSSELS)):
        with scope(workshop):
            assert plan() == 1
        tell(posting, scope, workshop)
        assert (stands(), len(post[0].letters)) == (["queued"], told_by_day)
    with clock.travelled(clock.at_local(day, QUIET_UNTIL, BRUSSELS)):
        tell(posting, scope, workshop)
    assert (stands(), len(post[0].letters)) == (["sent"], told_by_day + 1)


def test_what_somebody_does_to_a_contract_at_night_is_told_at_once(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]
) -> None:
    """The same letters, of an act: whoever paused at eleven in the evening waits to read that it is done."""
    tonight = clock.at_local(clock.today(BRUSSELS) + timedelta(days=1), time(23), BRUSSELS)
    nora = customer("Nora")
    with scope(workshop), clock.travelled(tonight):
        contract = a_monthly()
        pauses.pause_contract(nora, contract, ANEW, from_on=clock.today(BRUSSELS), until_on=None)
    with clock.travelled(tonight):
        tell(posting, scope, workshop)
    with scope(workshop), clock.travelled(tonight):
        assert [one.status for one in messages() if one.kind == "paused"] == ["sent"]
        pauses.resume_contract(nora, session().get_one(Contract, (workshop.id, contract.id)), ANEW)
    with clock.travelled(tonight):
        tell(posting, scope, workshop)
    with scope(workshop):
        assert [one.status for one in messages() if one.kind == "resumed"] == ["sent"]


def tell(process: Process, scope: Scoped, workshop: Workshop) -> None:
    """All that can be told now, also what was to stand for a while first."""
    for _round in range(2):
        sweep(process)
        again(scope, workshop)
    sweep(process)


def test_what_is_owed_is_silenced_by_nothing() -> None:
    for name, kind in KINDS.items():
        assert kind.category in ("contractual", "reminder"), name
        assert not (kind.category == "contractual" and kind.may_be_silenced), name
        assert not (kind.audiences == ("staff",) and kind.may_be_silenced), name
