"""The checks of a visit: whose each answer is, what stays written of it, what is read as a measure, and what a form keeps."""

from __future__ import annotations

import base64
import io
import re
from datetime import datetime, timedelta

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from service_app.core import clock, events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.repairs import from_care
from service_app.repairs.models import RepairCase
from service_app.workorders import links, operations, queries
from service_app.workorders.models import CareVisit
from service_app.workorders.operations.doing import Done
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_person, a_service
from tests.factories.catalogue import a_care_plan
from tests.factories.rentals import an_active
from tests.workorders.days import a_photo, occurrences, plan_all


def checks(tick: str, measure: str) -> tuple[dict[str, object], ...]:
    """The checklist of a plan: the first asks for a tap, the second for a measure."""
    return (
        {"code": "c1", "text": {"fr": tick, "nl": tick, "en": tick}, "kind": "tick"},
        {"code": "c2", "text": {"fr": measure, "nl": measure, "en": measure}, "kind": "measure"},
    )


BRAKES, BATTERY = checks("Brakes", "Tyres (bar)"), checks("Battery", "Volts")


def a_visit(*checklists: tuple[dict[str, object], ...], **facts: object) -> CareVisit:
    """A visit of what Nora has, announced to her, due tomorrow, of a plan for each checklist."""
    item = an_active().lines[0].item
    assert item is not None
    for checklist in checklists:
        due = clock.now().date() + timedelta(days=1)
        given = {"kind": "once", "starts_on": due, "every": None, "early_days": 30, "late_days": 30}
        a_care_plan(item, **{**given, "checklist": checklist, **facts})
    plan_all()
    operations.announce_due_care(WORKER)
    visits = {one.visit_id for one in occurrences()}
    assert len(visits) == 1
    return queries.get_visit(visits.pop() or 0)


def names(page: str) -> list[str]:
    """The fields of the checks on a page, each once and in order."""
    return list(dict.fromkeys(re.findall(r'name="(check-[^"]+)"', page)))


