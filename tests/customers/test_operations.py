"""Registering and changing customers: what is cleaned, what is refused, what is left behind."""

from __future__ import annotations

import pytest

from service_app.core import access, events
from service_app.core.access import WORKER
from service_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from service_app.customers import operations, queries
from service_app.customers.operations import CustomerFacts
from tests.factories.customers import a_customer, an_address, an_organisation


def names_of(thing):
    return [event.name for event in events.timeline(thing)]


def test_first_customer_is_k_0001_and_the_next_k_0002(workshop, scope):
    with scope(workshop):
        assert [a_customer().reference, a_customer().reference] == ["K-0001", "K-0002"]


def test_each_workshop_counts_its_own_customers(workshop, other_workshop, scope):
    with scope(workshop):
        a_customer()
    with scope(other_workshop):
        assert a_customer().reference == "K-0001"


def test_contact_details_are_kept_in_one_form(workshop, scope):
    with scope(workshop):
        customer = a_customer(
            kind="organisation", name="  Le   Nid ASBL ", email="Info@LeNid.Example.BE", phone="0470/12.34.56",
            vat_number="BE 0403.019.261",
        )  # fmt: skip
        assert (customer.name, customer.email) == ("Le Nid ASBL", "info@lenid.example.be")
        assert (customer.phone, customer.vat_number) == ("+32470123456", "BE0403019261")


@pytest.mark.parametrize("typed", ["0403.019.261", "be0403019261", "403019261"])
def test_belgian_vat_number_is_recognised_however_it_is_written(workshop, scope, typed):
    with scope(workshop):
        assert an_organisation(vat_number=typed).vat_number == "BE0403019261"


