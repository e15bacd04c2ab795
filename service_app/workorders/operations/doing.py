"""It is looked after: begun, done wholly or in part, or not this time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from service_app.core import clock, events, files
from service_app.core.access import Actor
from service_app.core.db import append, current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import to_cents
from service_app.core.states import move
from service_app.items.models import Item, MeterReading
from service_app.items.operations import ledger_entry, refuse_odd_meter
from service_app.workorders import checks
from service_app.workorders.checks import Check
from service_app.workorders.models import OPEN, UNSTARTED, CareDuty, CareOccurrence, CarePhoto, CareVisit
from service_app.workorders.operations.due import end_visit, gather, open_visit
from service_app.workorders.operations.holding import hold_back_late
from service_app.workshops.queries import get_workshop

Photo = tuple[bytes, str]


@dataclass(frozen=True)
class Done:
    """What was found and done: `results` {key of a check: "pass", "fail" or a measure}, `minutes` it took, `cost` of the
    parts and the work for the workshop, `meter` as it stands now (`is_meter_new`: a lower reading than last time is right,
    for the meter was replaced), photos, and a signature as a PNG."""

    results: Mapping[str, str] = field(default_factory=dict)
    minutes: int | None = None
    cost: Decimal | None = None
    parts: str = ""
    meter: int | None = None
    is_meter_new: bool = False
    remark: str = ""
    photos: Sequence[Photo] = ()
    signature: bytes | None = None


def start_visit(actor: Actor, occurrence: CareOccurrence) -> CareVisit:
    """Somebody begins. Outside a visit yet, one is opened for it. Refuses what is done (`state.not_allowed`). Leaves
    care.begun."""
    actor.must("work:write")
    visit = visit_for(occurrence)
    rows = _open_of(visit)
    before = {str(each.id): each.status for each in rows}
    for each in rows:
        if each.status != "in_progress":
            move(each, "in_progress")
    if visit.started_at is None:
        visit.started_at = clock.now()
        # How each stood is remembered, for what was begun by a look alone: see `put_back`.
        events.record("care.begun", actor, [visit, visit.item], {"tag": visit.item.tag, "before": before})
    return visit


def put_back(actor: Actor, visit: CareVisit) -> None:
    """It was only looked at, and not begun: all of it stands as before. What was announced is asked about again, and follows
    its thing; what was only planned is announced on its own day, in a visit of its own. Refuses what is over (`care.over`);
    what was not begun stays as it is. Leaves care.put_back."""
    actor.must("work:write")
    session().refresh(visit, with_for_update={"of": CareVisit})
    if visit.ended_at is not None:
        raise Conflict("care.over")
    if visit.started_at is None:
        return
    before = _before(visit)
    for each in _open_of(visit):
        if each.status == "in_progress":
            _put_back(visit, each, before.get(str(each.id), "planned"))
    visit.started_at = None
    visit.version += 1
    session().flush()
    session().expire(visit, ["occurrences"])
    if not _is_anything_left(visit):
        end_visit(visit)
    events.record("care.put_back", actor, [visit, visit.item], {"tag": visit.item.tag})


def _before(visit: CareVisit) -> Mapping[str, str]:
    """How each occurrence stood when the visit was last begun: {its key: its state}; what was written before this was
    remembered knows none."""
    known = next((each for each in events.timeline(visit) if each.name == "care.begun"), None)
    return known.data.get("before", {}) if known is not None else {}


def _put_back(visit: CareVisit, occurrence: CareOccurrence, before: str) -> None:
    move(occurrence, "planned")
    if before in UNSTARTED and not visit.way:  # nobody was told, nor answered since
        occurrence.visit_id = None
        return
    move(occurrence, "notified")
    if visit.appointment_id is not None:  # as it is by now: it may have been booked or called off meanwhile
        move(occurrence, "booked")
    elif before == "escalated":
        move(occurrence, "escalated")


def visit_for(occurrence: CareOccurrence) -> CareVisit:
    """The visit of an occurrence, opened when it has none."""
    if occurrence.visit is not None:
        return occurrence.visit
    if occurrence.status not in OPEN:
        raise _not_allowed(occurrence)
    visit = open_visit(occurrence.item, gather(occurrence), _today())
    session().expire(occurrence, ["visit"])
    return visit


def _not_allowed(occurrence: CareOccurrence) -> Conflict:
    return Conflict(
        "state.not_allowed", thing="care_occurrence", axis="status", state=occurrence.status, to="in_progress"
    )


def _open_of(visit: CareVisit) -> list[CareOccurrence]:
    found = select(CareOccurrence).where(CareOccurrence.visit_id == visit.id, CareOccurrence.status.in_(OPEN))
    rows = list(session().scalars(found.order_by(CareOccurrence.id).with_for_update(of=CareOccurrence)))
    if not rows:
        raise Conflict("state.not_allowed", thing="care_occurrence", axis="status", state="done", to="in_progress")
    return rows


def finish_visit(actor: Actor, visit: CareVisit, done: Done) -> None:
    """It was done now. What failed or was left out makes it done in part. The next day is counted, the meter kept, the cost
    written in the item's ledger, and what was blocked or held back is free.

    Refuses a visit that is over, a measure that is no number (`care.measure_unreadable`, with the field of its check), a
    photo or signature that was asked and is not there, and a lower meter that was not confirmed (`care.meter_lower`) or none
    shows. Leaves care.done, and care.failed for what failed."""
    if actor.kind != "customer":
        actor.must("work:write")
    session().refresh(visit, with_for_update={"of": CareVisit})
    rows = _open_of(visit)
    _refuse_missing(visit, rows, done)
    if done.meter is not None:
        _read_meter(visit.item, done.meter, done.is_meter_new, actor)
    asked = _asked(visit, rows)
    _refuse_unreadable(asked, done)
    _keep(actor, visit, asked, done)
    today, failed = _today(), [each.key for each in asked if checks.said(done.results, each) == "fail"]
    is_in_part = _is_partial(asked, done.results)
    for occurrence in rows:
        _finish(actor, occurrence, today, done, _is_partial(_asked(visit, [occurrence]), done.results))
    # Who comes for it today has come; who would come on another day need not.
    end_visit(visit, clock.day_bounds(today, get_workshop(current_workshop_id()).zone)[1])
    hold_back_late(actor, visit.item_id)
    data = {"tag": visit.item.tag, "failed": len(failed), "minutes": done.minutes or 0, "is_in_part": is_in_part}
    fact = events.record("care.done", actor, [visit, visit.item], data)
    _write_ledger(visit, done, today, fact)
    if failed:
        events.record("care.failed", actor, [visit, visit.item], {"tag": visit.item.tag, "checks": failed})


def _refuse_missing(visit: CareVisit, rows: Sequence[CareOccurrence], done: Done) -> None:
    if any(each.needs_photo for each in rows) and not done.photos and not _has_photo(visit):
        raise Invalid("care.photo_needed", field="photos")
    is_signed = done.signature is not None or visit.signature_file_id is not None
    # Who did it at home can sign nowhere, whatever an older plan asks.
    if any(each.needs_signature for each in rows) and not is_signed and visit.way != "self":
        raise Invalid("care.signature_needed", field="signature")
    for value, name in ((done.minutes, "minutes"), (done.cost, "cost")):
        if value is not None and value < 0:
            raise Invalid("amount.negative", field=name)


def _refuse_unreadable(asked: Sequence[Check], done: Done) -> None:
    for each in asked:
        given, field_name = checks.said(done.results, each), f"check-{each.key}"
        if each.kind == "measure" and given and not checks.is_number(given):
            raise Invalid("care.measure_unreadable", field=field_name, given=given)
        if each.kind != "measure" and given not in ("", "pass", "fail"):
            raise Invalid("choice.unknown", field=field_name)


def _has_photo(visit: CareVisit) -> bool:
    return session().scalar(select(CarePhoto.id).where(CarePhoto.visit_id == visit.id).limit(1)) is not None


def _read_meter(item: Item, value: int, is_new: bool, actor: Actor) -> None:
    refuse_odd_meter(value)
    if item.meter is not None and value < item.meter:
        if not is_new:
            # At home nobody can say that the meter was replaced.
            at_home = actor.kind == "customer"
            raise Invalid("handover.meter_lower" if at_home else "care.meter_lower", field="meter", last=item.meter)
        item.meter_offset += item.meter - value  # what it counted so far stays counted
    source = "customer" if actor.kind == "customer" else "staff"
    session().add(MeterReading(item_id=item.id, at=clock.now(), value=value, source=source))
    item.meter = value
    session().flush()


def _keep(actor: Actor, visit: CareVisit, asked: Sequence[Check], done: Done) -> None:
    now = clock.now()
    visit.started_at, visit.ended_at = visit.started_at or now, now
    visit.results = checks.kept(asked, done.results)
    visit.parts, visit.minutes = done.parts.strip()[:1000], done.minutes
    visit.cost_amount = to_cents(done.cost) if done.cost is not None else None
    visit.meter = done.meter
    visit.version += 1
    add_photos(visit, done.photos)
    if done.signature is not None:
        visit.signature_file_id = files.store_picture(done.signature, "signature.png").id
    session().flush()


def add_photos(visit: CareVisit, photos: Sequence[Photo]) -> None:
    """Keep some photos with a visit; the same picture once."""
    if not photos:
        return
    known = set(session().scalars(select(CarePhoto.file_id).where(CarePhoto.visit_id == visit.id)))
    for content, name in photos:
        stored = files.store_picture(content, name)
        if stored.id not in known:
            known.add(stored.id)
            append(CarePhoto, visit_id=visit.id, file_id=stored.id, created_at=clock.now())


def _asked(visit: CareVisit, rows: Sequence[CareOccurrence]) -> list[Check]:
    # Who did it at home was shown what is ticked, and is asked no measure.
    return [each for each in checks.asked(rows) if visit.way != "self" or each.kind == "tick"]


def _is_partial(asked: Sequence[Check], results: Mapping[str, str]) -> bool:
    return any(checks.said(results, each) in ("", "fail") for each in asked)


def _finish(actor: Actor, occurrence: CareOccurrence, today: date, done: Done, is_partial: bool) -> None:
    """Before its window in a fixed rhythm it counts as one more, and the occurrence still comes."""
    if _is_too_early(occurrence, today):
        occurrence = _extra(occurrence, today)
    if is_partial and occurrence.status != "in_progress":
        move(occurrence, "in_progress")
    move(occurrence, "done_partial" if is_partial else "done")
    occurrence.done_at, occurrence.done_by = clock.now(), actor.name
    occurrence.remark = done.remark.strip()[:1000]
    count_on(occurrence, today)


def _is_too_early(occurrence: CareOccurrence, today: date) -> bool:
    plan = occurrence.plan
    return today < occurrence.window_from and plan.basis == "fixed" and plan.kind in ("time", "season")


def beside_the_rhythm(occurrence: CareOccurrence, today: date) -> CareOccurrence:
    """One more time of the same plan and thing, today, which counts beside the rhythm; it is the caller's to say what of."""
    duty = _duty(occurrence)
    duty.last_number += 1
    row = CareOccurrence(
        care_plan_id=duty.care_plan_id, item_id=duty.item_id, number=duty.last_number, due_on=today, window_from=today,
        window_until=today, is_extra=True,
    )  # fmt: skip
    session().add(row)
    return row


