"""The pages: an intake on a phone from the scan to the choice, a refurbishment and a harvest by hand, each page in its look."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from sqlalchemy import select

from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.items.models import Item
from service_app.recovery import queries
from service_app.recovery.models import Intake, NextLife, Passing
from service_app.recovery.operations import intake, lives, passings, settings
from service_app.recovery.rates import BOUNDS, USUAL
from service_app.repairs import queries as repairs
from service_app.repairs.operations import terms
from service_app.takebacks import operations as takebacks
from tests.browser import DESK, PHONE, axe
from tests.factories.catalogue import a_product
from tests.factories.recovery import BENCH, a_collected, a_graded, a_harvest, an_intake, an_order
from tests.factories.rentals import an_active, an_item
from tests.factories.repairs import a_part
from tests.factories.takebacks import a_route, a_takeback


def test_a_thing_is_scanned_compared_graded_and_made_fit_on_a_phone(opened, client, sign_in, scope, workshop) -> None:
    with scope(workshop):
        usual = repairs.terms()
        terms.set_terms(WORKER, {column.key: getattr(usual, column.key) for column in usual.__table__.columns
                                 if column.key not in ("workshop_id", "id", "version")} | {"needs_second_pair": True})  # fmt: skip
        rates = {name: getattr(USUAL, name) for name in (*BOUNDS, "target")}
        settings.set_rates(WORKER, 0, rates | {"climb_share": 100})
        contract = an_active()
        tag, reference = contract.lines[0].item.tag, contract.reference
        stranger = an_item(a_product()).tag
    page = opened("intakes/new", PHONE)
    page.locator("[name=reference]").fill(reference)
    page.locator("main button.button-main").click()
    page.wait_for_load_state("load")
    expect(page.locator("main")).to_contain_text(tag)
    home = page.url
    for scanned, finding, grade in ((tag, "ok", "C"), (stranger, "ok", "C")):
        page.goto(home)
        page.locator("[name=code]").fill(scanned.lower())
        page.locator("[name=code]").press("Enter")
        page.wait_for_url("**/intakes/*/*")
        page.wait_for_load_state("load")
        page.locator(f"[name=finding][value={finding}]").check()
        page.locator(f"[name=grade][value={grade}]").check()
        page.locator("[name=kg]").fill("33.5")
        page.locator("form[action$='/look'] button.button-main").click()
        page.wait_for_load_state("load")
    page.goto(home)
    page.locator("form[action$='/close'] button").click()
    page.wait_for_load_state("load")
    expect(page.locator("main")).to_contain_text("extra, nobody announced it")
    page.goto(f"{home.split('/intakes')[0]}/items/{tag}/next-life")
    expect(page.locator("main")).to_contain_text("Lend it again")
    send = page.locator("form[action$='/next-life'] button.button-main")
    bare = client.post(f"/senne/items/{tag}/next-life", data={"step": "refurbish"})
    assert (bare.status_code, "Choose a reason for it" in bare.text) == (422, True), "lower than the best"
    page.locator("[name=step][value=refurbish]").check()
    page.locator("[name=reason_code]").select_option("promise")
    send.click()
    page.wait_for_url("**/refurbishments/*")
    order = page.url
    page.locator("[name=what]").fill("True the wheels")
    page.locator("form[action$='/step'] button").click()
    page.wait_for_load_state("load")
    page.locator("[name=minutes]").fill("30")
    page.locator("form[action$='/time'] button").click()
    page.wait_for_load_state("load")
    for _step in range(page.locator("form[action*='/steps/']").count()):
        page.locator("form[action*='/steps/'] button:has-text('Done')").first.click()
        page.wait_for_load_state("load")
    page.locator("form[action$='/finish'] button").click()
    page.wait_for_load_state("load")
    expect(page.locator("main")).to_contain_text("to be checked")
    checks = page.locator("form:has([name=verdict])").get_attribute("action")
    own = client.post(checks, data={"verdict": "good", "grade": "A"})
    assert (own.status_code, "Somebody else checks it" in own.text) == (422, True)
    eyes = sign_in(workshop, "manager")
    assert eyes.post(checks, data={"verdict": "good", "grade": "A"}).status_code == 303
    page.goto(order)
    expect(page.locator("main")).to_contain_text("fit again")
    with scope(workshop):
        item = session().scalars(select(Item).where(Item.tag == tag)).one()
        life = session().scalars(select(NextLife)).one()
        assert (item.status, item.grade, item.loops) == ("in_stock", "A", 1)
        assert (life.chosen, life.best, life.reason_code) == ("refurbish", "redeploy", "promise")
        assert [line.difference for line in session().scalars(select(Intake)).one().lines] == ["", "extra"]


def test_staff_begin_and_end_each_thing_by_its_pages(client, scope, workshop) -> None:
    with scope(workshop):
        a_route()
        data = a_collected(hazards=("data",))
        asked = a_takeback(way="drop_off", street="", postcode="", city="")
        takebacks.receive(WORKER, asked, None)
        reference, product = data.reference, a_product()
        code, part = product.code, a_part(2)
        part_code = part.code
    assert client.post("/senne/intakes/new", data={"reference": "NOTHING-1"}).status_code == 422
    page = client.post("/senne/intakes/new", data={"reference": reference.lower()}).location
    assert client.post("/senne/intakes/new", data={"reference": reference}).location == page
    with scope(workshop):
        line = session().scalars(select(Intake)).one().lines[0].id

    def does(act: str, **typed: object) -> int:
        return client.post(f"{page}/{act}", data=typed).status_code

    assert does("scan", code="") == 422
    assert does("put-down", what="") == 422
    assert does("put-down", what="A box") == 303
    assert does(f"{line}/look", finding="ok") == 409
    assert does(f"{line}/tick") == 303
    assert does(f"{line}/look", finding="ok", grade="C", kg="heavy") == 422
    assert does(f"{line}/look", finding="ok", grade="C", kg="2,1") == 303
    assert 'value="2.1"' in client.get(f"{page}/{line}").text, "who looks again does not forget what it weighed"
    assert does(f"{line}/adopt", product="") == 422
    assert does(f"{line}/adopt", product=code) == 303
    assert does(f"{line}/wipe", by="") == 422
    assert does(f"{line}/wipe", by="Ann") == 303
    assert "WIPE-" in client.get(f"{page}/{line}").text
    assert does(f"{line}/quarantine", reason="") == 422
    assert does(f"{line}/give-back", name="Nora") == 409
    assert does(f"{line}/nonsense") == 404
    assert does("close") == 409
    assert does(f"{line + 1}/look", finding="ok") == 303
    assert does(f"{line + 1}/give-back", name="Nora") == 303
    assert does("close") == 303
    with scope(workshop):
        tag = session().scalars(select(Item.tag)).one()
    life = f"/senne/items/{tag}/next-life"
    assert client.post(life, data={"step": "donate"}).status_code == 422
    order = client.post(life, data={"step": "refurbish", "reason_code": "demand"}).location
    for act, typed, status in (
        ("step", {"what": ""}, 422), ("step", {"what": "Clean it"}, 303), ("time", {"minutes": "0"}, 422),
        ("time", {"minutes": "15"}, 303), ("part", {"part": part_code, "quantity": "9"}, 409),
        ("part", {"part": part_code, "quantity": "1"}, 303), ("finish", {}, 409), ("steps/0", {}, 303),
        ("nonsense", {}, 404), ("cancel", {"reason": ""}, 422), ("cancel", {"reason": "It is cracked"}, 303),
    ):  # fmt: skip
        assert client.post(f"{order}/{act}", data=typed).status_code == status, (act, typed)
    said = {"code": "whim", "fr": "Un caprice", "nl": "Een gril", "en": "A whim", "is_active": "y"}
    assert client.post("/senne/cascade-reasons", data=said | {"en": ""}).status_code == 422
    assert client.post("/senne/cascade-reasons", data=said).status_code == 303
    assert "A whim" in client.get(life).text
    assert client.post(life, data={"step": "recycle", "reason_code": "whim"}).status_code == 303


def test_a_donor_is_taken_apart_by_its_page_and_products_add_up(client, scope, workshop) -> None:
    with scope(workshop):
        harvest, part = a_harvest()
        page, code, tag = f"/senne/harvests/{harvest.reference}", part.code, harvest.item.tag
        other, product = a_part(0).code, harvest.item.product.code
    for act, typed, status in (
        ("fit", {"part": other}, 303), ("part", {"part": code, "kg": ""}, 422),
        ("part", {"part": code, "kg": "4", "test": "passed", "hours_used": "900"}, 303),
        ("close", {"kg": ""}, 422),
        ("close", {"kg": "40"}, 422), ("close", {"kg": "27"}, 422),
        ("close", {"kg": "27", "explanation": "Oil ran out"}, 303), ("close", {"kg": "1"}, 409), ("no", {}, 404),
    ):  # fmt: skip
        assert client.post(f"{page}/{act}", data=typed).status_code == status, (act, typed)
    assert "used 900 h" in client.get(page).text
    assert "Oil ran out" in client.get(page).text
    assert "Economy" in client.get(f"/senne/items/{tag}").text
    totals = client.get("/senne/economics")
    assert product in totals.text
    assert "2.52" in totals.text.replace(",", ".")
    rows = client.get("/senne/lists/economics/export.csv").text.splitlines()
    assert len(rows) == 2
    assert "2.52" in rows[1].replace(",", ".")


def test_the_rates_are_set_by_their_page(client, scope, workshop) -> None:
    page = "/senne/settings/cascade"
    shown = dict(re.findall(r'name="([a-z_]+)"[^>]*value="([^"]*)"', client.get(page).text)) | {"target": "B"}
    assert (shown["share_c"], shown["transport_cents"]) == ("35", "20.00")
    assert client.post(page, data=shown | {"share_c": "90"}).status_code == 422
    assert client.post(page, data=shown | {"share_c": "x"}).status_code == 422
    assert client.post(page, data=shown | {"share_c": "40", "material_kg_cents": "0,25"}).status_code == 303
    stale = client.post(page, data=shown | {"share_c": "45"})
    assert (stale.status_code, ">40<" in stale.text or 'value="40"' in stale.text) == (409, True)
    with scope(workshop):
        found = queries.rates()
        assert (found.share_c, found.material_kg_cents, found.version) == (40, 25, 1)


def test_the_pages_are_faultless(opened, scope, workshop, other_workshop) -> None:
    with scope(workshop):
        a_route()
        passed = a_graded("C")
        lives.choose(BENCH, passed, "other_member", reason_code="demand")
        planned = queries.open_passing_of(passed)
        told = passings.Word("offer", "k", other_workshop.id, workshop.id, {
            "price_cents": 900, "currency": "EUR", "note": "It rides well", "published": passings.described(passed),
        })  # fmt: skip
        passings.heard(told)
        came = session().scalars(select(Passing).where(Passing.direction == "in")).one()
        first = a_graded("C")
        line = queries.line_of(first)
        data = intake.open_intake(BENCH, a_collected(hazards=("data",)))
        intake.tick(BENCH, data, data.lines[0])
        empty, order, (harvest, _part) = an_intake(), an_order(), a_harvest()
        names = [
            "intakes/new", f"intakes/{line.intake.reference}", f"intakes/{line.intake.reference}/{line.id}",
            f"intakes/{data.reference}/{data.lines[0].id}", f"intakes/{empty.reference}", f"items/{first.tag}/next-life",
            f"items/{first.tag}", f"refurbishments/{order.reference}", f"harvests/{harvest.reference}", "refurbishments",
            "harvests", "economics", "cascade-reasons", "passings", "settings/cascade", f"passings/{planned.reference}",
            f"passings/{came.reference}",
        ]  # fmt: skip
    page = opened("intakes")
    base, faults = page.url.split("/intakes")[0], {"list": axe(page)}
    for name in names:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(DESK["viewport"])
        page.goto(f"{base}/{name}")
        faults[name] = axe(page)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(PHONE["viewport"])
        faults[f"{name}, dark, phone"] = axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert {name: found for name, found in faults.items() if found} == {}
