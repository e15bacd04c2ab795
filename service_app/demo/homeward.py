"""Things on their way home: the collection days of a workshop, take-backs and batches of material at each step, hubs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from sqlalchemy import select

from service_app.catalogue.models import Product
from service_app.core import access, clock
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.materials import operations as materials
from service_app.materials import queries as material_queries
from service_app.materials.operations import Way
from service_app.passports import operations as batteries
from service_app.passports.operations import BatteryFacts
from service_app.takebacks import doors, hubs, operations, queries
from service_app.takebacks.hubs import HubFacts
from service_app.takebacks.models import Takeback
from service_app.takebacks.operations import Ask, DayFacts
from service_app.workshops.queries import get_workshop

# What it is, grams, litres, hazards.
_THINGS = {
    "fr": (
        ("Un vélo sans roue arrière", 14_000, 300, ()), ("Une batterie de vélo", 2600, 8, ("lithium",)),
        ("Une machine à laver", 62_000, 260, ()), ("Un vieil ordinateur", 7200, 40, ("data",)),
        ("Une lampe de bureau", 1900, 15, ()), ("Une bonbonne de camping", 4000, 12, ("gas",)),
        ("Un aspirateur", 6400, 45, ()), ("Deux chaises", 9000, 180, ()), ("Un grille-pain", 1700, 12, ()),
    ),
    "nl": (
        ("Een fiets zonder achterwiel", 14_000, 300, ()), ("Een fietsbatterij", 2600, 8, ("lithium",)),
        ("Een wasmachine", 62_000, 260, ()), ("Een oude computer", 7200, 40, ("data",)),
        ("Een bureaulamp", 1900, 15, ()), ("Een campinggasfles", 4000, 12, ("gas",)),
        ("Een stofzuiger", 6400, 45, ()), ("Twee stoelen", 9000, 180, ()), ("Een broodrooster", 1700, 12, ()),
    ),
}  # fmt: skip
_WHY = {
    "fr": ("Il fonctionne et repart en location", "Le moteur est grillé, plus rien à réparer"),
    "nl": ("Het werkt en wordt weer verhuurd", "De motor is doorgebrand, niets meer te herstellen"),
}
_FATES = ("eligible", "offered", "scheduled", "received", "product", "refused", "failed", "collected", "closed")
ZONE, POSTCODES = "Zone 1", ("1000", "1030", "1050", "1060", "1070", "1080", "1081", "1090", "1180", "1190")


def bring(boss: Actor, customers: Sequence[Customer], language: str) -> None:
    """In the current workshop: two collection days a week, a take-back of each fate, hubs, and batches at each step."""
    for weekday in (1, 3):
        operations.save_day(
            boss, DayFacts(ZONE, POSTCODES, weekday, time(9), time(13), 120, 12, 400_000, 3000)
        )  # fmt: skip
    for place, (fate, given) in enumerate(zip(_FATES, _THINGS[language], strict=True)):
        what, mass_g, litres, hazards = given
        customer = customers[place % len(customers)]
        wanted = Ask(
            what, mass_g, litres, hazards, "pickup", f"Rue de Birmingham {place + 4}", POSTCODES[place % 5], "Bruxelles",
            is_owner=True,
        )  # fmt: skip
        takeback = operations.ask(access.customer(customer.name), customer, wanted, source="public")
        if fate not in ("eligible", "refused"):
            _go_on(boss, takeback, fate, _WHY[language])
    _hubs(boss, customers, language)
    _batches(boss, language)
    _batteries(boss, language)


# What collects for the workshop, where, and what may be put in; the first of them is full.
_HUBS = {
    "fr": (
        ("École du Canal", "Quai du Commerce 40", "1000", "Petits appareils, lampes, câbles"),
        ("Bibliothèque de la Senne", "Rue de la Senne 12", "1000", "Petits appareils"),
        ("Épicerie Chez Odile", "Chaussée de Jette 210", "1080", "Piles, lampes, téléphones"),
    ),
    "nl": (
        ("School aan de Vaart", "Handelskaai 40", "1000", "Kleine toestellen, lampen, kabels"),
        ("Bibliotheek aan de Zenne", "Zennestraat 12", "1000", "Kleine toestellen"),
        ("Kruidenier Odile", "Jetsesteenweg 210", "1080", "Batterijen, lampen, telefoons"),
    ),
}  # fmt: skip
_BATCHES = {
    "fr": ("Petits appareils", "Cadres et roues", "Batteries", "Chutes de bois", "Du bac de l’établi"),
    "nl": ("Kleine toestellen", "Frames en wielen", "Batterijen", "Houtafval", "Uit de bak van de werkbank"),
}
# The fractions of a batch (waste code, share in a hundred), and the way of what leaves.
_PARTS = (
    (("19 12 02", 55), ("19 12 04", 30), ("20 01 36", 14)),
    (("19 12 02", 70), ("19 12 03", 29)),
    (("20 01 43", 100),),
    (("19 12 07", 100),),
)
_WAY = Way("Quai des Usines 12, 1000 Bruxelles", "", "", "", "R4", "HP 14")


_BATTERY = {
    "fr": (
        "Cobalt, lithium, nickel", "Électrolyte inflammable", "Beaucoup d’eau, ou un extincteur à poudre",
        "Ne la jetez pas : rapportez-la à l’atelier ou dans un point de collecte.",
    ),
    "nl": (
        "Kobalt, lithium, nikkel", "Ontvlambaar elektrolyt", "Veel water, of een poederblusser",
        "Gooi ze niet weg: breng ze naar het atelier of een inzamelpunt.",
    ),
}  # fmt: skip


def _batteries(boss: Actor, language: str) -> None:
    """What the batteries of the workshop's products say of themselves, two that were read, and one that comes home with the
    thing it is in."""
    critical, hazardous, extinguishing, advice = _BATTERY[language]
    today = clock.today(get_workshop(current_workshop_id()).zone)
    products = session().scalars(select(Product).order_by(Product.id)).all()
    for product in (each for each in products if "battery" in each.hazard_classes):
        batteries.describe_battery(boss, product, 0, BatteryFacts(
            maker="Bosch", model="PowerPack 500", chemistry="NMC", made_in="Hongrie" if language == "fr" else "Hongarije",
            critical_materials=critical, hazardous=hazardous, extinguishing=extinguishing, waste_advice=advice,
            mass_g=2900, capacity_mah=13_400, voltage_mv=36_000, voltage_min_mv=30_000, voltage_max_mv=42_000, cycles=1000,
            coldest_c=-10, hottest_c=40, warranty_months=24,
        ))  # fmt: skip
        things = session().scalars(select(Item).where(Item.product_id == product.id).order_by(Item.id)).all()
        for place, item in enumerate(things[:2]):
            batteries.read_battery(boss, item, today, 94 - 11 * place, 120 + 260 * place, "original")
        out = next((item for item in things if item.status == "out" and item.custodian_customer_id is not None), None)
        if out is not None:
            holder = session().get_one(Customer, (out.workshop_id, out.custodian_customer_id))
            doors.ask_at_once(access.customer(holder.name), out, holder, source="portal")


def _hubs(boss: Actor, customers: Sequence[Customer], language: str) -> None:
    for place, (name, street, postcode, takes) in enumerate(_HUBS[language]):
        facts = HubFacts(name, street, postcode, "Bruxelles", takes, 240, 60_000)
        hub = hubs.save_hub(boss, customers[-1 - place], facts)
        for _tap in range(3 if place == 0 else 0):
            hubs.tell_full(hub)


def _batches(boss: Actor, language: str) -> None:
    """One batch at each step: filling with what waits, weighed, sorted, gone."""
    *names, bench = _BATCHES[language]
    today = clock.today(get_workshop(current_workshop_id()).zone)
    for place, name in enumerate(names):
        batch = materials.open_batch(boss, name)
        for takeback in material_queries.waiting()[:1] if place == 0 else ():
            materials.load_takeback(boss, batch, takeback)
        materials.load_by_hand(boss, batch, bench, 40_000 + 3_500 * place, is_estimated=place == 3)
        if place == 3:
            continue
        materials.weigh(boss, batch, None)
        whole = batch.in_g or 0
        for code, share in _PARTS[place]:
            materials.add_fraction(boss, batch, code, whole * share // 100, is_estimated=False)
        if place == 1:
            continue
        materials.allocate(boss, batch)
        if place == 0:
            chosen = [each.id for each in material_queries.fractions_of(batch)]
            materials.transfer(boss, batch, chosen, "Recydel Bruxelles", "BXL-REC-114", today, _WAY)


def _go_on(boss: Actor, takeback: Takeback, fate: str, why: tuple[str, str]) -> None:
    operations.hold_window(boss, takeback, queries.windows_for(takeback)[0].start)
    if fate == "offered":
        return
    operations.confirm(boss, takeback)
    if fate == "failed":
        operations.failed(boss, takeback.id, "nobody")
    if fate in ("scheduled", "failed"):
        return
    operations.collected(boss, takeback.id)
    if fate == "collected":
        return
    operations.receive(boss, takeback, takeback.mass_g + 200)
    if fate == "product":
        operations.decide(boss, takeback, "product", why[0])
    if fate == "closed":
        operations.decide(boss, takeback, "waste", why[1])
        operations.close(boss, takeback)
