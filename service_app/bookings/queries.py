"""Reads about services, resources, appointments and who waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from service_app.bookings import capacity
from service_app.bookings.models import (
    Appointment,
    BookingDraft,
    Occupation,
    Resource,
    ResourceAbsence,
    ResourceSkill,
    Service,
    Skill,
    WaitingEntry,
)
from service_app.bookings.slots import Slot
from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import NotFound
from service_app.customers.models import Customer
from service_app.workshops.queries import get_workshop

WITH_ALL = (
    joinedload(Appointment.service),
    joinedload(Appointment.customer),
    selectinload(Appointment.occupations).joinedload(Occupation.resource),
)
LIVE = ("booked", "arrived")


def get_service(code: str) -> Service:
    """A service by the code in its address; refuses with NotFound."""
    found = session().scalars(select(Service).where(Service.code == code)).first()
    if found is None:
        raise NotFound("not_found")
    return found


def get_service_by_id(service_id: int) -> Service:
    """A service by its key; refuses with NotFound."""
    found = session().get(Service, (current_workshop_id(), service_id))
    if found is None:
        raise NotFound("not_found")
    return found


def list_services(*, public: bool = False, kind: str = "") -> list[Service]:
    """The services, those on offer first; with `public` only what the street can book."""
    found = select(Service).options(joinedload(Service.skill)).order_by(Service.is_active.desc(), Service.id)
    if public:
        found = found.where(Service.is_active, Service.is_public)
    if kind:
        found = found.where(Service.kind == kind)
    return list(session().scalars(found))


def find_slots(
    service: Service, first_day: date, last_day: date, resource: Resource | None = None, *, by_staff: bool = False,
    but: Appointment | None = None,
) -> list[Slot]:  # fmt: skip
    """The slots of the days from the first to the last that can be had, in order; with `resource` only with that person,
    bench or vehicle. Lead time and horizon are those of the service; the staff (`by_staff`) is bound by neither. What
    `but` takes itself counts as free."""
    return capacity.offered(
        service, first_day, last_day, resource, by_staff=by_staff, but=but.id if but is not None else None
    )


def get_resource(resource_id: int) -> Resource:
    """A person, bench, room or vehicle; refuses with NotFound."""
    found = select(Resource).where(Resource.id == resource_id)
    loaded = found.options(selectinload(Resource.skills).joinedload(ResourceSkill.skill), selectinload(Resource.hours))
    resource = session().scalars(loaded).first()
    if resource is None:
        raise NotFound("not_found")
    return resource


def list_resources(*, active: bool = False) -> list[Resource]:
    """Persons first, then benches, rooms and vehicles, each by name, with skills and hours at hand."""
    found = select(Resource).options(
        selectinload(Resource.skills).joinedload(ResourceSkill.skill), selectinload(Resource.hours)
    )
    if active:
        found = found.where(Resource.is_active)
    order = {"person": 0, "bench": 1, "room": 2, "vehicle": 3}
    rows = session().scalars(found).all()
    return sorted(rows, key=lambda row: (order[row.kind], not row.is_active, row.name.casefold()))


def list_skills() -> list[Skill]:
    """Every skill, by name."""
    return list(session().scalars(select(Skill).order_by(Skill.name)))


def absences_of(resource: Resource) -> list[ResourceAbsence]:
    """The absences that are not over, the next one first."""
    found = select(ResourceAbsence).where(
        ResourceAbsence.resource_id == resource.id, ResourceAbsence.ends_at > clock.now()
    )
    return list(session().scalars(found.order_by(ResourceAbsence.starts_at)))


def people_who_can(service: Service) -> list[Resource]:
    """The persons who can do a service, by name."""
    ids = capacity.groups_of(service)[0].ids
    return list(session().scalars(select(Resource).where(Resource.id.in_(ids)).order_by(Resource.name)))


def every_appointment() -> Select[Any]:
    """All that were booked, whatever became of them; not what is or was only held."""
    return (
        select(Appointment)
        .join(Appointment.service)
        .join(Appointment.customer)
        .where(Appointment.status.not_in(("held", "expired")))
    )


def get_appointment(reference: str) -> Appointment:
    """An appointment with its service, customer and who does it; refuses with NotFound. A mere hold is none."""
    found = every_appointment().where(Appointment.reference == reference).options(*WITH_ALL)
    return _the_one(found)


def get_appointment_by_id(appointment_id: int) -> Appointment:
    """The same by its key, holds too."""
    return _the_one(select(Appointment).where(Appointment.id == appointment_id).options(*WITH_ALL))


def _the_one(found: Select[Any]) -> Appointment:
    appointment: Appointment | None = session().scalars(found).first()
    if appointment is None:
        raise NotFound("not_found")
    return appointment


def appointments_of(customer: Customer, most: int = 8) -> Sequence[Appointment]:
    """The latest and the next appointments of a customer, newest first."""
    found = every_appointment().where(Appointment.customer_id == customer.id).options(*WITH_ALL)
    return session().scalars(found.order_by(Appointment.starts_at.desc()).limit(most)).all()


def hit_by_absence(resource: Resource | None = None) -> Sequence[Appointment]:
    """The booked appointments still to come whose person, bench or vehicle is away then: somebody has to do something."""
    found = (
        every_appointment()
        .join(
            Occupation,
            and_(Occupation.workshop_id == Appointment.workshop_id, Occupation.appointment_id == Appointment.id),
        )
        .join(
            ResourceAbsence,
            and_(
                ResourceAbsence.workshop_id == Occupation.workshop_id,
                ResourceAbsence.resource_id == Occupation.resource_id,
                ResourceAbsence.starts_at < Occupation.blocked_until,
                ResourceAbsence.ends_at > Occupation.blocked_from,
            ),
        )
        .where(Appointment.status == "booked", Appointment.ends_at > clock.now())
    )
    if resource is not None:
        found = found.where(Occupation.resource_id == resource.id)
    return session().scalars(found.options(*WITH_ALL).order_by(Appointment.starts_at).distinct()).unique().all()


def proposal_for(appointment: Appointment) -> Appointment | None:
    """The other moment that is held for a customer who was asked to move; None when there is none or it ran out."""
    found = select(Appointment).where(
        Appointment.replaces_id == appointment.id, Appointment.status == "held", Appointment.expires_at > clock.now()
    )
    return session().scalars(found.options(*WITH_ALL).order_by(Appointment.id.desc())).first()


def who(appointment: Appointment, kind: str = "person") -> Resource | None:
    """The person (bench, vehicle) that an appointment has."""
    return next((each.resource for each in appointment.occupations if each.resource.kind == kind), None)


def of_resource(resource: Resource, since: datetime, until: datetime) -> Sequence[Appointment]:
    """The appointments of a resource in a stretch, cancelled ones too as long as it is known whose they were: for its
    calendar."""
    mine = select(Occupation.appointment_id).where(Occupation.resource_id == resource.id)
    found = every_appointment().where(
        Appointment.starts_at >= since, Appointment.starts_at < until,
        or_(Appointment.id.in_(mine), Appointment.known_to.contains([resource.id])),
    )  # fmt: skip
    return session().scalars(found.options(*WITH_ALL).order_by(Appointment.starts_at, Appointment.id)).all()


def get_waiting(entry_id: int) -> WaitingEntry:
    """Somebody who waits, with what for; refuses with NotFound."""
    found = select(WaitingEntry).where(WaitingEntry.id == entry_id).options(*_WAITING)
    entry = session().scalars(found).first()
    if entry is None:
        raise NotFound("not_found")
    return entry


_WAITING = (
    joinedload(WaitingEntry.service),
    joinedload(WaitingEntry.customer),
    joinedload(WaitingEntry.appointment),
)


def list_waiting() -> Sequence[WaitingEntry]:
    """Who waits or has an offer, the first first."""
    found = select(WaitingEntry).where(WaitingEntry.status.in_(("waiting", "offered"))).options(*_WAITING)
    return session().scalars(found.order_by(WaitingEntry.id).limit(200)).all()


def get_draft(draft_id: int) -> BookingDraft:
    """What somebody answered so far; refuses with NotFound `link.gone` once it was forgotten."""
    found = select(BookingDraft).where(BookingDraft.id == draft_id)
    draft = (
        session().scalars(found.options(joinedload(BookingDraft.service), joinedload(BookingDraft.appointment))).first()
    )
    if draft is None:
        raise NotFound("link.gone")
    return draft


def zone() -> str:
    """The zone of the current workshop."""
    return get_workshop(current_workshop_id()).zone


def all_absences() -> Sequence[ResourceAbsence]:
    """Every absence that is not over, the next one first."""
    found = select(ResourceAbsence).where(ResourceAbsence.ends_at > clock.now())
    return session().scalars(found.order_by(ResourceAbsence.starts_at).limit(500)).all()


def count_before(entry: WaitingEntry) -> int:
    """How many wait for the same service and have waited longer."""
    found = select(func.count(WaitingEntry.id)).where(
        WaitingEntry.service_id == entry.service_id, WaitingEntry.status == "waiting", WaitingEntry.id < entry.id
    )
    return session().scalar(found) or 0


@dataclass(frozen=True)
class Expected:
    """What Today shows: who is expected or here, whose appointment counts on somebody away, the ids of those of them whose
    customer was asked to move, and who did not come and is to be called."""

    rows: Sequence[Appointment]
    hit: Sequence[Appointment]
    asked: set[int]
    to_call: Sequence[Appointment]

    def __bool__(self) -> bool:
        return bool(self.rows or self.hit or self.to_call)


_OTHER, _NEXT = aliased(Appointment), aliased(Appointment)


def expected_on(start: datetime, end: datetime) -> Expected:
    """What the day [start, end) holds: one statement for the appointments, whatever they are. Who did not come is not to be
    called any more once they have another appointment, or somebody said that it no longer counts."""
    away = (
        select(Occupation.id)
        .join(ResourceAbsence, ResourceAbsence.resource_id == Occupation.resource_id)
        .where(Occupation.appointment_id == Appointment.id, ResourceAbsence.workshop_id == Appointment.workshop_id)
        .where(ResourceAbsence.starts_at < Occupation.blocked_until, ResourceAbsence.ends_at > Occupation.blocked_from)
    )
    is_hit = and_(Appointment.status == "booked", Appointment.ends_at > clock.now(), away.exists())
    is_asked = select(_OTHER.id).where(
        _OTHER.replaces_id == Appointment.id, _OTHER.status == "held", _OTHER.expires_at > clock.now()
    )
    comes_again = select(_NEXT.id).where(
        _NEXT.customer_id == Appointment.customer_id, _NEXT.status == "booked", _NEXT.starts_at > clock.now()
    )
    is_to_call = and_(
        Appointment.status == "no_show", Service.no_show == "call", ~Appointment.is_forgiven, ~comes_again.exists()
    )
    is_today = and_(Appointment.starts_at >= start, Appointment.starts_at < end)
    found = (
        select(Appointment, is_hit, is_asked.exists(), is_today)
        .join(Appointment.service)
        .join(Appointment.customer)
        .where(or_(and_(is_today, or_(Appointment.status.in_(LIVE), is_to_call)), is_hit))
        .options(*WITH_ALL)
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(200)
    )
    lines = session().execute(found).all()
    return Expected(
        [row for row, _hit, _asked, today in lines if today and row.status in LIVE],
        [row for row, hit, _asked, _today in lines if hit],
        {row.id for row, _hit, asked, _today in lines if asked},
        [row for row, _hit, _asked, _today in lines if row.status == "no_show"],
    )
