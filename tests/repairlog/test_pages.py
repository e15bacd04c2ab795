"""How often does it come right? The page, the cards beside things, the sentence for customers, in three languages."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest
from flask import render_template_string
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.catalogue.models import Product
from service_app.core.db import session
from service_app.core.web import Ronde
from service_app.repairlog import queries, standard
from service_app.repairlog.chance import Chance, Counted, Tally
from service_app.workshops.models import Workshop
from tests.browser import PHONE, Opened, faults
from tests.conftest import Scoped
from tests.counting import counted_statements
from tests.factories.catalogue import a_product
from tests.factories.rentals import an_item
from tests.factories.repairlog import own, owns, past

PAGE = "/senne/past-repairs"


@pytest.fixture
def history(workshop: Workshop, scope: Scoped) -> None:
    """Kettles of which two of three came right, some lamps, and a case of our own."""
    with scope(workshop):
        past(fixed=40, repairable=5, end_of_life=15, begin=1, brand="Tefal", product_age="4")
        past(end_of_life=5, begin=200, product_category="Lamp", repair_barrier_if_end_of_life="Lack of equipment")
        own("R-1", product_category_id=14, brand="Tefal", problem="Fuit")
        own("R-2", kind="Vélo cargo")


def test_without_a_history_it_says_how_to_have_one(client: FlaskClient) -> None:
    page = client.get(f"{PAGE}").text
    assert "No repair is known yet." in page
    assert 'href="/senne/imports"' in page


def test_the_closest_comparison_answers_and_says_which_it_was(history: None, client: FlaskClient) -> None:
    page = client.get(f"{PAGE}?category=14&brand=tefal&age=4,5").text
    assert "of 60 repairs · the same category, brand and age" in " ".join(page.split())
    assert "lies between 54 and 77 %" in page
    wider = client.get(f"{PAGE}?category=14&brand=Bosch&age=30").text
    assert "of 61 repairs · the same category" in " ".join(wider.split())
    assert "of 66 repairs · all categories" in " ".join(client.get(f"{PAGE}?category=15").text.split())


def test_figures_stand_in_a_table_with_ours_apart(history: None, client: FlaskClient) -> None:
    page = client.get(f"{PAGE}").text
    assert page.count('<svg class="chance-bar"') == 3
    assert "without a category of the standard" in page
    assert "tools lacking" in page
    assert "Repair Connects, published by the Open Repair Alliance" in page


@pytest.mark.parametrize(
    "address",
    ["?category=x", "?category=99", "?category=14&age=old", "?category=14&age=-3", "?category=14&age=nan",
     "?category=14&age=1e999", "?category=9999999999999999999", "?category=14&brand=%00%F0%9F%AA%9B"],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_fault(address: str, history: None, client: FlaskClient) -> None:
    assert client.get(PAGE + address).status_code == 200


@pytest.mark.parametrize(
    ("language", "title", "category"),
    [
        ("fr", "Combien de réparations réussissent\u00a0?", "Bouilloire"),
        ("nl", "Hoe vaak lukt een herstelling?", "Waterkoker"),
        ("en", "How often does it come right?", "Kettle"),
    ],
)
def test_it_is_said_in_three_languages(
    language: str, title: str, category: str, history: None, client: FlaskClient
) -> None:
    client.post("/language", data={"language": language})
    page = client.get(f"{PAGE}?category=14").text
    assert f"<h2>{category}</h2>" in page
    assert title in page


def test_the_page_takes_as_many_statements_for_many_repairs_as_for_one(
    workshop: Workshop, scope: Scoped, client: FlaskClient, app: Ronde
) -> None:
    counts = []
    for begin in (1, 1000):
        with scope(workshop):
            past(fixed=300, begin=begin, product_category="Toy" if begin == 1 else "Iron")
        client.get(PAGE)
        with counted_statements(app.database.engine) as sent:
            client.get(f"{PAGE}?category=32")
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_a_thing_of_the_standard_shows_its_chance_and_others_do_not(
    history: None, workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        kettle, chair = a_product(code="KETTLE", brand="Tefal"), a_product(code="CHAIR")
        kettle.repair_category_id = 14
        tags = [an_item(product).tag for product in (kettle, chair)]
    for page in (f"/senne/items/{tags[0]}", "/senne/products/KETTLE"):
        text = client.get(f"{page}").text
        assert "How often does it come right?" in text
        assert "past-repairs?category=14&amp;brand=Tefal" in text
    for page in (f"/senne/items/{tags[1]}", "/senne/products/CHAIR"):
        assert "come right" not in client.get(f"{page}").text.partition("<dialog")[0]


def test_who_sees_no_work_sees_no_card(
    history: None, workshop: Workshop, scope: Scoped, sign_in: Callable[..., FlaskClient]
) -> None:
    with scope(workshop):
        kettle = a_product(code="KETTLE", brand="Tefal")
        kettle.repair_category_id = 14
    assert "chance-bar" in sign_in(workshop, "technician").get("/senne/products/KETTLE").text
    assert "chance-bar" not in sign_in(workshop, "accountant").get("/senne/products/KETTLE").text


def test_a_product_says_its_category_in_its_form(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        a_product(code="KETTLE")
    client.post("/language", data={"language": "nl"})
    page = client.get("/senne/products/KETTLE/edit").text
    assert "Waterkoker" in page
    fields = {"code": "KETTLE", "name-fr": "Bouilloire", "circular_model": "better_use", "end_of_life_route": "redeploy",
              "version": "1", "service_unit": "", "save": "1"}  # fmt: skip
    for chosen, kept in (("14", 14), ("", None)):
        answer = client.post("/senne/products/KETTLE/edit", data=fields | {"repair_category_id": chosen})
        assert answer.status_code == 303, answer.text
        with scope(workshop):
            product = session().scalars(select(Product)).one()
            assert product.repair_category_id == kept
            fields["version"] = str(product.version)
    client.post("/language", data={"language": "en"})
    refused = client.post("/senne/products/KETTLE/edit", data=fields | {"repair_category_id": "41"})
    assert refused.status_code == 422
    assert "Choose one of the list." in refused.text


def test_the_sentence_for_a_customer_says_nothing_where_little_is_known(app: Ronde) -> None:
    told = '{% from "repairlog/_chance.html" import chance_line with context %}{{ chance_line(chance) }}'
    with app.test_request_context("/?lang=en"):
        app.preprocess_request()
        enough = Chance("category", "both", Counted(open=Tally(20, 5, 15)))
        assert "20 of" not in render_template_string(told, chance=enough)
        assert "40" in render_template_string(told, chance=enough)
        assert "50 %" in render_template_string(told, chance=enough)
        for nothing in (None, Chance("category", "both", Counted(open=Tally(2)))):
            assert render_template_string(told, chance=nothing).strip() == ""


def test_our_own_repairs_answer_alone_where_they_are_enough(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        past(fixed=100)
        owns((f"R-{number}" for number in range(40)), "End of life", product_category_id=14)
        assert queries.chance_of(14).basis == "own"  # type: ignore[union-attr]
    page = client.get(f"{PAGE}?category=14").text
    assert "Your own repairs are enough to answer." in page
    assert "100 of 100" in page


def test_history_is_downloaded_as_the_standard_writes_it(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        past(fixed=3)
        owns(("R-1",), "End of life", product_category_id=14)
    assert "/past-repairs/ords.csv" in client.get(PAGE).text
    answer = client.get("/senne/past-repairs/ords.csv")
    rows = list(csv.reader(answer.text.splitlines()))
    assert answer.headers["Content-Disposition"].endswith("senne-ords.csv")
    assert (rows[0], len(rows)) == (list(standard.FIELDS), 5)


@pytest.mark.journey
@pytest.mark.parametrize("look", [None, PHONE], ids=["desk", "phone"])
def test_the_page_can_be_used_by_everybody(look: dict[str, object] | None, history: None, opened: Opened) -> None:
    page = opened("past-repairs?category=14&brand=Tefal&age=4", look)
    assert faults(page) == []
    assert page.locator(".chance-bar").first.bounding_box()["width"] > 100  # type: ignore[index]


@pytest.mark.journey
def test_the_answer_follows_what_is_asked(history: None, opened: Opened) -> None:
    page = opened("past-repairs")
    page.get_by_label("Category").select_option("14")
    page.get_by_text("of 61 repairs").wait_for()
    page.get_by_label("Brand").fill("Tefal")
    page.get_by_label("Age in years").fill("4")
    page.get_by_text("the same category, brand and age").wait_for()
    page.wait_for_url("**brand=Tefal**")
