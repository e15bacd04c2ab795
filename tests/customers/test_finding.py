"""Finding customers: search, filters, pages, duplicates; and how many statements that takes."""

from __future__ import annotations

import pytest

from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.customers import operations, queries
from service_app.customers.operations import CustomerFacts, clean_facts
from service_app.customers.queries import CustomerFilter, find_duplicates, list_customers
from tests.counting import counted_statements
from tests.factories.customers import a_customer, an_address, an_organisation


def found(**wanted):
    return [customer.name for customer in list_customers(CustomerFilter(**wanted)).rows]


@pytest.mark.parametrize(
    "typed",
    ["benali", "Élodie", "elo", "K-0001", "elodie.benali@example.be", "0470 12 34 56", "+32 470 12 34 56", "0470123456",
     "forest", "elodie forest"],
)  # fmt: skip
def test_customer_is_found_by_what_people_type(workshop, scope, typed):
    with scope(workshop):
        address = an_address(city="Forest", postcode="1190")
        a_customer(name="Élodie Benali", email="elodie.benali@example.be", phone="0470 12 34 56", address=address)
        a_customer(name="Wim Claes", phone="0471 99 88 77")
        assert found(text=typed) == ["Élodie Benali"]


def test_every_word_of_a_search_must_be_there(workshop, scope):
    with scope(workshop):
        a_customer(name="Nora Lemmens")
        assert found(text="nora claes") == []


def test_changed_name_is_found_and_the_old_one_is_not(workshop, scope):
    with scope(workshop):
        customer = a_customer(name="Nora Lemmens", email=None)
        operations.change_customer(WORKER, customer, 1, CustomerFacts(name="Nora Claes"))
        assert (found(text="claes"), found(text="lemmens")) == (["Nora Claes"], [])


def test_list_narrows_by_kind_language_and_standing(workshop, scope):
    with scope(workshop):
        a_customer(name="Nora", language="nl")
        a_customer(name="Omar", is_blocked=True)
        an_organisation(name="Le Nid")
        assert found(kind="organisation") == ["Le Nid"]
        assert found(language="nl") == ["Nora"]
        assert found(standing="blocked") == ["Omar"]
        assert found(standing="open") == ["Le Nid", "Nora"]


def test_list_sorts_both_ways(workshop, scope):
    with scope(workshop):
        for name in ("Bea", "Anna", "Chloé"):
            a_customer(name=name)
        assert found(sort="name") == ["Anna", "Bea", "Chloé"]
        assert found(sort="-reference") == ["Chloé", "Anna", "Bea"]
        assert found(sort="unknown") == ["Anna", "Bea", "Chloé"]


def test_list_has_pages_of_fifty(workshop, scope):
    with scope(workshop):
        for number in range(53):
            a_customer(name=f"Person {number:02d}")
        first, second = (list_customers(CustomerFilter(page=page)) for page in (1, 2))
        assert (len(first.rows), first.has_more, first.total, first.last) == (50, True, 53, 2)
        assert ([row.name for row in second.rows], second.has_more) == (["Person 50", "Person 51", "Person 52"], False)


@pytest.mark.parametrize("rows", [1, 12])
def test_list_takes_three_statements_however_many_customers(workshop, scope, rows):
    with scope(workshop):
        for _ in range(rows):
            a_customer(address=an_address())
        session().expunge_all()
        with counted_statements() as statements:
            page = list_customers(CustomerFilter(text="nora", language="fr"))
            assert all(customer.addresses[0].city for customer in page.rows)
        assert len(statements) == 3


def reasons(facts, postcodes=()):
    return [(hit.customer.name, hit.reasons) for hit in find_duplicates(clean_facts(facts), postcodes)]


def test_same_email_phone_or_vat_is_a_possible_duplicate_with_its_reasons(workshop, scope):
    with scope(workshop):
        a_customer(name="Nora Lemmens", email="nora@example.be", phone="0470 12 34 56")
        an_organisation(name="Le Nid ASBL", vat_number="BE0403019261")
        assert reasons(CustomerFacts(name="N. L.", email="NORA@example.be", phone="+32470123456")) == [
            ("Nora Lemmens", ("email", "phone"))
        ]
        assert reasons(CustomerFacts(name="x", vat_number="0403.019.261")) == [("Le Nid ASBL", ("vat",))]


@pytest.mark.parametrize("name", ["Lemmens Nora", "NORA LEMMENS", "Nôra  Lemmens"])
def test_same_name_at_the_same_postcode_is_a_possible_duplicate(workshop, scope, name):
    with scope(workshop):
        a_customer(name="Nora Lemmens", email=None, address=an_address(postcode="1080"))
        assert reasons(CustomerFacts(name=name), ["1080"]) == [("Nora Lemmens", ("name",))]
        assert reasons(CustomerFacts(name=name), ["1190"]) == []


def test_legal_form_does_not_hide_a_duplicate(workshop, scope):
    with scope(workshop):
        an_organisation(name="Le Nid ASBL", address=an_address())
        assert reasons(CustomerFacts(name="Le Nid", kind="organisation"), ["1080"]) == [("Le Nid ASBL", ("name",))]


def test_customer_is_no_duplicate_of_itself(workshop, scope):
    with scope(workshop):
        nora = a_customer(name="Nora", email="home@example.be", address=an_address())
        a_customer(name="Omar", email="home@example.be")
        assert [hit.customer.name for hit in queries.duplicates_of(nora)] == ["Omar"]


def test_customer_of_another_workshop_is_no_duplicate(workshop, other_workshop, scope):
    with scope(workshop):
        a_customer(email="nora@example.be")
    with scope(other_workshop):
        assert reasons(CustomerFacts(name="Nora", email="nora@example.be")) == []
