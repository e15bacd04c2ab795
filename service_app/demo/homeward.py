"""Things on their way home: the collection days of a workshop, take-backs and batches of material at each step, hubs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from service_app.core import access, clock
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id
from service_app.customers.models import Customer
from service_app.materials import operations as materials
from service_app.materials import queries as material_queries
from service_app.materials.operations import Way
from service_app.takebacks import hubs, operations, queries
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
