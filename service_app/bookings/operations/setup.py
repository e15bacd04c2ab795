"""What there is to plan with: people, benches, rooms and vehicles with their hours and skills; services and their rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import time
from itertools import pairwise
from typing import Any

from sqlalchemy import delete, select

from service_app.bookings import queries
from service_app.bookings.models import (
    NEEDS,
    NO_SHOW_RULES,
    PLACES,
    RESOURCE_KINDS,
    SERVICE_KINDS,
    Resource,
    ResourceHours,
    ResourceSkill,
    Service,
    Skill,
)
from service_app.bookings.usual import BENCH, SERVICES
from service_app.core import events, versions
from service_app.core.access import WORKER, Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.i18n import LANGUAGES
from service_app.workshops.models import Member
from service_app.workshops.queries import get_workshop

LONGEST_NAME = 80
LONGEST_TEXT = 1000
LEVELS = (1, 2, 3)
MEMBERS_WHO_WORK = ("owner", "manager", "technician", "counter")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LIMITS = {
    "minutes": (5, 1440), "step_minutes": (5, 1440), "before_minutes": (0, 1440), "after_minutes": (0, 1440),
    "lead_minutes": (0, 60 * 24 * 60), "horizon_days": (1, 366), "change_minutes": (0, 60 * 24 * 60), "late_minutes": (0, 1440),
}  # fmt: skip
Stretch = tuple[time, time]


@dataclass(frozen=True)
class ResourceFacts:
    """What is known of a resource. `skills` {name: level 1-3} (a person's), `hours` by weekday (0 = Monday; none at all: the
    workshop's), `member_id` the colleague a person is."""

    name: str
    kind: str = "person"
    member_id: int | None = None
    is_active: bool = True
    skills: Mapping[str, int] = field(default_factory=dict)
    hours: Mapping[int, Sequence[Stretch]] = field(default_factory=dict)


@dataclass(frozen=True)
class ServiceFacts:
    """What is known of a service; see `models.Service`. `skill` is the name of one, '' when anybody can do it."""

    code: str
    name: Mapping[str, str]
    kind: str = "other"
    description: Mapping[str, str] = field(default_factory=dict)
    place: str = "drop_off"
    minutes: int = 30
    step_minutes: int = 15
    before_minutes: int = 0
    after_minutes: int = 0
    lead_minutes: int = 120
    horizon_days: int = 60
    skill: str = ""
    skill_level: int = 1
    needs: Sequence[str] = ()
    is_public: bool = True
    is_active: bool = True
    lets_choose: bool = False
    change_minutes: int = 720
    late_minutes: int = 15
    no_show: str = "call"


def create_resource(actor: Actor, facts: ResourceFacts) -> Resource:
    """A new person, bench, room or vehicle. Refuses with a field `field.required` and `text.too_long` (name),
    `choice.unknown` (kind, skills, member), `resource.member_taken`, `hours.backwards` and `hours.overlap` with the weekday.
    Leaves resource.created."""
    actor.must("settings:write")
    resource = Resource(kind=_chosen(facts.kind, RESOURCE_KINDS, "kind"), name=_name(facts.name))
    resource.member_id = _member(facts, None)
    resource.is_active = facts.is_active
    session().add(resource)
    session().flush()
    _write_skills(resource, facts)
    _write_hours(resource, facts.hours)
    events.record("resource.created", actor, [resource])
    return resource


def change_resource(actor: Actor, resource: Resource, seen: int | None, facts: ResourceFacts) -> None:
    """Other facts about it; its kind stays. Appointments that it has stay where they are. Refuses as `create_resource`, and
    a stale version. Leaves resource.changed."""
    actor.must("settings:write")
    name, member_id = _name(facts.name), _member(facts, resource)
    versions.take(resource, seen)
    resource.name, resource.member_id, resource.is_active = name, member_id, facts.is_active
    _write_skills(resource, facts)
    _write_hours(resource, facts.hours)
    events.record("resource.changed", actor, [resource])


def renew_feed(actor: Actor, resource: Resource) -> None:
    """A new secret address for its calendar; the old one shows nothing any more. Leaves resource.changed."""
    actor.must("appointment:write")
    versions.take(resource, None)
    resource.feed_round += 1
    events.record("resource.changed", actor, [resource])


def _name(text: str) -> str:
    clean = " ".join(text.split())
    if not clean:
        raise Invalid("field.required", field="name")
    if len(clean) > LONGEST_NAME:
        raise Invalid("text.too_long", field="name", most=LONGEST_NAME)
    return clean


def _chosen(value: str, known: Sequence[str], name: str) -> str:
    if value not in known:
        raise Invalid("choice.unknown", field=name, value=value)
    return value


def _member(facts: ResourceFacts, own: Resource | None) -> int | None:
    if facts.member_id is None or facts.kind != "person":
        return None
    if session().get(Member, (current_workshop_id(), facts.member_id)) is None:
        raise Invalid("choice.unknown", field="member_id", value=facts.member_id)
    taken = session().scalars(select(Resource).where(Resource.member_id == facts.member_id)).first()
    if taken is not None and taken is not own:
        raise Conflict("resource.member_taken", field="member_id", name=taken.name)
    return facts.member_id


def _write_skills(resource: Resource, facts: ResourceFacts) -> None:
    wanted = {_name(name): level for name, level in facts.skills.items()} if resource.kind == "person" else {}
    if not set(wanted.values()) <= set(LEVELS):
        raise Invalid("choice.unknown", field="skills", value="level")
    session().execute(
        delete(ResourceSkill)
        .where(ResourceSkill.resource_id == resource.id)
        .execution_options(synchronize_session=False)
    )
    for name, level in wanted.items():
        session().add(ResourceSkill(resource_id=resource.id, skill_id=skill_named(name).id, level=level))
    session().flush()
    session().expire(resource, ["skills"])


def skill_named(name: str) -> Skill:
    """The skill of this name, however it is capitalised; a new one when there is none."""
    clean = _name(name)
    known = next((skill for skill in queries.list_skills() if skill.name.casefold() == clean.casefold()), None)
    if known is not None:
        return known
    skill = Skill(name=clean)
    session().add(skill)
    session().flush()
    return skill


def _write_hours(resource: Resource, hours: Mapping[int, Sequence[Stretch]]) -> None:
    rows = [row for weekday, stretches in hours.items() for row in _rows(resource, weekday, stretches)]
    session().execute(
        delete(ResourceHours)
        .where(ResourceHours.resource_id == resource.id)
        .execution_options(synchronize_session=False)
    )
    session().add_all(rows)
    session().flush()
    session().expire(resource, ["hours"])


def _rows(resource: Resource, weekday: int, stretches: Sequence[Stretch]) -> list[ResourceHours]:
    ordered = sorted(stretches)
    if any(opens >= closes for opens, closes in ordered):
        raise Invalid("hours.backwards", weekday=weekday)
    if any(opens < closed for (_opened, closed), (opens, _closes) in pairwise(ordered)):
        raise Invalid("hours.overlap", weekday=weekday)
    return [
        ResourceHours(resource_id=resource.id, weekday=weekday, opens=opens, closes=closes) for opens, closes in ordered
    ]


def create_service(actor: Actor, facts: ServiceFacts) -> Service:
    """A new service. Refuses with a field `service.code_invalid`, `service.code_taken`, `text.no_language` (name),
    `text.too_long`, `choice.unknown` and `number.out_of_range`. Leaves service.created."""
    actor.must("settings:write")
    values = _values(facts)
    if session().scalar(select(Service.id).where(Service.code == values["code"])) is not None:
        raise Conflict("service.code_taken", field="code", taken=values["code"])
    service = Service(**values)
    session().add(service)
    session().flush()
    session().refresh(service)
    events.record("service.created", actor, [service], {"code": service.code})
    return service


def change_service(actor: Actor, service: Service, seen: int | None, facts: ServiceFacts) -> None:
    """Other facts; its code stays, for it stands on paper and in links. Appointments made keep their length until they are
    moved. Refuses as `create_service`, and a stale version. Leaves service.changed."""
    actor.must("settings:write")
    values = _values(facts) | {"code": service.code}
    versions.take(service, seen)
    for name, value in values.items():
        setattr(service, name, value)
    session().flush()
    session().expire(service, ["skill"])
    events.record("service.changed", actor, [service], {"code": service.code})


def _values(facts: ServiceFacts) -> dict[str, Any]:
    values = asdict(facts)
    values["code"] = facts.code.strip().lower()
    if not _CODE.fullmatch(values["code"]):
        raise Invalid("service.code_invalid", field="code")
    for name, known in (("kind", SERVICE_KINDS), ("place", PLACES), ("no_show", NO_SHOW_RULES)):
        _chosen(values[name], known, name)
    values["name"], values["description"] = _texts(facts.name, "name", LONGEST_NAME), {}
    if any(text.strip() for text in facts.description.values()):
        values["description"] = _texts(facts.description, "description", LONGEST_TEXT)
    for name, (least, most) in _LIMITS.items():
        if not least <= values[name] <= most:
            raise Invalid("number.out_of_range", field=name, least=least, most=most)
    values["needs"] = [_chosen(kind, NEEDS, "needs") for kind in dict.fromkeys(facts.needs)]
    if facts.skill_level not in LEVELS:
        raise Invalid("choice.unknown", field="skill_level", value=facts.skill_level)
    skill = values.pop("skill").strip()
    values["skill_id"] = skill_named(skill).id if skill else None
    return values


def _texts(given: Mapping[str, str], name: str, most: int) -> dict[str, str]:
    texts = {code: given.get(code, "").strip() for code in LANGUAGES if given.get(code, "").strip()}
    if not texts:
        raise Invalid("text.no_language", field=f"{name}-{next(iter(LANGUAGES))}")
    for code, text in texts.items():
        if len(text) > most:
            raise Invalid("text.too_long", field=f"{name}-{code}", most=most)
    return texts


def furnish(actor: Actor, member: Member | None = None) -> int:
    """What a workshop begins with: a bench, two services, and its owner (or `member`) as a person; the number made. What is
    there already is left alone, so that it can be asked for again. Leaves resource.created and service.created for each."""
    actor.must("settings:write")
    made = 0
    resources = queries.list_resources()
    if not any(resource.kind == "bench" for resource in resources):
        create_resource(actor, ResourceFacts(BENCH[get_workshop(current_workshop_id()).language], "bench"))
        made += 1
    if not any(resource.kind == "person" for resource in resources):
        made += _add_owner(actor, member)
    if not queries.list_services():
        for values in SERVICES:
            create_service(actor, ServiceFacts(**values))
            made += 1
    return made


def _add_owner(actor: Actor, member: Member | None) -> int:
    owners = select(Member).where(Member.is_active, Member.role == "owner").order_by(Member.id)
    person = member if member is not None and member.role in MEMBERS_WHO_WORK else session().scalars(owners).first()
    if person is None:
        return 0
    create_resource(actor, ResourceFacts(person.account.name, "person", person.id))
    return 1


def furnish_for(member_id: int) -> int:
    """`furnish` once somebody joined, by the worker."""
    member = session().get(Member, (current_workshop_id(), member_id))
    return furnish(WORKER, member) if member is not None else 0
