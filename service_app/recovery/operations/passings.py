"""A thing goes to another member of the cluster: both say yes, each in their own books, and its passport goes on there.

No statement sees both workshops. What one says to the other is carried by a worker in a transaction of each (`workers.passings`):
`word` is read in the books of who says it, `heard` is done in those of who hears it, `answered` again in the first. What is
carried is what stands on the passport for everybody, a price and a note to the other; a customer is in none of it. Each can
be done twice and is done once: rows are found by the key that both call it by.

Who takes a thing agrees; who gives it makes it pass, when it is still theirs to give. So it is never in two houses, and an
offer that was withdrawn in the meantime is answered as gone.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from service_app.catalogue.models import Product
from service_app.core import clock, events, search
from service_app.core.access import WORKER, Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.states import move, move_axes
from service_app.items import custody
from service_app.items import operations as items
from service_app.items import passport as addresses
from service_app.items.models import GRADES, Item
from service_app.items.operations import ItemFacts, ledger_entry
from service_app.recovery import queries
from service_app.recovery.models import Passing
from service_app.recovery.operations import hands
from service_app.workshops.operations import next_reference
from service_app.workshops.queries import get_workshop

JOB = "recovery.pass"
MOST_TEXT, MOST_CENTS = 1000, 100_000_000
# What the passport of a thing takes along, by who reads it: {name: what of an item}. The room of the passports adds its own.
CARRIED: dict[str, Callable[[Item], Mapping[str, Any]]] = {}


def plan(actor: Actor, item: Item, price_cents: int) -> Passing:
    """It is to go to another member, which one is not said yet. Refuses what belongs to somebody else (`passing.not_ours`).
    Leaves passing.planned."""
    if item.owner_name:
        raise Conflict("passing.not_ours", field="step", tag=item.tag)
    passing = _new("out", uuid.uuid4().hex, price_cents, get_workshop(item.workshop_id).currency)
    passing.item_id, passing.by_name = item.id, actor.name
    session().add(passing)
    session().flush()
    search.index("passing", passing.id, [passing.reference, item.tag])
    events.record("passing.planned", actor, [passing, item])
    return passing


def _new(direction: str, key: str, price_cents: int, currency: str) -> Passing:
    year = clock.today(get_workshop(current_workshop_id()).zone).year
    reference = next_reference(f"PM-{year}")
    return Passing(reference=reference, direction=direction, key=key, price_cents=price_cents, currency=currency)


def _lock(passing: Passing, direction: str, *allowed: str) -> None:
    session().flush()
    found = select(Passing).where(Passing.id == passing.id).with_for_update(of=Passing)
    session().scalars(found, execution_options={"populate_existing": True}).one()
    if passing.direction != direction or passing.status not in allowed:
        raise Conflict("passing.step", reference=passing.reference)


def offer(actor: Actor, passing: Passing, partner_id: int | None, price_cents: int | None, note: str = "") -> None:
    """To this member, at this price, with a note to them; what they read of it is written down now. Refuses who is no other
    member of the cluster (`passing.partner`), a price below zero or none, and what its care holds back,
    for the hold would not go with it. Leaves passing.offered."""
    actor.must("item:write")
    _lock(passing, "out", "planned")
    partner = next((each for each in queries.partners() if each.id == partner_id), None)
    if partner is None:
        raise Invalid("passing.partner", field="partner")
    if price_cents is None or not 0 <= price_cents <= MOST_CENTS:
        raise Invalid("number.out_of_range", field="price", least=0, most=MOST_CENTS // 100)
    custody.refuse_held_back(_item_of(passing))
    passing.partner_id, passing.price_cents, passing.note = partner.id, price_cents, note.strip()[:MOST_TEXT]
    passing.published, passing.by_name = described(_item_of(passing)), actor.name
    move(passing, "offered")
    events.record("passing.offered", actor, [passing, _item_of(passing)], {"to": partner.slug})


def _item_of(passing: Passing) -> Item:
    return session().get_one(Item, (passing.workshop_id, passing.item_id))


def described(item: Item) -> dict[str, Any]:
    """What another member reads of a thing before they take it: what stands on its passport for everybody."""
    product = item.product
    return {
        "name": dict(product.name), "description": dict(product.description), "brand": product.brand,
        "category": product.category, "mass_g": product.mass_g, "materials": list(product.materials),
        "hazards": list(product.hazard_classes), "grade": item.grade, "year_made": item.year_made, "loops": item.loops,
        "address": addresses.address(item, get_workshop(item.workshop_id).gs1_prefix),
    }  # fmt: skip


def withdraw(actor: Actor, passing: Passing) -> None:
    """Not after all, as long as nobody has taken it; the cascade can be asked again. Leaves passing.withdrawn."""
    actor.must("item:write")
    _lock(passing, "out", "planned", "offered")
    move(passing, "withdrawn")
    events.record("passing.withdrawn", actor, [passing, _item_of(passing)])


def agree(actor: Actor, passing: Passing, product: Product) -> None:
    """We take it, as one of this product of ours; it is ours once the other side has let it go. Leaves passing.agreed."""
    actor.must("item:write")
    _lock(passing, "in", "offered")
    passing.product_id, passing.by_name = product.id, actor.name
    move(passing, "agreed")
    events.record("passing.agreed", actor, [passing])


def decline(actor: Actor, passing: Passing, reason: str) -> None:
    """We do not take it, and why: the other side reads it. Refuses no reason. Leaves passing.declined."""
    actor.must("item:write")
    _lock(passing, "in", "offered")
    if not reason.strip():
        raise Invalid("repair.reason_needed", field="reason")
    move_axes(passing, {"status": "declined"}, reason=reason.strip()[:MOST_TEXT], by_name=actor.name)
    events.record("passing.declined", actor, [passing])


@dataclass(frozen=True)
class Word:
    """What one workshop says to another of a passing: offer, withdraw, decline, agree or arrived; `said` is all that crosses."""

    kind: str
    key: str
    speaker_id: int
    hearer_id: int
    said: Mapping[str, Any]


_KINDS = {
    ("out", "offered"): "offer", ("out", "withdrawn"): "withdraw", ("in", "declined"): "decline", ("in", "agreed"): "agree",
    ("in", "passed"): "arrived",
}  # fmt: skip


def word(passing_id: int) -> Word | None:
    """What is to be said of a passing as it stands now; None when there is nothing to say, or nobody to say it to."""
    row = session().get_one(Passing, (current_workshop_id(), passing_id), populate_existing=True)
    kind = _KINDS.get((row.direction, row.status))
    if kind is None or row.partner_id is None:
        return None
    said: dict[str, Any] = {}
    if kind == "offer":
        said = {"price_cents": row.price_cents, "currency": row.currency, "note": row.note, "published": row.published}
    elif kind == "decline":
        said = {"reason": row.reason}
    elif kind == "arrived":
        said = {"code": _item_of(row).public_code}
    return Word(kind, row.key, row.workshop_id, row.partner_id, said)


def heard(told: Word) -> Mapping[str, Any] | None:
    """The word does what it says in the books of who hears it; heard twice it is done once. The answer to an agreement is
    what the passport of the thing takes along, None when it is not to be had any more."""
    found = select(Passing).where(Passing.key == told.key, Passing.partner_id == told.speaker_id)
    direction = "in" if told.kind in ("offer", "withdraw") else "out"
    row = session().scalars(found.where(Passing.direction == direction).with_for_update()).first()
    if row is None and told.kind == "offer":
        _came(told)
    if row is None or told.kind == "offer":
        return None
    if told.kind == "agree":
        return _let_go(row)
    if told.kind == "arrived":
        row.carried = row.carried | {"now": told.said["code"]}
        session().flush()
        return None
    if row.status == "offered" and told.kind == "withdraw":
        move(row, "withdrawn")
        events.record("passing.withdrawn", WORKER, [row])
    elif row.status == "offered":
        move_axes(row, {"status": "declined"}, reason=str(told.said["reason"]))
        events.record("passing.declined", WORKER, [row, _item_of(row)])
    return None


def _came(told: Word) -> None:
    row = _new("in", told.key, told.said["price_cents"], told.said["currency"])
    row.partner_id, row.note, row.published = told.speaker_id, told.said["note"], dict(told.said["published"])
    session().add(row)
    session().flush()
    move(row, "offered")
    search.index("passing", row.id, [row.reference, *row.published["name"].values()])
    events.record("passing.came", WORKER, [row])


def _let_go(row: Passing) -> Mapping[str, Any] | None:
    """It leaves our books: what another member gives stands in its ledger, and what bringing it there costs."""
    if row.status == "passed":
        return row.carried
    item = session().get_one(Item, (row.workshop_id, row.item_id), with_for_update=True, populate_existing=True)
    if row.status != "offered":
        return None
    if item.status != "on_bench" or item.held_back or not _retires(item, row.reference):
        move(row, "withdrawn")
        events.record("passing.withdrawn", WORKER, [row, item])
        return None
    workshop, transport = get_workshop(row.workshop_id), queries.rates().transport_cents
    move(row, "passed")
    event_id = events.record("passing.passed", WORKER, [row, item])
    hands.let_go(item)
    for kind, cents in (("resale", row.price_cents), ("transport", -transport)):
        if cents:
            day, source = clock.today(workshop.zone), f"passing:{row.reference}:{kind}"
            ledger_entry(item.id, day, kind, queries.amount(cents), workshop.currency, source, event_id=event_id)
    row.carried = carried(item)
    session().flush()
    return row.carried


def _retires(item: Item, reason: str) -> bool:
    """Whether it leaves our books: what was promised to a customer in the meantime stays."""
    try:
        with session().begin_nested():
            items.retire_item(WORKER, item, reason)
    except Conflict:
        return False
    return True


def carried(item: Item) -> dict[str, Any]:
    """What goes along with a thing: what it is, and what each room of `CARRIED` says of it."""
    here = queries.came_from(item)
    loops = item.loops + (int(here.carried.get("loops", 0)) if here is not None else 0)
    return {
        "code": item.public_code, "grade": item.grade, "serial": item.serial, "year_made": item.year_made, "loops": loops,
        "address": addresses.address(item, get_workshop(item.workshop_id).gs1_prefix),
        **{name: dict(of(item)) for name, of in CARRIED.items()},
    }  # fmt: skip


def answered(passing_id: int, answer: Mapping[str, Any] | None) -> Item | None:
    """What we agreed to is ours now, on the bench, with what it cost as the first entry of its ledger; or it is gone. Leaves
    item.created and passing.received, or passing.withdrawn."""
    row = session().get_one(Passing, (current_workshop_id(), passing_id), with_for_update=True, populate_existing=True)
    if row.status != "agreed":
        return None
    if answer is None:
        move(row, "withdrawn")
        events.record("passing.withdrawn", WORKER, [row])
        return None
    product = session().get_one(Product, (row.workshop_id, row.product_id))
    grade = answer["grade"] if answer["grade"] in GRADES else "C"
    facts = ItemFacts(
        serial=answer["serial"], grade=grade, year_made=answer["year_made"], cost_amount=queries.amount(row.price_cents)
    )
    item = items.take_in_item(WORKER, product, facts, external_ref=answer["code"])
    items.put_on_bench(WORKER, item)
    row.item_id, row.carried = item.id, dict(answer)
    move(row, "passed")
    events.record("passing.received", WORKER, [row, item])
    return item
