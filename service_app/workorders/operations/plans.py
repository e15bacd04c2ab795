"""Care plans: made, changed, put away. What was planned and nobody began is written anew after a change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from service_app.bookings.models import Skill
from service_app.catalogue.characteristics import clean_texts
from service_app.catalogue.models import (
    CARE_BASES,
    CARE_KINDS,
    CARE_PLACES,
    CARE_SEVERITIES,
    CARE_UNITS,
    CarePlan,
    Product,
)
from service_app.contracts.models import Contract
from service_app.core import clock, events, versions
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Invalid
from service_app.items.models import GRADES, Item
from service_app.workorders import serials
from service_app.workorders.planning import waits_for_completion
from service_app.workorders.rhythm import rhythm_of, shifted
from service_app.workorders.statements import run
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop


@dataclass(frozen=True)
class CarePlanFacts:
    """A care plan as typed; see `CarePlan` for what each means. `skill` is the row, None for anybody."""

    name: Mapping[str, str]
    every: int | None = None
    unit: str = "month"
    kind: str = "time"
    meter_step: int | None = None
    season: tuple[str, ...] = ()
    grade: str | None = None
    basis: str = "fixed"
    starts_on: date | None = None
    early_days: int = 14
    late_days: int = 14
    horizon_days: int = 90
    notice_days: int = 14
    duration_minutes: int = 60
    is_shifted_later: bool = False
    excluded: tuple[str, ...] = ()
    included: tuple[str, ...] = ()
    checklist: tuple[dict[str, Any], ...] = ()
    skill: Skill | None = None
    place: str = "workshop"
    severity: str = "warn"
    is_kept_in_pause: bool = False
    needs_photo: bool = False
    needs_signature: bool = False
    serial_from: str = ""
    serial_to: str = ""
    is_active: bool = True


_NUMBERS = (
    ("early_days", 0, 366), ("late_days", 0, 366), ("horizon_days", 1, 730), ("notice_days", 0, 180),
    ("duration_minutes", 5, 2400), ("meter_step", 1, 10_000_000),
)  # fmt: skip
FIRST_YEAR, MOST_YEARS = 1970, 50
_CODES = (
    ("kind", CARE_KINDS), ("unit", CARE_UNITS), ("basis", CARE_BASES), ("place", CARE_PLACES), ("severity", CARE_SEVERITIES),
)  # fmt: skip


def create_plan(actor: Actor, of: Product | Item | Contract, facts: CarePlanFacts) -> CarePlan:
    """Each item of the product, this very item, or what the contract has out, is looked after like this from now on.
    Refuses no name, codes that are none, numbers out of range, what the kind needs and was not given, and serials of a
    product that nothing has or that are no range (see `serials`). Leaves care_plan.created."""
    actor.must("product:write")
    if isinstance(of, Product):
        serials.refuse_none(of.id, facts.serial_from, facts.serial_to)
    plan = CarePlan(**_clean(facts), **{f"{of.__tablename__}_id": of.id})
    session().add(plan)
    session().flush()
    events.record("care_plan.created", actor, [plan, of], {"kind": plan.kind, "every": plan.every, "unit": plan.unit})
    return plan


def recall(actor: Actor, product: Product, facts: CarePlanFacts) -> CarePlan:
    """Things of a product, by serial, that nobody may use until they were looked at: a plan for once, from today, that
    stops the use at once. Leaves care_plan.created."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    once = {"kind": "once", "starts_on": today, "severity": "stop_use", "late_days": 0, "early_days": 0}
    return create_plan(actor, product, CarePlanFacts(**{**vars(facts), **once}))


