"""Care comes in its rhythm, is announced once, and is done or skipped with a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient

from service_app.core import clock, events
from service_app.core.access import WORKER
from service_app.core.errors import Conflict, Invalid
from service_app.items.operations import retire_item
from service_app.lists import queries as lists
from service_app.lists.declared import get_listing
from service_app.workorders import operations
from service_app.workorders.operations import plans
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.rentals import an_active, an_item
from tests.workorders.days import occurrences, plan_all

NAME = {"fr": "Révision"}


def test_care_is_counted_from_the_day_an_item_came_in_and_written_once(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 9, 1, 9, tzinfo=UTC)):
        product = a_product()
        a_care_plan(product, every=6)
        an_item(product, acquired_on=date(2026, 8, 31))
        assert plan_all() > 0
        assert plan_all() == 0
        assert [(one.number, one.due_on, one.status) for one in occurrences()] == [
            (1, date(2027, 2, 27), "forecast")
        ], "28 February is a Sunday"


def test_of_what_was_missed_only_the_latest_is_written(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 9, 1, 9, tzinfo=UTC)):
        product = a_product()
        a_care_plan(product, every=6, horizon_days=30)
        an_item(product, acquired_on=date(2024, 3, 14))
        plan_all()
        assert [one.due_on for one in occurrences()] == [date(2026, 3, 14), date(2026, 9, 14)]


def test_due_care_is_announced_once_to_workshop_and_holder_and_comes_back_after_it_is_done(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        contract = an_active()
        item = contract.lines[0].item
        assert item is not None
        a_care_plan(contract.lines[0].product, every=1, notice_days=40, horizon_days=10, basis="completion")
        plan_all()
        assert operations.announce_due_care(WORKER) == 2
        assert operations.announce_due_care(WORKER) == 0
        assert [event.name for event in events.timeline(contract.customer)].count("care.due") == 1
        first = next(one for one in occurrences() if one.item_id == item.id)
        operations.do_care(WORKER, first, "Chain replaced")
        with pytest.raises(Conflict, match=r"state\.not_allowed"):
            operations.do_care(WORKER, first)
        assert plan_all() > 0
        with pytest.raises(Invalid, match=r"care\.reason_needed"):
            operations.skip_care(WORKER, occurrences()[-1], " ")
        operations.skip_care(
            WORKER, [one for one in occurrences() if one.item_id == item.id][-1], "It is sold next week"
        )
        mine = [(one.number, one.status) for one in occurrences() if one.item_id == item.id]
        assert mine == [(1, "done"), (2, "skipped")]


def test_page_shows_what_is_due_and_takes_it_as_done(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        product = a_product()
        a_care_plan(product, every=1, basis="completion")
        tag = an_item(product).tag
        plan_all()
        first = occurrences()[0].id
    assert tag in client.get("/senne/care").get_data(as_text=True)
    assert client.post(f"/senne/care/{first}/skip", data={"reason": ""}).status_code == 303
    assert client.post(f"/senne/care/{first}/done").status_code == 303
    stub = f'/senne/items/{tag}">{tag}</a>'
    assert stub not in client.get("/senne/care?state=open").get_data(as_text=True)
    assert stub in client.get("/senne/care?state=done").get_data(as_text=True)
    assert tag in client.get(f"/senne/items/{tag}").get_data(as_text=True)


def test_care_of_another_workshop_is_not_found(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(other_workshop):
        product = a_product()
        plan = a_care_plan(product)
        an_item(product)
        plan_all()
        theirs, their_plan = occurrences()[0], plan.id
        visit = operations.start_visit(WORKER, theirs).id
    assert client.post(f"/senne/care/{theirs.id}/done").status_code == 404
    assert client.get(f"/senne/care/visits/{visit}").status_code == 404
    assert client.get(f"/senne/care/plans/{their_plan}").status_code == 404


def test_another_rhythm_goes_on_from_the_last_day_and_what_is_retired_is_announced_to_nobody(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 11, 2, 9, tzinfo=UTC)):
        product = a_product()
        plan = a_care_plan(product, every=1, notice_days=90, horizon_days=1)
        item = an_item(product, acquired_on=date(2026, 6, 15))
        plan_all()
        operations.do_care(WORKER, occurrences()[0])
        plans.change_plan(WORKER, plan, 1, CarePlanFacts(NAME, 12, notice_days=90))
        plan_all()
        kept = [(one.due_on, one.status) for one in occurrences() if one.status != "superseded"]
        assert kept == [(date(2026, 10, 15), "done"), (date(2027, 6, 15), "forecast")]
        plans.change_plan(WORKER, plan, 2, CarePlanFacts(NAME, 12, notice_days=180))
        plan_all()
        retire_item(WORKER, item, "Frame cracked")
        assert operations.announce_due_care(WORKER) == 0
        assert lists.page_of(get_listing("care"), {"state": "open"}, "due", 1)[0].total == 0


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"every": 0}, "every"), ({"every": 1001}, "every"), ({"duration_minutes": 0}, "duration_minutes"),
        ({"kind": "meter"}, "meter_step"), ({"kind": "season"}, "season"), ({"kind": "once"}, "starts_on"),
        ({"kind": "season", "season": ("02-30",)}, "season"), ({"kind": "never"}, "kind"), ({"grade": "E"}, "grade"),
    ],
)  # fmt: skip
def test_plan_that_cannot_be_followed_is_refused(
    workshop: Workshop, scope: Scoped, facts: dict[str, object], field: str
) -> None:
    with scope(workshop):
        product = a_product()
        with pytest.raises(Invalid) as refused:
            a_care_plan(product, **facts)
    assert refused.value.field == field
