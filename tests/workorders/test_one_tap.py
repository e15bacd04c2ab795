"""One tap on a row of the list says that this row was done: never that another plan was, never that checks passed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.errors import Conflict
from service_app.items.models import Item
from service_app.workorders import operations, queries
from service_app.workorders.models import CareOccurrence
from service_app.workorders.operations import plans
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.rentals import an_item
from tests.workorders.days import occurrences, plan_all

CHECKS = ({"code": "c1", "text": {"fr": "Freins"}, "kind": "tick"},)


def oil_and_recall(*, is_announced: bool, **oil: object) -> tuple[CareOccurrence, CareOccurrence]:
    """(the oil of a thing, its recall with a check), both for today, in one visit when they were announced."""
    product = a_product()
    item = an_item(product, acquired_on=clock.now().date() - timedelta(days=90))
    plans.recall(WORKER, product, CarePlanFacts({"fr": "Rappel"}, checklist=CHECKS))
    begins = clock.now().date() - timedelta(days=30)
    a_care_plan(item, **{"name": {"fr": "Huile"}, "every": 30, "unit": "day", "starts_on": begins} | oil)
    plan_all()
    if is_announced:
        operations.announce_due_care(WORKER)
    assert operations.hold_back_late(WORKER) == 1
    recall = next(one for one in occurrences() if one.plan.kind == "once")
    return next(one for one in occurrences() if one.plan.kind == "time"), recall


def held(item: Item) -> str:
    """What keeps the thing back."""
    return item.held_back


@pytest.mark.parametrize("is_announced", [False, True])
def test_one_tap_finishes_its_own_row_and_leaves_the_recall(
    workshop: Workshop, scope: Scoped, client: FlaskClient, is_announced: bool
) -> None:
    with scope(workshop):
        oil, recall = oil_and_recall(is_announced=is_announced)
        assert (oil.visit_id == recall.visit_id) or not is_announced
        number = oil.id
    assert client.post(f"/senne/care/{number}/done").headers["Location"] == "/senne/care"
    with scope(workshop):
        oil, recall = queries.get_occurrence(oil.id), queries.get_occurrence(recall.id)
        assert (oil.status, recall.status) == ("done", "notified" if is_announced else "planned")
        assert (held(oil.item), oil.visit_id == recall.visit_id) == ("stop_use", False)
        assert queries.get_visit(oil.visit_id or 0).results == {}


@pytest.mark.parametrize("asks", [{"checklist": CHECKS}, {"needs_photo": True}, {"needs_signature": True}])
@pytest.mark.parametrize("is_announced", [False, True])
def test_one_tap_leads_to_the_page_of_what_asks_for_more(
    workshop: Workshop, scope: Scoped, client: FlaskClient, asks: dict[str, object], is_announced: bool
) -> None:
    with scope(workshop):
        oil, recall = oil_and_recall(is_announced=is_announced, **asks)
    led = client.post(f"/senne/care/{oil.id}/done")
    with scope(workshop):
        oil, recall = queries.get_occurrence(oil.id), queries.get_occurrence(recall.id)
        assert led.headers["Location"] == f"/senne/care/visits/{oil.visit_id}"
        assert {one.status for one in (oil, recall)} == {"notified" if is_announced else "in_progress"}
        assert held(oil.item) == "stop_use"
        with pytest.raises(Conflict, match=r"care\.on_its_page"):
            operations.do_care(WORKER, recall)
    page = client.get(f"{led.headers['Location']}?lang=en").get_data(as_text=True)
    assert "finish it on its own page" in page


def test_of_many_rows_each_finishes_its_own_and_what_asks_for_more_is_refused_and_stays(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        oil, recall = oil_and_recall(is_announced=True)
        a_care_plan(oil.item, name={"fr": "Pneus"}, kind="once", starts_on=clock.now().date(), every=None)
        plan_all()
        tyres = next(one for one in occurrences() if one.care_plan_id not in (oil.care_plan_id, recall.care_plan_id))
        chosen = [str(one.id) for one in (recall, oil, tyres)]
    ran = client.post("/senne/lists/care/acts", data={"act": "done", "row": chosen})
    page = client.get(f"{ran.location}?lang=en").get_data(as_text=True)
    assert "2 done, 1 refused." in page
    assert "finish it on its own page" in page
    with scope(workshop):
        assert [queries.get_occurrence(int(number)).status for number in chosen] == ["notified", "done", "done"]