# Before anything is read of them: the planner writes on from where they stand.
_LOCK = text("SELECT id FROM care_duty WHERE workshop_id = :w AND care_plan_id = :plan ORDER BY id FOR UPDATE")
_DROP = text("""
    WITH dropped AS (
        UPDATE care_occurrence SET status = 'superseded', version = version + 1
         WHERE workshop_id = :w AND care_plan_id = :plan AND status IN ('forecast', 'planned')
        RETURNING item_id, COALESCE(rhythm_on, due_on) AS day, is_extra),
    first AS (SELECT item_id, min(day) AS day FROM dropped WHERE NOT is_extra GROUP BY item_id)
    SELECT d.id, d.anchor_on, d.last_on, first.day,
           (SELECT max(COALESCE(o.rhythm_on, o.due_on)) FROM care_occurrence o
             WHERE o.workshop_id = :w AND o.care_plan_id = :plan AND o.item_id = d.item_id AND NOT o.is_extra
               AND o.status NOT IN ('forecast', 'planned', 'superseded')
               AND (COALESCE(o.rhythm_on, o.due_on) < first.day OR o.status IN ('done', 'done_partial'))
           ) AS settled
      FROM care_duty d JOIN first ON first.item_id = d.item_id
     WHERE d.workshop_id = :w AND d.care_plan_id = :plan AND d.last_on IS NOT NULL
""")
_BACK = text("""
    UPDATE care_duty d SET last_on = r.last_on
      FROM unnest(CAST(:ids AS bigint[]), CAST(:days AS date[])) AS r(id, last_on)
     WHERE d.workshop_id = :w AND d.id = r.id
""")
_LOOK = text("UPDATE care_duty SET look_on = :today WHERE workshop_id = :w AND care_plan_id = :plan")
_ANCHOR_ANEW = text("UPDATE care_duty SET anchor_on = :anchor WHERE workshop_id = :w AND care_plan_id = :plan")
# Nothing is owed of the days before a thing came in, or went out: as `settling` begins a duty.
_SINCE = text("""
    UPDATE care_duty d SET last_on = GREATEST(d.last_on, f.since)
      FROM (SELECT e.id, CASE WHEN p.contract_id IS NULL THEN i.acquired_on ELSE (
                   SELECT LEAST(e.paused_on, (COALESCE(b.in_at, l.starts_at) AT TIME ZONE :zone)::date)
                     FROM contract_line l
                     LEFT JOIN contract_line b ON b.workshop_id = :w AND b.id = l.predecessor_id AND b.item_id <> l.item_id
                    WHERE l.workshop_id = :w AND l.contract_id = p.contract_id AND l.item_id = e.item_id
                      AND l.status IN ('out', 'overdue') LIMIT 1) END AS since
              FROM care_duty e JOIN care_plan p ON p.workshop_id = :w AND p.id = e.care_plan_id
              JOIN item i ON i.workshop_id = :w AND i.id = e.item_id
             WHERE e.workshop_id = :w AND e.care_plan_id = :plan AND p.kind <> 'once') f
     WHERE d.workshop_id = :w AND d.id = f.id AND d.anchor_on < f.since
""")
# An added day beside what is announced already would never come: the rhythm has passed it. It counts beside the rhythm.
_ADDED = text("""
    WITH added AS (
        SELECT d.id, d.item_id, r.day, r.due_on, row_number() OVER (PARTITION BY d.id ORDER BY r.day) AS n
          FROM care_duty d CROSS JOIN unnest(CAST(:days AS date[]), CAST(:moved AS date[])) AS r(day, due_on)
         WHERE d.workshop_id = :w AND d.care_plan_id = :plan AND d.is_open AND d.last_on >= r.day AND d.anchor_on < r.day
           AND (SELECT o.id FROM care_occurrence o
                 WHERE o.workshop_id = :w AND o.care_plan_id = :plan AND o.item_id = d.item_id
                   AND o.status <> 'superseded' AND r.day IN (o.rhythm_on, o.due_on) LIMIT 1) IS NULL),
    counted AS (
        UPDATE care_duty d SET last_number = d.last_number + m.most
          FROM (SELECT id, max(n) AS most FROM added GROUP BY id) m
         WHERE d.workshop_id = :w AND d.id = m.id
        RETURNING d.id, d.last_number - m.most AS before)
    INSERT INTO care_occurrence (workshop_id, care_plan_id, item_id, number, due_on, rhythm_on, window_from, window_until,
                                 status, is_extra, needs_photo, needs_signature, created_at)
    SELECT :w, p.id, a.item_id, c.before + a.n, a.due_on, NULLIF(a.day, a.due_on), a.due_on - p.early_days,
           a.due_on + p.late_days, 'forecast', true, p.needs_photo, p.needs_signature, :now
      FROM added a JOIN counted c ON c.id = a.id JOIN care_plan p ON p.workshop_id = :w AND p.id = :plan
""")
# What a fact called for (a return, a failed check) is called for once: nothing would write it a second time.
_CALLED = ("return", "condition", "meter")


def _write_anew(plan: CarePlan) -> None:
    """What nobody began is dropped, and each duty stands again where it stood before that was written: on the day of its old
    rhythm before the first that was dropped, as the duty counts it. Its own rows do not say: a rest moved its days, and what
    was done on the thing before a swap is not among them."""
    was, waits = rhythm_of(plan), waits_for_completion(plan)

    def stood(row: Any) -> date | None:
        # What counts from completion began at its anchor, whatever its rows say; after a swap the one before it may stand.
        known = (None if waits else row.settled, was.before(row.anchor_on, row.day))
        return max((day for day in known if day is not None), default=None)

    last = {row.id: stood(row) for row in run(_DROP, plan=plan.id).all()}
    run(_BACK, ids=list(last), days=list(last.values()))


