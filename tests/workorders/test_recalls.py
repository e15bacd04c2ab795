"""Recalls by serial number: what lies in a range, what is refused, and a range or a serial that was wrong and is corrected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import select

from service_app.catalogue.models import CarePlan, Product
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.core.states import move
from service_app.items.models import Item
from service_app.workorders import operations
from service_app.workorders.models import CareDuty
from service_app.workorders.operations import plans
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workshops.models import Workshop
from tests.browser import DESK, Opened
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.rentals import an_item
from tests.workorders.days import DAY, occurrences, plan_all

NAME = {"fr": "Rappel"}


def things(*serials: str) -> Product:
    product = a_product()
    for serial in serials:
        an_item(product, serial=serial)
    return product


def recalled() -> set[str]:
    held = select(Item.serial).join(CareDuty, CareDuty.item_id == Item.id).where(CareDuty.is_open)
    return set(session().scalars(held))


@pytest.mark.parametrize(
    ("first", "last", "among", "others"),
    [
        ("950", "1049", {"950", "999", "1000", "1049", "0951"}, {"949", "1050", "95", "A960", "960B", ""}),
        ("SN-9", "SN-20", {"SN-9", "SN-10", "sn-020"}, {"SN-8", "SN-21", "SN-100", "10", "SN-10-2"}),
        ("B1", "B2", {"B1", "B2", "b01"}, {"B1999", "B10", "B3", "B"}),
        ("", "B999", {"B1", "B0999"}, {"", "A1", "B1000", "12"}),
        ("B998", "", {"B998", "B1000"}, {"", "B997", "C999"}),
        ("F2024-0098/B", "f2024-102/b", {"F2024-0098/B", "F2024-100/b"}, {"F2024-100/C", "F2024-100", "F2023-100/B"}),
        ("ALPHA", "CESAR", {"alpha", "BRAVO", "CESAR"}, {"", "DELTA"}),
        ("9" * 70, "1" + "0" * 70, {"9" * 70, "1" + "0" * 70}, {"9" * 69, "1" + "0" * 69 + "1"}),
    ],
)
def test_serials_lie_between_two_by_their_number_and_its_surroundings(
    workshop: Workshop, scope: Scoped, first: str, last: str, among: set[str], others: set[str]
) -> None:
    with scope(workshop):
        product = things(*among, *others)
        plans.recall(WORKER, product, CarePlanFacts(NAME, serial_from=first, serial_to=last))
        plan_all()
        assert recalled() == among
        plan_all()
        assert recalled() == among, "and those stay as they are"
        late = an_item(product, serial=min(among))
        plan_all()
        assert late.id in session().scalars(select(CareDuty.item_id).where(CareDuty.is_open)).all()


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("1049", "950", "turned"), ("SN-20", "SN-9", "turned"), ("CESAR", "ALPHA", "turned"),
        ("A1", "B9", "unlike"), ("B1/A", "B9/C", "unlike"), ("A", "A9", "unlike"), ("", "C5", "none"), ("B3", "B4", "none"),
        ("X", "", "none"),
    ],
)  # fmt: skip
def test_serials_that_are_no_range_or_nobody_has_are_refused(
    workshop: Workshop, scope: Scoped, first: str, last: str, why: str
) -> None:
    with scope(workshop):
        product = things("", "950", "SN-10", "B1", "B2", "B1999", "BRAVO")
        with pytest.raises(Invalid, match=rf"care\.serials_{why}"):
            plans.recall(WORKER, product, CarePlanFacts(NAME, serial_from=first, serial_to=last))
        assert session().scalars(select(CarePlan)).all() == []
        plan = a_care_plan(product)
        with pytest.raises(Invalid, match=rf"care\.serials_{why}"):
            plans.change_plan(WORKER, plan, 1, CarePlanFacts(NAME, 6, serial_from=first, serial_to=last))


def test_form_says_how_many_things_a_range_means_before_it_is_saved(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        address = f"/senne/care/plans/new?of=product&code={things('', 'SN-9', 'SN-10', 'SN-21').code}"
    typed = {"name-fr": "Rappel", "kind": "once", "unit": "month", "basis": "fixed", "place": "workshop", "severity": "warn",
             "early_days": "0", "late_days": "0", "notice_days": "1", "horizon_days": "9", "duration_minutes": "30",
             "is_active": "1", "serial_from": "SN-9"}  # fmt: skip
    for last, said in (
        ("SN-20", "It holds for 2 things."),
        ("SN-9", "It holds for one thing."),
        ("SN-1", "comes after"),
    ):
        shown = client.post(address, data=typed | {"serial_to": last, "look": "1"})
        assert (shown.status_code, said in shown.get_data(as_text=True)) == (200, True), last
    for first, last in (("SN-30", "SN-40"), ("SN-9", "SN-1"), ("SN-9", "B-20")):
        refused = client.post(address, data=typed | {"serial_from": first, "serial_to": last})
        assert refused.status_code == 422, (first, last)
    with scope(workshop):
        assert session().scalars(select(CarePlan)).all() == [], "nothing of it was saved"
    assert client.post(address, data=typed | {"serial_to": "SN-20"}).status_code == 303
    with scope(workshop):
        plan = session().scalars(select(CarePlan)).one()
    assert "It holds for 2 things." in client.get(f"/senne/care/plans/{plan.id}").get_data(as_text=True)


@pytest.mark.journey
def test_number_of_things_is_said_while_their_serials_are_typed(
    opened: Opened, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        path = f"care/plans/new?of=product&code={things('SN-9', 'SN-10', 'SN-21').code}"
    page = opened(path, DESK)
    page.fill("[name=serial_from]", "SN-9")
    page.fill("[name=serial_to]", "SN-20")
    expect(page.locator("#foreseen")).to_have_text("It holds for 2 things.")
    page.fill("[name=serial_to]", "SN-1")
    expect(page.locator("#foreseen")).to_contain_text("comes after")
    assert page.input_value("[name=serial_to]") == "SN-1", "what is typed stays"


def a_told_recall(first: str, last: str, *serials: str) -> CarePlan:
    plan = plans.recall(WORKER, things(*serials), CarePlanFacts(NAME, serial_from=first, serial_to=last))
    tick()
    assert {one.status for one in occurrences()} == {"notified"}
    return plan


def tick() -> None:
    plan_all()
    operations.announce_due_care(WORKER)
    operations.hold_back_late(WORKER)
    session().expire_all()


def states() -> dict[str, tuple[str, str]]:
    """{serial: (how its latest stands, how it is held back)}."""
    return {one.item.serial: (one.status, one.item.held_back) for one in occurrences()}


def narrowed(plan: CarePlan, last: str) -> None:
    facts = {name: getattr(plan, name) for name in ("kind", "starts_on", "severity", "late_days", "early_days")}
    plans.change_plan(WORKER, plan, plan.version, CarePlanFacts(NAME, serial_from="B000", serial_to=last, **facts))


def test_corrected_range_lets_go_what_was_never_meant_but_not_what_somebody_began(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        plan = a_told_recall("B000", "B999", "B050", "B500", "B600", "B700")
        stopped, free = ("notified", "stop_use"), ("superseded", "")
        assert set(states().values()) == {stopped}
        begun, done = (next(one for one in occurrences() if one.item.serial == each) for each in ("B600", "B700"))
        operations.start_visit(WORKER, begun)
        operations.do_care(WORKER, done)
        narrowed(plan, "B099")
        tick()
        assert states() == {"B050": stopped, "B500": free, "B600": ("in_progress", "stop_use"), "B700": ("done", "")}
        narrowed(plan, "B999")
        tick()
        assert states() == {"B050": stopped, "B500": stopped, "B600": ("in_progress", "stop_use"), "B700": ("done", "")}
        assert len(occurrences()) == 5, "only what had fallen away is called for again"


def test_corrected_serial_lets_the_thing_go(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        a_told_recall("B000", "B999", "B050", "B500")
        item = session().scalars(select(Item).where(Item.serial == "B500")).one()
        item.serial = "C500"
        session().flush()
        tick()
        assert states() == {"B050": ("notified", "stop_use"), "C500": ("superseded", "")}


def test_recall_that_is_changed_before_anybody_was_told_is_still_one(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        facts = CarePlanFacts(NAME, kind="once", starts_on=(DAY + timedelta(days=40)).date())
        plan = plans.create_plan(WORKER, things("B1"), facts)
        plan_all()
        plans.change_plan(WORKER, plan, 1, CarePlanFacts(NAME, kind="once", starts_on=facts.starts_on, every=3))
        plan_all()
        plan_all()
        assert [one.status for one in occurrences()] == ["superseded", "planned"]


@pytest.mark.parametrize("how", ["serial", "found"])
def test_thing_that_is_meant_again_is_looked_after_from_then_on(workshop: Workshop, scope: Scoped, how: str) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        item = an_item(product, serial="B1", acquired_on=DAY.date())
        a_care_plan(product, every=1, unit="week", horizon_days=90, serial_from="B1", serial_to="B9")
        plan_all()
        days = [one.due_on for one in occurrences()]
        if how == "serial":
            item.serial = "C1"
        else:
            move(item, "lost")
        session().flush()
        plan_all()
        assert {one.status for one in occurrences()} == {"superseded"}
        if how == "serial":
            item.serial = "B1"
        else:
            move(item, "to_inspect")
        session().flush()
        plan_all()
        assert [one.due_on for one in occurrences() if one.status != "superseded"] == days
