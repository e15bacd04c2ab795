"""Who rides a round: people of the planning, with their hours, their absences and what they can do. A published round takes
them out of the appointments as it takes its vehicle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from service_app.bookings import capacity
from service_app.bookings.models import Resource, ResourceSkill
from service_app.bookings.slots import Span, Timetable
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.rounds import drawing, queries
from service_app.rounds.models import Round, RoundCrew
from service_app.workshops.hours import load_calendar

TWO = "two people"


def man(ride: Round, people: Sequence[Resource]) -> None:
    """These people of the planning ride it, and no others of it. Refuses Invalid `choice.unknown` what is no person; whether
    they can is asked when the round takes them (`refuse_absent`)."""
    if any(each.kind != "person" for each in people):
        raise Invalid("choice.unknown", field="crew")
    wanted = {each.id for each in people}
    known = session().scalars(select(RoundCrew).where(RoundCrew.round_id == ride.id)).all()
    for row in known:
        if row.resource_id not in wanted:
            session().delete(row)
    for resource_id in sorted(wanted - {row.resource_id for row in known}):
        session().add(RoundCrew(round_id=ride.id, resource_id=resource_id))
    session().flush()
    session().expire(ride, ["crew"])


def refuse_absent(ride: Round) -> None:
    """Refuses, for the people of a round as its hours stand now, Conflict `round.crew_away` who is not there or taken then,
    `round.crew_unskilled` who may not ride the vehicle, and `round.crew_too_small` one alone where two are needed; each says
    who is free. Their resources are locked already."""
    people = [each.resource for each in ride.crew]
    if not people:
        return
    can, there = skilled(ride), free_for(ride)
    names = ", ".join(each.name for each in there if each not in people) or "–"
    for each in people:
        if can is not None and each.id not in can:
            skill = ride.vehicle.skill.name if ride.vehicle.skill is not None else ""
            raise Conflict("round.crew_unskilled", field="crew", name=each.name, skill=skill, free=names)
        if each not in there:
            raise Conflict("round.crew_away", field="crew", name=each.name, free=names)
    orders = [order for stop in ride.stops for order in stop.orders]
    if len(people) == 1 and any(TWO in order.needs for order in orders):
        raise Conflict("round.crew_too_small", field="crew", free=names)


def skilled(ride: Round) -> set[int] | None:
    """The ids of who may ride its vehicle; None when anybody may. With help (level 1) is not alone on the road."""
    if ride.vehicle.skill_id is None:
        return None
    found = select(ResourceSkill.resource_id).where(
        ResourceSkill.skill_id == ride.vehicle.skill_id, ResourceSkill.level >= 2
    )
    return set(session().scalars(found))


def free_for(ride: Round) -> list[Resource]:
    """Who of the planning may ride it, is there and taken by nothing else while it has stops; by name."""
    can = skilled(ride)
    people = [each for each in queries.list_people() if can is None or each.id in can]
    legs = ridden(ride)
    if not legs:
        return people
    calendar = load_calendar()
    tables = capacity.timetables([each.id for each in people], calendar, ride.day, ride.day)
    ours = {(row.resource_id, Span(row.starts_at, row.ends_at)) for row in queries.taken_by(ride)}
    return [each for each in people if _is_free(each, tables[each.id], legs, ours)]


def _is_free(
    person: Resource, table: Timetable, legs: Sequence[tuple[Span, list[datetime]]], ours: set[tuple[int, Span]]
) -> bool:
    taken = [span for span in table.taken if (person.id, span) not in ours]
    for leg, moments in legs:
        if any(span.start < leg.end and leg.start < span.end for span in taken):
            return False
        if person.hours and not all(any(each.start <= at < each.end for each in table.there) for at in moments):
            return False
    return True


def ridden(ride: Round) -> list[tuple[Span, list[datetime]]]:
    """The parts of the shift in which the round has stops, with the hours of those."""
    stops = [stop.planned_at for stop in ride.stops if stop.orders]
    legs = drawing.legs(ride.vehicle, ride.day, queries.rules())
    found = [(Span(start, end), [at for at in stops if start <= at <= end]) for start, end in legs]
    return [(leg, moments) for leg, moments in found if moments]
