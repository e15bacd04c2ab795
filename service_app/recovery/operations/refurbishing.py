"""A thing is made fit again: steps, time, parts, the look of a second person, the end that begins a new loop."""

from __future__ import annotations

from sqlalchemy import select

from service_app.core import clock, events, search
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.i18n import words
from service_app.core.money import ZERO
from service_app.core.states import move, move_axes
from service_app.items import operations as items
from service_app.items.models import GRADES, Item
from service_app.items.operations import ledger_entry
from service_app.recovery import queries
from service_app.recovery.cascade import Inputs
from service_app.recovery.models import Refurbishment, RefurbishmentWork
from service_app.repairs import queries as repairs
from service_app.repairs.models import Part
from service_app.repairs.operations import stock
from service_app.workshops.operations import next_reference
from service_app.workshops.queries import get_workshop

MOST_MINUTES, MOST_TEXT = 6000, 1000


def open_order(actor: Actor, item: Item, given: Inputs) -> Refurbishment:
    """A refurbishment of a thing on the bench to the grade that the cascade counted with; its steps are the product's
    checklist of returns. Leaves refurbishment.opened."""
    today = clock.today(get_workshop(item.workshop_id).zone)
    order = Refurbishment(
        reference=next_reference(f"RF-{today.year}"), item_id=item.id, grade_before=item.grade,
        grade_target=given.grade_after, estimate_cents=given.refurbish_cost, before_cents=given.value_now,
        after_cents=given.value_after,
        steps=[{"what": words(each["text"]), "by": ""} for each in item.product.in_checklist],
    )  # fmt: skip
    session().add(order)
    session().flush()
    search.index("refurbishment", order.id, [order.reference, item.tag])
    events.record("refurbishment.opened", actor, [order, item], {"grade": order.grade_target})
    return order


def _lock(actor: Actor, order: Refurbishment, *allowed: str) -> None:
    actor.must("work:write")
    session().flush()
    found = select(Refurbishment).where(Refurbishment.id == order.id).with_for_update(of=Refurbishment)
    session().scalars(found, execution_options={"populate_existing": True}).one()
    if order.status not in allowed:
        raise Conflict("refurbishment.step", reference=order.reference)


def _begin(actor: Actor, order: Refurbishment) -> None:
    if order.status == "planned":
        move_axes(order, {"status": "working"}, worked_by=actor.name)
        events.record("refurbishment.begun", actor, [order, order.item])


def add_step(actor: Actor, order: Refurbishment, what: str) -> None:
    """One more thing to do. Refuses no words for it."""
    _lock(actor, order, "planned", "working")
    if not what.strip():
        raise Invalid("field.required", field="what")
    order.steps = [*order.steps, {"what": what.strip()[:200], "by": ""}]
    order.version += 1
    session().flush()


def do_step(actor: Actor, order: Refurbishment, place: int) -> None:
    """A step is done, or not after all. Work begins with it. Refuses a place where there is none."""
    _lock(actor, order, "planned", "working")
    if not 0 <= place < len(order.steps):
        raise Invalid("choice.unknown", field="place", value=place)
    _begin(actor, order)
    steps = [dict(step) for step in order.steps]
    steps[place]["by"] = "" if steps[place]["by"] else actor.name
    order.steps, order.version = steps, order.version + 1
    session().flush()


def add_time(actor: Actor, order: Refurbishment, minutes: int) -> None:
    """Minutes of this person, at what an hour of the bench costs the workshop, rounded down to the cent. Leaves
    refurbishment.worked_on, and .cost_passed once when the cost passes what it makes."""
    _lock(actor, order, "planned", "working")
    if not 1 <= minutes <= MOST_MINUTES:
        raise Invalid("number.out_of_range", field="minutes", least=1, most=MOST_MINUTES)
    cost = queries.cents(repairs.terms().hour_cost_amount) * minutes // 60
    _spend(actor, order, RefurbishmentWork(minutes=minutes, cost_cents=cost), {"minutes": minutes})


def use_part(actor: Actor, order: Refurbishment, part: Part, quantity: int) -> None:
    """Pieces off the shelf, at what they cost the workshop. Refuses what is not there or promised. Leaves part.used,
    refurbishment.worked_on, and .cost_passed."""
    _lock(actor, order, "planned", "working")
    cost = queries.cents(stock.draw_part(actor, part, quantity, order.item, order.reference))
    _spend(actor, order, RefurbishmentWork(part_id=part.id, quantity=quantity, cost_cents=cost), {"code": part.code})


