"""Things on their way home: the collection days of a workshop, and take-backs at each step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from service_app.core import access
from service_app.core.access import Actor
from service_app.customers.models import Customer
from service_app.takebacks import operations, queries
from service_app.takebacks.models import Takeback
from service_app.takebacks.operations import Ask, DayFacts

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
    """In the current workshop: two collection days a week, and a take-back of each fate."""
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
