"""The staff's pages about customers, as a browser asks for them."""

from __future__ import annotations

from service_app.core import beside
from service_app.customers import operations, queries
from service_app.customers.operations import CustomerFacts
from tests.counting import counted_statements
from tests.factories.customers import a_customer, an_address, an_organisation

NEW = {"kind": "person", "name": "Nora Lemmens", "email": "nora@example.be", "phone": "0470 12 34 56", "language": "fr",
       "wants_reminders": "y"}  # fmt: skip


def test_a_customer_is_registered_and_shown(client, workshop, scope):
    answer = client.post("/senne/customers/new", data=NEW | {"street": "Rue de Flandre 3", "postcode": "1000",
                                                             "city": "Bruxelles"})  # fmt: skip
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "K-0001" in page
    assert "0470 12 34 56" in page
    assert "Rue de Flandre 3" in page


def test_an_address_is_not_asked_for(client, workshop, scope):
    client.post("/senne/customers/new", data=NEW)
    with scope(workshop):
        assert queries.get_by_reference("K-0001").addresses == []


def test_what_is_wrong_stands_under_its_field_and_nothing_is_lost(client, workshop):
    answer = client.post("/senne/customers/new", data=NEW | {"phone": "12", "remark": "rings twice"})
    assert answer.status_code == 422
    assert 'id="phone-error"' in answer.text
    assert "rings twice" in answer.text


def test_half_an_address_is_refused_at_the_missing_half(client, workshop):
    answer = client.post("/senne/customers/new", data=NEW | {"street": "Rue de Flandre 3", "postcode": "1000"})
    assert answer.status_code == 422
    assert 'id="city-error"' in answer.text


def test_a_double_is_shown_before_it_is_registered(client, workshop, scope):
    with scope(workshop):
        a_customer(email="nora@example.be", name="Nora L.")
    answer = client.post("/senne/customers/new", data=NEW)
    assert answer.status_code == 409
    assert "Nora L." in answer.text
    assert "same e-mail" in answer.text
    assert client.post("/senne/customers/new", data=NEW | {"anyway": "1"}).status_code == 303


def test_the_list_narrows_by_town_kind_and_standing(client, workshop, scope):
    with scope(workshop):
        a_customer(name="Ana Peeters", address=an_address(city="Gent", postcode="9000"))
        an_organisation(name="Le Nid ASBL")
        a_customer(name="Tom Blocked", is_blocked=True)
    assert "Ana Peeters" in client.get("/senne/customers?q=gent").text
    assert "Le Nid" not in client.get("/senne/customers?q=gent").text
    assert "Ana Peeters" not in client.get("/senne/customers?kind=organisation").text
    assert "Tom Blocked" in client.get("/senne/customers?standing=blocked").text
    assert "Tom Blocked" not in client.get("/senne/customers?standing=open").text


def test_nobody_found_offers_to_register_the_name_that_was_typed(client, workshop):
    page = client.get("/senne/customers?q=Wanda").text
    assert "/senne/customers/new?name=Wanda" in page
    assert 'value="Wanda"' in client.get("/senne/customers/new?name=Wanda").text


def test_the_list_has_pages_and_says_how_many(client, workshop, scope):
    with scope(workshop):
        for number in range(53):
            a_customer(name=f"Customer {number:02d}")
    first = client.get("/senne/customers?sort=-name").text
    assert "53 rows" in first
    assert "Customer 52" in first
    assert "Customer 02" not in first
    assert "Customer 02" in client.get("/senne/customers?sort=-name&page=2").text


def test_a_longer_list_takes_no_more_statements(client, workshop, scope, app):
    def statements() -> int:
        with counted_statements(app.database.engine) as sent:
            assert client.get("/senne/customers").status_code == 200
        return len(sent)

    with scope(workshop):
        a_customer(address=an_address())
    few = statements()
    with scope(workshop):
        for _ in range(12):
            a_customer(address=an_address())
    assert statements() == few


def test_saving_changes_what_was_changed(client, workshop, scope):
    with scope(workshop):
        a_customer(name="Nora Lemmens", remark="")
    form = NEW | {"version": "1", "name": "Nora Lemmens-Dubois"}
    assert client.post("/senne/customers/K-0001/edit", data=form).status_code == 303
    assert "Nora Lemmens-Dubois" in client.get("/senne/customers/K-0001").text


def test_a_form_filled_from_an_older_version_shows_both_values_and_saves_the_second_time(
    client, workshop, scope, owner
):
    with scope(workshop):
        a_customer(name="Nora Lemmens", email="nora@example.be")
    with scope(workshop):
        customer = queries.get_by_reference("K-0001")
        operations.change_customer(owner, customer, 1, CustomerFacts(name="Nora Lemmens", email="nora@new.example.be"))
    answer = client.post("/senne/customers/K-0001/edit", data=NEW | {"version": "1", "email": "nora@work.example.be"})
    assert answer.status_code == 409
    assert "nora@new.example.be" in answer.text
    assert "nora@work.example.be" in answer.text
    assert 'name="version" type="hidden" value="2"' in answer.text
    again = client.post("/senne/customers/K-0001/edit", data=NEW | {"version": "2", "email": "nora@work.example.be"})
    assert again.status_code == 303
    assert "nora@work.example.be" in client.get("/senne/customers/K-0001").text


