"""Repairs at every step, as a bench has them on a morning: customers' own things and one of ours, the parts on the shelf, a
quote that waits, one that was declined, and some that were handed back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from service_app.catalogue.repair_categories import BY_NAME
from service_app.core import access, clock
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.repairs import queries, quoting
from service_app.repairs.models import Part, RepairCase
from service_app.repairs.operations import bench, ending, intake, quotes, stock
from service_app.repairs.operations.ending import HandBack
from service_app.repairs.operations.intake import Ask, Owned, Received
from service_app.repairs.operations.stock import PartFacts

# Code, name by language, cost, price, how many.
_PARTS = (
    ("CAB-15", {"fr": "Câble de frein 1,5 mm", "nl": "Remkabel 1,5 mm"}, "1.80", "4.50", 12),
    ("PAD-V", {"fr": "Patins V-brake, paire", "nl": "Remblokken V-brake, paar"}, "3.10", "8.00", 6),
    ("ELM-22", {"fr": "Résistance 2200 W", "nl": "Verwarmingselement 2200 W"}, "6.40", "14.50", 1),
    ("SW-16", {"fr": "Interrupteur 16 A", "nl": "Schakelaar 16 A"}, "1.20", "3.50", 4),
    ("BLT-610", {"fr": "Courroie 610", "nl": "Riem 610"}, "5.00", "11.00", 0),
)
# What it is, brand, year ago, what they say, what was found, hours, part: by language.
_THINGS = {
    "fr": (
        ("Bouilloire", "Bodum", 4, "Elle ne chauffe plus du tout.", "La résistance est coupée", "0.75", "ELM-22"),
        ("Machine à coudre", "Pfaff", 31, "Le moteur tourne, pas l’aiguille.", "La courroie est cassée", "1.00", "BLT-610"),
        ("Grille-pain", "Magimix", 9, "Le levier ne tient plus en bas.", "L’interrupteur est usé", "0.50", "SW-16"),
        ("Vélo de ville", "Oxford", 12, "Le frein avant ne serre plus.", "Le câble est effiloché", "0.50", "CAB-15"),
        ("Aspirateur", "Nilfisk", 7, "Il s’arrête après cinq minutes.", "Le moteur est encrassé", "1.25", ""),
        ("Lampe de bureau", "Louis Poulsen", 40, "Elle clignote quand on la touche.", "Un fil est coupé", "0.50", "SW-16"),
    ),
    "nl": (
        ("Waterkoker", "Bodum", 4, "Hij wordt helemaal niet meer warm.", "Het element is doorgebrand", "0.75", "ELM-22"),
        ("Naaimachine", "Pfaff", 31, "De motor draait, de naald beweegt niet.", "De riem is gebroken", "1.00", "BLT-610"),
        ("Broodrooster", "Magimix", 9, "De hendel blijft niet meer beneden.", "De schakelaar is versleten", "0.50", "SW-16"),
        ("Stadsfiets", "Oxford", 12, "De voorrem pakt niet meer.", "De kabel is gerafeld", "0.50", "CAB-15"),
        ("Stofzuiger", "Nilfisk", 7, "Hij valt stil na vijf minuten.", "De motor is vervuild", "1.25", ""),
        ("Bureaulamp", "Louis Poulsen", 40, "Ze flikkert als je ze aanraakt.", "Een draad is gebroken", "0.50", "SW-16"),
    ),
}  # fmt: skip
_WORDS = {
    "fr": {"labour": "Main-d’œuvre", "mend": "Réparer", "done": "Essayé dix min", "no": "Trop cher pour moi", "shelf": "Étagère"},
    "nl": {"labour": "Werkuren", "mend": "Herstellen", "done": "Tien minuten getest", "no": "Te duur voor mij", "shelf": "Rek"},
}  # fmt: skip
# What the open standard calls them: the bicycle it has no word for.
CATEGORIES = tuple(
    BY_NAME[name].id if name else None for name in ("Kettle", "Sewing machine", "Toaster", "", "Vacuum", "Lamp")
)
_FATES = ("quoted", "waiting", "work", "ready", "declined", "handed_back")


def repair(boss: Actor, technician: Actor, customers: Sequence[Customer], language: str) -> None:
    """In the current workshop, over the last days."""
    said = _WORDS[language]
    parts = {code: _part(boss, code, names[language], cost, price, many) for code, names, cost, price, many in _PARTS}
    now = clock.now()
    for place, (fate, given) in enumerate(zip(_FATES, _THINGS[language], strict=True)):
        customer = customers[(place * 3 + 1) % len(customers)]
        with clock.travelled(now - timedelta(days=12 - place, hours=3)):
            _live(technician, customer, given, fate, parts, said, place)
    what, brand, age, fault, *_rest = _THINGS[language][0]
    other = customers[2]
    owned = intake.keep_thing(other, Owned(what, CATEGORIES[0], brand, year_made=now.year - age))
    intake.ask_repair(access.customer(other.name), other, owned, Ask(fault, symptoms=("dead",)))
    ours = session().scalars(select(Item).where(Item.status == "on_bench").order_by(Item.tag)).first()
    if ours is not None:
        case = intake.ask_repair(technician, None, ours, Ask(_THINGS[language][3][3]))
        intake.receive(technician, case, Received(place=f"{said['shelf']} 1"))
        quotes.begin_diagnosis(technician, case)


def _part(boss: Actor, code: str, name: str, cost: str, price: str, many: int) -> Part:
    part = stock.add_part(boss, PartFacts(code, name, cost_amount=Decimal(cost), unit_amount=Decimal(price), least=1))
    if many:
        stock.receive_parts(boss, part, many)
    return part


def _live(
    technician: Actor, customer: Customer, given: Sequence[object], fate: str, parts: dict[str, Part], said: dict[str, str],
    place: int,
) -> None:  # fmt: skip
    what, brand, age, fault, cause, hours, code = given
    year = clock.now().year - int(str(age))
    thing = intake.keep_thing(customer, Owned(str(what), CATEGORIES[place], str(brand), year_made=year))
    case = intake.ask_repair(technician, customer, thing, Ask(str(fault)))
    intake.receive(technician, case, Received(place=f"{said['shelf']} {place + 1}"))
    quotes.begin_diagnosis(technician, case)
    quotes.diagnose(technician, case, quotes.Finding(str(cause)))
    lines = [quoting.Line("labour", said["labour"], Decimal(str(hours)), Decimal("48.00"))]
    if code:
        part = parts[str(code)]
        lines.append(quoting.Line("part", part.name, quoting.ONE, part.unit_amount, part.id))
    option = quoting.Option(said["mend"], tuple(lines), 5)
    quotes.draft_quote(technician, case, quoting.Quote(str(cause), (option,), Decimal("15.00")))
    quotes.send_quote(technician, case)
    _answer(technician, customer, case, fate, said)


def _answer(technician: Actor, customer: Customer, case: RepairCase, fate: str, said: dict[str, str]) -> None:
    if fate == "quoted":
        return
    if fate == "declined":
        quotes.decline_quote(access.customer(customer.name), case, 1, said["no"], name=customer.name)
        return
    quotes.approve_quote(access.customer(customer.name), case, 1, quotes.Answer(1, customer.name))
    if stock.is_waiting(case):
        bench.wait_for_parts(technician, case, clock.now().date() + timedelta(days=16))
        return
    begun = clock.now()
    bench.start_clock(technician, case, "repair")
    with clock.travelled(begun + timedelta(minutes=35)):
        bench.stop_clock(technician)
    if fate == "work":
        return
    for use in queries.parts_of(case):
        stock.use_part(technician, case, use)
    bench.finish_work(technician, case, [(said["done"], True)])
    if fate == "handed_back":
        ending.hand_back(technician, case, HandBack(customer.name, "card"))
