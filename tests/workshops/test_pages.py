"""The pages about a workshop and its people, as a browser asks for them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from service_app.core import tenancy
from service_app.core.db import session
from service_app.workshops import queries
from service_app.workshops.models import Cluster, ClusterMember, Workshop
from service_app.workshops.operations import people
from tests.counting import counted_statements
from tests.factories.workshops import PASSWORD, make_member


def invited(scope, workshop, owner, email="ana@example.be", role="technician"):
    with scope(workshop):
        return people.join_link(people.invite_member(owner, email, role, "fr")).removeprefix("http://localhost")


def test_the_colour_of_a_workshop_is_a_stylesheet_of_its_own(client, workshop, scope):
    saved = client.post("/senne/settings", data=settings_form(brand="#1d6f42"))
    assert saved.status_code == 303
    answer = client.get("/senne/brand.css")
    assert (answer.mimetype, answer.text) == ("text/css", ":root{--brand:#1d6f42}\n")
    assert "public" in answer.headers["Cache-Control"]
    assert "/senne/brand.css?v=1d6f42" in client.get("/senne/settings").text


def settings_form(**facts):
    return {"version": "1", "name": "Atelier Senne", "language": "fr", "offer_days": "7", "brand": "#c43c22"} | facts


def test_settings_somebody_else_changed_show_both_values(client, workshop, scope):
    client.post("/senne/settings", data=settings_form(city="Molenbeek"))
    answer = client.post("/senne/settings", data=settings_form(city="Schaerbeek"))
    assert answer.status_code == 409
    assert "Molenbeek" in answer.text
    assert "Schaerbeek" in answer.text
    assert client.post("/senne/settings", data=settings_form(city="Schaerbeek", version="2")).status_code == 303


def test_what_is_wrong_in_the_settings_stands_under_its_field(client, workshop):
    answer = client.post("/senne/settings", data=settings_form(vat_number="BE1"))
    assert answer.status_code == 422
    assert 'id="vat_number-error"' in answer.text


def test_the_week_is_shown_changed_and_refused_with_its_day(client, workshop):
    assert 'name="day_0-first-opens"' in client.get("/senne/settings/hours").text
    week = {"day_0-first-opens": "10:00", "day_0-first-closes": "12:30"}
    assert client.post("/senne/settings/hours", data=week).status_code == 303
    assert 'value="12:30"' in client.get("/senne/settings/hours").text
    answer = client.post("/senne/settings/hours", data=week | {"day_3-second-opens": "10:00"})
    assert answer.status_code == 422
    row = re.search(r"<tr>(?:(?!</tr>).)*look here.*?</tr>", answer.text, re.DOTALL)
    assert row
    assert "Thursday" in row[0]


def test_days_that_differ_are_added_removed_and_given_back(client, workshop, scope):
    days = {"first_day": "2031-07-20", "last_day": "2031-07-22", "is_closed": "y", "note": "Summer"}
    assert client.post("/senne/settings/hours/days", data=days).status_code == 303
    page = client.get("/senne/settings/hours").text
    assert page.count("Summer") == 3
    first = re.search(r"/senne/settings/hours/days/(\d+)/remove", page)
    assert first
    client.post(first[0])
    assert client.get("/senne/settings/hours").text.count("Summer") == 2
    client.post("/senne/settings/hours/days/restore")
    assert client.get("/senne/settings/hours").text.count("Summer") == 3


def test_public_holidays_come_at_a_press(client, workshop, scope):
    client.post("/senne/settings/hours/days/holidays")
    with scope(workshop):
        notes = {row.note for row in queries.list_exceptions(date(2020, 1, 1))}
    assert {"Noël", "Nouvel An"} <= notes


def test_terms_are_published_and_every_version_can_be_read(client, workshop):
    answer = client.post("/senne/settings/terms", data={"fr": "Rendre propre.", "nl": "", "en": ""})
    assert answer.status_code == 303
    assert "Rendre propre." in client.get("/senne/settings/terms/2").text
    assert "Conditions générales" in client.get("/senne/settings/terms/1").text
    assert client.get("/senne/settings/terms/3").status_code == 404
    assert client.post("/senne/settings/terms", data={"fr": "Rendre propre."}).status_code == 409


def test_an_auditor_reads_the_settings_and_is_offered_nothing_to_press(sign_in, workshop):
    auditor = sign_in(workshop, "auditor")
    for path in ("/senne/settings", "/senne/settings/hours", "/senne/settings/terms", "/senne/people"):
        page = auditor.get(path)
        assert page.status_code == 200
        assert not re.search(r'<form[^>]*action="/senne/people', page.text)
        assert "button-main" not in page.text
    assert auditor.post("/senne/settings", data=settings_form()).status_code == 403


def test_somebody_is_invited_and_joins_with_a_new_account(client, app, workshop, scope, owner):
    answer = client.post(
        "/senne/people/invite", data={"email": "ana@example.be", "role": "technician", "language": "fr"}
    )
    assert answer.status_code == 303
    with scope(workshop):
        link = people.join_link(queries.list_open_invitations()[0]).removeprefix("http://localhost")
    newcomer = app.test_client()
    page = newcomer.get(f"{link}?lang=en")
    assert page.status_code == 200
    assert "ana@example.be" in page.text
    joined = newcomer.post(link, data={"name": "Ana", "password": "trois chaises et une lampe"})
    assert joined.status_code == 303
    assert newcomer.get("/senne/people").status_code == 403
    assert newcomer.get(joined.location).status_code == 200
    assert "Ana" in client.get("/senne/people").text
    assert newcomer.get(link).status_code == 404


def test_a_weak_password_is_refused_and_nobody_has_joined(app, client, workshop, scope, owner):
    link = invited(scope, workshop, owner)
    newcomer = app.test_client()
    answer = newcomer.post(link, data={"name": "Ana", "password": "short"})
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert newcomer.get("/senne/").status_code == 302
    assert newcomer.get(link).status_code == 200


def test_who_has_an_account_signs_in_and_then_joins(app, workshop, other_workshop, scope, owner, database):
    email = make_member(database, other_workshop, "counter")
    link = invited(scope, workshop, owner, email, "driver")
    browser = app.test_client()
    assert f"/sign-in?next={link}" in browser.get(link).text
    assert browser.post("/sign-in", data={"email": email, "password": PASSWORD, "next": link}).location == link
    assert browser.post(link).location == "/senne/"
    home = browser.get("/").text
    assert "/senne/" in home
    assert "/lumen/" in home


def test_who_works_here_already_is_led_on_and_the_invitation_stays(client, app, workshop, scope, owner):
    link = invited(scope, workshop, owner)
    assert client.post(link).location == "/senne/"
    assert app.test_client().get(link).status_code == 200


def test_a_join_link_that_was_changed_opens_nothing(app, workshop, scope, owner):
    link = invited(scope, workshop, owner)
    assert app.test_client().get(link[:-3] + "abc").status_code == 404
    assert app.test_client().post(link[:-3] + "abc", data={"name": "Ana", "password": PASSWORD}).status_code == 404


def test_a_role_is_changed_on_a_persons_page(client, workshop, scope, database):
    email = make_member(database, workshop, "counter")
    with scope(workshop):
        hand = next(row for row in queries.list_members() if row.account.email == email)
    where = f"/senne/people/{hand.id}"
    assert client.get(where).status_code == 200
    assert client.post(f"{where}/role", data={"role": "driver", "version": "1"}).status_code == 303
    stale = client.post(f"{where}/role", data={"role": "manager", "version": "1"})
    assert stale.status_code == 409
    with scope(workshop):
        assert people.get_member(hand.id).role == "driver"


def test_the_last_owner_is_told_why_they_cannot_go(client, workshop, scope):
    with scope(workshop):
        boss = queries.list_members()[0]
    answer = client.post(f"/senne/people/{boss.id}/end")
    assert answer.status_code == 409
    assert "last owner" in answer.text
    demoted = client.post(f"/senne/people/{boss.id}/role", data={"role": "counter", "version": "1"})
    assert demoted.status_code == 409
    assert "last owner" in demoted.text


def test_who_is_let_go_is_out_at_the_next_click_and_can_be_taken_back(client, sign_in, workshop, scope):
    hand = sign_in(workshop, "counter")
    assert hand.get("/senne/").status_code == 200
    with scope(workshop):
        row = next(row for row in queries.list_members() if row.role == "counter")
    client.post(f"/senne/people/{row.id}/end")
    assert hand.get("/senne/").status_code == 404
    assert f"/senne/people/{row.id}/back" in client.get("/senne/people").text
    client.post(f"/senne/people/{row.id}/back")
    assert hand.get("/senne/").status_code == 200


def test_people_take_a_constant_number_of_statements(client, workshop, database, app):
    def statements() -> int:
        with counted_statements(app.database.engine) as sent:
            assert client.get("/senne/people").status_code == 200
        return len(sent)

    make_member(database, workshop, "counter")
    few = statements()
    for _ in range(6):
        make_member(database, workshop, "driver")
    assert statements() == few


@pytest.fixture
def coordinator(app, database, workshop):
    """A browser of the cluster's coordinator, who works in no workshop."""
    from service_app.accounts.operations import create_account

    with database.transaction(tenancy.platform("test")):
        account = create_account(email="cora@example.be", name="Cora", password=PASSWORD, language="en")
        cluster = session().scalars(select(Cluster)).one()
        session().add(ClusterMember(cluster_id=cluster.id, account_id=account.id, role="coordinator"))
    client = app.test_client()
    assert client.post("/sign-in", data={"email": "cora@example.be", "password": PASSWORD}).status_code == 303
    return client


