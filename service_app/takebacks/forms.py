"""What somebody is asked who wants something taken back, and what staff write down."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
    widgets,
)  # fmt: skip

from service_app.bookings.operations.online import Person
from service_app.core.errors import Invalid
from service_app.core.fields import MeasureField, WholeField
from service_app.core.forms import choices_of
from service_app.takebacks import hazards, words
from service_app.takebacks.hubs import HubFacts
from service_app.takebacks.operations import Ask, DayFacts


def grams(field: MeasureField) -> int:
    """The grams of a field in kilograms. Refuses nothing typed, and nonsense."""
    if field.data is None or not 0 < field.data < 100_000_000:
        raise Invalid("takeback.load", field=field.name, most=2000)
    return int(field.data)


def grams_or_none(field: MeasureField) -> int | None:
    """The same; None where nothing was typed."""
    return grams(field) if field.raw_data and str(field.raw_data[0]).strip() else None


class AskForm(FlaskForm):  # type: ignore[misc]
    """A request. `key` makes one sent twice one request; `website` is for machines, which fill in whatever there is."""

    key = HiddenField()
    what = TextAreaField(_l("What would you like to give back?"), render_kw={"rows": 3, "maxlength": 1000})
    kg = MeasureField(_l("How heavy is it, about?"))
    litres = WholeField(_l("How big is it, about?"))
    hazards = SelectMultipleField(
        _l("Is any of this in or on it?"), choices=choices_of((code, words.HAZARDS[code]) for code in hazards.CODES),
        validate_choice=False, option_widget=widgets.CheckboxInput(), widget=widgets.ListWidget(prefix_label=False),
    )  # fmt: skip
    way = RadioField(
        _l("How does it come to us?"), choices=choices_of(words.WAYS.items()), default="pickup", validate_choice=False
    )
    name = StringField(_l("Your name"), render_kw={"autocomplete": "name", "maxlength": 120})
    email = EmailField(_l("E-mail"), render_kw={"autocomplete": "email", "maxlength": 200})
    phone = TelField(_l("Telephone"), render_kw={"autocomplete": "tel", "maxlength": 40})
    street = StringField(_l("Street and number"), render_kw={"autocomplete": "street-address", "maxlength": 200})
    postcode = StringField(_l("Postcode"), render_kw={"autocomplete": "postal-code", "maxlength": 10})
    city = StringField(_l("Town"), render_kw={"autocomplete": "address-level2", "maxlength": 100})
    note = TextAreaField(_l("What should the driver know?"), render_kw={"rows": 2, "maxlength": 500})
    is_owner = BooleanField(_l("It is mine, or its owner asked me to hand it over."))
    website = StringField("Website", render_kw={"autocomplete": "off", "tabindex": "-1"})

    def ask(self) -> Ask:
        """The request as typed. Refuses a weight that is none."""
        return Ask(
            what=self.what.data or "", mass_g=grams(self.kg), litres=self.litres.data or 0,
            hazards=tuple(self.hazards.data or ()), way=self.way.data or "", street=self.street.data or "",
            postcode=self.postcode.data or "", city=self.city.data or "", note=self.note.data or "",
            is_owner=bool(self.is_owner.data),
        )  # fmt: skip

    def person(self) -> Person:
        """Who asks."""
        is_fetched = self.way.data == "pickup"
        return Person(
            (self.name.data or "").strip(), (self.email.data or "").strip(), (self.phone.data or "").strip(),
            *((field.data or "").strip() if is_fetched else "" for field in (self.street, self.postcode, self.city)),
        )  # fmt: skip


class ReceiveForm(FlaskForm):  # type: ignore[misc]
    """What was weighed; empty is an estimate."""

    kg = MeasureField(_l("Weighed"))


class MoveForm(FlaskForm):  # type: ignore[misc]
    """Where it is fetched now."""

    street = StringField(_l("Street and number"), render_kw={"autocomplete": "street-address", "maxlength": 200})
    postcode = StringField(_l("Postcode"), render_kw={"autocomplete": "postal-code", "maxlength": 10})
    city = StringField(_l("Town"), render_kw={"autocomplete": "address-level2", "maxlength": 100})


class DecideForm(FlaskForm):  # type: ignore[misc]
    """Waste or product, and why."""

    decision = RadioField(
        _l("What is it from now on?"), choices=choices_of(words.DECISIONS.items()), validate_choice=False
    )
    reason = TextAreaField(_l("Why?"), render_kw={"rows": 2, "maxlength": 1000})


class CloseForm(FlaskForm):  # type: ignore[misc]
    """Who wiped the data, where there was any."""

    wiped_by = StringField(_l("Data wiped by"), render_kw={"maxlength": 120})


class DayForm(FlaskForm):  # type: ignore[misc]
    """A route."""

    zone = StringField(_l("Zone"), render_kw={"maxlength": 60})
    postcodes = StringField(_l("Postcodes"), render_kw={"maxlength": 400})
    weekday = SelectField(_l("Weekday"), validate_choice=False)
    starts = TimeField(_l("From"))
    ends = TimeField(_l("Until"))
    window_minutes = IntegerField(_l("Minutes of a window"), default=120)
    most_stops = IntegerField(_l("Stops at most"), default=10)
    most_kg = IntegerField(_l("Kilograms at most"), default=80)
    most_litres = IntegerField(_l("Litres at most"), default=400)

    def facts(self) -> DayFacts:
        """The route as typed. Refuses what is missing or out of bounds."""
        bounds: dict[str, tuple[int, int]] = {
            "window_minutes": (30, 480), "most_stops": (1, 500), "most_kg": (1, 20_000), "most_litres": (1, 100_000),
        }  # fmt: skip
        for name, (least, most) in bounds.items():
            value: Any = self[name].data
            if value is None or not least <= value <= most:
                raise Invalid("number.out_of_range", field=name, least=least, most=most)
        weekday = self.weekday.data or ""
        if weekday not in "0123456" or len(weekday) != 1:
            raise Invalid("choice.unknown", field="weekday", value=weekday)
        if self.starts.data is None or self.ends.data is None:
            raise Invalid("field.required", field="starts" if self.starts.data is None else "ends")
        codes = tuple((self.postcodes.data or "").replace(",", " ").split())
        return DayFacts(
            (self.zone.data or "").strip(), codes, int(weekday), self.starts.data, self.ends.data,
            self.window_minutes.data or 0, self.most_stops.data or 0, (self.most_kg.data or 0) * 1000,
            self.most_litres.data or 0,
        )  # fmt: skip


class HubForm(FlaskForm):  # type: ignore[misc]
    """A hub."""

    name = StringField(_l("Name"), render_kw={"maxlength": 120})
    keeper = StringField(_l("Kept by"), render_kw={"maxlength": 120, "autocomplete": "off"})
    street = StringField(_l("Street and number"), render_kw={"maxlength": 200})
    postcode = StringField(_l("Postcode"), render_kw={"maxlength": 10})
    city = StringField(_l("Town"), render_kw={"maxlength": 100})
    takes = StringField(_l("What may be put in?"), render_kw={"maxlength": 200})
    capacity_litres = IntegerField(_l("It holds"), default=240)
    kg = MeasureField(_l("At most"), default=60_000)
    again_days = IntegerField(_l("Said again, nobody is sent within"), default=3)
    is_active = BooleanField(_l("It is open"), default=True)

    def facts(self, is_active: bool) -> HubFacts:
        """The hub as typed. Refuses a weight that is none."""
        return HubFacts(
            name=self.name.data or "", street=self.street.data or "", postcode=self.postcode.data or "",
            city=self.city.data or "", takes=self.takes.data or "", capacity_litres=self.capacity_litres.data or 0,
            capacity_g=grams(self.kg), again_days=self.again_days.data or 0, is_active=is_active,
        )  # fmt: skip
