"""Parts: what comes in, what is promised to a case, what is fitted. A part's row is locked before its number is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from service_app.catalogue.operations import clean_code
from service_app.core import clock, events, search
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO
from service_app.core.states import move
from service_app.items.models import Item
from service_app.repairs import queries
from service_app.repairs.models import Part, PartMove, PartUse, RepairCase
from service_app.repairs.quoting import Option

MOST_PIECES = 100_000


@dataclass(frozen=True)
class PartFacts:
    """What a part is: a code, a name, where it lies, what it costs the workshop and the customer, how many there should
    be at least."""

    code: str
    name: str
    place: str = ""
    cost_amount: Decimal = ZERO
    unit_amount: Decimal = ZERO
    least: int = 0


def add_part(actor: Actor, facts: PartFacts) -> Part:
    """A new part, none on the shelf yet. Refuses a code that is taken or none, no name. Leaves part.added."""
    actor.must("work:write")
    part = Part(code=clean_code(facts.code), name="")
    _write(part, facts)
    if session().scalars(select(Part.id).where(Part.code == part.code)).first() is not None:
        raise Conflict("part.code_taken", field="code", code_taken=part.code)
    session().add(part)
    session().flush()
    search.index("part", part.id, [part.code, part.name])
    events.record("part.added", actor, [part], {"code": part.code})
    return part


def change_part(actor: Actor, part: Part, facts: PartFacts) -> None:
    """Other facts of a part; its code stays. Leaves part.changed."""
    actor.must("work:write")
    _write(part, facts)
    part.version += 1
    search.index("part", part.id, [part.code, part.name])
    events.record("part.changed", actor, [part], {"code": part.code})


def _write(part: Part, facts: PartFacts) -> None:
    if not facts.name.strip():
        raise Invalid("field.required", field="name")
    if facts.cost_amount < 0 or facts.unit_amount < 0:
        raise Invalid("amount.negative", field="unit_amount")
    if not 0 <= facts.least <= MOST_PIECES:
        raise Invalid("number.out_of_range", field="least", least=0, most=MOST_PIECES)
    part.name, part.place, part.least = facts.name.strip()[:200], facts.place.strip()[:120], facts.least
    part.cost_amount, part.unit_amount = facts.cost_amount, facts.unit_amount


def receive_parts(actor: Actor, part: Part, quantity: int, remark: str = "") -> None:
    """Pieces that came in. The cases that wait for them get them, the oldest first; what is left stays on the shelf. Leaves
    part.received."""
    actor.must("work:write")
    _refuse_quantity(quantity)
    _put(actor, part, quantity, "received", remark=remark)
    events.record("part.received", actor, [part], {"code": part.code, "quantity": quantity})
    serve_waiting(part)


def harvest_part(
    actor: Actor, part: Part, donor: Item, *, serial: str = "", minutes: int | None = None, remark: str = ""
) -> None:
    """One piece out of a thing that is no longer lent: it names its donor. Refuses a donor that is still in the fleet
    (`part.donor_in_use`). Leaves part.harvested."""
    actor.must("work:write")
    if donor.status not in ("retired", "on_bench"):
        raise Conflict("part.donor_in_use", field="donor", tag=donor.tag)
    _put(actor, part, 1, "harvested", donor=donor, serial=serial, minutes=minutes, remark=remark)
    events.record("part.harvested", actor, [part, donor], {"code": part.code})
    serve_waiting(part)


def count_part(actor: Actor, part: Part, found: int, remark: str) -> None:
    """What really lies there. Refuses without a word why, and a number below zero. Leaves part.corrected."""
    actor.must("work:write")
    _lock(part)
    if not 0 <= found <= MOST_PIECES:
        raise Invalid("number.out_of_range", field="quantity", least=0, most=MOST_PIECES)
    if found == part.on_hand:
        return
    if not remark.strip():
        raise Invalid("repair.reason_needed", field="remark")
    difference = found - part.on_hand
    _put(actor, part, difference, "corrected", remark=remark)
    events.record("part.corrected", actor, [part], {"code": part.code, "difference": difference})


def _refuse_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MOST_PIECES:
        raise Invalid("number.out_of_range", field="quantity", least=1, most=MOST_PIECES)


def _lock(part: Part) -> None:
    session().flush()
    found = select(Part).where(Part.id == part.id).with_for_update(key_share=True)
    session().scalars(found, execution_options={"populate_existing": True}).one()


def _put(
    actor: Actor, part: Part, quantity: int, kind: str, *, case: RepairCase | None = None, donor: Item | None = None,
    serial: str = "", minutes: int | None = None, remark: str = "",
) -> None:  # fmt: skip
    _lock(part)
    if part.on_hand + quantity < 0:
        raise Conflict("part.none_left", field="quantity", name=part.name, on_hand=part.on_hand)
    part.on_hand += quantity
    session().add(
        PartMove(
            part_id=part.id, quantity=quantity, kind=kind, case_id=case.id if case else None,
            donor_item_id=donor.id if donor else None, serial=serial.strip()[:120], minutes=minutes,
            remark=remark.strip()[:500], by_name=actor.name,
        )
    )  # fmt: skip
    session().flush()


def free_of(part: Part) -> int:
    """How many lie on the shelf and are promised to nobody."""
    return part.on_hand - queries.reserved_of([part.id]).get(part.id, 0)


def claim(case: RepairCase, option: Option) -> None:
    """What an approved option needs of the stock is reserved, as far as there is any; the rest is wanted. What the case had
    and needs no longer is free again. Parts in the order of their ids: two cases never wait for each other."""
    needed: dict[int, int] = {}
    for line in option.lines:
        if line.part_id is not None:
            needed[line.part_id] = needed.get(line.part_id, 0) + int(line.quantity)
    used: dict[int, int] = {}
    for use in queries.parts_of(case):
        if use.status == "used":
            used[use.part_id] = used.get(use.part_id, 0) + use.quantity
        else:
            move(use, "released")
    for part_id in sorted(needed):
        still = needed[part_id] - used.get(part_id, 0)
        if still > 0:
            want_part(case, session().get_one(Part, (case.workshop_id, part_id)), still)


def want_part(case: RepairCase, part: Part, quantity: int, expected_on: date | None = None) -> PartUse:
    """A part for a case: reserved when enough are free, wanted otherwise."""
    _refuse_quantity(quantity)
    _lock(part)
    use = PartUse(case_id=case.id, part_id=part.id, quantity=quantity, expected_on=expected_on)
    session().add(use)
    session().flush()
    if free_of(part) >= quantity:
        move(use, "reserved")
    return use


def serve_waiting(part: Part) -> None:
    """Reserve what came in for the cases that wait for it, the oldest first; one that needs more than there is does not
    hold up a smaller one behind it."""
    found = select(PartUse).where(PartUse.part_id == part.id, PartUse.status == "wanted").order_by(PartUse.id)
    for use in session().scalars(found).all():
        if free_of(part) >= use.quantity:
            move(use, "reserved")


def use_part(actor: Actor, case: RepairCase, use: PartUse, serial: str = "") -> None:
    """Fitted: it leaves the shelf and its cost is the case's. Refuses one that is not reserved. Leaves part.used."""
    actor.must("work:write")
    queries.lock_case(case)
    if case.status not in ("approved", "in_repair"):
        raise Conflict("repair.not_approved", reference=case.reference)
    part = session().get_one(Part, (use.workshop_id, use.part_id))
    _put(actor, part, -use.quantity, "used", case=case, serial=serial)
    use.serial = serial.strip()[:120]
    move(use, "used")
    case.cost_amount += part.cost_amount * use.quantity
    case.version += 1
    events.record("part.used", actor, [part, case], {"code": part.code, "quantity": use.quantity})


