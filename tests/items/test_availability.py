"""No double booking, ever; and good answers when something is taken."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg.errors import ExclusionViolation
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from service_app.core import tenancy
from service_app.core.access import WORKER
from service_app.core.db import Database, session
from service_app.core.errors import Conflict
from service_app.items import availability, custody
from service_app.items.availability import Stretch
from service_app.items.models import Allocation
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_product
from tests.factories.rentals import again, an_item

START = datetime(2027, 3, 1, 9, tzinfo=UTC)


def stretch(first_day: int, days: int) -> Stretch:
    return Stretch(START + timedelta(days=first_day), START + timedelta(days=first_day + days))


@pytest.mark.fault
def test_of_two_hundred_racing_bookings_one_wins_and_the_others_get_alternatives(
    workshop: Workshop, scope: Scoped, database: Database
) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)

    def race(_number: int) -> str:
        try:
            with database.transaction(tenancy.workshop(workshop.id)):
                availability.book(again(product), stretch(0, 2), kind="reservation")
                return "won"
        except Conflict as refused:
            assert refused.status == 409
            return "alternatives" if refused.data["alternatives"] else "none"

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(race, range(200)))
    assert answers.count("won") == 1
    assert answers.count("alternatives") == 199


@pytest.mark.parametrize(
    ("first_day", "days", "is_free"),
    [(10, 4, False), (9, 6, False), (11, 2, False), (8, 3, False), (13, 3, False), (8, 2, True), (14, 2, True)],
    ids=["equal", "contains", "contained", "left", "right", "touches left", "touches right"],
)
def test_overlap_is_refused_and_touching_is_not(
    workshop: Workshop, scope: Scoped, first_day: int, days: int, is_free: bool
) -> None:
    with scope(workshop):
        product = a_product()
        product.buffer_before_minutes = product.buffer_after_minutes = 0
        an_item(product)
        availability.book(product, stretch(10, 4), kind="reservation")
        assert bool(availability.count_free(product, stretch(first_day, days))) is is_free


def test_buffers_keep_two_bookings_apart(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        product.buffer_before_minutes, product.buffer_after_minutes = 0, 120
        an_item(product)
        availability.book(product, stretch(0, 2), kind="reservation")
        soon = Stretch(START + timedelta(days=2, hours=1), START + timedelta(days=3))
        later = Stretch(START + timedelta(days=2, hours=2), START + timedelta(days=3))
        assert availability.count_free(product, soon) == 0
        assert availability.count_free(product, later) == 1


def test_unpinned_booking_moves_to_make_room(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        first, second = an_item(product), an_item(product)
        short = availability.book(product, stretch(0, 2), kind="reservation", item=first)
        short.is_pinned = False
        availability.book(product, stretch(4, 2), kind="reservation", item=second)
        long = availability.book(product, stretch(0, 3), kind="reservation")
        wide = availability.book(product, stretch(4, 5), kind="reservation")
        assert {long.item_id, short.item_id} == {first.id, second.id}
        assert wide.item_id == first.id


def test_very_item_of_another_booking_is_chosen_and_the_two_change_places(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product), an_item(product)
        first, second = (availability.book(product, stretch(0, 2), kind="reservation") for _number in range(2))
        one, other = first.item, second.item
        session().refresh(first)  # as a page has read it, with what the database works out
        availability.pin(first, other, product)
        assert (first.item_id, second.item_id, first.is_pinned) == (other.id, one.id, True)


def test_open_ended_use_blocks_everything_after_it(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        availability.book(product, Stretch(START, None), kind="reservation")
        assert availability.count_free(product, stretch(400, 1)) == 0
        with pytest.raises(Conflict, match=r"availability\.none"):
            availability.book(product, stretch(400, 1), kind="reservation")


def test_late_item_moves_the_next_booking_to_another_item(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        item, spare = an_item(product), an_item(product)
        use = availability.book(product, stretch(0, 2), kind="reservation", item=item)
        custody.put_in_use(use, START)
        following = availability.book(product, stretch(5, 2), kind="reservation", item=item)
        assert custody.keep_blocked(WORKER, use) == []
        assert following.item_id == spare.id
        assert use.blocked_until is None


def test_database_refuses_an_overlap_whatever_the_code_does(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        item = an_item(product)
        availability.book(product, stretch(0, 2), kind="reservation")
        row = {
            "item_id": item.id, "product_id": product.id, "kind": "work", "starts_at": START,
            "blocked_from": START + timedelta(hours=1), "is_pinned": True,
        }  # fmt: skip
        with pytest.raises(IntegrityError) as refused:
            session().execute(insert(Allocation), [row])
        assert isinstance(refused.value.orig, ExclusionViolation)
        session().rollback()


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)), min_size=1, max_size=12))
def test_bookings_agree_with_a_model_of_intervals(
    database: Database, workshop: Workshop, wishes: list[tuple[int, int]]
) -> None:
    """Two items: a booking succeeds whenever no day of it has two bookings already (unpinned ones make room), and
    never when one has."""
    with database.transaction(tenancy.workshop(workshop.id)):
        product = a_product()
        product.buffer_before_minutes = product.buffer_after_minutes = 0
        items = [an_item(product), an_item(product)]
        taken: list[tuple[int, int]] = []
        for first, days in wishes:
            crowded = any(sum(a <= day < a + n for a, n in taken) >= 2 for day in range(first, first + days))
            try:
                availability.book(product, stretch(first, days), kind="reservation")
                assert not crowded
                taken.append((first, days))
            except Conflict:
                pass
        rows = session().scalars(select(Allocation).where(Allocation.product_id == product.id)).all()
        assert len(rows) == len(taken)
        for item in items:
            own = sorted((row.blocked_from, row.blocked_until) for row in rows if row.item_id == item.id)
            assert all(before[1] <= after[0] for before, after in itertools.pairwise(own))
