"""An appointment that the desk makes for a visit of care, as it was agreed with its customer by telephone."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from service_app.bookings import purposes
from service_app.bookings.models import Appointment, Service
from service_app.bookings.purposes import Known, Purpose
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.core.i18n import words
from service_app.workorders import queries
from service_app.workorders.models import CareVisit
from service_app.workorders.operations import answers


def purpose_of(visit: CareVisit) -> str:
    """What the address of a new appointment says it is for."""
    return f"care-{visit.id}"


def _known(visit_id: int) -> Known:
    visit = queries.get_visit(visit_id)
    rows = answers.open_of(visit)
    if visit.customer is None or visit.ended_at is not None or not rows:
        raise NotFound("not_found")
    is_home = visit.way == "home" or (visit.way == "" and all(each.plan.place == "home" for each in rows))
    service = _service("home" if is_home else "drop_off")
    what = ", ".join(words(each.plan.name) for each in rows)
    minutes = sum(each.plan.duration_minutes for each in rows)
    return Known(
        customer=visit.customer.reference, service=service.code if service is not None else "", note=visit.item.tag,
        day=max(visit.on_day, queries.today_here()),
        said=_("For the care of %(tag)s: %(what)s (%(minutes)s min).", tag=visit.item.tag, what=what, minutes=minutes),
    )  # fmt: skip


def _service(place: str) -> Service | None:
    """The service of care for a place, also one that customers do not book themselves; else any of care."""
    found = select(Service).where(Service.kind == "care", Service.is_active)
    ordered = found.order_by((Service.place == place).desc(), Service.is_public.desc(), Service.id)
    return session().scalars(ordered.limit(1)).first()


def _bind(actor: Actor, visit_id: int, appointment: Appointment) -> None:
    answers.agree(actor, queries.get_visit(visit_id), appointment)


purposes.add("care", Purpose(_known, _bind))
