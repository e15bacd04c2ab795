"""What stands on the board, how it is said, and how many statements that takes."""

from __future__ import annotations

from datetime import date, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.board import lanes, things
from service_app.board.lanes import Bar, Lane, LaneKind, LanePage, Wanted
from service_app.board.window import window_of
from service_app.board.words import NOT_FETCHED
from service_app.contracts.operations import handovers, lateness
from service_app.contracts.operations.handovers import Found
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.items import availability
from service_app.items.models import Item
from service_app.workshops.models import OpeningException, Workshop
from tests.conftest import Scoped
from tests.counting import counted_statements
from tests.factories.catalogue import a_care_plan, a_day_plan, a_product
from tests.factories.life import START, at
from tests.factories.rentals import a_sent, a_signed, a_wish, an_active, an_item
from tests.workorders.days import plan_all

ZONE = "Europe/Brussels"
DAY = timedelta(days=1)
WINDOW = window_of("weeks", START.date(), ZONE)


def load(wanted: Wanted | None = None) -> list[Lane]:
    """The lanes of the two weeks from 5 October."""
    return list(things.load(WINDOW, wanted or Wanted()).lanes)


def bars() -> list[Bar]:
    return [bar for lane in load() for bar in lane.bars]


def test_reservation_has_its_buffers_around_it_and_may_be_moved(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        product = a_product()
        an_item(product)
        contract = a_signed(a_wish(product, a_day_plan(product), start=START + DAY))
        (bar,) = bars()
        assert (bar.tone, bar.kind, bar.moves) == ("planned", "reservation", "whole")
        assert bar.key == f"{contract.reference}/1"
        assert bar.is_open, "its item may still be exchanged"
        assert [end - start for start, end in bar.tails if end] == [timedelta(minutes=30), timedelta(minutes=60)]
        handovers.bind_item(WORKER, contract.lines[0], session().scalars(select(Item)).one())
        assert not bars()[0].is_open


def test_offer_is_shown_and_not_moved(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        a_sent()
        (bar,) = bars()
        assert (bar.kind, bar.moves) == ("hold", "")


def test_what_is_out_moves_its_end_and_what_is_late_blocks_on_and_on(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        with clock.travelled(START):
            product = a_product()
            an_item(product)
            an_active(a_wish(product, a_day_plan(product), days=2, start=START))
            (bar,) = bars()
            assert (bar.tone, bar.moves, bar.at) == ("ok", "end", START + 2 * DAY)
        with clock.travelled(at("2026-10-14", 12)):
            lateness.mark_overdue(WORKER)
            (bar,) = bars()
            assert (bar.tone, bar.end) == ("late", clock.now())
            assert bar.tails[-1] == (clock.now(), None)


def test_what_was_given_back_says_so_and_what_waits_for_the_look_is_hatched(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        with clock.travelled(START):
            product = a_product()
            an_item(product)
            contract = an_active(a_wish(product, a_day_plan(product), days=3, start=START))
        with clock.travelled(START + DAY):
            handovers.take_back(WORKER, contract.lines[0], Found())
            use, buffer = sorted(bars(), key=lambda bar: bar.start)
            assert (use.tone, use.moves) == ("done", "")
            assert (buffer.kind, buffer.tone, buffer.end) == ("buffer", "due", None)


def test_promise_nobody_came_for_or_whose_thing_is_lost_is_outlined(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        with clock.travelled(START):
            product = a_product()
            an_item(product)
            a_signed(a_wish(product, a_day_plan(product), start=START + DAY))
            assert not bars()[0].is_conflict
        with clock.travelled(START + DAY + timedelta(hours=1)):
            (bar,) = bars()
            assert bar.is_conflict
            assert bar.word == NOT_FETCHED


def test_care_stands_on_its_day_in_a_row_of_its_own(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        product = a_product()
        an_item(product, acquired_on=date(2026, 4, 12))
        a_care_plan(product)
        plan_all()
        an_active(a_wish(product, a_day_plan(product), days=6, start=START))
        (lane,) = load()
        care = next(bar for bar in lane.bars if bar.kind == "care")
        assert clock.local(care.start, ZONE).date() == date(2026, 10, 12)
        assert (lane.rows, care.row) == (2, 1)


def test_lanes_are_narrowed_and_paged(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        bike, lamp = a_product(code="BIKE", category="bike"), a_product(code="LAMP", category="light")
        for number in range(3):
            an_item(bike, tag=f"B-{number}", place="Rack")
        an_item(lamp, tag="L-0", place="Cellar")
        a_signed(a_wish(bike, a_day_plan(bike), start=START + DAY))

        def tags(**facts: object) -> list[str]:
            return [lane.code for lane in load(Wanted(**facts))]  # type: ignore[arg-type]

        assert tags() == ["B-0", "B-1", "B-2", "L-0"]
        assert tags(product="LAMP") == tags(category="light") == tags(place="Cellar") == tags(text="L-0") == ["L-0"]
        assert tags(booked=True) == ["B-0"]
        assert tags(size=3, page=2) == ["L-0"]


def test_more_bookings_and_lanes_take_no_more_statements(app, client, workshop: Workshop, scope: Scoped) -> None:
    def statements() -> int:
        with counted_statements(app.database.engine) as sent:
            assert client.get("/senne/board").status_code == 200
        return len(sent)

    with scope(workshop):
        product = a_product()
        an_item(product)
        plan = a_day_plan(product)
        begin = clock.now() + DAY
        a_signed(a_wish(product, plan, start=begin))
        a_care_plan(product)
        plan_all()
    few = statements()
    with scope(workshop):
        product = session().merge(product)
        for _item in range(4):
            an_item(product)
        for _booking in range(4):
            a_signed(a_wish(product, session().merge(plan), start=begin))
        plan_all()
    assert statements() == few


def test_another_room_adds_its_lanes_by_registering_them(client: FlaskClient, monkeypatch) -> None:
    monkeypatch.setattr(lanes, "_kinds", dict(lanes._kinds))
    start = clock.now()
    bench = Lane("BENCH-1", "", "/senne/", bars=[Bar(start, start + DAY, "due", "work", "mending", "W-0001")])
    lanes.add(LaneKind("benches", "Benches", "work:read", lambda _window, _wanted: LanePage([bench], 1)))
    assert ">Benches</a>" in client.get("/senne/board").text
    page = client.get("/senne/board?lanes=benches").text
    assert "BENCH-1" in page
    assert "mending" in page
    assert client.get("/senne/board?lanes=nothing").status_code == 404


def test_lanes_are_shown_to_those_who_have_the_right(workshop: Workshop, sign_in, monkeypatch) -> None:
    monkeypatch.setattr(lanes, "_kinds", dict(lanes._kinds))
    lanes.add(LaneKind("benches", "Benches", "work:read", lambda _window, _wanted: LanePage([], 0)))
    driver = sign_in(workshop, "driver")
    assert "Benches" not in driver.get("/senne/board").text
    assert driver.get("/senne/board?lanes=benches").status_code == 404


def test_who_may_not_move_gets_no_handles(workshop: Workshop, scope: Scoped, sign_in) -> None:
    with scope(workshop):
        contract = a_signed()
    page = sign_in(workshop, "auditor").get("/senne/board").text
    assert f'data-bar="{contract.reference}/1"' in page
    assert "data-moves" not in page


def test_closed_days_are_shaded_and_nonsense_in_the_address_harms_nobody(client, workshop, scope: Scoped) -> None:
    with scope(workshop):
        an_item(a_product())
        session().add(OpeningException(day=date(2026, 11, 25), opens=None, closes=None))
    for day, closed in (("2026-11-25", 3), ("2026-12-25", 2)):
        page = client.get(f"/senne/board?day={day}").text
        assert page.count('<i class="is-closed">') == closed, day
    for query in ("day=x", "day=0001-01-01", "day=9999-12-31", "view=x", "page=999", "page=x", "size=7", "lanes="):
        assert client.get(f"/senne/board?{query}").status_code == 200, query


def test_lines_without_a_thing_wait_on_top(client: FlaskClient, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_signed()
        line = contract.lines[0]
        availability.forget(line.id, "reservation")
        line.is_at_risk = True
    page = client.get("/senne/board?lang=en").text
    assert "Waiting for a thing" in page
    assert page.index("no item") < page.index('id="board"')
    with scope(workshop):
        handovers.bind_item(WORKER, session().merge(line), an_item(session().merge(line).product))
    assert "Waiting for a thing" not in client.get("/senne/board?lang=en").text
