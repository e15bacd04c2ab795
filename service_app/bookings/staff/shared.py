"""The blueprint, and what its pages have alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _

from service_app.bookings import queries, shown
from service_app.bookings.models import Appointment, Resource, Service
from service_app.bookings.slots import Slot
from service_app.core import clock
from service_app.core.web import current

pages = Blueprint("bookings", __name__, template_folder="../templates")
shown.install(pages)


def tabs(here: str) -> list[dict[str, Any]]:
    """The rooms within appointments, with the one we are in."""
    named = (
        ("bookings.list_page", _("Appointments")),
        ("bookings.waiting_page", _("Waiting list")),
        ("bookings.resources_page", _("People and benches")),
        ("bookings.services_page", _("Services")),
    )
    return [
        {"label": label, "url": url_for(endpoint), "is_current": endpoint == here}
        for endpoint, label in named
        if endpoint in current_app.view_functions
    ]


@dataclass(frozen=True)
class Choosing:
    """The free moments of a day, with the days around it, for a page on which somebody chooses one."""

    service: Service
    day: date
    person: Resource | None
    people: Sequence[Resource]
    slots: Sequence[Slot]

    @property
    def days(self) -> list[date]:
        """The week of the day, from today on."""
        first = max(self.day - timedelta(days=self.day.weekday()), clock.today(current().workshop.zone))
        return [first + timedelta(days=away) for away in range(7)]


def choosing(service: Service, day: date | None, person_id: str, but: Appointment | None = None) -> Choosing:
    """What is free on a day, with anybody or with one person."""
    zone = current().workshop.zone
    today = clock.today(zone)
    wanted = max(day or today, today)
    people = queries.people_who_can(service)
    person = next((one for one in people if str(one.id) == person_id), None)
    slots = queries.find_slots(service, wanted, wanted, person, by_staff=True, but=but)
    return Choosing(service, wanted, person, people, slots)


def day_asked() -> date | None:
    """The day in the address, None when there is none or it is none."""
    try:
        return date.fromisoformat(request.values.get("day", ""))
    except ValueError:
        return None


def alternatives(refusal: Any) -> list[datetime]:
    """The next moments that a refusal carries."""
    return [datetime.fromisoformat(text) for text in refusal.data.get("alternatives", ())]
