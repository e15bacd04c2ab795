"""Passports: each layer sees what the one table says, in every form it is said in, and nobody's name; addresses are for good."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from pyld import jsonld as processor
from sqlalchemy import text

from service_app.catalogue.rules import PlanRules
from service_app.contracts.operations import losses
from service_app.contracts.operations.acts import ANEW
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import Base, session
from service_app.core.errors import Conflict, Invalid, NotFound
from service_app.items import labels, queries
from service_app.items import operations as items
from service_app.items import passport as addresses
from service_app.materials import operations as materials
from service_app.passports import content, epcis, jsonld, operations, reading, seen
from service_app.passports.operations import BatteryFacts
from service_app.portal.held import HELD
from service_app.recovery.operations import harvesting, lives
from service_app.recovery.operations.harvesting import Taken
from service_app.takebacks import operations as takebacks
from service_app.workshops.operations import house
from service_app.workshops.operations.house import WorkshopFacts
from service_app.workshops.operations.leaving import leave_cluster
from tests.conftest import SECRET
from tests.factories.catalogue import a_product
from tests.factories.portal import a_subscription, come_in
from tests.factories.recovery import BENCH, a_graded, a_harvest
from tests.factories.rentals import an_active, an_item
from tests.factories.takebacks import an_ask

PREFIX, GLN = "5412345", "5412345000013"
SOLD = PlanRules(buy_out_from_months=0, buy_out_share_percent=100)
CANARY = "Kanarie Vogel"


@pytest.fixture
def inside(scope, workshop):
    """A transaction of a workshop."""
    with scope(workshop):
        yield session().merge(workshop)


def a_battery(product, **facts: Any):
    given = {
        "maker": "Bosch", "model": "PowerTube 500", "chemistry": "NMC 622", "mass_g": 2800, "capacity_mah": 13_400,
        "voltage_mv": 36_000, "cycles": 800, "recycled_percent": 12, "dismantling": "Six Torx screws, then the lid",
        "composition": "NMC cathode, graphite anode", "declaration": "https://example.org/doc.pdf",
    }  # fmt: skip
    return operations.describe_battery(WORKER, product, 0, BatteryFacts(**given | facts))


def a_lived():
    """A bike that was out, came back mended, sits on a battery, and whose workshop knows a lot about its customer."""
    contract = a_subscription(SOLD)
    item = contract.lines[0].item
    a_battery(item.product)
    operations.read_battery(WORKER, item, clock.today("Europe/Brussels"), 91, 120, "original")
    return contract, item


def test_one_table_says_who_sees_what_and_every_section_is_built(inside):
    _contract, item = a_lived()
    assert set(content._BUILD) == set(seen.SEEN)
    for layer in seen.LAYERS:
        found = content.passport(item, inside, layer).sections
        assert {name for name in found if not seen.sees(layer, name)} == set()
    public = content.passport(item, inside, "public").sections
    assert {"identity", "composition", "battery", "life"} == set(public)
    assert "dismantling" not in public["battery"]
    assert content.passport(item, inside, "recycler").sections["battery_inside"]["dismantling"].startswith("Six Torx")
    assert content.passport(item, inside, "customer").sections["battery_state"]["health_percent"] == 91
    with pytest.raises(KeyError):
        seen.sees("public", "diary")


# What GS1's JSON Schema of EPCIS 2.0 asks of a document. The schema itself is not kept here: its repository gives no leave to
# pass it on. These are its rules for what we send; the words are those of the Core Business Vocabulary.
_EVERY = {"type", "eventID", "eventTime", "eventTimeZoneOffset", "readPoint", "bizLocation"}
_MAY = {
    "ObjectEvent": {"epcList", "action", "bizStep", "disposition", "ilmd"},
    "AssociationEvent": {"parentID", "childEPCs", "action", "bizStep"},
    "TransformationEvent": {"inputEPCList", "outputQuantityList", "bizStep"},
}
_STEPS = {
    "accepting", "arriving", "assembling", "collecting", "commissioning", "consigning", "decommissioning", "departing",
    "destroying", "disassembling", "holding", "inspecting", "installing", "loading", "other", "receiving", "removing",
    "repairing", "replacing", "retail_selling", "shipping", "storing", "transporting", "unloading",
}  # fmt: skip
_DISPOSITIONS = {
    "active", "conformant", "damaged", "destroyed", "disposed", "in_progress", "in_transit", "inactive", "needs_replacement",
    "non_conformant", "retail_sold", "returned", "sellable_accessible", "stolen", "unknown",
}  # fmt: skip
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.IGNORECASE)


def must_be_epcis(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Hold a document against the rules; its events."""
    assert set(document) == {"@context", "id", "type", "schemaVersion", "creationDate", "epcisBody"}
    assert document["@context"] == ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
    assert (document["type"], document["schemaVersion"]) == ("EPCISDocument", "2.0")
    assert set(document["epcisBody"]) == {"eventList"}
    told = document["epcisBody"]["eventList"]
    for each in told:
        assert set(each) >= _EVERY
        assert set(each) - _EVERY <= _MAY[each["type"]]
        assert datetime.fromisoformat(each["eventTime"]).tzinfo is not None
        assert re.fullmatch(r"[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00", each["eventTimeZoneOffset"])
        assert each["bizStep"] in _STEPS
        assert each.get("disposition", "active") in _DISPOSITIONS
        assert each.get("action", "OBSERVE") in ("ADD", "OBSERVE", "DELETE")
        assert ("action" in each) == (each["type"] != "TransformationEvent")
        uris = [
            *each.get("epcList", ()),
            *each.get("childEPCs", ()),
            *each.get("inputEPCList", ()),
            *each.get("ilmd", ()),
        ]
        uris += [
            each["eventID"],
            each["readPoint"]["id"],
            each["bizLocation"]["id"],
            *filter(None, [each.get("parentID")]),
        ]
        uris += [row["epcClass"] for row in each.get("outputQuantityList", ())]
        assert uris
        assert [uri for uri in uris if not _URI.fullmatch(uri)] == []
        assert all(row["uom"] == "KGM" and row["quantity"] > 0 for row in each.get("outputQuantityList", ()))
    assert len({each["eventID"] for each in told}) == len(told)
    assert [each["eventTime"] for each in told] == sorted(each["eventTime"] for each in told)
    return told


