"""People and benches on the board: what stands on their lanes, and moving it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from service_app.board import capacity
from service_app.board.lanes import Lane, Wanted
from service_app.board.window import window_of
from service_app.bookings import operations, queries
from service_app.bookings.operations import absences
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.counting import counted_statements
from tests.factories.bookings import a_bench, a_booked, a_day, a_person, a_service, at

ZONE = "Europe/Brussels"


def people() -> list[Lane]:
    return list(capacity.load_people(window_of("day", a_day(), ZONE), Wanted()).lanes)


def test_an_appointment_stands_on_its_person_and_its_bench_with_its_buffers(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        a_person("Ann"), a_bench("Bench 1")
        appointment = a_booked(a_service(needs=["bench"], before_minutes=10, after_minutes=20))
        (lane,) = people()
        (place,) = capacity.load_places(window_of("day", a_day(), ZONE), Wanted()).lanes
        for each in (lane, place):
            (bar,) = each.bars
            assert (bar.name, bar.start, bar.moves) == (appointment.customer.name, at(), "whole")
            assert bar.url == f"board/visit/{appointment.reference}"
            assert list(bar.tails) == [(at(9, 50), at()), (at(10, 30), at(10, 50))]
        assert (lane.code, lane.group, place.group) == ("Ann", "person", "bench")


def test_who_is_away_is_hatched_and_what_counts_on_them_is_outlined(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        ann = a_person("Ann")
        a_booked()
        absences.enter_absence(WORKER, ann, at(8), at(18), "ill")
        bars = people()[0].bars
        assert [bar.kind for bar in sorted(bars, key=lambda bar: bar.start)] == ["away", "booked"]
        assert next(bar for bar in bars if bar.kind == "booked").is_conflict


def test_who_did_not_come_yet_is_outlined(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        a_booked()
        with clock.travelled(at(10, 20)):
            assert people()[0].bars[0].is_conflict


def test_what_is_held_is_shown_and_not_moved(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        a_person()
        operations.hold_slot(WORKER, a_service(), at())
        (bar,) = people()[0].bars
        assert (bar.kind, bar.moves, bar.url) == ("held", "", "")


def test_more_people_take_no_more_statements(client: FlaskClient, app, workshop: Workshop, scope: Scoped) -> None:
    def statements() -> int:
        with counted_statements(app.database.engine) as sent:
            assert client.get(f"/senne/board?lanes=people&day={a_day()}").status_code == 200
        return len(sent)

    with scope(workshop):
        a_booked(a_service(), resource=a_person())
    few = statements()
    with scope(workshop):
        for _each in range(5):
            a_booked(a_service(), resource=a_person())
    assert statements() == few


@pytest.fixture
def moved(client: FlaskClient, workshop: Workshop, scope: Scoped):
    """Ann has an appointment at ten; Bo is free."""
    with scope(workshop):
        ann = a_person("Ann")
        bo = a_person("Bo")
        appointment = a_booked(a_service(), resource=ann)
        return appointment.reference, ann.id, bo.id, appointment.version


def dropped(client: FlaskClient, reference: str, **wish: object):
    return client.post(f"/senne/board/visit/{reference}", data=wish, headers={"HX-Request": "true"})


def test_dropped_on_another_hour_it_is_moved_and_can_be_put_back(client, workshop, scope, moved) -> None:
    reference, _ann, _bo, version = moved
    answer = dropped(client, reference, starts=f"{a_day()}T14:00", version=version, view="?lanes=people")
    assert answer.status_code == 200
    assert "toast" in answer.headers["HX-Trigger"]
    with scope(workshop):
        assert queries.get_appointment(reference).starts_at == at(14)
    back = answer.headers["HX-Trigger"].split('"undo": "')[1].split('"')[0]
    assert client.post(back, headers={"HX-Request": "true"}).status_code == 200
    with scope(workshop):
        assert queries.get_appointment(reference).starts_at == at()


def test_dropped_on_somebody_else_it_is_theirs_at_the_same_moment(client, workshop, scope, moved) -> None:
    reference, _ann, bo, version = moved
    assert dropped(client, reference, item=bo, version=version).status_code == 200
    with scope(workshop):
        appointment = queries.get_appointment(reference)
        assert (queries.who(appointment).id, appointment.starts_at) == (bo, at())


def test_what_is_refused_says_why_and_what_is_free(client, workshop, scope, moved) -> None:
    reference, ann, bo, version = moved
    with scope(workshop):
        a_booked(a_service(), at(14), resource=queries.get_resource(bo))
    answer = dropped(client, reference, starts=f"{a_day()}T14:00", item=bo, version=version)
    assert answer.status_code == 409
    assert "card-body" in answer.text
    assert dropped(client, reference, starts=f"{a_day()}T15:00", version=version + 7).status_code == 409
    assert ann


def test_the_card_is_a_page_of_its_own_without_a_script(client, moved) -> None:
    page = client.get(f"/senne/board/visit/{moved[0]}").text
    assert 'name="starts_on"' in page
    answer = client.post(
        f"/senne/board/visit/{moved[0]}",
        data={"starts_on": a_day() + timedelta(days=1), "starts_at": "11:00", "version": moved[3]},
    )
    assert answer.status_code == 303
