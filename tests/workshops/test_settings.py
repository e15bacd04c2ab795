"""What a workshop sets otherwise: the overview, colour, letters, what new products begin with; keys switched off."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from service_app.catalogue.queries import get_product
from service_app.core import access
from service_app.core.db import session
from service_app.core.i18n import in_language
from service_app.core.web import Ronde
from service_app.notifications.letters.parts import to_customer
from service_app.workshops.models import Workshop
from service_app.workshops.operations import defaults
from service_app.workshops.operations.defaults import LetterTexts
from service_app.workshops.queries import house_defaults
from tests import browser as real
from tests.browser import Opened
from tests.conftest import Scoped
from tests.factories.customers import a_customer

PAGES = ["settings/overview", "settings", "settings/letters", "settings/products", "start", "start/product", ""]


def test_the_overview_tells_what_is_set_from_what_is_default(client: FlaskClient) -> None:
    def row(label: str) -> str:
        page = client.get("/senne/settings/overview?lang=en").text
        found = re.search(rf">{label}</a></th>.*?</tr>", page, re.DOTALL)
        assert found is not None
        return found.group()

    assert "default" in row("Colour")
    assert "set" in row("General terms")
    assert "Monday" in row("The week")
    client.post(
        "/senne/settings", data={"version": "1", "name": "A", "language": "fr", "offer_days": "7", "brand": "#1d6f42"}
    )
    assert "#1d6f42" in row("Colour")
    assert "state-done" in row("Colour")


def test_new_products_begin_with_what_the_workshop_wants(
    client: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    page = client.get("/senne/products/new").text
    assert "Propre et complet | Proper en volledig | Clean and complete" in page
    saved = client.post("/senne/settings/products", data={
        "version": "0", "buffer_before_minutes": "15", "buffer_after_minutes": "45", "out_checklist": "Freins | Remmen | Brakes",
        "in_checklist": "Complet | Volledig | Complete\nSans dégât | Zonder schade | Undamaged\nFonctionne | Werkt | Works",
    })  # fmt: skip
    assert saved.status_code == 303
    with scope(workshop):
        own = house_defaults()
        assert (own.buffer_after_minutes, own.in_checklist) == (45, None)
        assert own.out_checklist is not None
    page = client.get("/senne/products/new").text
    assert 'value="45"' in page
    assert "Freins | Remmen | Brakes" in page
    client.post("/senne/start/product", data={"name": "Établi mobile", "pricing": "monthly", "amount": "9,50"})
    with scope(workshop):
        product = get_product("EM")
        assert (product.buffer_before_minutes, product.buffer_after_minutes) == (15, 45)
        assert [step["text"]["en"] for step in product.out_checklist] == ["Brakes"]
        assert (product.name, str(product.plans[0].monthly_amount)) == ({"fr": "Établi mobile"}, "9.50")
    stale = client.post("/senne/settings/products", data={"version": "0", "buffer_after_minutes": "5"})
    assert stale.status_code == 409


def test_a_second_product_of_the_same_letters_gets_a_code_of_its_own(
    client: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    for name in ("Table basse", "Tabouret bas", "!?"):
        answer = client.post(
            "/senne/start/product", data={"name": name, "pricing": "tiers", "amount": "5", "deposit": "20"}
        )
        assert answer.status_code == 303
    assert client.post("/senne/start/product", data={"name": "", "amount": "x"}).status_code == 422
    with scope(workshop):
        assert [get_product(code).plans[0].code for code in ("TB", "TB2", "P")] == ["TB-1", "TB2-1", "P-1"]


def test_letters_say_what_the_workshop_wants_in_each_language(
    app: Ronde, client: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    data = {
        "version": "0",
        "letter_greeting-nl": "Dag {name}!",
        "letter_closing-nl": "Tot gauw\nde ploeg",
        "letter_footer-nl": "BE12",
    }
    assert client.post("/senne/settings/letters", data=data).status_code == 303
    with scope(workshop):
        customer = a_customer(name="Noor")
        with app.app_context(), in_language("nl"):
            assert to_customer(customer) == "Dag Noor!"
        with app.app_context(), in_language("en"):
            assert to_customer(customer) == "Good day Noor,"
    kept = client.get("/senne/settings/letters/nl").text
    assert "Dag Nora Lemmens!" in kept
    assert "Tot gauw\nde ploeg" in kept
    typed = client.post("/senne/settings/letters/fr", data={"letter_greeting-fr": "<b>Salut</b> {name}"})
    assert "&lt;b&gt;Salut&lt;/b&gt; Nora Lemmens" in typed.text
    assert "sandbox" in typed.headers["Content-Security-Policy"]
    long = client.post("/senne/settings/letters", data={"version": "1", "letter_footer-fr": "x" * 400})
    assert long.status_code == 422
    assert 'id="letter_footer-fr-error"' in long.text


def test_a_real_letter_carries_the_closing_and_the_foot(
    app: Ronde, workshop: Workshop, scope: Scoped, owner: access.Actor
) -> None:
    from service_app.notifications.letters import compose
    from service_app.notifications.models import Message
    from tests.factories.rentals import a_sent

    with scope(workshop):
        here = session().get_one(Workshop, workshop.id)
        texts = LetterTexts({"en": "Hello {name}"}, {"en": "See you soon"}, {"en": "BE12 3456"})
        defaults.change_letter_texts(owner, here, 0, texts)
        contract = a_sent()
        message = Message(
            workshop_id=workshop.id, kind="offer", audience="customer", customer_id=contract.customer_id,
            contract_id=contract.id, language="en", payload={"round": contract.offer_round},
        )  # fmt: skip
        with app.app_context(), in_language("en"):
            letter = compose(message, here)
        assert letter.greeting == f"Hello {contract.customer.name}"
        assert (letter.closing, letter.footer) == ("See you soon", "BE12 3456")


def test_the_look_is_shown_while_it_is_typed_and_is_always_readable(client: FlaskClient) -> None:
    fragment = client.post(
        "/senne/settings/look", data={"name": "Neuf", "brand": "#ffff00"}, headers={"HX-Request": "true"}
    )
    assert "Neuf" in fragment.text
    assert "<html" not in fragment.text
    ratios = [float(found) for found in re.findall(r"(\d+\.\d)\s: 1", fragment.text)]
    assert len(ratios) == 5
    assert min(ratios) >= 4.5
    assert "<html" in client.post("/senne/settings/look", data={"name": "Neuf", "brand": "nonsense"}).text


def test_single_keys_are_switched_off_for_good(client: FlaskClient) -> None:
    assert 'data-keys="off"' not in client.get("/senne/").text
    client.post("/me", data={"name": "Olive", "language": "en"})
    assert 'data-keys="off"' in client.get("/senne/").text
    client.post("/me", data={"name": "Olive", "language": "en", "single_keys": "y"})
    assert 'data-keys="off"' not in client.get("/senne/").text


@pytest.mark.journey
@pytest.mark.parametrize("look", [real.DESK, real.NIGHT, real.PHONE], ids=["desk", "night", "phone"])
def test_the_pages_are_accessible_and_not_too_wide(opened: Opened, look: dict[str, Any]) -> None:
    page = opened("settings/overview", look)
    home = page.url.removesuffix("settings/overview")
    for path in [*PAGES, "../me"]:
        page.goto(f"{home}{path}")
        assert real.axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - screen.width") <= 0, path


@pytest.mark.journey
def test_a_colour_is_seen_before_it_is_saved(opened: Opened) -> None:
    page = opened("settings")
    before = page.locator("#look rect").first.get_attribute("fill")
    page.fill("#brand", "#f2e205")
    page.fill("#name", "Atelier Neuf")
    page.wait_for_function("before => document.querySelector('#look rect').getAttribute('fill') !== before", arg=before)
    page.wait_for_function("document.querySelector('#look .plate-name').textContent === 'Atelier Neuf'")
    assert real.axe(page) == []
    assert "Atelier Senne" in page.locator(".rail .plate").inner_text()


@pytest.mark.journey
def test_a_letter_is_seen_before_its_words_are_saved(opened: Opened) -> None:
    page = opened("settings/letters")
    page.locator("[name='letter_greeting-nl']").fill("Dag {name}!")
    page.get_by_role("button", name="Show a letter like this").nth(1).click()
    frame = page.frame_locator("iframe[name=letter]")
    frame.locator("text=Dag Nora Lemmens!").wait_for()


@pytest.mark.journey
def test_single_keys_do_nothing_once_they_are_off_and_the_guide_opens_by_keyboard(
    opened: Opened, client: FlaskClient
) -> None:
    client.post("/me", data={"name": "Olive", "language": "en"})
    page = opened("items")
    page.keyboard.press("n")
    page.keyboard.press("/")
    assert page.url.endswith("/items")
    assert not page.locator(".palette").is_visible()
    page.locator("[popovertarget=guide]").focus()
    page.keyboard.press("Enter")
    page.locator("#guide").wait_for(state="visible")
    assert real.axe(page) == []