def steps(document: dict[str, Any]) -> list[str]:
    return [each["bizStep"] for each in must_be_epcis(document)]


def test_the_life_is_an_epcis_document_and_the_public_does_not_see_when_it_was_with_somebody(inside):
    contract, item = a_lived()
    assert steps(epcis.document(item, inside, "staff")) == ["commissioning", "shipping"]
    assert steps(epcis.document(item, inside, "public")) == ["commissioning"]
    first = epcis.document(item, inside, "staff")["epcisBody"]
    assert first == epcis.document(item, inside, "staff")["epcisBody"]
    losses.buy_out(WORKER, contract.lines[0], ANEW, method="card")
    assert steps(epcis.document(item, inside, "public")) == ["commissioning", "retail_selling"]


def test_a_component_joins_its_kit_and_leaves_it(inside):
    product = a_product()
    kit, lock = an_item(product), an_item(product)
    items.join_kit(WORKER, lock, kit)
    items.join_kit(WORKER, lock, None)
    for thing in (kit, lock):
        told = [
            (each["action"], each["parentID"], each["childEPCs"])
            for each in must_be_epcis(epcis.document(thing, inside, "public"))
            if each["type"] == "AssociationEvent"
        ]
        ours = [addresses.address(kit), [addresses.address(lock)]]
        assert told == [("ADD", *ours), ("DELETE", *ours)]