def test_foreign_vat_number_is_checked_by_the_rule_of_its_country(workshop, scope):
    with scope(workshop):
        assert an_organisation(vat_number="NL 4495445B01").vat_number == "NL004495445B01"


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"name": "  "}, "field.required", "name"),
        ({"name": "x" * 201}, "text.too_long", "name"),
        ({"email": "nora at example.be"}, "email.invalid", "email"),
        ({"phone": "12"}, "phone.invalid", "phone"),
        ({"phone": "call me"}, "phone.invalid", "phone"),
        ({"vat_number": "BE0403019262"}, "vat.invalid", "vat_number"),
        ({"vat_number": "garden"}, "vat.invalid", "vat_number"),
        ({"language": "de"}, "choice.unknown", "language"),
        ({"kind": "robot"}, "choice.unknown", "kind"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(workshop, scope, facts, code, field):
    with scope(workshop), pytest.raises(Invalid) as refused:
        a_customer(**facts)
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(
    ("parts", "code", "field"),
    [
        ({"street": ""}, "field.required", "street"),
        ({"city": " "}, "field.required", "city"),
        ({"postcode": "108"}, "postcode.invalid", "postcode"),
    ],
)
def test_incomplete_address_is_refused_at_its_field(workshop, scope, parts, code, field):
    with scope(workshop), pytest.raises(Invalid) as refused:
        a_customer(address=an_address(**parts))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_dutch_postcode_is_taken_when_the_country_is_the_netherlands(workshop, scope):
    with scope(workshop):
        customer = a_customer(address=an_address(postcode="1011 AB", city="Amsterdam", country="nl"))
        assert customer.addresses[0].country == "NL"


def test_same_external_reference_twice_is_refused(workshop, scope):
    with scope(workshop):
        a_customer(external_ref="old-17")
        with pytest.raises(Conflict) as refused:
            a_customer(external_ref="old-17")
    assert refused.value.data["reference"] == "K-0001"


def test_change_is_kept_with_the_names_of_what_changed_and_no_personal_data(workshop, scope):
    with scope(workshop):
        customer = a_customer(name="Nora Lemmens", email="nora@example.be")
        facts = CustomerFacts(name="Nora Claes", email="nora@example.be", language="nl")
        operations.change_customer(WORKER, customer, 1, facts)
        latest = events.timeline(customer)[0]
        assert (latest.name, latest.data) == ("customer.changed", {"fields": ["language", "name"]})
        assert (customer.name, customer.version) == ("Nora Claes", 2)


def test_change_that_changes_nothing_leaves_no_event(workshop, scope):
    with scope(workshop):
        customer = a_customer(name="Nora Lemmens", email="nora@example.be")
        facts = CustomerFacts(name="Nora Lemmens", email="nora@example.be")
        operations.change_customer(WORKER, customer, 1, facts)
        assert names_of(customer) == ["customer.created"]


def test_stale_version_is_refused_and_changes_nothing(workshop, scope):
    with scope(workshop):
        customer = a_customer(name="Nora Lemmens")
        operations.change_customer(WORKER, customer, 1, CustomerFacts(name="Nora Claes"))
        with pytest.raises(Conflict) as refused:
            operations.change_customer(WORKER, customer, 1, CustomerFacts(name="Nora Peeters"))
        assert (refused.value.code, refused.value.status) == ("version.stale", 409)
        assert customer.name == "Nora Claes"


def test_who_may_only_read_cannot_register(workshop, scope):
    with scope(workshop), pytest.raises(Forbidden):
        a_customer(actor=access.staff("An auditor", 1, "auditor"))


def test_addresses_are_added_corrected_and_removed(workshop, scope):
    with scope(workshop):
        customer = a_customer(address=an_address())
        second = operations.add_address(WORKER, customer, an_address(label="Depot", city="Anderlecht", postcode="1070"))
        assert [row.city for row in customer.addresses] == ["Molenbeek-Saint-Jean", "Anderlecht"]
        operations.change_address(WORKER, customer, second.id, an_address(city="Forest", postcode="1190"))
        assert customer.addresses[1].city == "Forest"
        removed = operations.remove_address(WORKER, customer, customer.addresses[0].id)
        assert (removed.city, len(customer.addresses)) == ("Molenbeek-Saint-Jean", 1)


def test_address_of_another_customer_is_not_found(workshop, scope):
    with scope(workshop):
        nora, other = a_customer(address=an_address()), a_customer()
        with pytest.raises(NotFound):
            operations.remove_address(WORKER, other, nora.addresses[0].id)


def test_note_carries_its_author_and_stays_out_of_the_event(workshop, scope):
    with scope(workshop):
        customer = a_customer()
        operations.note_on_customer(access.staff("Samira", 1, "counter"), customer, "Rings before she comes.")
        assert [(note.author_name, note.body) for note in customer.notes] == [("Samira", "Rings before she comes.")]
        assert events.timeline(customer)[0].data == {}


def test_empty_note_is_refused(workshop, scope):
    with scope(workshop):
        customer = a_customer()
        with pytest.raises(Invalid) as refused:
            operations.note_on_customer(WORKER, customer, "  ")
    assert refused.value.field == "body"


def test_consent_given_twice_is_given_once(workshop, scope):
    with scope(workshop):
        customer = a_customer()
        first = operations.give_consent(WORKER, customer, "news", "counter")
        assert operations.give_consent(WORKER, customer, "news", "phone") is first
        assert names_of(customer).count("customer.consented") == 1


def test_withdrawn_consent_stays_as_proof_and_can_be_given_anew(workshop, scope):
    with scope(workshop):
        customer = a_customer()
        operations.give_consent(WORKER, customer, "photos", "counter")
        operations.withdraw_consent(WORKER, customer, "photos")
        assert operations.open_consent(customer, "photos") is None
        operations.give_consent(WORKER, customer, "photos", "letter")
        assert [bool(row.withdrawn_at) for row in customer.consents] == [True, False]


def test_consent_that_does_not_stand_cannot_be_withdrawn(workshop, scope):
    with scope(workshop):
        customer = a_customer()
        with pytest.raises(Conflict):
            operations.withdraw_consent(WORKER, customer, "news")


def test_customer_of_another_workshop_does_not_exist_here(workshop, other_workshop, scope):
    with scope(workshop):
        reference = a_customer().reference
    with scope(other_workshop), pytest.raises(NotFound):
        queries.get_by_reference(reference)
