"""Time kept at the bench for care: it stays until it is over, and what lacks it gets it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.items import custody
from service_app.items import operations as items
from service_app.items.models import Allocation, Item
from service_app.workorders import operations
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.life import START
from tests.factories.rentals import an_item
from tests.workorders.days import plan_all


def kept() -> list[Allocation]:
    """The time kept at the bench for care, by its beginning."""
    found = select(Allocation).where(Allocation.kind == "work", Allocation.note != "")
    return list(session().scalars(found.order_by(Allocation.blocked_from)))


def an_announced_in_stock(**facts: object) -> Item:
    """A thing in stock whose care in ten days was announced."""
    item = an_item(a_product())
    given = {"kind": "once", "every": None, "starts_on": (START + timedelta(days=10)).date(), "notice_days": 10}
    a_care_plan(item, **given | facts)
    plan_all()
    assert operations.announce_due_care(WORKER) == 1
    return item


def test_thing_that_leaves_the_bench_after_a_repair_keeps_the_time_of_its_care(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        item = an_announced_in_stock()
        (before,) = kept()
        items.put_on_bench(WORKER, item)
    with scope(workshop), clock.travelled(START + timedelta(hours=3)):
        items.put_in_stock(WORKER, item)
        (after,) = kept()
        assert (after.blocked_from, after.blocked_until) == (before.blocked_from, before.blocked_until)
        repair = select(Allocation).where(Allocation.kind == "work", Allocation.note == "")
        assert session().scalars(repair).one().blocked_until == clock.now(), "what the repair kept is free"


def test_thing_that_is_not_here_any_more_keeps_no_bench_and_no_other_takes_its_place(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        item = an_announced_in_stock()
        an_item(item.product)
        assert len(kept()) == 1
        assert custody.vacate(WORKER, item, clock.now()) == []
        assert kept() == []