def _spend(actor: Actor, order: Refurbishment, row: RefurbishmentWork, data: dict[str, object]) -> None:
    _begin(actor, order)
    row.refurbishment_id, row.by_name = order.id, actor.name
    session().add(row)
    order.cost_cents += row.cost_cents
    order.version += 1
    events.record("refurbishment.worked_on", actor, [order, order.item], data | {"cents": row.cost_cents})
    if order.left_cents < 0 and not order.was_passed:
        order.was_passed = True
        events.record("refurbishment.cost_passed", actor, [order, order.item], {"by_cents": -order.left_cents})


def finish_work(actor: Actor, order: Refurbishment) -> None:
    """Every step is done: to the look of another person where the workshop asks for one, else it is fit. Refuses a step left
    (`refurbishment.steps_left`). Leaves refurbishment.worked, and .done."""
    _lock(actor, order, "working")
    left = next((step for step in order.steps if not step["by"]), None)
    if left is not None:
        raise Conflict("refurbishment.steps_left", what=left["what"])
    order.worked_by = actor.name
    events.record("refurbishment.worked", actor, [order, order.item])
    if repairs.terms().needs_second_pair:
        move(order, "check")
    else:
        _finish(actor, order, order.grade_target)


def check(actor: Actor, order: Refurbishment, is_good: bool, grade: str = "", remark: str = "") -> None:
    """Another pair of eyes: fit, at this grade, or back to the bench with a word why. Refuses who did any of it
    (`refurbishment.second_person`). Leaves refurbishment.checked, and .done."""
    _lock(actor, order, "check")
    hands = {order.worked_by, *(step["by"] for step in order.steps), *(row.by_name for row in queries.work_of(order))}
    if actor.name in hands:
        raise Invalid("refurbishment.second_person", field="remark")
    if not is_good and not remark.strip():
        raise Invalid("repair.reason_needed", field="remark")
    events.record("refurbishment.checked", actor, [order, order.item], {"is_good": is_good})
    if is_good:
        order.checked_by = actor.name
        _finish(actor, order, grade or order.grade_target)
    else:
        order.reason = remark.strip()[:MOST_TEXT]
        move(order, "working")


def _finish(actor: Actor, order: Refurbishment, grade: str) -> None:
    """Fit: its grade and value are new, what it cost stands in its ledger, a loop begins, and it can go out."""
    if grade not in GRADES:
        raise Invalid("choice.unknown", field="grade", value=grade)
    item = order.item
    items.grade_item(actor, item, grade)
    order.after_cents = queries.value_of(item)
    move_axes(order, {"status": "done"}, ended_at=clock.now())
    line = queries.line_of(item)
    if line is None or line.came_at is None or not queries.was_inspected_since(item, line.came_at):
        item.loops += 1
    items.put_in_stock(actor, item)
    data = {"grade": grade, "cents": order.cost_cents, "value_cents": order.after_cents}
    event_id = events.record("refurbishment.done", actor, [order, item], data)
    _enter(order, event_id)


def cancel(actor: Actor, order: Refurbishment, reason: str) -> None:
    """Not after all: what it cost so far stays in the ledger, and the cascade is asked again. Refuses no reason. Leaves
    refurbishment.cancelled."""
    _lock(actor, order, "planned", "working")
    if not reason.strip():
        raise Invalid("repair.reason_needed", field="reason")
    move_axes(order, {"status": "cancelled"}, ended_at=clock.now(), reason=reason.strip()[:MOST_TEXT])
    event_id = events.record("refurbishment.cancelled", actor, [order, order.item], {"cents": order.cost_cents})
    _enter(order, event_id)


def _enter(order: Refurbishment, event_id: int) -> None:
    workshop = get_workshop(order.workshop_id)
    cost = -queries.amount(order.cost_cents)
    if cost != ZERO:
        day, source = clock.today(workshop.zone), f"refurbishment:{order.reference}"
        ledger_entry(order.item_id, day, "refurbishment", cost, workshop.currency, source, event_id=event_id)
