"""The pages about care: a plan is typed, a visit is done, a customer chooses; each opened once and faultless in every look."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.catalogue.models import CarePlan
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.passports import content, seen
from service_app.repairs import from_care
from service_app.workorders import links, operations, queries
from service_app.workshops.models import Workshop
from tests.browser import DESK, Opened, axe, squeezed
from tests.conftest import Scoped
from tests.factories.bookings import a_person, a_service
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.rentals import an_active, an_item
from tests.workorders.days import DAY, occurrences, plan_all

CHECKS = (
    {"code": "c1", "text": {"fr": "Freins"}, "kind": "tick"},
    {"code": "c2", "text": {"fr": "Pneus"}, "kind": "measure"},
)


def test_plan_is_typed_changed_and_followed(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        code = product.code
    assert code in client.get(f"/senne/care/plans/new?of=product&code={code}").get_data(as_text=True)
    assert client.get("/senne/care/plans/new?of=product&code=NONE").status_code == 404
    typed = {
        "name-fr": "Freins", "kind": "season", "season": "15/3\n31/10", "unit": "month", "basis": "fixed",
        "checklist": "Freins\nPression =", "place": "workshop", "severity": "stop_lending", "early_days": "3",
        "late_days": "5", "notice_days": "10", "horizon_days": "400", "duration_minutes": "30", "is_active": "1",
    }  # fmt: skip
    address = f"/senne/care/plans/new?of=product&code={code}"
    assert client.post(address, data=typed | {"season": "31/2"}).status_code == 422
    assert client.post(address, data=typed).status_code == 303
    with scope(workshop):
        plan = session().scalars(select(CarePlan)).one()
        assert (plan.season, [check["kind"] for check in plan.checklist]) == (["03-15", "10-31"], ["tick", "measure"])
        plan_all()
        assert {one.due_on.month for one in occurrences()} <= {3, 10}
        plan_id, version = plan.id, plan.version
    page = client.get(f"/senne/care/plans/{plan_id}").get_data(as_text=True)
    assert "15/3" in page
    changed = typed | {"season": "1/6", "version": str(version)}
    assert client.post(f"/senne/care/plans/{plan_id}", data=changed).status_code == 303
    assert client.post(f"/senne/care/plans/{plan_id}", data=changed).status_code == 409
    assert "Freins" in client.get("/senne/care/plans").get_data(as_text=True)


def test_failed_check_begins_a_repair_once(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_care_plan(product, every=1, checklist=CHECKS, early_days=60).id
        an_item(product)
        plan_all()
        first = occurrences()[0].id
    begun = client.post(f"/senne/care/{first}/begin")
    assert begun.status_code == 303
    address = begun.headers["Location"]
    assert "Freins" in client.get(address).get_data(as_text=True)
    found = {f"check-{plan}-c1": "fail", f"check-{plan}-c2": "3,5"}
    assert client.post(address, data=found | {"cost": "-1"}).status_code == 422
    assert client.post(address, data=found | {"minutes": "20", "cost": "9,50"}).status_code == 303
    assert "3,5" in client.get(address).get_data(as_text=True)
    with scope(workshop):
        visit = queries.get_visit(int(address.rsplit("/", 1)[1]))
        case, again = from_care.open_case(visit.id), from_care.open_case(visit.id)
        assert case is not None
        assert (case.item_id, again) == (visit.item_id, case)


def test_who_would_rather_have_another_is_one_press_from_the_swap(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        line = an_active().lines[0]
        assert line.item is not None
        tag, other = line.item.tag, an_item(line.item.product).tag
        a_care_plan(line.item, kind="once", starts_on=clock.now().date() + timedelta(days=1), every=None)
        plan_all()
        operations.announce_due_care(WORKER)
        visit = queries.get_visit(occurrences()[0].visit_id or 0)
        page, asked = f"look-after/{links.token_of(visit)}", f"care/visits/{visit.id}"
        swap = f"contracts/{line.contract.reference}/{line.position}/swap"
    root = f"/{workshop.slug}"
    assert "Swap it" not in client.get(f"{root}/{asked}").get_data(as_text=True)
    client.post(f"{root}/{page}", data={"way": "swap"})
    for where in (asked, "care/calls", ""):
        shown = client.get(f"{root}/{where}").get_data(as_text=True)
        assert f'href="{root}/{swap}?reason=planned_service"' in shown, where
    form = client.get(f"{root}/{swap}?reason=planned_service&key=mine").get_data(as_text=True)
    assert 'value="mine"' not in form, "a link chooses nothing but what is seen"
    assert re.search(r'<option selected value="planned_service">', form)
    done = client.post(f"{root}/{swap}", data={"tag": other, "reason": "planned_service", "mode": "simultaneous"})
    assert done.status_code == 303
    assert tag not in client.get(f"{root}/care/calls").get_data(as_text=True)


def test_what_is_near_and_what_was_done_stand_on_the_item_and_its_passport(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with clock.travelled(DAY):
        with scope(workshop):
            product = a_product()
            a_care_plan(product, every=1, unit="week", horizon_days=90)
            item = an_item(product, acquired_on=(DAY - timedelta(days=14)).date())
            plan_all()
            rows = [one for one in occurrences() if one.status != "superseded"]
            assert len(rows) > 10
            passed, near = rows[0], rows[1]
            assert (passed.due_on, near.due_on) == (DAY.date(), (DAY + timedelta(days=7)).date())
            operations.do_care(WORKER, passed)
            shown = queries.care_of_item(item)
            assert [one.due_on for one in shown] == [*(one.due_on for one in rows[1:8]), passed.due_on]
            assert content.passport(item, workshop, seen.CUSTOMER).sections["mine"]["due"] == near.due_on
            day = near.due_on.isoformat()
            tag = item.tag
        page = client.get(f"/senne/items/{tag}").get_data(as_text=True)
        assert f'<time datetime="{day}"' in page


@pytest.mark.journey
def test_pages_are_faultless_by_day_by_night_and_on_a_phone(opened: Opened, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = an_active()
        contract.customer.phone = "+32460008410"  # on the calls its link stands close below another
        item = contract.lines[0].item
        assert item is not None
        a_person("Anna", bikes=2)
        a_service("entretien", skill="bikes", kind="care", horizon_days=60)
        plan = a_care_plan(
            item, kind="once", starts_on=clock.now().date() + timedelta(days=1), every=None, checklist=CHECKS,
            severity="stop_use", place="self",
        )  # fmt: skip
        plan_all()
        operations.announce_due_care(WORKER)
        visit = queries.get_visit(occurrences()[0].visit_id or 0)
        paths = (
            "care", "care/plans", f"care/plans/{plan.id}", "care/calls", "care/report", f"care/visits/{visit.id}",
            f"look-after/{links.token_of(visit)}", f"items/{item.tag}", "",
        )  # fmt: skip
    for path in paths:
        page = opened(path, DESK)
        page.wait_for_load_state("networkidle")
        assert axe(page) == [], path
        page.set_viewport_size({"width": 1120, "height": 800})
        assert squeezed(page) == [], path
        page.emulate_media(color_scheme="dark")
        assert axe(page) == [], path
        page.set_viewport_size({"width": 390, "height": 844})
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
        page.context.close()


def test_look_at_the_checklist_of_what_a_customer_has_leaves_them_asked(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        item = an_active().lines[0].item
        assert item is not None
        day = queries.today_here() + timedelta(days=1)
        a_care_plan(item, kind="once", starts_on=day, notice_days=40, every=None, checklist=CHECKS)
        plan_all()
        operations.announce_due_care(WORKER)
        asked, plan_id = occurrences()[0].id, occurrences()[0].care_plan_id
    for press in ("begin", "done"):
        begun = client.post(f"/senne/care/{asked}/{press}")
        assert begun.status_code == 303
        assert "Freins" in client.get(begun.headers["Location"]).get_data(as_text=True)
        with scope(workshop):
            row = occurrences()[0]
            assert row.visit is not None
            assert (row.status, row.visit.started_at) == ("notified", None)
            assert [visit.id for visit in queries.to_call()] == [row.visit_id]
    page = begun.headers["Location"]
    assert client.post(page, data={f"check-{plan_id}-c1": "pass", f"check-{plan_id}-c2": "3,5"}).status_code == 303
    with scope(workshop):
        assert occurrences()[0].status == "done"