def _extra(occurrence: CareOccurrence, today: date) -> CareOccurrence:
    row = beside_the_rhythm(occurrence, today)
    row.visit_id, occurrence.visit_id = occurrence.visit_id, None
    if occurrence.status not in UNSTARTED:  # its own day still comes, and is announced anew
        if occurrence.status != "in_progress":
            move(occurrence, "in_progress")
        move(occurrence, "planned")
    session().flush()
    return row


def _duty(occurrence: CareOccurrence) -> CareDuty:
    found = select(CareDuty).where(
        CareDuty.care_plan_id == occurrence.care_plan_id, CareDuty.item_id == occurrence.item_id
    )
    return session().scalars(found.with_for_update(of=CareDuty)).one()


def count_on(occurrence: CareOccurrence, today: date) -> None:
    """From when the next one is counted: fixed goes on as it was, from completion begins today, a meter begins at zero."""
    duty, plan, item = _duty(occurrence), occurrence.plan, occurrence.item
    duty.look_on = min(duty.look_on, today)
    duty.base_meter = (item.meter or 0) + item.meter_offset
    if plan.basis == "completion" or (plan.kind == "time" and plan.meter_step):
        duty.anchor_on, duty.last_on = today, None
    session().flush()


def _write_ledger(visit: CareVisit, done: Done, today: date, fact: int) -> None:
    if done.cost:
        currency, cost = get_workshop(current_workshop_id()).currency, -to_cents(done.cost)
        ledger_entry(visit.item_id, today, "maintenance", cost, currency, f"care:{visit.id}", event_id=fact)


