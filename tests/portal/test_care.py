"""What is due for my things and what was done to them; and what a passport says of it to anybody."""

from __future__ import annotations

from datetime import timedelta

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.workorders import links, operations, queries
from service_app.workorders.operations import answers
from service_app.workorders.operations.doing import Done
from tests.factories.bookings import a_person, a_service
from tests.factories.catalogue import a_care_plan
from tests.factories.customers import a_customer
from tests.factories.portal import come_in
from tests.factories.rentals import an_active
from tests.workorders.days import occurrences, plan_all

NORA, OTHER = "nora@example.be", "other@example.be"


def test_what_is_due_is_chosen_there_done_and_stays_as_history(app, workshop, scope):
    with scope(workshop):
        contract = an_active(customer=a_customer(name="Nora Lemmens", email=NORA, language="en"))
        a_customer(name="Other", email=OTHER, language="en")
        item = contract.lines[0].item
        tag, passport = item.tag, f"/p/{item.public_code}"
        a_person("Anna", bikes=2)
        a_service("entretien", skill="bikes", kind="care", horizon_days=60)
        a_care_plan(
            item, kind="once", starts_on=clock.now().date() + timedelta(days=9), every=None, notice_days=40
        )  # fmt: skip
        plan_all()
        operations.announce_due_care(WORKER)
        visit = queries.get_visit(occurrences()[0].visit_id)
        address = links.visit_url(visit).removeprefix("http://localhost")
        start = answers.free_slots(visit, answers.service_for("workshop"))[0].isoformat()
    nora, other = come_in(app.test_client(), NORA), come_in(app.test_client(), OTHER)
    for page in ("", "care"):
        assert address in nora.get(f"/senne/my/{page}").text
        assert address not in other.get(f"/senne/my/{page}").text
    assert "Full service" in nora.get("/senne/my/care").text
    assert "Prochain entretien" in app.test_client().get(passport).text
    assert nora.post(address, data={"way": f"workshop@{start}"}).status_code == 303
    assert "We see each other on" in nora.get("/senne/my/").text
    with scope(workshop):
        visit = queries.get_visit(occurrences()[0].visit_id)
        operations.finish_visit(WORKER, visit, Done(minutes=30))
    page = nora.get("/senne/my/care").text
    assert address not in page
    assert tag in page
    assert address not in nora.get("/senne/my/").text
    street = app.test_client().get(passport).text
    assert "Dernier entretien" in street
    assert "Nora" not in street
