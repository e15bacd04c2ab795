"""What the workshop rides: vehicles, zones, hours, on one page of small forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template
from flask_babel import get_locale
from flask_babel import gettext as _

from service_app import refusals
from service_app.bookings import queries as planning
from service_app.bookings.models import Resource
from service_app.core.access import needs
from service_app.core.errors import NotFound
from service_app.core.forms import attempt, choices_of
from service_app.core.web import actor, see
from service_app.rounds import queries
from service_app.rounds.forms import HoursForm, VehicleForm, ZoneForm
from service_app.rounds.operations import setup
from service_app.rounds.staff.shared import pages, tabs


@pages.get("/rounds/setup")
@needs("round:read")
def setup_page() -> Any:
    """Vehicles, zones, hours."""
    return _page()


def _page(status: int = 200, *, vehicle: tuple[int, VehicleForm] | None = None, **forms: Any) -> Any:
    resources = [each for each in planning.list_resources(active=True) if each.kind == "vehicle"]
    known = {each.resource_id: each for each in queries.list_vehicles()}
    filled = {
        each.id: vehicle[1] if vehicle is not None and vehicle[0] == each.id else _form_of(each, known)
        for each in resources
    }
    return render_template(
        "rounds/setup.html", resources=resources, known=known, forms=filled, zones=queries.list_zones(),
        zone_form=forms.get("zone") or _weekdays(ZoneForm(formdata=None)),
        hours_form=forms.get("hours") or HoursForm.of(queries.rules()), tabs=tabs("rounds.setup_page"), days=_names(),
    ), status  # fmt: skip


def _form_of(resource: Resource, known: dict[int, Any]) -> VehicleForm:
    row, own = known.get(resource.id), _own(resource.id)
    form = (
        VehicleForm(formdata=None, obj=row, prefix=own)
        if row is not None
        else VehicleForm(None, prefix=own, **setup.USUAL)
    )
    return _with_zones(form)


def _own(resource_id: int) -> str:
    """What the fields of one vehicle begin with: there are several on the page."""
    return f"v{resource_id}"


def _with_zones(form: VehicleForm) -> VehicleForm:
    form.zones.choices = choices_of((zone.name, zone.name) for zone in queries.list_zones())
    skills = [(str(each.id), each.name) for each in planning.list_skills()]
    form.skill_id.choices = choices_of([("", _("nothing special")), *skills])
    form.skill_id.data = str(form.skill_id.data or "")
    return form


def _names() -> list[str]:
    named = get_locale().days["stand-alone"]["abbreviated"]
    return [named[day] for day in range(7)]


def _weekdays(form: ZoneForm) -> ZoneForm:
    form.weekdays.choices = choices_of((str(day), name) for day, name in enumerate(_names()))
    return form


@pages.post("/rounds/setup/vehicles/<int:resource_id>")
@needs("round:write")
def set_vehicle(resource_id: int) -> Any:
    """What a vehicle carries."""
    resource = planning.get_resource(resource_id)
    if resource.kind != "vehicle":
        raise NotFound("not_found")
    form = _with_zones(VehicleForm(prefix=_own(resource_id)))

    def save() -> None:
        setup.set_vehicle(
            actor(), resource, kind=form.kind.data, grams=form.grams.data or 0, litres=form.litres.data or 0,
            reach_km=form.reach_km.data or 0, speed_kmh=form.speed_kmh.data or 0, offers=form.offers.data or (),
            zones=form.zones.data or (),
            skill=next((each for each in planning.list_skills() if str(each.id) == form.skill_id.data), None),
        )  # fmt: skip

    return _saved(form, save, lambda status: _page(status, vehicle=(resource_id, form)))


@pages.post("/rounds/setup/zones")
@needs("round:write")
def set_zone() -> Any:
    """A zone, by its name."""
    form = _weekdays(ZoneForm())

    def save() -> None:
        codes = (form.postcodes.data or "").replace(",", " ").split()
        weekdays = [int(day) for day in form.weekdays.data or ()]
        setup.set_zone(actor(), form.name.data or "", codes, weekdays, form.most.data)

    return _saved(form, save, lambda status: _page(status, zone=form))


@pages.post("/rounds/setup/hours")
@needs("round:write")
def set_hours() -> Any:
    """The shift."""
    form = HoursForm()

    def save() -> None:
        has_break = form.break_starts.data is not None and form.break_ends.data is not None
        pause = (form.break_starts.data, form.break_ends.data) if has_break else None
        setup.set_hours(
            actor(), form.starts.data, form.ends.data, pause, form.cut_off.data, form.seen,
            car_free=form.car_free.data or (), keep_days=form.keep_days.data or 90,
        )  # fmt: skip

    return _saved(form, save, lambda status: _page(status, hours=form))


def _saved(form: Any, save: Callable[[], None], again: Callable[[int], Any]) -> Any:
    if not form.validate():
        return again(422)
    with attempt(form, refusals.sentence) as tried:
        save()
    return see("rounds.setup_page") if tried.is_done else again(tried.status)
