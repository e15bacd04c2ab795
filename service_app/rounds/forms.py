"""The shape of what is typed about orders, vehicles, zones and hours; the rules are in the operations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    widgets,
)
from wtforms.validators import InputRequired, Optional

from service_app.core import clock
from service_app.core.errors import Invalid
from service_app.core.fields import LinesField, MeasureField, WholeField, read_decimal
from service_app.core.forms import VersionedForm, choices_of
from service_app.rounds import words
from service_app.rounds.models import RoundRules, TransportOrder
from service_app.rounds.operations.orders import OrderFacts

_REQUIRED = _l("Fill this in.")


class Several(SelectMultipleField):  # type: ignore[misc]
    """Some of a few, as boxes to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class OrderForm(VersionedForm):
    """An order: who, what, where, when."""

    customer = StringField(
        _l("Customer"), [InputRequired(_REQUIRED)], description=_l("A name, e-mail, phone number or reference."),
        render_kw={"autocomplete": "off"},
    )  # fmt: skip
    kind = RadioField(_l("What to do"), choices=choices_of(words.KINDS.items()), default="pickup")
    address = StringField(_l("Street and number"), [InputRequired(_REQUIRED)])
    postcode = StringField(_l("Postcode"), [InputRequired(_REQUIRED)], render_kw={"inputmode": "numeric"})
    lat = StringField(_l("Latitude"), [Optional()], render_kw={"inputmode": "decimal"})
    lon = StringField(_l("Longitude"), [Optional()], render_kw={"inputmode": "decimal"})
    grams = MeasureField(_l("Weight"))
    litres = WholeField(_l("Volume"))
    service_minutes = WholeField(_l("Minutes at the door"), default=8)
    day = DateField(_l("Day"), [InputRequired(_REQUIRED)])
    from_hour = TimeField(_l("From"), [InputRequired(_REQUIRED)])
    until = TimeField(_l("Until"), [InputRequired(_REQUIRED)])
    must_by = DateField(_l("At the latest on"), [Optional()])
    priority = SelectField(
        _l("How urgent"), choices=choices_of((str(key), word) for key, word in words.PRIORITIES.items()), default="2"
    )
    needs = Several(_l("Needs"), choices=choices_of(words.NEEDS.items()))
    note = TextAreaField(_l("Note for the driver"), [Optional()])

    def facts(self, customer_id: int, zone: str) -> OrderFacts:
        """What was typed, for the operation. Refuses with Invalid `order.no_coordinates` what is no number of degrees."""
        return OrderFacts(
            customer_id=customer_id, kind=self.kind.data, address=self.address.data or "",
            postcode=self.postcode.data or "", grams=self.grams.data or 0, litres=self.litres.data or 0,
            service_minutes=self.service_minutes.data or 0, lat=_degrees(self.lat.data), lon=_degrees(self.lon.data),
            window_start=clock.at_local(self.day.data, self.from_hour.data, zone),
            window_end=clock.at_local(self.day.data, self.until.data, zone), must_by=self.must_by.data,
            priority=int(self.priority.data), needs=tuple(self.needs.data or ()), note=self.note.data or "",
        )  # fmt: skip

    @classmethod
    def of(cls, order: TransportOrder, zone: str) -> OrderForm:
        """The form over an order."""
        start, end = clock.local(order.window_start, zone), clock.local(order.window_end, zone)
        pin: dict[str, Any] = {"lat": str(order.lat), "lon": str(order.lon)} if order.placed_by == "pin" else {}
        return cls(
            formdata=None, customer=order.customer.reference, kind=order.kind, address=order.address,
            postcode=order.postcode, grams=order.grams, litres=order.litres, service_minutes=order.service_minutes,
            day=start.date(), from_hour=start.time(), until=end.time(), must_by=order.must_by,
            priority=str(order.priority), needs=order.needs, note=order.note, version=order.version, **pin,
        )  # fmt: skip


def _degrees(text: str | None) -> float | None:
    if not (text or "").strip():
        return None
    try:
        return float((text or "").replace(",", "."))
    except ValueError:
        raise Invalid("order.no_coordinates", field="lat") from None


class DaysField(LinesField):
    """Several days, one a line, as they are written here: day, month, year."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(f"{day:%d/%m/%Y}" for day in self.data or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the days. Refuses what is none."""
        super().process_formdata(valuelist)
        lines, self.data = self.data, ()
        try:
            self.data = tuple(datetime.strptime(line.replace("-", "/"), "%d/%m/%Y").date() for line in lines)  # noqa: DTZ007  a day
        except ValueError as error:
            raise ValueError(gettext("Write each day as %(example)s.", example="20/09/2026")) from error


class VehicleForm(FlaskForm):  # type: ignore[misc]
    """What a vehicle carries."""

    kind = SelectField(_l("Kind"), choices=choices_of(words.VEHICLES.items()))
    grams = MeasureField(_l("Carries"))
    litres = WholeField(_l("Box"))
    reach_km = WholeField(_l("A day"))
    speed_kmh = WholeField(_l("Speed in town"))
    offers = Several(_l("Has"), choices=choices_of(words.NEEDS.items()))
    zones = Several(_l("May enter"), choices=[], validate_choice=False)
    skill_id = SelectField(_l("Who rides it has to know"), choices=[], default="", validate_choice=False)


class ZoneForm(FlaskForm):  # type: ignore[misc]
    """Postcodes ridden together."""

    name = StringField(_l("Name"), [InputRequired(_REQUIRED)])
    postcodes = StringField(_l("Postcodes"), [InputRequired(_REQUIRED)], description=_l("Such as 1000, 1050, 1060."))
    most = WholeField(_l("Most stops a day"), [Optional()])
    weekdays = Several(_l("Weekdays"), choices=[])


class HoursForm(VersionedForm):
    """The shift."""

    starts = TimeField(_l("Shift begins"), [InputRequired(_REQUIRED)])
    break_starts = TimeField(_l("Break from"), [Optional()])
    break_ends = TimeField(_l("Break until"), [Optional()])
    ends = TimeField(_l("Shift ends"), [InputRequired(_REQUIRED)])
    cut_off = TimeField(_l("Tomorrow is planned at"), [InputRequired(_REQUIRED)])
    car_free = DaysField(
        _l("Days without cars"), description=_l("One a line, such as 20/09/2026. No van rides then; bikes do.")
    )
    keep_days = WholeField(
        _l("Forget who rode where after"),
        description=_l("Names of riders, pins of doors and plans go; what was done stays."),
    )

    @classmethod
    def of(cls, rules: RoundRules) -> HoursForm:
        """The form over the rules."""
        return cls(formdata=None, obj=rules, car_free=[date.fromisoformat(day) for day in rules.car_free_days])


class ReopenForm(FlaskForm):  # type: ignore[misc]
    """Another window."""

    day = DateField(_l("Day"), [InputRequired(_REQUIRED)])
    from_hour = TimeField(_l("From"), [InputRequired(_REQUIRED)])
    until = TimeField(_l("Until"), [InputRequired(_REQUIRED)])


def grams_of(text: str) -> int:
    """Kilograms as typed at a door. Refuses with Invalid `input.unreadable` what is no number."""
    try:
        return int(read_decimal(text) * 1000)
    except ValueError:
        raise Invalid("input.unreadable", field="kg") from None


def day_asked(text: str, otherwise: date) -> date:
    """A day as it stands in an address, or another one when it is none; never so far that a day before or after is none."""
    try:
        return max(date(2000, 1, 1), min(date.fromisoformat(text), date(2999, 1, 1)))
    except ValueError:
        return otherwise
