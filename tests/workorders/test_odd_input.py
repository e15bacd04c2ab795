"""What is typed by mistake, or on purpose, is refused with a sentence: it breaks no page, and no planner behind it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.catalogue.models import CarePlan
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.items.models import Item
from service_app.items.operations import ItemFacts, read_meter
from service_app.workorders import links, operations, queries
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_person, a_service
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.rentals import an_active, an_item
from tests.workorders.days import DAY, occurrences, plan_all

TYPED = {
    "name-fr": "Freins", "kind": "time", "every": "6", "unit": "month", "basis": "fixed", "place": "workshop",
    "severity": "warn", "early_days": "3", "late_days": "5", "notice_days": "10", "horizon_days": "90",
    "duration_minutes": "30", "is_active": "1",
}  # fmt: skip


@pytest.mark.parametrize(
    "odd",
    [
        {"starts_on": "9999-12-31"}, {"starts_on": "0001-01-01"}, {"kind": "once", "starts_on": "0001-01-01"},
        {"kind": "once", "starts_on": "9999-12-31"}, {"included": "9999-12-31"}, {"excluded": "0001-01-01"},
        {"kind": "season", "season": "1/99999999999999999999"}, {"kind": "season", "season": "0/0"},
        {"every": "99999999999"}, {"kind": "return", "every": "-2147483649"}, {"kind": "meter", "meter_step": "-1"},
        {"horizon_days": "2147483647"}, {"early_days": "-1"}, {"starts_on": "31/12/2026"}, {"kind": "never"}, {"unit": ""},
        {"grade": "Z"}, {"name-fr": ""},
    ],
    ids=str,
)  # fmt: skip
def test_plan_with_values_that_nobody_means_is_refused(
    workshop: Workshop, scope: Scoped, client: FlaskClient, odd: dict[str, str]
) -> None:
    with scope(workshop):
        item = an_item(a_product())
        address = f"/senne/care/plans/new?of=item&code={item.tag}"
    assert client.post(address, data=TYPED | odd).status_code == 422
    with scope(workshop):
        assert session().scalars(select(CarePlan)).all() == []
    assert client.post(address).status_code == 422, "and so is nothing at all"


def test_reading_that_no_meter_shows_is_refused(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        item = an_item(a_product())
        a_care_plan(item, kind="meter", every=None, meter_step=100)
        a_care_plan(item, every=1, early_days=60)
        plan_all()
        visit = operations.start_visit(WORKER, occurrences()[0])
        address, item_id = f"/senne/care/visits/{visit.id}", item.id
    for odd in ("-1", "2147483647", "99999999999", "1e9", "1,5"):
        assert client.post(address, data={"meter": odd}).status_code == 422, odd
    for name in ("minutes", "cost"):
        for odd in ("-1", "99999999999"):
            assert client.post(address, data={name: odd}).status_code == 422, (name, odd)
    assert client.post(address, data={"meter": "120", "minutes": "2147483647"}).status_code == 303
    with scope(workshop):
        assert session().get_one(Item, (workshop.id, item_id)).meter == 120
        plan_all()


def test_what_is_asked_of_care_that_there_is_not_is_not_found(client: FlaskClient) -> None:
    for number in (0, 2**31, 2**63, 10**40):
        for act in ("done", "skip", "begin"):
            assert client.post(f"/senne/care/{number}/{act}").status_code == 404, (number, act)
        for page in ("visits", "plans", "photos"):
            assert client.get(f"/senne/care/{page}/{number}").status_code == 404, (number, page)


def test_moment_at_the_ends_of_the_calendar_is_no_slot(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        item = an_active().lines[0].item
        assert item is not None
        a_person("Anna", bikes=2)
        a_service("entretien", skill="bikes", kind="care", horizon_days=60)
        a_care_plan(item, kind="once", starts_on=clock.now().date() + timedelta(days=1), every=None)
        plan_all()
        operations.announce_due_care(WORKER)
        address = f"/senne/look-after/{links.token_of(queries.get_visit(occurrences()[0].visit_id or 0))}"
    for moment in ("0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "9999-12-31T23:59Z", "2026-12-01", "soon", ""):
        for way in ("workshop", "home", "swim"):
            assert client.post(address, data={"way": f"{way}@{moment or ' '}"}).status_code in (409, 422), (way, moment)


@pytest.mark.parametrize("value", [-1, 2**31 - 1])
def test_reading_that_no_meter_shows_is_refused_wherever_it_is_written(
    workshop: Workshop, scope: Scoped, value: int
) -> None:
    """Two of them added up would stop the planner of the workshop."""
    with scope(workshop), clock.travelled(DAY):
        item = an_item(a_product())
        with pytest.raises(Invalid, match=r"number\.out_of_range"):
            read_meter(item, value, "staff")
        with pytest.raises(Invalid, match=r"number\.out_of_range"):
            ItemFacts(meter=value).clean(DAY.date())