def test_two_plans_in_one_visit_have_answers_of_their_own(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        number = a_visit(BRAKES, BATTERY).id
    address = f"/senne/care/visits/{number}?lang=en"
    brakes, tyres, battery, volts = names(client.get(address).get_data(as_text=True))
    given = {brakes: "fail", tyres: "3,5", battery: "pass", volts: "12,6"}
    assert client.post(address, data=given).status_code == 303
    page = client.get(address).get_data(as_text=True)
    assert re.findall(r"<dd[^>]*>\s*(not good|good|3,5|12,6)\s*<", page) == ["not good", "3,5", "good", "12,6"]
    with scope(workshop):
        assert [one.status for one in occurrences()] == ["done_partial", "done"]
        case = from_care.open_case(number)
        assert case is not None
        assert (case.fault.endswith("Brakes"), session().scalars(select(RepairCase)).one()) == (True, case)


def test_tick_at_home_passes_its_own_plan_alone(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        visit = a_visit(BRAKES, BATTERY, place="self")
        address = f"/senne/look-after/{links.token_of(visit)}"
    page = client.get(address).get_data(as_text=True)
    brakes, battery = re.findall(r'name="check"\s+value="([^"]+)"', page)
    assert brakes != battery
    sent = {"way": "self", "check": battery, "photos": [(io.BytesIO(a_photo()), "a.png")]}
    assert client.post(address, data=sent, content_type="multipart/form-data").status_code == 303
    with scope(workshop):
        assert [one.status for one in occurrences()] == ["done_partial", "done"]


def test_what_was_kept_by_its_bare_code_is_still_read(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        visit = a_visit(BRAKES)
        operations.finish_visit(WORKER, visit, Done({"c1": "fail", "c2": "3,5"}))
        visit.results = {"c1": "fail", "c2": "3,5"}
        session().flush()
        number = visit.id
        case = from_care.open_case(number)
        assert case is not None
        assert case.fault.endswith("Brakes")
    page = client.get(f"/senne/care/visits/{number}?lang=en").get_data(as_text=True)
    assert re.findall(r"<dd[^>]*>\s*(not good|good|3,5)\s*<", page) == ["not good", "3,5"]


def test_changed_checklist_changes_nothing_of_what_was_found_or_is_under_way(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        first = a_visit(BRAKES)
        operations.finish_visit(WORKER, first, Done({"c1": "fail", "c2": "3,5"}))
        plan, number = first.occurrences[0].plan, first.id
        standing = [dict(check) for check in plan.checklist]
        address, version = f"/senne/care/plans/{plan.id}?lang=en", plan.version
        facts = {
            "name-fr": "Soin", "kind": "once", "unit": "month", "basis": "fixed", "starts_on": plan.starts_on.isoformat(),
            "early_days": "30", "late_days": "30", "notice_days": "14", "horizon_days": "90", "duration_minutes": "60",
            "place": "workshop", "severity": "warn", "is_active": "1",
        }  # fmt: skip
    for lines, wanted in (
        (("Chain", "Brakes", "Tyres (bar) ="), ["c3", "c1", "c2"]),
        (("Tyres (bar)=", "Brakes", "Brakes"), ["c2", "c1", "c4"]),
        (("Lights",), ["c5"]),
    ):
        typed = facts | {"checklist": "\n".join(lines), "version": str(version)}
        assert client.post(address, data=typed).status_code == 303
        with scope(workshop):
            plan = queries.get_plan(plan.id)
            now, version = plan.checklist, plan.version
            assert [check["code"] for check in now] == wanted
            assert [check for check in now if check["code"] in ("c1", "c2")] == [
                standing[int(code[1:]) - 1] for code in wanted if code in ("c1", "c2")
            ]
        page = client.get(f"/senne/care/visits/{number}?lang=en").get_data(as_text=True)
        found = re.findall(r"<dt>([^<]*)</dt>\s*<dd>\s*([^<]*?)\s*</dd>", page)
        assert found[:2] == [("Brakes", "not good"), ("Tyres (bar)", "3,5")], lines
        with scope(workshop):
            case = from_care.open_case(number)
            assert case is not None
            assert case.fault.endswith("Brakes")


def test_what_was_ticked_at_home_stays_when_the_photo_is_missing(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        visit = a_visit(BRAKES, BATTERY, place="self")
        address = f"/senne/look-after/{links.token_of(visit)}?lang=en"
    page = client.get(address).get_data(as_text=True)
    brakes, battery = re.findall(r'name="check"\s+value="([^"]+)"', page)
    assert re.search(r'<input[^>]*name="photos"[^>]* required', page), "a browser asks for the photo before it is sent"
    for ticks in ([brakes], [brakes, battery]):
        refused = client.post(address, data={"way": "self", "check": ticks, "remark": "It squeaks"})
        assert refused.status_code == 422
        page = refused.get_data(as_text=True)
        assert re.findall(r'name="check"\s+value="([^"]+)" checked', page) == ticks
        assert "It squeaks" in page
    sent = {"way": "self", "check": ticks, "photos": [(io.BytesIO(a_photo()), "a.png")]}
    assert client.post(address, data=sent, content_type="multipart/form-data").status_code == 303
    with scope(workshop):
        assert {one.status for one in occurrences()} == {"done"}


def test_who_did_it_in_part_reads_that_it_may_not_be_used(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        visit = a_visit(BRAKES, place="self", severity="stop_use")
        address, tag = f"/senne/look-after/{links.token_of(visit)}?lang=en", visit.item.tag
    sent = {"way": "self", "photos": [(io.BytesIO(a_photo()), "a.png")]}
    assert client.post(address, data=sent, content_type="multipart/form-data").status_code == 303
    page = client.get(address).get_data(as_text=True)
    assert "It is done. Thank you." in page
    assert "Please do not use it until we have looked at it." in page
    with scope(workshop):
        [done] = occurrences()
        assert (done.item.tag, done.item.held_back) == (tag, "stop_use")
        operations.say_fit(WORKER, done, "Looked at it")
    assert "Please do not use it" not in client.get(address).get_data(as_text=True)


def test_address_stays_when_the_moment_was_taken(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        a_person("Anna", bikes=2)
        a_service("visite", skill="bikes", kind="care", place="home", horizon_days=60)
        visit = a_visit(BRAKES)
        address = f"/senne/look-after/{links.token_of(visit)}?lang=en"
    free = re.findall(r'value="home@([^"]+)"', client.get(address).get_data(as_text=True))
    gone = (datetime.fromisoformat(free[0]) - timedelta(days=400)).isoformat()
    refused = client.post(address, data={"way": f"home@{gone}", "address": "Rue du Marais 3"})
    assert refused.status_code in (409, 422)
    assert re.search(r'name="address"\s+value="Rue du Marais 3"', refused.get_data(as_text=True))


def test_measure_is_a_number_and_what_was_typed_stays(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        address = f"/senne/care/visits/{a_visit(BRAKES).id}?lang=en"
    brakes, tyres = names(client.get(address).get_data(as_text=True))
    for given in ("abc", "fail", "pass", "3,5 bar", "NaN"):
        refused = client.post(address, data={brakes: "pass", tyres: given})
        assert refused.status_code == 422, given
        page = refused.get_data(as_text=True)
        assert re.search(rf'name="{tyres}"\s+value="{given}"[^>]*aria-describedby="{tyres}-error"', page), given
        assert re.search(rf'id="{tyres}-error">.*“{given}” is not a number', page), given
        assert re.search(rf'name="{brakes}"\s+value="pass" checked', page), given
    assert client.post(address, data={brakes: "so so", tyres: "3"}).status_code == 422
    assert client.post(address, data={brakes: "pass", tyres: "1 013,5"}).status_code == 303
    with scope(workshop):
        assert [one.status for one in occurrences()] == ["done"]
        assert "care.failed" not in [one.name for one in events.timeline(occurrences()[0].item)]


def test_signature_that_was_taken_is_shown(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        address = f"/senne/care/visits/{a_visit(BRAKES, needs_signature=True).id}"
    assert client.get(f"{address}/signature").status_code == 404, "nobody signed yet"
    assert client.post(address).status_code == 422
    drawn = f"data:image/png;base64,{base64.b64encode(a_photo()).decode()}"
    assert client.post(address, data={"signed_drawing": drawn}).status_code == 303
    page = client.get(f"{address}?lang=en").get_data(as_text=True)
    assert re.search(rf'<img class="signature-drawn"\s+src="{address}/signature"\s+alt="Signature"', page)
    shown = client.get(f"{address}/signature")
    with Image.open(io.BytesIO(shown.data)) as picture:
        assert (shown.status_code, shown.mimetype, picture.size) == (200, "image/jpeg", (8, 8))
