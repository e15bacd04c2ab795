"""The workshop's name, colour, terms and hours, and a new member of the cluster."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import select

from service_app.core import access, tenancy
from service_app.core.db import session
from service_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from service_app.workshops import queries
from service_app.workshops.hours import load_calendar
from service_app.workshops.models import Cluster, Workshop
from service_app.workshops.operations import calendar, house
from service_app.workshops.operations.house import WorkshopFacts
from tests.factories.workshops import make_member

COORDINATOR = access.coordinator("Cora", 1)


def here(workshop):
    return session().get_one(Workshop, workshop.id)


def test_what_changed_is_kept_and_named(workshop, scope, owner):
    with scope(workshop):
        house.change_workshop(owner, here(workshop), 1, WorkshopFacts(name="Atelier  Zenne", brand="#1D6F42"))
        found = here(workshop)
        assert (found.name, found.brand, found.version) == ("Atelier Zenne", "#1d6f42", 2)


def test_the_colour_of_the_house_is_no_colour_of_ones_own(workshop, scope, owner):
    with scope(workshop):
        house.change_workshop(owner, here(workshop), 1, WorkshopFacts(name="A", brand="#C43C22"))
        assert here(workshop).brand is None


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"name": " "}, "field.required", "name"),
        ({"name": "x" * 81}, "text.too_long", "name"),
        ({"brand": "red; } body { display: none"}, "colour.invalid", "brand"),
        ({"email": "here"}, "email.invalid", "email"),
        ({"vat_number": "BE0403019262"}, "vat.invalid", "vat_number"),
        ({"language": "xx"}, "choice.unknown", "language"),
        ({"offer_days": 0}, "number.out_of_range", "offer_days"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(workshop, scope, owner, facts, code, field):
    with scope(workshop), pytest.raises(Invalid) as refused:
        house.change_workshop(owner, here(workshop), 1, WorkshopFacts(**{"name": "A"} | facts))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_terms_get_the_next_number_and_are_never_published_twice(workshop, scope, owner):
    with scope(workshop):
        terms = house.publish_terms(owner, {"fr": " Nouvelles\r\nconditions ", "nl": "", "xx": "?"})
        assert (terms.number, terms.body) == (2, {"fr": "Nouvelles\nconditions"})
        assert set(terms.sha256) == {"fr"}
        with pytest.raises(Conflict, match=r"terms\.same"):
            house.publish_terms(owner, {"fr": "Nouvelles\nconditions"})
        with pytest.raises(Invalid, match=r"text\.no_language"):
            house.publish_terms(owner, {"fr": " "})


def test_hours_are_replaced_as_a_whole(workshop, scope, owner):
    with scope(workshop):
        calendar.set_hours(owner, workshop, {0: [(time(14), time(18)), (time(9), time(12))]})
        assert load_calendar().weekly == {0: [(time(9), time(12)), (time(14), time(18))]}


@pytest.mark.parametrize(
    ("stretches", "code"),
    [
        ([(time(18), time(9))], "hours.backwards"),
        ([(time(9), time(9))], "hours.backwards"),
        ([(time(9), time(13)), (time(12), time(18))], "hours.overlap"),
    ],
)
def test_hours_that_cannot_be_are_refused_with_their_day(workshop, scope, owner, stretches, code):
    with scope(workshop), pytest.raises(Invalid) as refused:
        calendar.set_hours(owner, workshop, {2: stretches})
    assert (refused.value.code, refused.value.data["weekday"]) == (code, 2)


def test_a_day_said_again_is_replaced_and_removed_it_is_as_its_weekday(workshop, scope, owner):
    monday = date(2027, 3, 1)
    with scope(workshop):
        calendar.add_exception(owner, workshop, (monday, date(2027, 3, 3)), None, "inventory")
        assert not load_calendar().is_open_day(monday)
        calendar.add_exception(owner, workshop, (monday, monday), (time(13), time(16)))
        assert load_calendar().hours_on(monday) == [(time(13), time(16))]
        first, second, _third = queries.list_exceptions(monday)
        assert (first.note, second.note) == ("", "inventory")
        calendar.remove_exception(owner, workshop, first.id)
        assert load_calendar().hours_on(monday) == [(time(9), time(18))]
        with pytest.raises(NotFound):
            calendar.remove_exception(owner, workshop, first.id)


@pytest.mark.parametrize(
    ("days", "stretch", "code"),
    [
        ((date(2027, 3, 2), date(2027, 3, 1)), None, "days.backwards"),
        ((date(2027, 3, 1), date(2029, 3, 1)), None, "days.too_many"),
        ((date(2027, 3, 1), date(2027, 3, 1)), (time(9), time(9)), "hours.backwards"),
    ],
)
def test_days_that_cannot_be_are_refused(workshop, scope, owner, days, stretch, code):
    with scope(workshop), pytest.raises(Invalid, match=code.replace(".", r"\.")):
        calendar.add_exception(owner, workshop, days, stretch)


def test_public_holidays_close_the_days_of_which_nothing_was_said(workshop, scope, owner):
    christmas = date(2026, 12, 25)
    with scope(workshop):
        calendar.add_exception(owner, workshop, (christmas, christmas), (time(10), time(12)), "market")
        count = calendar.close_on_holidays(owner, workshop, date(2026, 12, 1), date(2027, 1, 31))
        assert count == 1
        assert {(row.day, row.note) for row in queries.list_exceptions(date(2026, 12, 1))} == {
            (christmas, "market"),
            (date(2027, 1, 1), "Nouvel An"),
        }


def test_who_may_not_write_settings_changes_neither_name_nor_hours_nor_terms(workshop, scope):
    hand = access.staff("Hand", 1, "counter")
    with scope(workshop):
        for act in (
            lambda: house.change_workshop(hand, here(workshop), 1, WorkshopFacts(name="B")),
            lambda: house.publish_terms(hand, {"fr": "x"}),
            lambda: calendar.set_hours(hand, workshop, {}),
            lambda: calendar.add_exception(hand, workshop, (date(2027, 1, 1), date(2027, 1, 1)), None),
        ):
            with pytest.raises(Forbidden):
                act()


def add(database, slug="velo-nord", **facts):
    with database.transaction(tenancy.platform("test")):
        cluster = session().scalars(select(Cluster)).one()
        return house.add_workshop(
            COORDINATOR, cluster, slug, WorkshopFacts(**{"name": "Vélo Nord"} | facts), "Boss@Example.be"
        )


def test_a_workshop_joins_the_cluster_and_its_owner_is_invited(workshop, database, scope):
    added = add(database, craft="bikes")
    with scope(added):
        assert [(row.email, row.role) for row in queries.list_open_invitations()] == [("boss@example.be", "owner")]
        assert queries.list_members() == []


@pytest.mark.parametrize("slug", ["me", "join", "cluster", "9lives", "a", "with space", "x" * 41])
def test_an_address_that_cannot_be_a_workshop_is_refused(workshop, database, slug):
    with pytest.raises(Invalid, match=r"slug\.invalid"):
        add(database, slug)


def test_an_address_is_given_once(workshop, database):
    with pytest.raises(Conflict, match=r"slug\.taken"):
        add(database, "SENNE")


def test_no_first_part_of_an_address_of_ours_can_be_a_workshop(app):
    first = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules() if not rule.rule.startswith("/<")}
    taken = {name.lower() for name in first if name and "." not in name and not name.startswith("<")}
    assert taken <= house.RESERVED, f"add to house.RESERVED: {taken - house.RESERVED}"


def test_an_owner_does_not_add_workshops(workshop, database, owner):
    make_member(database, workshop, "owner")
    with database.transaction(tenancy.platform("test")), pytest.raises(Forbidden):
        house.add_workshop(owner, session().scalars(select(Cluster)).one(), "x-y", WorkshopFacts(name="X"), "a@b.be")
