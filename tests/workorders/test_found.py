"""What a failed check calls for, and what the figures say of it."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import func, select

from service_app.core import events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.items.models import Item
from service_app.repairs import from_care
from service_app.repairs.models import RepairCase
from service_app.repairs.operations import intake
from service_app.workorders import operations
from service_app.workorders.models import CareVisit
from service_app.workorders.operations.doing import Done
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.rentals import an_item
from tests.workorders.days import occurrences, plan_all

CHECKS = (
    {"code": "c1", "text": {"fr": "Freins"}, "kind": "tick"},
    {"code": "c2", "text": {"fr": "Pneus"}, "kind": "measure"},
)


def looked_after(item: Item, **results: str) -> CareVisit:
    """The next care of a thing is done, and this was found."""
    plan_all()
    first = next(each for each in occurrences() if each.item_id == item.id and each.status in operations.OPEN)
    visit = operations.start_visit(WORKER, first)
    operations.finish_visit(WORKER, visit, Done(results))
    return visit


def a_thing_with_checks(**facts: object) -> Item:
    product = a_product()
    a_care_plan(product, every=1, checklist=CHECKS, early_days=60, **facts)
    return an_item(product)


def test_what_fails_while_the_thing_is_in_repair_is_written_into_that_repair_once(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        item = a_thing_with_checks()
        case = intake.ask_repair(WORKER, None, item, intake.Ask("Loose handlebar"))
        visit = looked_after(item, c1="fail", c2="3,5")
        assert from_care.open_case(visit.id) == from_care.open_case(visit.id) == case
        assert (case.fault.count("Loose handlebar"), case.fault.count("Freins")) == (1, 1)
        names = [event.name for event in events.timeline(case)]
        assert (names.count("repair.found_more"), names.count("repair.asked")) == (1, 1)
        intake.cancel_repair(WORKER, case)
        assert from_care.open_case(visit.id) == case, "told again it stays with the repair that knows of it"
        assert session().scalar(select(func.count(RepairCase.id))) == 1
        reference, address = case.reference, f"/{workshop.slug}/care/visits/{visit.id}"
    assert f'href="/{workshop.slug}/repairs/{reference}"' in client.get(address).get_data(as_text=True)
    page = client.get(f"/{workshop.slug}/repairs/{reference}").get_data(as_text=True)
    assert f'href="{address}"' in page
    assert "Freins" in page


def test_repair_that_a_failed_check_begins_and_its_visit_lead_to_each_other(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        visit = looked_after(a_thing_with_checks(), c1="fail", c2="3,5")
        case = from_care.open_case(visit.id)
        there, back = f"/{workshop.slug}/repairs/{case.reference}", f"/{workshop.slug}/care/visits/{visit.id}"
    assert f'href="{there}"' in client.get(back).get_data(as_text=True)
    assert f'href="{back}"' in client.get(there).get_data(as_text=True)
