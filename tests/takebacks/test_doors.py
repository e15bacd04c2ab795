"""Every door to a take-back: the customer's pages, the passport, the end of a contract, a hub that is full. A thing comes
home once, whichever door is used."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service_app.contracts.operations import endings, swaps
from service_app.contracts.operations.acts import ANEW
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.takebacks import doors, hubs, operations
from service_app.takebacks.hubs import HubFacts
from service_app.takebacks.models import Takeback
from tests.browser import DESK, PHONE, axe, served
from tests.factories.catalogue import a_product
from tests.factories.customers import a_customer, an_address
from tests.factories.portal import a_subscription, come_in
from tests.factories.rentals import an_item
from tests.factories.takebacks import a_route
from workers import sweeps

ASKED = {"kg": "34", "litres": "300", "way": "pickup", "street": "Birminghamstraat 4", "postcode": "1080", "city": "Molenbeek",
         "is_owner": "y"}  # fmt: skip


def how_many() -> int:
    return int(session().scalar(select(func.count()).select_from(Takeback)) or 0)


def a_hub(**facts):
    given = {"name": "School De Brug", "street": "Rue de la Poste 1", "postcode": "1030", "city": "Schaerbeek",
             "takes": "small appliances", "capacity_litres": 240, "capacity_g": 60_000}  # fmt: skip
    return hubs.save_hub(WORKER, a_customer(name="De Brug"), HubFacts(**given | facts))


def test_a_full_hub_is_told_once_however_many_tap_and_again_after_its_days(scope, workshop):
    with scope(workshop):
        hub = a_hub()
        first = hubs.tell_full(hub)
        assert hubs.tell_full(hub).id == first.id
        assert (first.times, how_many()) == (2, 1)
        takeback = first.takeback
        assert (takeback.source, takeback.mass_g, takeback.litres) == ("hub", 60_000, 240)
        operations.cancel(WORKER, takeback)
        assert hubs.tell_full(hub).id == first.id
        twin = a_hub(street="RUE de la Poste, 1")
        assert hubs.tell_full(twin).id == first.id
    with scope(workshop), clock.travelled(clock.now() + timedelta(days=4)):
        hub = hubs.get_hub(hub.code)
        assert hubs.tell_full(hub).id != first.id
        assert how_many() == 2
        hubs.save_hub(
            WORKER, hub.customer, HubFacts("De Brug", "Rue de la Poste 1", "1030", "", "", 240, 60_000, 3, False), hub
        )
        with pytest.raises(Conflict, match=r"hub\.closed"):
            hubs.tell_full(hub)
        for wrong in ({"name": " "}, {"capacity_litres": 0}, {"capacity_g": 9_000_000}, {"again_days": 99}):
            with pytest.raises(Invalid):
                a_hub(**wrong)


def test_staff_hang_up_a_sign_and_a_stranger_taps_it(app, client, scope, workshop):
    with scope(workshop):
        keeper = a_customer(name="De Brug").reference
    typed = {"name": "De Brug", "keeper": keeper, "street": "Rue de la Poste 1", "postcode": "1030", "capacity_litres": "240",
             "kg": "60", "again_days": "3"}  # fmt: skip
    assert client.post("/senne/hubs", data=typed | {"keeper": "nobody at all"}).status_code == 422
    page = client.post("/senne/hubs", data=typed).location
    code = page.rsplit("/", 1)[1]
    assert "<svg" in client.get(page).text
    street = app.test_client()
    assert street.post(f"/senne/hub/{code.lower()}").status_code == 303
    assert "<form" not in re.sub(r"(?s)<header.*?</header>", "", street.get(f"/senne/hub/{code}").text)
    assert "TB-" in client.get("/senne/hubs").text
    assert client.post(page, data=typed | {"kg": "70"}).status_code == 303
    assert street.post(f"/senne/hub/{code}").status_code == 409
    assert street.get("/senne/hub/AAAAAAAA").status_code == 404


def test_a_thing_is_given_back_once_from_the_portal_the_passport_and_by_staff(app, client, scope, workshop):
    with scope(workshop):
        contract = a_subscription()
        person, item = contract.customer, contract.lines[0].item
        email, tag, code, other = person.email, item.tag, item.public_code, an_item(a_product()).tag
    browser = come_in(app.test_client(), email)
    page = browser.get(f"/p/{code}").text
    assert f"/senne/my/give-back?thing={tag}&amp;from=passport" in page
    form = browser.get(f"/senne/my/give-back?thing={tag}&from=passport").text
    assert 'value="34' in form
    assert browser.post("/senne/my/give-back", data=ASKED | {"thing": other}).status_code == 422
    assert browser.post("/senne/my/give-back", data=ASKED | {"thing": tag, "kg": "0"}).status_code == 422
    answer = browser.post("/senne/my/give-back?from=passport", data=ASKED | {"thing": tag, "key": "k"})
    assert answer.status_code == 303
    assert browser.post("/senne/my/give-back", data=ASKED | {"thing": tag, "key": "other"}).location == answer.location
    assert browser.get(f"/senne/my/give-back?thing={tag}").location == answer.location
    assert client.post(f"/senne/items/{tag}/take-back").status_code == 303
    assert client.post(f"/senne/items/{other}/take-back").status_code == 409
    with scope(workshop):
        assert how_many() == 1
        takeback = session().scalars(select(Takeback)).one()
        assert (takeback.source, takeback.mass_g) == ("passport", 34_000)
        assert takeback.what.endswith(tag)
    stranger = app.test_client().get(f"/p/{code}").text
    assert "give-back" not in stranger
    assert f"/p/{code}/report" in stranger
    assert (
        browser.post("/senne/my/give-back", data=ASKED | {"thing": "", "what": "A kettle", "kg": "1"}).status_code
        == 303
    )


def test_the_end_of_a_contract_proposes_to_fetch_its_things_to_staff_and_to_the_customer(app, client, scope, workshop):
    with scope(workshop):
        contract = a_subscription()
        line = contract.lines[0]
        assert doors.proposed(contract) == []
        endings.give_notice(WORKER, contract, ANEW)
        assert [each.id for each, _takeback in doors.proposed(contract)] == [line.id]
        reference, tag, email = contract.reference, line.item.tag, contract.customer.email
    page = client.get(f"/senne/contracts/{reference}").text
    assert f"/senne/items/{tag}/take-back" in page
    mine = come_in(app.test_client(), email)
    assert f"thing={tag}&amp;from=contract" in mine.get(f"/senne/my/contracts/{reference}").text
    to = client.post(f"/senne/items/{tag}/take-back").location
    assert f"/senne/items/{tag}/take-back" not in client.get(f"/senne/contracts/{reference}").text
    assert to in client.get(f"/senne/contracts/{reference}").text
    with scope(workshop):
        assert session().scalars(select(Takeback.source)).one() == "contract"


def test_a_swap_whose_old_thing_is_fetched_is_a_take_back_of_the_old_thing_once(app, client, scope, workshop):
    with scope(workshop):
        contract = a_subscription()
        line = contract.lines[0]
        old, new = line.item, an_item(line.product)
        swaps.swap_item(WORKER, line, ANEW, item=new, reason="defect", mode="advance")
        assert [(each.item.tag, takeback) for each, takeback in doors.proposed(contract)] == [(old.tag, None)]
        reference, email, tags = contract.reference, contract.customer.email, (old.tag, new.tag)
    mine = come_in(app.test_client(), email).get(f"/senne/my/contracts/{reference}").text
    assert [f"thing={tag}&amp;from=contract" in mine for tag in tags] == [True, False]
    to = client.post(f"/senne/items/{tags[0]}/take-back").location
    assert client.post(f"/senne/items/{tags[0]}/take-back").location == to
    assert to in client.get(f"/senne/contracts/{reference}").text
    with scope(workshop):
        takeback = session().scalars(select(Takeback)).one()
        assert (takeback.source, takeback.item.tag, takeback.status) == ("swap", tags[0], "eligible")


def test_a_swap_that_says_so_has_the_old_thing_fetched_by_itself(client, scope, workshop, process):
    with scope(workshop):
        contract = a_subscription()
        line = contract.lines[0]
        old, new, reference = line.item.tag, an_item(line.product).tag, contract.reference
    address = f"/senne/contracts/{reference}/1/swap"
    hidden = dict(re.findall(r'name="(key|version)" (?:type="hidden" )?value="([^"]*)"', client.get(address).text))
    typed = hidden | {"tag": new, "reason": "defect", "mode": "advance+fetched", "plan": ""}
    assert client.post(address, data=typed).status_code == 303
    for _twice in range(2):
        sweeps.sweep(process, channel="planning")
    with scope(workshop):
        takeback = session().scalars(select(Takeback)).one()
        assert (takeback.source, takeback.item.tag, takeback.status) == ("swap", old, "eligible")


@pytest.mark.journey
def test_a_customer_gives_a_thing_back_on_a_phone_in_dutch_and_every_page_is_faultless(
    app, client, browser, scope, workshop
):
    with scope(workshop):
        a_route(most_litres=4000)
        contract = a_subscription(
            customer=a_customer(email="nora@example.be", language="nl", address=an_address(postcode="1080"))
        )
        tag = contract.lines[0].item.tag
        hub = a_hub().code
    session_of = come_in(app.test_client(), "nora@example.be")
    with served(app) as address:
        context = browser.new_context(**PHONE, locale="nl-BE", reduced_motion="reduce")
        name = "ronde-my-senne"
        context.add_cookies(
            [{"name": name, "value": session_of.get_cookie(name, domain="localhost").value, "url": address}]
        )
        page = context.new_page()
        faults: dict[str, list[str]] = {}
        page.goto(f"{address}/senne/my/")
        faults["things"] = axe(page)
        page.click(f'a[href$="give-back?thing={tag}"]')
        page.wait_for_load_state("load")
        faults["form"] = axe(page)
        assert page.locator("html").get_attribute("lang") == "nl"
        page.check("input[name=is_owner]")
        page.click("button.main, .button-main, form .form-actions button")
        page.wait_for_url("**/take-back/**")
        page.locator("input[name=start]").first.check()
        page.locator("form button[type=submit]").first.click()
        page.wait_for_load_state("load")
        page.locator("button[value=confirm]").click()
        page.wait_for_load_state("load")
        page.goto(f"{address}/senne/hub/{hub}")
        faults["hub"] = axe(page)
        page.set_viewport_size(DESK["viewport"])
        page.emulate_media(color_scheme="dark")
        faults["hub by night"] = axe(page)
        context.close()
    assert {name: found for name, found in faults.items() if found} == {}
    with scope(workshop):
        takeback = session().scalars(select(Takeback).where(Takeback.item_id.is_not(None))).one()
        assert (takeback.status, takeback.source) == ("scheduled", "portal")
