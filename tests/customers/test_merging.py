"""Two rows, one person."""

from __future__ import annotations

import secrets
from datetime import date

import pytest

from service_app.core import access, events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Forbidden, Invalid
from service_app.customers import operations, queries
from service_app.customers.merging import merge_customers
from service_app.customers.operations import CustomerFacts
from service_app.customers.queries import CustomerFilter, list_customers
from service_app.items.models import Item
from service_app.notifications import choosing
from tests.factories.catalogue import a_product
from tests.factories.customers import a_customer, an_address


def test_addresses_notes_and_items_held_go_to_the_one_that_is_kept(workshop, scope):
    with scope(workshop):
        keep, other = a_customer(name="Nora", address=an_address()), a_customer(address=an_address(city="Ixelles"))
        operations.note_on_customer(WORKER, other, "Prefers Fridays.")
        item = Item(
            tag="CB-01", public_code=secrets.token_hex(8), product_id=a_product().id, acquired_on=date(2026, 1, 5),
            custodian_customer_id=other.id,
        )  # fmt: skip
        session().add(item)
        session().flush()
        merge_customers(WORKER, keep, other)
        session().refresh(item)
        assert item.custodian_customer_id == keep.id
        assert [row.city for row in keep.addresses] == ["Molenbeek-Saint-Jean", "Ixelles"]
        assert [note.body for note in keep.notes] == ["Prefers Fridays."]


def test_merged_customer_leaves_lists_and_search_but_its_reference_still_leads_on(workshop, scope):
    with scope(workshop):
        keep, other = a_customer(name="Nora Lemmens"), a_customer(name="N. Lemens")
        merge_customers(WORKER, keep, other)
        assert [row.name for row in list_customers(CustomerFilter()).rows] == ["Nora Lemmens"]
        assert [row.name for row in list_customers(CustomerFilter(text=other.reference)).rows] == ["Nora Lemmens"]
        assert queries.standing(queries.find_by_reference(other.reference)) is keep


def test_reference_of_a_merged_customer_is_found_after_a_later_change_too(workshop, scope):
    with scope(workshop):
        keep, other = a_customer(), a_customer()
        merge_customers(WORKER, keep, other)
        operations.change_customer(WORKER, keep, None, CustomerFacts(name="Nora Claes"))
        assert [row.name for row in list_customers(CustomerFilter(text=other.reference)).rows] == ["Nora Claes"]


def test_imported_key_of_a_merged_customer_means_the_one_that_is_kept(workshop, scope):
    with scope(workshop):
        keep, other, third = a_customer(), a_customer(external_ref="old-9"), a_customer()
        merge_customers(WORKER, keep, other)
        merge_customers(WORKER, third, keep)
        assert queries.find_by_external_ref("old-9") is third


def test_kept_customer_takes_what_it_lacks_and_stays_blocked_when_either_was(workshop, scope):
    with scope(workshop):
        keep = a_customer(email="nora@example.be")
        other = a_customer(email="old@example.be", phone="0470123456", is_blocked=True)
        merge_customers(WORKER, keep, other)
        assert (keep.email, keep.phone, keep.is_blocked) == ("nora@example.be", "+32470123456", True)


@pytest.mark.parametrize("who_said_no", ["keep", "other"])
def test_who_said_no_to_reminders_under_either_row_is_not_reminded_again(workshop, scope, who_said_no):
    with scope(workshop):
        rows = {"keep": a_customer(), "other": a_customer()}
        rows[who_said_no].wants_reminders = False
        session().flush()
        merge_customers(WORKER, rows["keep"], rows["other"])
        assert not rows["keep"].wants_reminders
        third = a_customer()
        merge_customers(WORKER, third, a_customer())
        assert third.wants_reminders, "nobody said no"


def test_timeline_of_the_kept_customer_shows_both_lives(workshop, scope):
    with scope(workshop):
        keep, other = a_customer(), a_customer()
        operations.note_on_customer(WORKER, other, "Prefers Fridays.")
        merge_customers(WORKER, keep, other)
        assert [event.name for event in events.timeline(keep)] == [
            "customer.merged", "customer.noted", "customer.created", "customer.created",
        ]  # fmt: skip


def test_consent_given_to_both_stands_once(workshop, scope):
    with scope(workshop):
        keep, other = a_customer(), a_customer()
        operations.give_consent(WORKER, other, "news", "counter")
        operations.give_consent(WORKER, keep, "news", "phone")
        merge_customers(WORKER, keep, other)
        assert [row.source for row in keep.consents if row.withdrawn_at is None] == ["counter"]


def test_withdrawal_outweighs_an_older_gift(workshop, scope):
    with scope(workshop):
        keep, other = a_customer(), a_customer()
        operations.give_consent(WORKER, keep, "news", "counter")
        operations.give_consent(WORKER, other, "news", "counter")
        operations.withdraw_consent(WORKER, other, "news")
        merge_customers(WORKER, keep, other)
        assert operations.open_consent(keep, "news") is None


def test_customer_cannot_be_merged_with_itself_or_twice(workshop, scope):
    with scope(workshop):
        keep, other = a_customer(), a_customer()
        with pytest.raises(Invalid):
            merge_customers(WORKER, keep, keep)
        merge_customers(WORKER, keep, other)
        with pytest.raises(Conflict):
            merge_customers(WORKER, keep, other)


def test_the_counter_may_not_merge(workshop, scope):
    with scope(workshop):
        keep, other = a_customer(), a_customer()
        with pytest.raises(Forbidden):
            merge_customers(access.staff("Samira", 1, "counter"), keep, other)


def test_of_what_there_is_once_for_a_customer_that_of_the_kept_one_stands(workshop, scope):
    with scope(workshop):
        keep, other = a_customer(), a_customer()
        choosing.keep_choice(keep, "repairs", "sms")
        choosing.keep_choice(other, "repairs", "push")
        choosing.keep_choice(other, "visits", "sms")
        merge_customers(WORKER, keep, other)
        assert choosing.chosen(keep) == {"repairs": "sms", "visits": "sms"}
        assert choosing.chosen(other) == {}