@pytest.mark.parametrize("is_mixed", [False, True])
def test_what_becomes_material_says_what_came_of_it_and_only_where_that_is_its_own(inside, is_mixed):
    item = an_item(a_product())
    takeback = takebacks.ask(
        WORKER, an_active().customer, an_ask(way="drop_off", mass_g=34_000), source="staff", item=item
    )
    takebacks.receive(WORKER, takeback, 34_000)
    takebacks.decide(WORKER, takeback, "waste", "The frame is broken")
    batch = materials.open_batch(WORKER, "Bikes")
    materials.load_takeback(WORKER, batch, takeback)
    if is_mixed:
        materials.load_by_hand(WORKER, batch, "From the bench", 6_000, is_estimated=False)
    whole = 40_000 if is_mixed else 34_000
    materials.weigh(WORKER, batch, whole)
    part = materials.add_fraction(WORKER, batch, "19 12 02", whole, is_estimated=False)
    materials.allocate(WORKER, batch)
    today = clock.today("Europe/Brussels")
    materials.transfer(WORKER, batch, [part.id], "Galloo", "BE-77", today)
    last = must_be_epcis(epcis.document(item, inside, "public"))[-1]
    if is_mixed:
        assert (last["type"], last["action"], last["bizStep"]) == ("ObjectEvent", "DELETE", "destroying")
    else:
        assert (last["type"], last["inputEPCList"]) == ("TransformationEvent", [addresses.address(item)])
        assert [(row["quantity"], row["epcClass"][-8:]) for row in last["outputQuantityList"]] == [(34.0, "19-12-02")]
    found = content.passport(item, inside, "recycler").sections
    assert found["recycling"]["fractions"] == [("19 12 02", whole)]
    assert "recycling" not in content.passport(item, inside, "public").sections


def test_the_address_is_a_digital_link_where_the_workshop_has_a_prefix_and_both_lead_to_the_thing(app, scope, workshop):
    with scope(workshop):
        item, here = an_item(a_product()), session().merge(workshop)
        code, tag = item.public_code, item.tag
        own = labels.public_url(item)
        facts = {"name": "Atelier Senne", "gs1_prefix": PREFIX, "gln": GLN}
        for slip in ({"gs1_prefix": "123"}, {"gln": "5412345000014"}, {"gln": "4012345000009"}, {"gln": ""}):
            with pytest.raises(Invalid, match=r"gs1\."):
                house.change_workshop(WORKER, here, None, WorkshopFacts(**facts | slip))
        house.change_workshop(WORKER, here, None, WorkshopFacts(**facts))
        link = labels.public_url(item)
        assert link == f"http://localhost/8004/{PREFIX}{code.split('-')[1]}"
        assert "/414/5412345000013" in json.dumps(epcis.document(item, here, "public"))
    street = app.test_client()
    for address in (own, link, f"/8004/{PREFIX}{code.split('-')[1].lower()}"):
        page = street.get(address)
        assert page.status_code == 200, address
        assert tag in page.text
        assert "Set-Cookie" not in page.headers
    for wrong in (f"/8004/{PREFIX}AAAAAAAAA", "/8004/9912345AAAAAAAAA", "/8004/x"):
        assert street.get(wrong).status_code == 404
    said = street.get(own, headers={"Accept": "application/ld+json"})
    assert said.mimetype == "application/ld+json"
    assert said.json["@id"] == link
    assert street.get(f"/p/{code}/passport.jsonld").json == said.json
    links = street.get(f"{own}?linkType=linkset")
    assert links.mimetype == "application/linkset+json"
    assert links.json["linkset"][0]["anchor"] == link
    assert street.get(f"{own}?linkType=gs1:epcis").location == f"/p/{code}/epcis.json"