def do_care(actor: Actor, occurrence: CareOccurrence, remark: str = "") -> None:
    """It was done now, and there is nothing more to tell: one tap from a list. What else falls in its visit stays open, for
    nobody said that it was done. Refuses as `finish_visit`, and what asks for checks, a photo or a signature
    (`care.on_its_page`). Leaves care.done."""
    actor.must("work:write")
    session().refresh(occurrence, with_for_update={"of": CareOccurrence})
    if occurrence.status not in OPEN:
        raise _not_allowed(occurrence)
    if occurrence.plan.checklist or occurrence.needs_photo or occurrence.needs_signature:
        raise Conflict("care.on_its_page")
    finish_visit(actor, _visit_alone(occurrence), Done(remark=remark))
    session().refresh(occurrence)


def _visit_alone(occurrence: CareOccurrence) -> CareVisit:
    """Its visit when nothing else is open in it; else one for it alone, and the other goes on without it."""
    visit = occurrence.visit
    if visit is None or len(_open_of(visit)) > 1:
        if visit is not None:
            session().expire(visit, ["occurrences"])
        visit = open_visit(occurrence.item, [occurrence], _today())
        session().expire(occurrence, ["visit"])
    return visit


def skip_care(actor: Actor, occurrence: CareOccurrence, reason: str) -> None:
    """Not this time. Refuses without a reason. Leaves care.skipped."""
    actor.must("work:write")
    if not reason.strip():
        raise Invalid("care.reason_needed", field="reason")
    if occurrence.status == "in_progress":
        move(occurrence, "planned")  # begun, and given up
    move(occurrence, "skipped")
    occurrence.done_at, occurrence.done_by, occurrence.remark = clock.now(), actor.name, reason.strip()[:1000]
    count_on(occurrence, _today())
    if occurrence.visit is not None and not _is_anything_left(occurrence.visit):
        end_visit(occurrence.visit)
    hold_back_late(actor, occurrence.item_id)
    events.record("care.skipped", actor, [occurrence, occurrence.item], {"tag": occurrence.item.tag})


def _is_anything_left(visit: CareVisit) -> bool:
    found = select(CareOccurrence.id).where(CareOccurrence.visit_id == visit.id, CareOccurrence.status.in_(OPEN))
    return session().scalar(found.limit(1)) is not None


def _today() -> date:
    return clock.today(get_workshop(current_workshop_id()).zone)
