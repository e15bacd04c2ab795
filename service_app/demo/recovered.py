"""What came home and was looked at: an intake with its differences, things that wait for their next life, are made fit, or
are taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from service_app.catalogue.models import Product
from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id
from service_app.items.models import Item
from service_app.items.operations import ItemFacts, take_in_item
from service_app.recovery import queries
from service_app.recovery.operations import harvesting, intake, lives, passings, refurbishing
from service_app.recovery.operations.harvesting import Taken
from service_app.recovery.operations.intake import Look
from service_app.repairs.models import Part
from service_app.repairs.operations import stock
from service_app.repairs.operations.stock import PartFacts
from service_app.workshops.queries import get_workshop

# Found among what came; a part that can be taken out; the steps that make a thing fit.
_WORDS = {
    "fr": (
        "Une pompe à vélo, sans nom",
        "Moteur d’occasion",
        ("Nettoyer à fond", "Remplacer ce qui est usé", "Essayer"),
    ),
    "nl": (
        "Een fietspomp zonder naam",
        "Gebruikte motor",
        ("Grondig reinigen", "Vervangen wat versleten is", "Proefdraaien"),
    ),
}
_NOTES = {
    "fr": "Il tourne bien ; chez nous plus personne ne le demande.",
    "nl": "Het werkt goed; bij ons vraagt niemand er nog naar.",
}
_GRADES = ("B", "C", "C", "D", "D")
MASS_G = 18_000


def recover(boss: Actor, bench: Actor, product: Product, language: str) -> None:
    """In the current workshop: five old things of a product that came home, each a step further than the one before."""
    found, part_name, steps = _WORDS[language]
    things = [_old(boss, product) for _grade in _GRADES]
    opened = intake.open_intake(bench)
    for thing, grade in zip(things, _GRADES, strict=True):
        line = intake.scan(bench, opened, thing.tag)
        intake.look_at(bench, opened, line, Look("ok", grade, MASS_G))
    line = intake.put_down(bench, opened, found)
    intake.look_at(bench, opened, line, Look("ok", "C", 900))
    intake.close(bench, opened)
    intake.put_down(bench, intake.open_intake(bench), found)
    _make_fit(boss, bench, things[1], steps[:2], is_done=False)
    _make_fit(boss, bench, things[2], steps, is_done=True)
    part = stock.add_part(boss, PartFacts(f"recovered-{product.code}", part_name, cost_amount=Decimal(25)))
    harvesting.fit(bench, part, product)
    _take_apart(bench, things[3:], part)
    if partners := queries.partners():
        _offer(boss, bench, product, partners[0].id, _NOTES[language])


def _offer(boss: Actor, bench: Actor, product: Product, partner_id: int, note: str) -> None:
    """One more, to the member that was there first: a worker carries it there."""
    thing = _old(boss, product)
    opened = intake.open_intake(bench)
    intake.look_at(bench, opened, intake.scan(bench, opened, thing.tag), Look("ok", "C", MASS_G))
    intake.close(bench, opened)
    lives.choose(bench, thing, "other_member", reason_code="demand")
    passing = queries.open_passing_of(thing)
    if passing is not None:
        passings.offer(bench, passing, partner_id, passing.price_cents, note)


def _old(boss: Actor, product: Product) -> Item:
    today = clock.today(get_workshop(current_workshop_id()).zone)
    facts = ItemFacts(grade="C", acquired_on=today - timedelta(days=1100), cost_amount=product.replacement_amount)
    return take_in_item(boss, product, facts)


def _make_fit(boss: Actor, bench: Actor, thing: Item, steps: Sequence[str], *, is_done: bool) -> None:
    lives.choose(bench, thing, "refurbish", reason_code="promise")
    order = queries.open_refurbishment_of(thing)
    if order is None:
        return
    for step in steps:
        refurbishing.add_step(bench, order, step)
    refurbishing.add_time(bench, order, 45)
    for place in range(len(order.steps) if is_done else 1):
        refurbishing.do_step(bench, order, place)
    if is_done:
        refurbishing.finish_work(bench, order)
        if order.status == "check":
            refurbishing.check(boss, order, is_good=True, grade="B")


def _take_apart(bench: Actor, things: Sequence[Item], part: Part) -> None:
    """The first is on the bench still, of the other the rest has gone into a batch."""
    for place, thing in enumerate(things):
        lives.choose(bench, thing, "harvest", reason_code="demand")
        harvest = queries.harvest_of(thing)
        if harvest is None:
            continue
        harvesting.take_out(bench, harvest, part, Taken(3_200, 640, "passed"))
        if place == 1:
            harvesting.close(bench, harvest, MASS_G - 3_200 - 150, lives.open_batch(bench))