def test_the_coordinator_sees_the_workshops_and_enters_none(coordinator, workshop):
    assert "Atelier Senne" in coordinator.get("/cluster/").text
    assert coordinator.get("/senne/").status_code == 404
    assert coordinator.get("/senne/customers").status_code == 404
    assert "/cluster/" in coordinator.get("/").text


def test_the_coordinator_adds_a_workshop_with_its_owners_invitation(coordinator, workshop, database, scope):
    form = {"name": "Vélo Nord", "slug": "velo-nord", "language": "nl", "owner_email": "boss@example.be"}
    assert coordinator.post("/cluster/new", data=form | {"slug": "senne"}).status_code == 409
    wrong = coordinator.post("/cluster/new", data=form | {"owner_email": "boss"})
    assert wrong.status_code == 422
    assert 'id="owner_email-error"' in wrong.text
    assert coordinator.post("/cluster/new", data=form).status_code == 303
    assert "Vélo Nord" in coordinator.get("/cluster/").text
    with database.transaction(tenancy.platform("test")):
        added = session().scalars(select(Workshop).where(Workshop.slug == "velo-nord")).one()
    with scope(added):
        assert [row.role for row in queries.list_open_invitations()] == ["owner"]


def test_nobody_else_finds_the_cluster(client, app):
    assert client.get("/cluster/").status_code == 404
    assert app.test_client().get("/cluster/").status_code == 302
