"""The workshop's pages: appointments with their acts, people and benches, services, who waits, and Today."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from service_app.bookings import operations, queries
from service_app.bookings.operations import absences, setup, waiting
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.errors import Conflict, Invalid
from tests.factories.bookings import a_bench, a_booked, a_day, a_person, a_service, at
from tests.factories.customers import a_customer


@pytest.fixture
def ann(scope, workshop):
    with scope(workshop):
        return a_person("Ann")


@pytest.fixture
def appointment(ann, scope, workshop):
    """At ten, of Nora."""
    with scope(workshop):
        return a_booked(a_service("repair"), customer=a_customer(name="Nora Lemmens"))


def read(scope, workshop, reference):
    with scope(workshop):
        return queries.get_appointment(reference)


def test_the_list_shows_who_comes_and_is_narrowed_by_day_and_state(client, appointment):
    page = client.get("/senne/appointments").text
    assert "Nora Lemmens" in page
    assert "Ann" in page
    assert "Nora Lemmens" not in client.get("/senne/appointments?when=past").text
    assert "Nora Lemmens" in client.get("/senne/appointments?when=any&q=nora").text
    assert "Nora Lemmens" not in client.get("/senne/appointments?state=cancelled").text


def test_a_new_one_is_made_from_a_free_moment(client, ann, scope, workshop):
    with scope(workshop):
        a_service("repair")
        a_customer(name="Tom Peeters")
    page = unescape(client.get(f"/senne/appointments/new?service=repair&day={a_day()}").text)
    assert at().isoformat() in page
    sent = {"service": "repair", "day": a_day(), "person": "", "customer": "Tom Peeters", "starts_at": at().isoformat()}
    answer = client.post("/senne/appointments/new", data=sent)
    assert answer.status_code == 303
    assert "Tom Peeters" in client.get(answer.location).text
    again = client.post("/senne/appointments/new", data=sent)
    assert again.status_code == 409
    assert at(10, 30).isoformat() in unescape(again.text)


def test_a_new_one_at_an_hour_of_ones_own(client, ann, scope, workshop):
    with scope(workshop):
        a_service("repair")
        a_customer(name="Tom Peeters")
    sent = {
        "service": "repair",
        "day": a_day(),
        "person": "",
        "customer": "Tom Peeters",
        "hour": "10:07",
        "starts_at": "",
    }
    answer = client.post("/senne/appointments/new", data=sent)
    reference = answer.location.rsplit("/", 1)[1]
    assert read(scope, workshop, reference).starts_at == at(10, 7)


@pytest.mark.parametrize("customer", ["", "Nobody Known"])
def test_without_a_known_customer_nothing_is_booked(client, ann, scope, workshop, customer):
    with scope(workshop):
        a_service("repair")
    sent = {"service": "repair", "day": a_day(), "customer": customer, "starts_at": at().isoformat()}
    assert client.post("/senne/appointments/new", data=sent).status_code == 422
    with scope(workshop):
        assert at() in [slot.starts_at for slot in queries.find_slots(queries.get_service("repair"), a_day(), a_day())]


def test_here_done_and_back_again(sign_in, appointment, scope, workshop):
    here = f"/senne/appointments/{appointment.reference}"
    with clock.travelled(at(9, 58)):
        client = sign_in(workshop)
        client.post(f"{here}/arrived")
        assert read(scope, workshop, appointment.reference).status == "arrived"
        client.post(f"{here}/done")
        assert read(scope, workshop, appointment.reference).status == "done"
        client.post(f"{here}/undo")
        assert read(scope, workshop, appointment.reference).status == "arrived"


def test_who_is_late_is_said_and_who_does_not_come_is_marked(sign_in, appointment, scope, workshop):
    here = f"/senne/appointments/{appointment.reference}"
    with clock.travelled(at(10, 5)):
        client = sign_in(workshop)
        assert "Did not come" not in client.get(f"{here}?lang=en").text
        assert "may still come" in client.post(f"{here}/not-come", follow_redirects=True).text
    with clock.travelled(at(10, 20)):
        assert "20 minutes late" in client.get(here).text
        client.post(f"{here}/not-come")
        assert read(scope, workshop, appointment.reference).status == "no_show"
        assert "Did not come, to call" in client.get("/senne/").text
        client.post(f"{here}/forgive", data={"back": "today"})
        assert "Did not come, to call" not in client.get("/senne/").text


def test_moving_and_cancelling(client, appointment, scope, workshop):
    here = f"/senne/appointments/{appointment.reference}"
    assert at(14).isoformat() in unescape(client.get(f"{here}/move").text)
    sent = {"version": appointment.version, "day": a_day(), "starts_at": at(14).isoformat()}
    assert client.post(f"{here}/move", data=sent).status_code == 303
    assert client.post(f"{here}/move", data=sent | {"starts_at": at(15).isoformat()}).status_code == 409, "seen before"
    client.post(f"{here}/cancel", data={"reason": "The bike is sold"})
    row = read(scope, workshop, appointment.reference)
    assert (row.status, row.reason, row.starts_at) == ("cancelled", "The bike is sold", at(14))


def test_arrivals_stand_on_today(sign_in, workshop, appointment):
    assert "Expected today" not in sign_in(workshop).get("/senne/").text
    with clock.travelled(at(8)):
        client = sign_in(workshop)
        page = client.get("/senne/").text
        assert "Expected today" in page
        assert "Nora Lemmens" in page


def test_appointments_stand_beside_their_customer(client, appointment, scope, workshop):
    customer = read(scope, workshop, appointment.reference).customer
    assert appointment.reference in client.get(f"/senne/customers/{customer.reference}").text


def test_somebody_is_added_with_skills_and_hours_and_changed(client, scope, workshop):
    sent = {
        "kind": "person", "name": "Bo", "is_active": "y", "member_id": "", "skills-0-name": "Brakes", "skills-0-level": "3",
        "skills-1-name": "", "skills-1-level": "2", "day_0-first-opens": "09:00", "day_0-first-closes": "13:00",
    }  # fmt: skip
    answer = client.post("/senne/planning/people/new", data=sent)
    assert answer.status_code == 303, answer.text
    page = client.get(answer.location).text
    assert "Brakes" in page
    assert "09:00–13:00" in page
    form = client.get(f"{answer.location}/edit").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', form)[1]
    changed = client.post(f"{answer.location}/edit", data=sent | {"name": "Bob", "version": version})
    assert changed.status_code == 303
    stale = client.post(f"{answer.location}/edit", data=sent | {"version": version})
    assert stale.status_code == 409
    with scope(workshop):
        (bob,) = queries.list_resources()
        assert (bob.name, [(each.skill.name, each.level) for each in bob.skills]) == ("Bob", [("Brakes", 3)])


def test_one_skill_more_is_a_row_more_and_nothing_is_written(client, scope, workshop):
    sent = {"kind": "person", "name": "Bo", "skills-0-name": "Brakes", "skills-0-level": "3", "add-skill": "1"}
    page = client.post("/senne/planning/people/new", data=sent).text
    assert 'name="skills-1-name"' in page
    with scope(workshop):
        assert queries.list_resources() == []


def test_hours_that_end_before_they_begin_are_refused_at_their_day(client):
    sent = {"kind": "bench", "name": "B", "day_2-first-opens": "13:00", "day_2-first-closes": "09:00"}
    answer = client.post("/senne/planning/people/new", data=sent)
    assert answer.status_code == 422
    assert "look here" in answer.text


def test_an_absence_says_what_it_hits(client, ann, appointment, scope, workshop):
    sent = {"first_day": a_day(), "reason": "ill"}
    page = client.post(f"/senne/planning/people/{ann.id}/absences", data=sent, follow_redirects=True).text
    assert "customers asked: 1" in page
    assert "Hit by the absence" in page
    assert "is away then" in client.get(f"/senne/appointments/{appointment.reference}").text
    with scope(workshop):
        a_person("Bo")
    client.post(f"/senne/appointments/{appointment.reference}/rescue")
    assert queries_who(scope, workshop, appointment.reference) == "Bo"
    with scope(workshop):
        absence = queries.absences_of(ann)[0].id
    client.post(f"/senne/planning/absences/{absence}/end")
    with scope(workshop):
        assert queries.absences_of(ann) == []


def queries_who(scope, workshop, reference):
    with scope(workshop):
        person = queries.who(queries.get_appointment(reference))
        return person.name if person else ""


def test_a_service_is_made_and_changed(client, scope, workshop):
    sent = {
        "code": "tune-up", "name-en": "Tune-up", "kind": "care", "place": "drop_off", "minutes": "45", "step_minutes": "15",
        "before_minutes": "0", "after_minutes": "15", "lead_minutes": "60", "horizon_days": "30", "skill": "Brakes",
        "skill_level": "2", "needs": "bench", "is_public": "y", "is_active": "y", "change_minutes": "720", "late_minutes": "10",
        "no_show": "block",
    }  # fmt: skip
    assert client.post("/senne/planning/services/new", data=sent).status_code == 303
    assert "Tune-up" in client.get("/senne/planning/services").text
    assert client.post("/senne/planning/services/new", data=sent).status_code == 409
    assert client.post("/senne/planning/services/new", data=sent | {"code": "Ü"}).status_code == 422
    form = client.get("/senne/planning/services/tune-up").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', form)[1]
    client.post("/senne/planning/services/tune-up", data=sent | {"minutes": "60", "version": version})
    with scope(workshop):
        service = queries.get_service("tune-up")
        assert (service.minutes, service.needs, service.skill.name, service.no_show) == (
            60,
            ["bench"],
            "Brakes",
            "block",
        )


def test_who_waits_is_listed_and_taken_off(client, ann, scope, workshop):
    with scope(workshop):
        service = a_service(minutes=540, step_minutes=540)
        a_booked(service, at(9))
        entry = waiting.join_waiting(WORKER, service, a_customer(name="Patient One"), a_day(), a_day())
    assert "Patient One" in client.get("/senne/appointments/waiting").text
    client.post(f"/senne/appointments/waiting/{entry.id}/leave")
    assert "Patient One:" not in client.get("/senne/appointments/waiting").text


def test_a_new_workshop_begins_with_the_usual_by_one_press(client, scope, workshop):
    assert "Begin with the usual" in client.get("/senne/appointments").text
    client.post("/senne/planning/begin")
    client.post("/senne/planning/begin")
    with scope(workshop):
        assert [row.kind for row in queries.list_resources()] == ["person", "bench"]
        assert [(row.code, row.minutes) for row in queries.list_services()] == [("repair", 20), ("return", 15)]
        tomorrow = clock.today("Europe/Brussels") + timedelta(days=1)
        assert queries.find_slots(queries.get_service("repair"), tomorrow, tomorrow + timedelta(days=7))


def test_who_joins_a_workshop_without_any_person_is_planned_with(scope, workshop, client):
    with scope(workshop):
        from service_app.workshops.queries import list_members

        member = list_members()[0]
        assert setup.furnish_for(member.id) == 4
        assert queries.list_resources()[0].member_id == member.id
        assert setup.furnish_for(member.id) == 0


def test_one_colleague_is_one_person(scope, workshop, client):
    with scope(workshop):
        from service_app.workshops.queries import list_members

        member = list_members()[0]
        setup.create_resource(WORKER, setup.ResourceFacts("One", "person", member.id))
        with pytest.raises(Conflict, match=r"resource\.member_taken"):
            setup.create_resource(WORKER, setup.ResourceFacts("Two", "person", member.id))
        with pytest.raises(Invalid, match=r"choice\.unknown"):
            setup.create_resource(WORKER, setup.ResourceFacts("Three", "person", 999_999))


def test_skills_are_one_however_they_are_capitalised(scope, workshop):
    with scope(workshop):
        assert setup.skill_named("Brakes").id == setup.skill_named(" brakes ").id


def test_who_may_only_read_sees_no_button(sign_in, workshop, appointment):
    page = sign_in(workshop, "auditor").get(f"/senne/appointments/{appointment.reference}").text
    assert "Cancel the appointment" not in page
    assert "/arrived" not in page


def test_a_bench_that_is_broken_is_replaced_by_another(scope, workshop, ann):
    with scope(workshop):
        first, second = a_bench("First"), a_bench("Second")
        appointment = a_booked(a_service(needs=["bench"]))
        taken = queries.who(appointment, "bench")
        absences.enter_absence(WORKER, taken, at(8), at(18), "broken")
        assert queries.who(appointment, "bench").id == ({first.id, second.id} - {taken.id}).pop()
        assert operations.cancel(WORKER, appointment).status == "cancelled"