def draw_part(actor: Actor, part: Part, quantity: int, item: Item, remark: str) -> Decimal:
    """Pieces off the shelf for a thing of the workshop that is worked on without a case; what they cost. Refuses what is
    promised to cases (`part.none_left`). Leaves part.used."""
    actor.must("work:write")
    _refuse_quantity(quantity)
    _lock(part)
    if free_of(part) < quantity:
        raise Conflict("part.none_left", field="quantity", name=part.name, on_hand=free_of(part))
    _put(actor, part, -quantity, "used", remark=remark)
    events.record("part.used", actor, [part, item], {"code": part.code, "quantity": quantity})
    return part.cost_amount * quantity


def release(case: RepairCase) -> None:
    """What a case holds and did not use is free again, for the cases that wait for it first."""
    let_go = [use for use in queries.parts_of(case) if use.status in ("wanted", "reserved")]
    for use in let_go:
        move(use, "released")
    for part_id in sorted({use.part_id for use in let_go}):
        serve_waiting(session().get_one(Part, (case.workshop_id, part_id)))


def put_back(actor: Actor, case: RepairCase, use: PartUse) -> None:
    """Not fitted after all: back on the shelf, and its cost off the case. Leaves part.put_back."""
    actor.must("work:write")
    queries.lock_case(case)
    part = session().get_one(Part, (use.workshop_id, use.part_id))
    move(use, "released")
    _put(actor, part, use.quantity, "put_back", case=case, serial=use.serial)
    case.cost_amount -= part.cost_amount * use.quantity
    case.version += 1
    events.record("part.put_back", actor, [part, case], {"code": part.code, "quantity": use.quantity})
    serve_waiting(part)


def is_waiting(case: RepairCase) -> bool:
    """Whether a part the case needs is not there yet."""
    return any(use.status == "wanted" for use in queries.parts_of(case))


def expect(actor: Actor, case: RepairCase, use: PartUse, day: date | None) -> None:
    """When a wanted part is to come."""
    actor.must("work:write")
    if day is not None and day < clock.now().date():
        raise Invalid("repair.day_past", field="expected_on")
    use.expected_on = day
    session().flush()