def test_an_address_is_added_corrected_removed_and_given_back(client, workshop, scope):
    with scope(workshop):
        a_customer()
    where = "/senne/customers/K-0001"
    typed = {"label": "depot", "street": "Quai 1", "postcode": "1000", "city": "Bruxelles", "country": "BE"}
    assert client.post(f"{where}/addresses/new", data=typed).status_code == 303
    with scope(workshop):
        address_id = queries.get_by_reference("K-0001").addresses[0].id
    client.post(f"{where}/addresses/{address_id}", data=typed | {"street": "Quai 2"})
    assert "Quai 2" in client.get(where).text
    client.post(f"{where}/addresses/{address_id}/remove")
    shown = client.get(where).text
    assert "Quai 2" not in shown
    assert f"{where}/addresses/restore" in shown
    client.post(f"{where}/addresses/restore")
    assert "Quai 2" in client.get(where).text


def test_a_wrong_postcode_is_refused_under_its_field(client, workshop, scope):
    with scope(workshop):
        a_customer()
    typed = {"street": "Quai 1", "postcode": "10", "city": "Bruxelles", "country": "BE"}
    answer = client.post("/senne/customers/K-0001/addresses/new", data=typed)
    assert answer.status_code == 422
    assert 'id="postcode-error"' in answer.text


def test_a_note_is_kept_under_the_name_of_who_wrote_it(client, workshop, scope):
    with scope(workshop):
        a_customer()
    client.post("/senne/customers/K-0001/notes", data={"body": "Brings the key on Monday."})
    page = client.get("/senne/customers/K-0001").text
    assert "Brings the key on Monday." in page
    assert "Owner Test" in page


def test_an_empty_note_is_refused_where_it_was_written(client, workshop, scope):
    with scope(workshop):
        a_customer()
    answer = client.post("/senne/customers/K-0001/notes", data={"body": "  "})
    assert answer.status_code == 422
    assert 'id="body-error"' in answer.text


def test_consent_is_given_shown_and_withdrawn(client, workshop, scope):
    with scope(workshop):
        a_customer()
    where = "/senne/customers/K-0001"
    client.post(f"{where}/consents", data={"purpose": "news", "source": "phone"})
    assert "said by phone" in client.get(where).text
    client.post(f"{where}/consents/news/withdraw")
    assert "withdrawn" in client.get(where).text


def test_two_customers_are_compared_and_merged(client, workshop, scope):
    with scope(workshop):
        a_customer(name="Nora Lemmens", email="nora@example.be")
        a_customer(name="Nora Lemmens", email=None, phone="0470 12 34 56")
    compared = client.get("/senne/customers/K-0001/merge?other=K-0002").text
    assert "is taken over" in compared
    assert client.post("/senne/customers/K-0001/merge", data={"other": "K-0002"}).status_code == 303
    assert "0470 12 34 56" in client.get("/senne/customers/K-0001").text
    led = client.get("/senne/customers/K-0002")
    assert led.status_code == 302
    assert led.location.endswith("/customers/K-0001")


def test_merging_finds_the_other_by_name_too(client, workshop, scope):
    with scope(workshop):
        a_customer(name="Nora Lemmens")
        a_customer(name="Leonora Lemmens")
    assert "K-0002" in client.get("/senne/customers/K-0001/merge?other=leonora").text
    assert client.get("/senne/customers/K-0001/merge?other=nobody").status_code == 422


def test_a_counter_hand_does_not_merge(sign_in, workshop, scope):
    with scope(workshop):
        a_customer()
        a_customer()
    counter = sign_in(workshop, "counter")
    assert counter.get("/senne/customers/K-0001").status_code == 200
    assert counter.post("/senne/customers/K-0001/merge", data={"other": "K-0002"}).status_code == 403


def test_who_may_only_read_is_offered_nothing_to_write(sign_in, workshop, scope):
    with scope(workshop):
        a_customer(address=an_address())
    page = sign_in(workshop, "accountant").get("/senne/customers/K-0001").text
    assert "/edit" not in page
    assert "/notes" not in page
    assert "/addresses/" not in page


def test_later_rooms_show_a_card_beside_a_customer(client, workshop, scope):
    with scope(workshop):
        a_customer()
    beside.add("customer", "errors/fragment.html", lambda customer: {"code": customer.reference})
    try:
        assert "toast" in client.get("/senne/customers/K-0001").text
    finally:
        del beside._slots["customer"]["errors/fragment.html"]


def test_a_customer_of_another_workshop_is_not_there(client, other_workshop, scope):
    with scope(other_workshop):
        a_customer(name="Stranger")
    assert client.get("/senne/customers/K-0001").status_code == 404
    assert client.get("/lumen/customers/K-0001").status_code == 404
    assert "Stranger" not in client.get("/senne/customers").text
