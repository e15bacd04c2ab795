"""People, benches and services; inside a workshop's transaction."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from service_app.bookings import operations, queries
from service_app.bookings.models import Appointment, Resource, ResourceSkill, Service, Skill
from service_app.core import clock
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from tests.factories.customers import a_customer

_numbers = count(1)
# The day these tests began: the days they count from stay the same while a test travels.
_TODAY = clock.today("Europe/Brussels")


def a_person(name: str = "", **skills: int) -> Resource:
    """A person with skills by name and level."""
    return _resource("person", name or f"Person {next(_numbers)}", skills)


def a_bench(name: str = "") -> Resource:
    """A bench."""
    return _resource("bench", name or f"Bench {next(_numbers)}", {})


def _resource(kind: str, name: str, skills: dict[str, int]) -> Resource:
    resource = Resource(kind=kind, name=name)
    session().add(resource)
    session().flush()
    for skill, level in skills.items():
        session().add(ResourceSkill(resource_id=resource.id, skill_id=a_skill(skill).id, level=level))
    session().flush()
    return resource


def a_skill(name: str) -> Skill:
    """The skill of this name, made when there is none."""
    known = {skill.name: skill for skill in queries.list_skills()}
    if name not in known:
        session().add(Skill(name=name))
        session().flush()
        return a_skill(name)
    return known[name]


def a_service(code: str = "", *, skill: str = "", **facts: Any) -> Service:
    """Half an hour that anybody can do, bookable at once; any fact can be given."""
    given: dict[str, Any] = {
        "code": code or f"service-{next(_numbers)}", "kind": "care", "name": {"en": "Repair", "fr": "Réparation"},
        "minutes": 30, "step_minutes": 30, "lead_minutes": 0, "skill_id": a_skill(skill).id if skill else None,
    }  # fmt: skip
    service = Service(**given | facts)
    session().add(service)
    session().flush()
    session().refresh(service)
    return service


def a_day(weeks: int = 1, weekday: int = 1) -> date:
    """A weekday some weeks from now: a Tuesday, on which the workshops of the tests are open from nine to six."""
    return _TODAY - timedelta(days=_TODAY.weekday()) + timedelta(days=7 * weeks + weekday)


def at(hour: int = 10, minute: int = 0, day: date | None = None) -> datetime:
    """An hour on the wall in Brussels, by default on `a_day`."""
    return clock.at_local(day or a_day(), time(hour, minute), "Europe/Brussels")


def a_booked(
    service: Service | None = None, starts_at: datetime | None = None, actor: Actor = WORKER, **facts: Any
) -> Appointment:
    """An appointment at ten of a customer; a person is made when there is none."""
    if not queries.list_resources():
        a_person()
    held = operations.hold_slot(actor, service or a_service(), starts_at or at(), resource=facts.pop("resource", None))
    customer = facts.pop("customer", None) or a_customer()
    return operations.book(actor, held, customer, **facts)
