"""What a customer did themselves: who looks at it, what is asked of them, and what they are told."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.core import access, events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.items.models import MeterReading
from service_app.workorders import links, operations, queries
from service_app.workorders.models import CareDuty, CareVisit
from service_app.workorders.operations import answers
from service_app.workorders.operations.doing import Done
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_person, a_service
from tests.factories.catalogue import a_product
from tests.mail import Sink
from tests.notifications.test_letters import sweep_all
from tests.workorders.days import a_photo, occurrences
from tests.workorders.test_checks import BRAKES, a_visit
from workers.process import Process

LOOK_AT = "Done at home, to look at"


def send(client: FlaskClient, visit: CareVisit, is_good: bool = True, **typed: str) -> int:
    """What Nora sends from the page of her visit, with a photo; the status that comes back."""
    ticks = [f"{visit.occurrences[0].care_plan_id}-c1"] if is_good else []
    sent = {"way": "self", "check": ticks, "photos": [(io.BytesIO(a_photo()), "a.png")], **typed}
    address = f"/senne/look-after/{links.token_of(visit)}?lang=en"
    return client.post(address, data=sent, content_type="multipart/form-data").status_code


@pytest.mark.parametrize(
    ("is_good", "remark", "is_shown"),
    [(True, "The brake grinds", True), (False, "", True), (True, " ", False)],
    ids=["a remark", "in part", "all is well"],
)
def test_what_was_done_at_home_with_a_remark_or_in_part_is_looked_at_by_somebody(
    workshop: Workshop, scope: Scoped, client: FlaskClient, is_good: bool, remark: str, is_shown: bool
) -> None:
    with scope(workshop):
        visit = a_visit(BRAKES, place="self")
        number, act = visit.id, f"/senne/care/visits/{visit.id}/seen"
    client.post(act)  # by hand: nothing was done yet, and it is looked at when it was
    assert send(client, visit, is_good, remark=remark) == 303
    for address in ("/senne/", "/senne/care/calls", f"/senne/care/visits/{number}"):
        page = client.get(f"{address}?lang=en").get_data(as_text=True)
        assert (act in page) == is_shown, address
        assert (LOOK_AT in page) == (is_shown and "visits" not in address), address
        assert remark.strip() in page
    assert [client.post(act).status_code for _press in range(2)] == [303, 303]
    for address in ("/senne/", "/senne/care/calls", f"/senne/care/visits/{number}"):
        assert act not in client.get(address).get_data(as_text=True)
    with scope(workshop):
        assert [one.name for one in events.timeline(queries.get_visit(number))].count("care.seen") == is_shown


def test_what_was_said_to_be_fit_again_was_looked_at(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        visit = a_visit(BRAKES, place="self", severity="stop_use")
    assert send(client, visit, is_good=False) == 303
    with scope(workshop):
        assert [each.id for each in queries.to_look_at()] == [visit.id]
        operations.say_fit(WORKER, occurrences()[0], "A new pad")
        session().flush()
        assert queries.to_look_at() == []


def test_plan_for_the_customer_asks_no_signature(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        code = a_product().code
    typed = {
        "name-fr": "Freins", "kind": "time", "every": "6", "unit": "month", "basis": "fixed", "severity": "warn",
        "early_days": "3", "late_days": "5", "notice_days": "10", "horizon_days": "90", "duration_minutes": "30",
        "is_active": "1", "needs_signature": "1",
    }  # fmt: skip
    address = f"/senne/care/plans/new?of=product&code={code}&lang=en"
    refused = client.post(address, data=typed | {"place": "self"})
    assert refused.status_code == 422
    assert re.search(r'id="needs_signature-error">.*Nobody signs for what they did themselves', refused.get_data(True))
    assert client.post(address, data=typed | {"place": "home"}).status_code == 303


def test_signature_that_an_older_plan_asks_is_not_asked_at_home(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        visit = a_visit(BRAKES, place="self")
        visit.occurrences[0].plan.needs_signature = visit.occurrences[0].needs_signature = True
        session().flush()
    assert send(client, visit) == 303
    with scope(workshop):
        assert [each.status for each in occurrences()] == ["done"]


def test_reading_is_kept_of_what_was_done_at_home(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        visit = a_visit(BRAKES, place="self")
        address = f"/senne/look-after/{links.token_of(visit)}?lang=en"
        assert 'name="meter"' not in client.get(address).get_data(as_text=True), "it has no meter"
        visit.item.product.meter_unit, visit.item.meter = "km", 1000
        session().flush()
    assert 'name="meter"' in client.get(address).get_data(as_text=True)
    for given, why in (("900", "The last reading was 1000. Read the meter again."), ("many", "meter-error")):
        ticked = f"{visit.occurrences[0].care_plan_id}-c1"
        sent = {"way": "self", "check": ticked, "meter": given, "remark": "It squeaks"}
        refused = client.post(address, data=sent | {"photos": [(io.BytesIO(a_photo()), "a.png")]})
        page = refused.get_data(as_text=True)
        assert (refused.status_code, why in page, "It squeaks" in page) == (422, True, True), given
        assert re.search(rf'name="meter"[^>]*value="{given}"', page), given
        assert " checked" in page, given
    assert send(client, visit, meter="1250") == 303
    with scope(workshop):
        [done] = occurrences()
        reading = session().scalars(select(MeterReading)).one()
        assert (done.item.meter, reading.value, reading.source) == (1250, 1250, "customer")
        assert queries.get_visit(visit.id).meter == 1250
        assert session().scalars(select(CareDuty.base_meter)).one() == 1250, "the next is counted from here"


@pytest.mark.parametrize("stands", ["asked", "booked", "done in part", "with nobody"])
def test_who_may_not_use_it_gets_the_link_that_is_of_use(
    workshop: Workshop, scope: Scoped, client: FlaskClient, posting: Process, post: tuple[Sink, int], stands: str
) -> None:
    choose, look = "Choose how and when", "See how it stands"
    with scope(workshop):
        when = queries.today_here() + timedelta(days=stands == "done in part")  # a recall holds from its first day
        visit = a_visit(BRAKES, place="self", severity="stop_use", starts_on=when)
        visit.customer.language = "en"
        if stands == "booked":
            a_person("Anna", bikes=2)
            service = a_service("visite", skill="bikes", kind="care", place="home", horizon_days=60)
            answers.choose_slot(access.customer("Nora"), visit, "home", answers.free_slots(visit, service)[0], "Rue 3")
        if stands == "with nobody":
            operations.finish_visit(WORKER, visit, Done({"c1": "fail"}))
            visit.customer_id = None  # here at the counter, in nobody's name
        session().flush()
        operations.hold_back_late(WORKER)
        address = links.visit_url(visit)
    if stands == "done in part":
        assert send(client, visit, is_good=False) == 303
    sweep_all(posting)
    [letter] = [each for each in post[0].letters if str(each["Subject"]).startswith("Please do not use")]
    body = letter.get_body(("plain",)).get_content()
    wanted = {"asked": [choose], "booked": [look], "done in part": [look], "with nobody": []}[stands]
    assert [each for each in (choose, look) if each in body] == wanted
    assert (address in body) == bool(wanted)
    if wanted:
        page = client.get(address).get_data(as_text=True)
        assert "Please do not use it until we have looked at it." in page
        assert ('name="way"' in page) == (stands == "asked"), "there is something to choose, or there is not"
