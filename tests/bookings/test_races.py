"""Many at once for one slot, on real connections: one has it, the others are told what else is free."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select, text

from service_app.bookings import operations, queries
from service_app.bookings.models import Occupation
from service_app.bookings.operations import absences
from service_app.core import access, tenancy
from service_app.core.access import WORKER
from service_app.core.db import Database, session
from service_app.core.errors import Conflict
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_bench, a_booked, a_day, a_person, a_service, at

pytestmark = [pytest.mark.fault, pytest.mark.slow]

RACES, RUNNERS = 50, 4
GUEST = access.customer("Nora")


class Field:
    """Runners that start at the same moment, each in a transaction of its own."""

    def __init__(self, database: Database, workshop: Workshop, runners: int) -> None:
        self.database, self.workshop = database, workshop
        self.line, self.results = threading.Barrier(runners, timeout=30), []

    def run(self, *deeds: Any) -> list[Any]:
        """What each got: 'done', or the refusal."""
        threads = [threading.Thread(target=self._one, args=(deed,)) for deed in deeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
        return self.results

    def _one(self, deed: Any) -> None:
        try:
            with self.database.transaction(tenancy.workshop(self.workshop.id)):
                session().execute(text("SELECT 1"), execution_options={"scoped_by_hand": True})
                self.line.wait()
                deed()
            self.results.append("done")
        except Conflict as refusal:
            self.results.append(refusal)
        except Exception as error:  # what the edge would answer with 500
            self.results.append(f"{type(error).__name__}: {error}")


def test_fifty_races_for_one_slot_each_have_one_winner_and_losers_who_know_what_is_free(
    database: Database, workshop: Workshop, scope: Scoped
) -> None:
    """Half of the runners ask for anybody, half for the one person there is by name."""
    with scope(workshop):
        person, code = a_person().id, a_service(needs=["bench"]).code
        a_bench()
    days = [a_day(weeks, weekday) for weeks in range(1, 9) for weekday in range(5)]
    moments = [at(hour, day=day) for day in days[:25] for hour in (10, 14)]
    assert len(moments) == RACES
    for moment in moments:

        def hold(by_name: bool, moment: Any = moment) -> None:
            resource = queries.get_resource(person) if by_name else None
            operations.hold_slot(GUEST, queries.get_service(code), moment, resource=resource)

        field = Field(database, workshop, RUNNERS)
        got = field.run(*(lambda by_name=place % 2 == 0: hold(by_name) for place in range(RUNNERS)))
        kinds = Counter(each if isinstance(each, str) else each.code for each in got)
        assert kinds == {"done": 1, "booking.slot_taken": RUNNERS - 1}, got
        for refusal in got:
            if not isinstance(refusal, str):
                assert refusal.data["alternatives"]
                assert moment.isoformat() not in refusal.data["alternatives"]
    with scope(workshop):
        assert session().scalar(select(func.count(Occupation.id))) == RACES * 2


def test_a_booking_and_an_absence_at_once_leave_nothing_that_nobody_knows_of(
    database: Database, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        person, code = a_person().id, a_service().code

    def book() -> None:
        a_booked(queries.get_service(code), at())

    def fall_ill() -> None:
        absences.enter_absence(WORKER, queries.get_resource(person), at(8), at(18), "ill")

    got = Field(database, workshop, 2).run(book, fall_ill)
    assert not [each for each in got if isinstance(each, str) and ":" in each], got
    with scope(workshop):
        booked = queries.every_appointment().where()
        rows = session().scalars(booked).all()
        hit = queries.hit_by_absence()
        # either it was booked first, and the absence found it; or it was refused
        assert {row.id for row in rows if row.starts_at == at()} == {row.id for row in hit}


def test_the_constraint_refuses_what_a_writer_without_the_lock_would_take_twice(
    database: Database, workshop: Workshop, scope: Scoped, admin: Any
) -> None:
    with scope(workshop):
        appointment = a_booked()
        key = appointment.occupations[0]
    with pytest.raises(Exception, match="no_double_occupation"), admin.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO occupation (workshop_id, resource_id, appointment_id, blocked_from, blocked_until)"
                " VALUES (:workshop, :resource, :appointment, :start, :end)"
            ),
            {
                "workshop": workshop.id, "resource": key.resource_id, "appointment": appointment.id,
                "start": key.blocked_from, "end": key.blocked_until,
            },
        )  # fmt: skip
