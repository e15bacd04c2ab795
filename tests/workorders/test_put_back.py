"""What was begun by a look alone is put back: it stands as before, and what waits for it goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.bookings import operations as bookings
from service_app.bookings.models import Service
from service_app.core import events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.core.states import move
from service_app.items.models import Item
from service_app.workorders import operations, queries
from service_app.workorders.models import CareVisit
from service_app.workorders.operations import answers
from service_app.workorders.operations.doing import Done
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_person, a_service
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import an_active, an_item
from tests.workorders.days import occurrences, plan_all

CHECKS = ({"code": "c1", "text": {"fr": "Freins"}, "kind": "tick"},)


def due_in(item: Item, days: int, notice: int = 5) -> None:
    """Care of a thing in so many days, which is told so many days ahead."""
    day = queries.today_here() + timedelta(days=days)
    a_care_plan(item, kind="once", starts_on=day, notice_days=notice, every=None, checklist=CHECKS)
    plan_all()
    operations.announce_due_care(WORKER)


def test_look_at_what_nobody_was_told_of_is_put_back_and_announced_on_its_day(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        item = an_active().lines[0].item
        assert item is not None
        due_in(item, 3, notice=1)
        plan = occurrences()[0].plan
        looked_at = occurrences()[0].id
        assert occurrences()[0].status == "planned"
    page = client.post(f"/senne/care/{looked_at}/begin").headers["Location"]
    with scope(workshop):
        assert occurrences()[0].status == "in_progress"
    press = f"{page}/not-begun"
    assert f'action="{press}"' in client.get(page).get_data(as_text=True)
    assert client.post(press).status_code == 303
    with scope(workshop):
        row, visit = occurrences()[0], queries.get_visit(int(page.rsplit("/", 1)[1]))
        assert (row.status, row.visit_id, visit.started_at) == ("planned", None, None)
        assert "care.put_back" in [event.name for event in events.timeline(visit)]
        session().merge(plan).notice_days = 5
        session().flush()
        assert operations.announce_due_care(WORKER) == 1
        assert (occurrences()[0].status, occurrences()[0].visit_id == visit.id) == ("notified", False)
    assert press not in client.get(page).get_data(as_text=True)
    assert client.post(press).status_code == 303
    with scope(workshop):
        assert occurrences()[0].status == "notified", "what is over is left as it is"


def begun(item: Item) -> CareVisit:
    return operations.start_visit(WORKER, next(one for one in occurrences() if one.item_id == item.id))


def test_what_was_announced_follows_its_thing_again_once_it_is_put_back(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        item = an_item(a_product())
        due_in(item, 3)
        visit = begun(item)
        item.custodian_customer_id = a_customer().id  # it went out meanwhile
        session().flush()
        assert operations.follow_holders(WORKER) == 0
        for _again in (1, 2):
            operations.put_back(WORKER, visit)
            assert (occurrences()[0].status, occurrences()[0].visit_id) == ("notified", visit.id)
            assert [event.name for event in events.timeline(visit)].count("care.put_back") == 1
        assert operations.follow_holders(WORKER) == 1
        assert visit.customer_id == item.custodian_customer_id
        begun(item)
        operations.finish_visit(WORKER, visit, Done({"c1": "pass"}))
        with pytest.raises(Conflict, match=r"care\.over"):
            operations.put_back(WORKER, visit)


@pytest.mark.parametrize(
    ("how", "then"),
    [
        ("booked", "booked"),
        ("called off meanwhile", "notified"),
        ("booked meanwhile", "booked"),
        ("escalated", "escalated"),
    ],
)
def test_answer_of_a_customer_stands_as_it_is_by_now(workshop: Workshop, scope: Scoped, how: str, then: str) -> None:
    with scope(workshop):
        a_person("Anna", bikes=2)
        a_service("entretien", skill="bikes", kind="care", horizon_days=60)
        contract = an_active()
        item = contract.lines[0].item
        assert item is not None
        due_in(item, 3)
        visit = queries.get_visit(occurrences()[0].visit_id or 0)
        service = session().scalars(select(Service)).one()
        start = answers.free_slots(visit, service)[0]
        appointment = bookings.book(WORKER, bookings.hold_slot(WORKER, service, start), contract.customer)
        if how == "escalated":
            move(occurrences()[0], "escalated")
        elif how != "booked meanwhile":
            answers.agree(WORKER, visit, appointment)
        assert begun(item) == visit
        if how == "called off meanwhile":
            answers.called_off(appointment.id)
        elif how == "booked meanwhile":
            answers.agree(WORKER, visit, appointment)
        assert occurrences()[0].status == "in_progress"
        operations.put_back(WORKER, visit)
        assert (occurrences()[0].status, visit.ended_at) == (then, None)