def test_the_passport_outlives_the_workshop_and_names_who_answers_for_the_thing(
    app, scope, workshop, other_workshop, urls
):
    with scope(workshop):
        code = an_item(a_product()).public_code
        here, heir = session().merge(workshop), session().merge(other_workshop)
        for nobody in (here, heir):
            heir.left_on = date(2026, 1, 1) if nobody is heir else None
            with pytest.raises(Conflict, match=r"leave\.heir"):
                leave_cluster(WORKER, here, nobody, date(2026, 11, 30))
        heir.left_on = None
    command = [sys.executable, "-m", "service_app.cli", "leave", workshop.slug, "--heir"]
    env = os.environ | {"RONDE_ENV": "test", "DATABASE_URL": urls.app, "SECRET_KEY": SECRET}
    wrong = subprocess.run([*command, "nobody"], env=env, capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    assert workshop.slug in wrong.stderr
    done = subprocess.run([*command, other_workshop.slug], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    street = app.test_client()
    page = street.get(f"/p/{code}")
    assert page.status_code == 200
    assert other_workshop.name in page.text
    assert street.get(f"/p/{code}/passport.jsonld").status_code == 200


def test_who_bought_a_thing_sees_their_own_layer_also_when_its_workshop_left(app, scope, workshop, other_workshop):
    with scope(workshop):
        contract, item = a_lived()
        item.serial = "SN-4711"
        contract.customer.email = "buyer@example.be"
        losses.buy_out(WORKER, contract.lines[0], ANEW, method="card")
        code = item.public_code
    buyer, stranger = come_in(app.test_client(), "buyer@example.be"), app.test_client()

    def reads(browser: Any) -> tuple[bool, ...]:
        page = browser.get(f"/p/{code}", query_string={"lang": "en"})
        known = browser.get(f"/p/{code}/passport.jsonld").json
        names = {each["propertyID"] for each in known["additionalProperty"]}
        steps_told = {each["bizStep"] for each in browser.get(f"/p/{code}/epcis.json").json["epcisBody"]["eventList"]}
        assert (page.status_code, "retail_selling" in steps_told, "shipping" in steps_told) == (200, True, False)
        seen_there = ("You bought it from us." in page.text, "SN-4711" in page.text, "SN-4711" in str(known))
        return *seen_there, "battery_state.health_percent" in names

    assert (reads(buyer), reads(stranger)) == ((True,) * 4, (False,) * 4)
    with scope(workshop):
        leave_cluster(WORKER, session().get(type(workshop), workshop.id), session().get(type(workshop), other_workshop.id),
                      date(2026, 11, 30))  # fmt: skip
    assert (reads(buyer), reads(stranger)) == ((True,) * 4, (False,) * 4)
    assert other_workshop.name in buyer.get(f"/p/{code}").text


def test_what_was_recycled_from_the_bench_is_told_and_of_a_donor_only_its_end(inside):
    bench, (harvest, part) = a_graded("C"), a_harvest()
    harvesting.take_out(BENCH, harvest, part, Taken(4_000, 10, "passed"))
    harvesting.close(BENCH, harvest, 29_000, lives.open_batch(BENCH))
    batch = lives.open_batch(BENCH)
    first = materials.open_batch(WORKER, "Bikes")
    assert lives.open_batch(BENCH) == first, "the newest one that fills"
    lives.choose(BENCH, bench, "recycle", reason_code="safety")
    for each, whole in ((first, 33_000), (batch, 29_000)):
        materials.weigh(WORKER, each, whole)
        fraction = materials.add_fraction(WORKER, each, "19 12 02", whole, is_estimated=False)
        materials.allocate(WORKER, each)
        materials.transfer(WORKER, each, [fraction.id], "Galloo", "BE-77", clock.today("Europe/Brussels"))
    told = [must_be_epcis(epcis.document(thing, inside, "public"))[-1] for thing in (bench, harvest.item)]
    assert [(each["type"], each["bizStep"]) for each in told] == [
        ("TransformationEvent", "other"),
        ("ObjectEvent", "destroying"),
    ]
    assert content.passport(bench, inside, "recycler").sections["recycling"]["fractions"] == [("19 12 02", 33_000)]
    assert "disassembling" in steps(epcis.document(harvest.item, inside, "public"))


def test_two_workshops_never_share_a_prefix(scope, workshop, other_workshop):
    with scope(other_workshop):
        there = session().merge(other_workshop)
        house.change_workshop(WORKER, there, None, WorkshopFacts(name="Other", gs1_prefix=PREFIX, gln=GLN))
    with scope(workshop):
        here = session().merge(workshop)
        for prefix in (PREFIX, "541234", "541234500"):
            with pytest.raises(Conflict, match=r"gs1\.taken"):
                house.change_workshop(WORKER, here, None, WorkshopFacts(name="Us", gs1_prefix=prefix, gln=GLN))


def nobody_is_asked(url: str, _options: Any) -> Any:
    """What a processor would do for a context that stands elsewhere."""
    raise AssertionError(f"{url} is asked for")


OFFLINE = {"documentLoader": nobody_is_asked}


def test_a_processor_reads_the_json_ld_offline_and_loses_nothing_of_it(inside):
    _contract, item = a_lived()
    said = jsonld.document(content.passport(item, inside, "repairer"), "http://localhost/epcis")
    (whole,) = processor.expand(said, OFFLINE)
    assert all(name.startswith(("@", "https://")) for name in whole)
    assert whole["https://schema.org/brand"][0]["https://schema.org/name"] == [{"@value": "Douze"}]
    assert whole["https://ref.gs1.org/voc/epcis"] == [{"@id": "http://localhost/epcis"}]
    assert {each["@language"] for each in whole["https://schema.org/name"]} == {"fr", "nl", "en"}
    assert whole["https://schema.org/weight"][0]["https://schema.org/value"] == [{"@value": 34_000}]
    known = {
        each["https://schema.org/propertyID"][0]["@value"]: each["https://schema.org/value"][0]["@value"]
        for each in whole["https://schema.org/additionalProperty"]
    }
    assert (known["battery.capacity_mah"], known["battery_state.health_percent"]) == (13_400, 91)
    back = processor.compact(whole, jsonld.CONTEXT, OFFLINE)
    assert set(back) == set(said), "no name of ours is dropped on the way"
    facts = {"algorithm": "URDNA2015", "format": "application/n-quads", **OFFLINE}
    assert processor.normalize(back, facts) == processor.normalize(said, facts)


def test_a_deeper_look_is_dated_bound_to_its_thing_and_ends_when_it_is_revoked(app, client, scope, workshop):
    with scope(workshop):
        product = a_product()
        item, other = an_item(product), an_item(product)
        a_battery(product)
        tag, other_tag, code, elsewhere = item.tag, other.tag, item.public_code, other.public_code
    page = f"/senne/items/{tag}/passport"
    assert client.post(f"{page}/links", data={"for_whom": "", "layer": "repairer", "days": "30"}).status_code == 422
    assert (
        client.post(f"{page}/links", data={"for_whom": "Vélo Fix", "layer": "owner", "days": "30"}).status_code == 422
    )
    assert (
        client.post(f"{page}/links", data={"for_whom": "Vélo Fix", "layer": "repairer", "days": "999"}).status_code
        == 422
    )
    assert (
        client.post(f"{page}/links", data={"for_whom": "Vélo Fix", "layer": "repairer", "days": "30"}).status_code
        == 303
    )
    link = re.search(rf'/p/{code}/as/[^"]+', client.get(page).text).group()
    street = app.test_client()
    for form in ("", "/passport.jsonld", "/epcis.json"):
        assert street.get(link + form).status_code == 200
    assert "Six Torx" in street.get(link).text
    assert "Six Torx" not in street.get(f"/p/{code}").text
    assert "Vélo Fix" not in street.get(link).text
    assert street.get(link.replace(code, elsewhere)).status_code == 404
    with clock.travelled(clock.now() + timedelta(days=31)):
        assert street.get(link).status_code == 404
    with scope(workshop):
        row = reading.accesses_of(queries.get_item(tag))[0]
    assert client.post(f"{page}/links/{row.id}/revoke").status_code == 303
    assert client.post(f"/senne/items/{other_tag}/passport/links/{row.id}/revoke").status_code == 404
    for form in ("", "/passport.jsonld", "/epcis.json"):
        assert street.get(link + form).status_code == 404


def test_a_battery_keeps_to_what_a_battery_can_be_and_two_people_do_not_write_over_each_other(inside):
    product = a_product()
    item = an_item(product)
    for wrong in ({"mass_g": 26_000}, {"recycled_percent": 101}, {"declaration": "javascript:alert(1)"}):
        with pytest.raises(Invalid):
            a_battery(product, **wrong)
    battery = a_battery(product)
    operations.describe_battery(WORKER, product, battery.version, BatteryFacts(maker="Bosch", cycles=0))
    assert content.passport(item, inside, "public").sections["battery"] == {"maker": "Bosch", "cycles": 0}
    with pytest.raises(Conflict, match=r"version\.stale"):
        operations.describe_battery(WORKER, product, 1, BatteryFacts(maker="Yamaha"))
    today = clock.today("Europe/Brussels")
    for wrong in ((today + timedelta(days=1), 90, 1, "original"), (today, None, None, "original"), (today, 101, 1, "original"),
                  (today, 90, 1, "fine")):  # fmt: skip
        with pytest.raises(Invalid):
            operations.read_battery(WORKER, item, *wrong)
    with pytest.raises(NotFound):
        operations.access_of("nonsense", item)


def test_nobody_is_named_in_any_form_of_any_layer_but_their_own(app, admin, scope, workshop):
    """A canary in every column about a person that will hold one, and every form of the passport is read."""
    with scope(workshop):
        contract, item = a_lived()
        contract.customer.email = "kanarie@example.org"
        other = an_active().customer
        other.email = "other@example.org"
        takebacks.ask(WORKER, contract.customer, an_ask(), source="portal", item=item)
        losses.buy_out(WORKER, contract.lines[0], ANEW, method="card")
        links = [
            operations.link_of(operations.give_access(WORKER, item, layer, CANARY, 30), item.public_code)
            for layer in ("repairer", "recycler")
        ]
        code = item.public_code
    tables = {held.table for held in HELD} | {"account", "item", "item_report", "passport_access", "item_photo"}
    kept_out = {("item", "tag"), ("item", "public_code"), ("item", "status"), ("item", "grade"), ("item", "serial"),
               ("customer", "email")}  # fmt: skip
    browsers = [app.test_client(), come_in(app.test_client(), "other@example.org")]
    sung = set()
    with admin.connect() as connection:
        for table in sorted(tables):
            for column in Base.metadata.tables[table].columns:
                if column.type.python_type is not str or (table, column.name) in kept_out:
                    continue
                with connection.begin():
                    try:
                        with connection.begin_nested():
                            connection.execute(text(f'UPDATE "{table}" SET "{column.name}" = :bird'), {"bird": CANARY})
                            sung.add((table, column.name))
                    except Exception as error:  # a rule of the table keeps a bird out of it
                        assert "constraint" in str(error) or "state" in str(error) or "append" in str(error), str(error)
    assert sung >= {
        ("customer", "name"), ("customer", "phone"), ("item", "owner_name"), ("item", "remark"), ("item", "place"),
        ("takeback", "what"), ("takeback", "note"), ("takeback", "street"), ("passport_access", "for_whom"), ("account", "name"),
    }  # fmt: skip
    seen_of = [f"/p/{code}", f"/p/{code}/passport.jsonld", f"/p/{code}/epcis.json", f"/p/{code}?linkType=linkset"]
    seen_of += [link + form for link in links for form in ("", "/passport.jsonld", "/epcis.json")]
    for browser, address, language in product(browsers, seen_of, ("fr", "nl", "en")):
        answer = browser.get(address, query_string=None if "?" in address else {"lang": language})
        assert answer.status_code == 200, address
        assert CANARY not in answer.text, address
        assert "kanarie@" not in answer.text, address
