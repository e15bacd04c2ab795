"""The next life of a thing is chosen, and begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from service_app.catalogue.operations import clean_code
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.items import custody
from service_app.items import operations as items
from service_app.items.models import Item
from service_app.items.operations import ledger_entry
from service_app.materials import operations as materials
from service_app.materials import queries as of_materials
from service_app.materials.models import MaterialBatch
from service_app.recovery import queries
from service_app.recovery.cascade import Inputs, Proposal, is_lower, ranked
from service_app.recovery.models import CascadeReason, IntakeLine, NextLife
from service_app.recovery.operations import hands, harvesting, passings, refurbishing
from service_app.takebacks.models import Takeback
from service_app.workshops.queries import get_workshop

MOST_TEXT = 1000
LANGUAGES = ("fr", "nl", "en")


def choose(actor: Actor, item: Item, step: str, *, reason_code: str = "", remark: str = "", seen: str = "") -> NextLife:
    """A step of the cascade for a thing, which begins with it: back into stock, a refurbishment, a harvest, an offer to another
    member; given away or recycled it leaves. What it was asked with is kept.

    Refuses a thing that is not here to be decided on (`life.not_here`), one whose return is not inspected
    (`life.inspect_first`) or whose next life has begun (`life.begun`, `life.offered`), a step that cannot be done
    (`life.blocked`), to give away what its care holds back, one lower than the best without a reason of the list
    (`life.reason`), and a best step other than was `seen` (`life.other_best`). Leaves next_life.chosen.
    """
    actor.must("item:write")
    session().execute(select(Item.id).where(Item.id == item.id).with_for_update())
    _refuse_elsewhere(item)
    line = queries.line_of(item)
    given = queries.inputs_of(item, line)
    proposals = ranked(given)
    chosen = _proposal(proposals, step)
    if seen and seen != proposals[0].step:
        raise Conflict("life.other_best", field="step")
    if is_lower(step, proposals) and reason_code not in queries.reasons():
        raise Invalid("life.reason", field="reason_code")
    life = NextLife(
        item_id=item.id, intake_line_id=line.id if line is not None else None, inputs=given.to_json(),
        ranked=[each.to_json() for each in proposals], best=proposals[0].step, chosen=step,
        reason_code=reason_code if is_lower(step, proposals) else "", remark=remark.strip()[:MOST_TEXT], by_name=actor.name,
    )  # fmt: skip
    session().add(life)
    session().flush()
    data = {"step": step, "best": life.best, "cents": chosen.cents, "reason": life.reason_code}
    event_id = events.record("next_life.chosen", actor, [life, item], data)
    _begin(actor, item, step, given, line, event_id)
    hands.let_go(item)
    return life


def _refuse_elsewhere(item: Item) -> None:
    if item.status == "to_inspect":
        raise Conflict("life.inspect_first", tag=item.tag)
    if item.status != "on_bench":
        raise Conflict("life.not_here", tag=item.tag)
    if queries.open_refurbishment_of(item) is not None or queries.harvest_of(item) is not None:
        raise Conflict("life.begun", tag=item.tag)
    offered = queries.open_passing_of(item)
    if offered is not None:
        raise Conflict("life.offered", tag=item.tag, reference=offered.reference)


def _proposal(proposals: list[Proposal], step: str) -> Proposal:
    chosen = next((each for each in proposals if each.step == step), None)
    if chosen is None:
        raise Invalid("choice.unknown", field="step", value=step)
    if chosen.blocked:
        raise Conflict("life.blocked", field="step")
    return chosen


def _begin(actor: Actor, item: Item, step: str, given: Inputs, line: IntakeLine | None, event_id: int) -> None:
    if step == "redeploy":
        items.put_in_stock(actor, item)
    elif step == "refurbish":
        refurbishing.open_order(actor, item, given)
    elif step == "harvest":
        harvesting.open_harvest(actor, item, (line.mass_g if line is not None else None) or item.product.mass_g)
    elif step == "other_member":
        passings.plan(actor, item, given.member_gives)
    else:
        _leave(actor, item, step, given, line, event_id)


def _leave(actor: Actor, item: Item, step: str, given: Inputs, line: IntakeLine | None, event_id: int) -> None:
    if step == "donate":
        custody.refuse_held_back(item, "step")
    items.retire_item(actor, item, step)
    if step == "recycle" and not _is_loaded(item, line):
        mass_g = (line.mass_g if line is not None else None) or item.product.mass_g
        if mass_g is None:
            raise Conflict("intake.weigh", what=item.tag)
        is_estimated = line is None or line.mass_g is None
        materials.load_by_hand(actor, open_batch(actor), item.tag, mass_g, is_estimated=is_estimated, item=item)
    made = {
        "donate": {"transport": -given.transport},
        "recycle": {"material_credit": given.material, "disposal": -given.disposal},
    }[step]
    workshop = get_workshop(item.workshop_id)
    for kind, cents in made.items():
        if cents:
            day, source = clock.today(workshop.zone), f"life:{event_id}:{kind}"
            amount = queries.amount(cents)
            ledger_entry(item.id, day, kind, amount, workshop.currency, source, event_id=event_id)


def _is_loaded(item: Item, line: IntakeLine | None) -> bool:
    """Whether its mass is in a batch already: in quarantine, or as the take-back that it came with."""
    if line is not None and line.takeback_id is not None:
        takeback = session().get_one(Takeback, (line.workshop_id, line.takeback_id))
        if of_materials.load_of(takeback) is not None:
            return True
    return of_materials.load_of_item(item.id) is not None


def open_batch(actor: Actor) -> MaterialBatch:
    """The newest batch that is filling and free, or a new one."""
    return next(iter(queries.filling_batches()), None) or materials.open_batch(actor, BATCH)


# What a batch is called that the cascade opens: a proper name of ours, the same in every language.
BATCH = "Ronde"


def save_reason(actor: Actor, code: str, words: Mapping[str, Any], *, is_active: bool = True) -> CascadeReason:
    """A reason of the workshop's own list, new or changed; with the code of a usual one it takes its place, inactive it is
    offered no more. Refuses a language without words. Leaves cascade_reason.saved."""
    clean = {language: str(words.get(language, "")).strip()[:120] for language in LANGUAGES}
    missing = next((language for language, text in clean.items() if not text), None)
    if missing is not None:
        raise Invalid("field.required", field=missing)
    wanted = clean_code(code).lower()
    reason = session().scalars(select(CascadeReason).where(CascadeReason.code == wanted)).first()
    if reason is None:
        reason = CascadeReason(code=wanted, words=clean)
        session().add(reason)
    reason.words, reason.is_active = clean, is_active
    session().flush()
    events.record("cascade_reason.saved", actor, [reason], {"code": wanted})
    return reason