def _add_days(plan: CarePlan, today: date) -> None:
    days = [
        day for day in map(date.fromisoformat, plan.included) if day >= today and day.isoformat() not in plan.excluded
    ]
    if days and plan.is_active and plan.kind != "once" and not waits_for_completion(plan):
        is_open, excluded = hours.load_calendar().is_open_day, rhythm_of(plan).excluded
        moved = [shifted(day, is_open, later=plan.is_shifted_later, excluded=excluded) for day in days]
        run(_ADDED, plan=plan.id, days=days, moved=moved, now=clock.now())


def change_plan(actor: Actor, plan: CarePlan, expected_version: int | None, facts: CarePlanFacts) -> None:
    """Like this from now on: what nobody began and nobody was told of is written anew, what is done, announced or booked
    stays. Refuses as `create_plan`, and a stale version. Leaves care_plan.changed."""
    actor.must("product:write")
    columns = _clean(facts)
    versions.take(plan, expected_version)
    serial_from, serial_to = facts.serial_from, facts.serial_to
    if plan.product_id is not None and (serial_from, serial_to) != (plan.serial_from, plan.serial_to):
        serials.refuse_none(plan.product_id, serial_from, serial_to)
    is_moved = columns["starts_on"] is not None and columns["starts_on"] != plan.starts_on
    kept = (plan.kind, True, plan.included)
    is_called_for = plan.kind in _CALLED and (columns["kind"], columns["is_active"], columns["included"]) == kept
    zone = get_workshop(current_workshop_id()).zone
    today = clock.today(zone)
    run(_LOCK, plan=plan.id)
    if not is_called_for:
        _write_anew(plan)
    for name, value in columns.items():
        setattr(plan, name, value)
    session().flush()
    run(_LOOK, plan=plan.id, today=today)
    if is_moved:
        run(_ANCHOR_ANEW, plan=plan.id, anchor=plan.starts_on)
    run(_SINCE, plan=plan.id, zone=zone)
    _add_days(plan, today)
    session().expire_all()
    events.record("care_plan.changed", actor, [plan], {"kind": plan.kind, "every": plan.every, "unit": plan.unit})


def _clean(facts: CarePlanFacts) -> dict[str, Any]:
    for name, codes in _CODES:
        if getattr(facts, name) not in codes:
            raise Invalid("choice.unknown", field=name)
    if facts.grade is not None and facts.grade not in GRADES:
        raise Invalid("choice.unknown", field="grade")
    for name, least, most in _NUMBERS:
        value = getattr(facts, name)
        if value is not None and not least <= value <= most:
            raise Invalid("number.out_of_range", field=name, least=least, most=most)
    _refuse_incomplete(facts)
    columns = {name: getattr(facts, name) for name in CarePlanFacts.__dataclass_fields__ if name != "skill"}
    columns |= {name: list(columns[name]) for name in ("season", "excluded", "included", "checklist")}
    columns["name"] = clean_texts(facts.name, "name")
    return columns | {"skill_id": facts.skill.id if facts.skill is not None else None}


def _refuse_incomplete(facts: CarePlanFacts) -> None:
    if facts.place == "self" and facts.needs_signature:
        raise Invalid("care.signature_at_home", field="needs_signature")
    if facts.kind == "time" and not 1 <= (facts.every or 0) <= 1000:
        raise Invalid("number.out_of_range", field="every", least=1, most=1000)
    if facts.kind == "meter" and not facts.meter_step:
        raise Invalid("field.required", field="meter_step")
    if facts.kind == "season" and not facts.season:
        raise Invalid("field.required", field="season")
    if facts.kind == "once" and facts.starts_on is None:
        raise Invalid("field.required", field="starts_on")
    if facts.starts_on is not None:
        _refuse_far("starts_on", facts.starts_on)
    if facts.kind == "season":
        if strange := next((day for day in facts.season if not re.fullmatch(r"\d\d-\d\d", day)), None):
            raise Invalid("care.day_unreadable", field="season", day=strange)
        _read_days("season", [f"2000-{day}" for day in facts.season])
    _read_days("excluded", facts.excluded)
    _read_days("included", facts.included)


def _read_days(field: str, days: Any) -> None:
    for day in days:
        try:
            read = date.fromisoformat(day)
        except ValueError:
            raise Invalid("care.day_unreadable", field=field, day=day) from None
        _refuse_far(field, read)


def _refuse_far(field: str, day: date) -> None:
    """A year that nobody means would be counted from or up to, and at the ends of the calendar stop the planner."""
    last = clock.now().year + MOST_YEARS
    if not FIRST_YEAR <= day.year <= last:
        raise Invalid("care.day_too_far", field=field, first=str(FIRST_YEAR), last=str(last))
