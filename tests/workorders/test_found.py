"""What a failed check calls for, and what the figures say of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service_app.catalogue.rules import PlanRules
from service_app.contracts.operations import pauses
from service_app.contracts.operations.acts import ANEW
from service_app.core import clock, events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.states import move
from service_app.items.models import Item
from service_app.items.operations import retire_item
from service_app.notifications import digests
from service_app.passports import content, epcis, seen
from service_app.repairs import from_care
from service_app.repairs.models import RepairCase
from service_app.repairs.operations import intake
from service_app.workorders import operations, queries
from service_app.workorders.models import CareVisit
from service_app.workorders.operations import plans
from service_app.workorders.operations.doing import Done
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.life import START, a_subscription, at
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
    a_care_plan(product, **({"every": 1, "checklist": CHECKS, "early_days": 60} | facts))
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


def care_day(day: str) -> None:
    """The planner goes by on that day: what is near is announced."""
    with clock.travelled(at(day)):
        plan_all()
        operations.announce_due_care(WORKER)


@pytest.mark.parametrize(
    ("why", "counted", "late"),
    [("", 1, {"warn": 1}), ("put away", 0, {}), ("gone", 0, {})],
    ids=["goes on", "plan put away", "retired"],
)
def test_report_counts_late_only_what_somebody_is_to_do(
    workshop: Workshop, scope: Scoped, why: str, counted: int, late: dict[str, int]
) -> None:
    with scope(workshop):
        with clock.travelled(START):
            product = a_product()
            first = date(2026, 10, 20)
            plan = a_care_plan(product, kind="once", starts_on=first, every=None, late_days=3)
            item = an_item(product)
        care_day("2026-10-12")
        with clock.travelled(at("2026-11-02")):
            if why == "put away":
                facts = CarePlanFacts({"fr": "Freins"}, kind="once", starts_on=first, late_days=3, is_active=False)
                plans.change_plan(WORKER, plan, plan.version, facts)
            elif why == "gone":
                retire_item(WORKER, item, "worn out")
            assert [each.status for each in occurrences()] == ["notified"], "it stays as it was told"
            report = queries.report()
            assert (report.counted, report.on_time, dict(report.late)) == (counted, 0, late)


@pytest.mark.parametrize(("day", "late"), [("2026-11-12", {}), ("2026-11-15", {"warn": 1})], ids=["before", "after"])
def test_report_counts_nothing_late_that_rests_but_what_was_late_before(
    workshop: Workshop, scope: Scoped, day: str, late: dict[str, int]
) -> None:
    with scope(workshop):
        with clock.travelled(START):
            contract = a_subscription("24", PlanRules(pause_days_per_year=90), spare=0)
            a_care_plan(contract.lines[0].product, every=1, starts_on=date(2026, 10, 10), late_days=3, horizon_days=5)
        care_day("2026-11-06")
        with clock.travelled(at(day)):
            pauses.pause_contract(WORKER, contract, ANEW, from_on=date.fromisoformat(day), until_on=date(2026, 11, 30))
        care_day(day)
        with clock.travelled(at("2026-11-18")):
            report = queries.report()
            assert (report.counted, dict(report.late)) == (sum(late.values()), late)
            assert queries.count_near() == report.counted, "the digest says the same"


@pytest.mark.parametrize(
    ("results", "on_time"), [({"c1": "pass", "c2": "3,5"}, 1), ({"c1": "fail", "c2": "3,5"}, 0), ({}, 0)],
    ids=["whole", "failed", "nothing ticked"],
)  # fmt: skip
def test_report_counts_in_time_only_what_was_done_wholly(
    workshop: Workshop, scope: Scoped, results: dict[str, str], on_time: int
) -> None:
    with scope(workshop), clock.travelled(START):
        item = a_thing_with_checks(kind="once", every=None, starts_on=START.date())
        looked_after(item, **results)
        report = queries.report()
        assert (report.counted, report.on_time) == (1, on_time)


@pytest.mark.parametrize(("state", "is_counted"), [
    ("announced", True), ("not announced", True), ("escalated", True), ("put away", False), ("retired", False), ("far", False),
])  # fmt: skip
def test_digest_counts_each_thing_once_whose_care_is_near(
    workshop: Workshop, scope: Scoped, state: str, is_counted: bool
) -> None:
    with scope(workshop), clock.travelled(START):
        product = a_product()
        near = {"kind": "once", "every": None, "starts_on": START.date() + timedelta(days=40 if state == "far" else 3)}
        both = [a_care_plan(product, **near), a_care_plan(product, **near)]
        item = an_item(product)
        plan_all()
        if state != "not announced":
            operations.announce_due_care(WORKER)
        if state == "escalated":
            for each in occurrences():
                move(each, "escalated")
        elif state == "put away":
            for plan in both:
                facts = CarePlanFacts({"fr": "Freins"}, kind="once", starts_on=plan.starts_on, is_active=False)
                plans.change_plan(WORKER, plan, plan.version, facts)
        elif state == "retired":
            retire_item(WORKER, item, "worn out")
        session().flush()
        said = digests.waiting("technician", session().merge(workshop))
        assert said == (["care of 1 thing waits"] if is_counted else [])


@pytest.mark.parametrize(("results", "found"), [
    ({"c1": "pass", "c2": "3,5"}, ["conformant"]), ({"c1": "fail", "c2": "3,5"}, ["needs_replacement"]), ({}, ["unknown"]),
], ids=["whole", "failed", "nothing ticked"])  # fmt: skip
def test_passport_counts_a_care_once_and_says_of_it_what_was_found(
    workshop: Workshop, scope: Scoped, results: dict[str, str], found: list[str]
) -> None:
    with scope(workshop):
        item = a_thing_with_checks(severity="stop_lending")
        visit = looked_after(item, **results)
        here = session().merge(workshop)
        assert content.passport(item, here, seen.PUBLIC).sections["life"]["cared"] == 1
        assert looks(item, here) == found
        if found != ["conformant"]:
            operations.say_fit(WORKER, visit.occurrences[0], "New pads")
            assert looks(item, here) == [*found, "conformant"]


def looks(item: Item, workshop: Workshop) -> list[str]:
    """What the trade is told that was found when it was looked after."""
    told = epcis.document(item, workshop, seen.PUBLIC)["epcisBody"]["eventList"]
    return [each["disposition"] for each in told if each["bizStep"] == "inspecting"]
