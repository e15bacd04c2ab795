"""The street asks without account or script, staff receive and decide; each face in its languages."""

from __future__ import annotations

import random
import re
import string
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.customers.models import Customer
from service_app.takebacks import links, operations
from service_app.takebacks.models import Takeback
from tests import browser as real
from tests.browser import DESK, PHONE, axe
from tests.factories.takebacks import a_route, a_scheduled, a_takeback

ASKED = {
    "key": "k1", "what": "Een lamp", "kg": "2,5", "litres": "20", "way": "pickup", "name": "Nora Lemmens",
    "email": "nora@example.be", "street": "Birminghamstraat 4", "postcode": "1080", "city": "Molenbeek", "is_owner": "y",
}  # fmt: skip


@pytest.fixture
def routes(scope, workshop):
    """Zone West is served every day."""
    with scope(workshop):
        a_route()


@pytest.fixture
def street(app, workshop):
    """A browser in which nobody is signed in."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_asked_for_chosen_confirmed_and_cancelled_on_the_street(routes, street, scope, workshop):
    answer = street.post("/senne/take-back", data=ASKED)
    assert answer.status_code == 303, answer.text
    assert street.post("/senne/take-back", data=ASKED).location == answer.location
    page = answer.location
    start = re.findall(r'name="start" value="([^"]+)"', street.get(page).text)[0]
    assert street.post(page, data={"act": "window", "start": start}).status_code == 303
    assert "fifteen minutes" in street.get(page).text
    assert street.post(page, data={"act": "confirm"}).status_code == 303
    assert "We come on" in street.get(page).text
    assert street.post(page, data={"act": "window", "start": clock.now().isoformat()}).status_code == 409
    with scope(workshop):
        assert session().execute(select(Takeback.status, Takeback.mass_g)).all() == [("scheduled", 2500)]
        start = session().scalars(select(Takeback.window_start)).one()
    with clock.travelled(start - timedelta(hours=1)):
        late = street.post(page, data={"act": "cancel"})
    assert late.status_code == 409
    assert "planned already" in late.text
    with clock.travelled(start - timedelta(days=2)):
        assert street.post(page, data={"act": "cancel"}).status_code == 303
    with scope(workshop):
        assert session().scalars(select(Takeback.status)).all() == ["cancelled"]


def test_who_knows_a_name_and_an_address_is_not_led_to_what_somebody_else_asked(routes, app, street, scope, workshop):
    theirs = street.post("/senne/take-back", data=ASKED).location
    stranger = app.test_client()
    other = stranger.post("/senne/take-back", data=ASKED | {"key": "k2", "what": "Bricks"}).location
    assert other != theirs
    assert "Bricks" not in street.get(theirs).text
    assert stranger.post(other, data={"act": "cancel"}).status_code == 303
    more = street.post("/senne/take-back", data=ASKED | {"key": "k3", "what": "Een stoel"})
    assert more.location == theirs, "the same browser adds to what it asked for"
    assert "Een stoel" in street.get(theirs).text
    with scope(workshop):
        customer = session().scalars(select(Customer)).one()
        waiting = a_takeback(customer, street=ASKED["street"], postcode=ASKED["postcode"])
        found = session().execute(select(Takeback.source, Takeback.status).order_by(Takeback.id)).all()
        assert found == [("public", "eligible"), ("public", "cancelled"), ("staff", "eligible")]
        assert "Een" not in waiting.what, "and nobody else's is put where a stranger reads it"


@pytest.mark.parametrize("field", ["key", "street", "city", "note", "what"])
def test_what_is_longer_than_anybody_types_is_cut_or_refused_and_no_error(routes, street, scope, workshop, field):
    chance = random.Random(5)
    text = "".join(chance.choice(string.ascii_letters) for _sign in range(30_000))
    answer = street.post("/senne/take-back", data=ASKED | {field: text})
    assert answer.status_code in (303, 422), answer.text
    assert "<h1" in street.get("/senne/take-back").text
    with scope(workshop):
        for takeback in session().scalars(select(Takeback)):
            assert max(map(len, (takeback.street, takeback.city, takeback.address_key))) <= 200
            assert max(map(len, (takeback.what, takeback.note))) <= 2000


def test_a_hazard_ticked_a_thousand_times_is_one(routes, street, scope, workshop):
    street.post("/senne/take-back", data=ASKED | {"hazards": ["data"] * 1000})
    with scope(workshop):
        assert session().scalars(select(Takeback.hazards)).all() == [["data"]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"is_owner": ""}, "Tick that it is yours"), ({"kg": "0"}, "Give a weight"), ({"kg": "heavy"}, "Give a weight"),
        ({"street": ""}, "Write the street"), ({"email": ""}, "email"), ({"hazards": "x"}, "class="),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_nobody_is_registered(routes, street, scope, workshop, change, told):
    answer = street.post("/senne/take-back", data=ASKED | change)
    assert answer.status_code == 422, answer.text
    assert told in answer.text
    with scope(workshop):
        assert session().scalars(select(Customer.id)).all() == []


def test_a_machine_learns_nothing_and_a_link_opens_nothing_elsewhere(routes, street, scope, workshop, other_workshop):
    assert street.post("/senne/take-back", data=ASKED | {"website": "x"}).location.endswith("/senne/take-back")
    with scope(workshop):
        assert session().scalars(select(Takeback.id)).all() == []
        token = links.token_of(a_takeback())
    assert street.get(f"/senne/take-back/{token}").status_code == 200
    assert street.get(f"/lumen/take-back/{token}").status_code == 404


def test_a_refused_hazard_is_said_with_where_to_go(routes, street):
    page = street.post("/senne/take-back", data=ASKED | {"hazards": "gas"}).location
    assert "municipal recycling park" in street.get(page).text


def test_staff_receive_decide_and_close(routes, client, scope, workshop):
    with scope(workshop):
        takeback = a_scheduled(hazards=("data",))
        operations.collected(WORKER, takeback.id)
        page = f"/senne/take-backs/{takeback.reference}"
    assert "Nora Lemmens" in client.get("/senne/take-backs").text
    assert client.post(f"{page}/receive", data={"kg": "9999"}).status_code == 422
    assert client.post(f"{page}/receive", data={"kg": "2.1"}).status_code == 303
    assert client.post(f"{page}/decide", data={"decision": "product", "reason": ""}).status_code == 422
    assert client.post(f"{page}/decide", data={"decision": "product", "reason": "It works"}).status_code == 303
    assert client.post(f"{page}/close", data={}).status_code == 422
    assert client.post(f"{page}/close", data={"wiped_by": "Ann"}).status_code == 303
    told = client.get(page).text
    assert "It works" in told
    with scope(workshop):
        assert session().scalars(select(Takeback.came_g)).all() == [2100]


def test_a_collection_day_is_written_down_and_nonsense_is_refused(client):
    day = {
        "zone": "West", "postcodes": "1080, 1081", "weekday": "1", "starts": "09:00", "ends": "13:00",
        "window_minutes": "120", "most_stops": "8", "most_kg": "80", "most_litres": "400",
    }  # fmt: skip
    assert client.post("/senne/collection-days", data=day).status_code == 303
    assert client.post("/senne/collection-days", data=day | {"most_stops": "9"}).status_code == 303
    page = client.get("/senne/collection-days").text
    assert page.count("1080, 1081") == 1
    for wrong in ({"ends": "10:00"}, {"weekday": "9"}, {"most_stops": "0"}, {"starts": ""}, {"postcodes": ""}):
        assert client.post("/senne/collection-days", data=day | wrong).status_code == 422


def test_a_customer_in_dutch_on_a_phone_without_a_script(app, routes, browser, scope, workshop):
    with real.served(app) as address:
        context = browser.new_context(java_script_enabled=False, locale="nl-BE", viewport=PHONE["viewport"])
        page = context.new_page()
        page.goto(f"{address}/senne/take-back?lang=nl")
        for name, value in ASKED.items():
            if name not in ("key", "way", "is_owner"):
                page.locator(f"[name={name}]").fill(value)
        page.locator("[name=is_owner]").check()
        page.locator("button.button-main").click()
        page.locator("[name=start]").first.check()
        page.locator("button.button-main").click()
        page.locator("button[value=confirm]").click()
        expect(page.locator("main")).to_contain_text("We komen op")
        context.close()


def test_the_pages_are_faultless(opened, routes, scope, workshop):
    with scope(workshop):
        takeback = a_takeback()
        names = (
            f"take-backs/{takeback.reference}",
            "collection-days",
            "take-back",
            f"take-back/{links.token_of(takeback)}",
        )
    page = opened("take-backs")
    base, faults = page.url.split("/take-backs")[0], {"list": axe(page)}
    for name in names:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(DESK["viewport"])
        page.goto(f"{base}/{name}")
        faults[name] = axe(page)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(PHONE["viewport"])
        faults[f"{name}, dark, phone"] = axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert not any(faults.values()), faults
