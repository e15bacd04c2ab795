"""Quiet hours: nobody is written to at night of our own accord, and what is no longer true by the morning is not sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from service_app.core import clock
from service_app.core.db import session
from service_app.core.jobs import Job
from service_app.notifications import operations
from service_app.notifications.kinds import KINDS
from service_app.notifications.quiet import QUIET_FROM, QUIET_UNTIL, quiet_until
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent
from tests.mail import Sink
from tests.notifications.test_letters import messages, sweep_all
from workers.process import Process

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


def test_what_is_owed_is_silenced_by_nothing() -> None:
    for name, kind in KINDS.items():
        assert kind.category in ("contractual", "reminder"), name
        assert not (kind.category == "contractual" and kind.may_be_silenced), name
        assert not (kind.audiences == ("staff",) and kind.may_be_silenced), name
