"""The shape of what is typed about a workshop and its people; the rules are in the operations."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FormField,
    PasswordField,
    RadioField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms import Form as PlainForm
from wtforms.fields import ColorField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from service_app.core import brand
from service_app.core.fields import WholeField
from service_app.core.forms import VersionedForm, choices_of
from service_app.core.i18n import LANGUAGES
from service_app.workshops.hours import Hours
from service_app.workshops.models import Workshop
from service_app.workshops.operations.house import WorkshopFacts

ROLE_NAMES = {
    "owner": _l("Owner"),
    "manager": _l("Manager"),
    "counter": _l("Counter"),
    "technician": _l("Technician"),
    "driver": _l("Driver"),
    "accountant": _l("Accountant"),
    "auditor": _l("Auditor"),
}
ROLE_TASKS = {
    "owner": _l("everything, and who works here"),
    "manager": _l("everything but who works here"),
    "counter": _l("customers, contracts, hand-overs, work, take-back"),
    "technician": _l("work, inspections, items, hand-overs"),
    "driver": _l("rounds and hand-overs"),
    "accountant": _l("money, and reads contracts and customers"),
    "auditor": _l("reads everything, changes nothing"),
}
WEEKDAYS = (
    _l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"),
)  # fmt: skip


class Blank(Optional):  # type: ignore[misc]
    """May be left empty, which its hint says in its own words."""

    def __init__(self) -> None:
        super().__init__()
        self.field_flags: dict[str, bool] = {}


def tidy(text: str | None) -> str:
    """A text without the spaces around it."""
    return (text or "").strip()


def role_choices() -> list[tuple[str, str]]:
    """The roles with what each may do."""
    return [(code, f"{name}: {ROLE_TASKS[code]}") for code, name in ROLE_NAMES.items()]


class InviteForm(FlaskForm):  # type: ignore[misc]
    """Who is asked to come and work here."""

    email = EmailField(_l("E-mail"), filters=[tidy], render_kw={"autocomplete": "off"})
    role = RadioField(_l("Role"), choices=lambda: choices_of(role_choices()), default="counter")
    language = RadioField(_l("Language of the letter"), choices=choices_of(LANGUAGES.items()))


class RoleForm(VersionedForm):
    """What somebody may do here."""

    role = RadioField(_l("Role"), choices=lambda: choices_of(role_choices()))


class WorkshopForm(VersionedForm):
    """What the workshop says of itself."""

    name = StringField(_l("Name"), filters=[tidy], render_kw={"maxlength": 80, "required": True})
    name_second = StringField(
        _l("Name in the second language"), filters=[tidy], description=_l("The plate's lower line.")
    )
    craft = StringField(_l("Craft"), filters=[tidy], description=_l("Such as bikes, light, furniture."))
    brand = ColorField(
        _l("Colour"),
        default=brand.DEFAULT,
        description=_l("Of main buttons and of letters. It is darkened until it can be read."),
    )
    language = RadioField(_l("Language of the house"), choices=choices_of(LANGUAGES.items()))
    email = EmailField(_l("E-mail"), filters=[tidy], description=_l("Customers' answers to our letters go there."))
    phone = TelField(_l("Phone"), filters=[tidy])
    street = StringField(_l("Street and number"), filters=[tidy])
    postcode = StringField(_l("Postcode"), filters=[tidy])
    city = StringField(_l("Town"), filters=[tidy])
    vat_number = StringField(_l("VAT number"), filters=[tidy], description=_l("Such as BE0403019261."))
    gs1_prefix = StringField(
        _l("GS1 company prefix"), filters=[tidy], description=_l("If you have one, labels carry a GS1 Digital Link.")
    )
    gln = StringField(_l("GLN"), filters=[tidy], description=_l("Thirteen digits that begin with the prefix."))
    waste_number = StringField(
        _l("Number as collector of waste"), filters=[tidy], description=_l("It stands on the papers of what leaves.")
    )
    offer_days = WholeField(_l("An offer stands"), [InputRequired(_l("Give a number of days."))])

    @classmethod
    def over(cls, workshop: Workshop) -> Any:
        """The form filled from a workshop, bare of what was posted."""
        form = cls(formdata=None, obj=workshop)
        form.brand.data = workshop.brand or brand.DEFAULT
        return form

    def facts(self) -> WorkshopFacts:
        """What was typed, for the operations."""
        names = WorkshopFacts.__dataclass_fields__
        return WorkshopFacts(**{name: self[name].data for name in names})


class StretchForm(PlainForm):
    """From when until when."""

    opens = TimeField(_l("Opens"), [Blank()])
    closes = TimeField(_l("Closes"), [Blank()])


class DayForm(PlainForm):
    """A weekday, with a break or without; left empty, it is closed."""

    first = FormField(StretchForm)
    second = FormField(StretchForm)

    @property
    def stretches(self) -> list[tuple[time, time]]:
        """What was typed; of a stretch with one end only the other is the same, so that it is refused."""
        ends = [(each.opens.data, each.closes.data) for each in (self.first, self.second)]
        return [(opens or closes, closes or opens) for opens, closes in ends if opens or closes]


class HoursForm(FlaskForm):  # type: ignore[misc]
    """The week, Monday first."""

    day_0 = FormField(DayForm)
    day_1 = FormField(DayForm)
    day_2 = FormField(DayForm)
    day_3 = FormField(DayForm)
    day_4 = FormField(DayForm)
    day_5 = FormField(DayForm)
    day_6 = FormField(DayForm)

    @property
    def days(self) -> list[Any]:
        """The fields of the seven days."""
        return [self[f"day_{weekday}"] for weekday in range(7)]

    @classmethod
    def over(cls, weekly: dict[int, Hours]) -> Any:
        """The form filled from the hours that stand."""
        return cls(formdata=None, data={f"day_{weekday}": _filled(hours) for weekday, hours in weekly.items()})

    def weekly(self) -> dict[int, list[tuple[time, time]]]:
        """What was typed, by weekday."""
        return {weekday: day.form.stretches for weekday, day in enumerate(self.days) if day.form.stretches}


def _filled(hours: Hours) -> dict[str, dict[str, time]]:
    places = zip(("first", "second"), hours, strict=False)
    return {place: {"opens": opens, "closes": closes} for place, (opens, closes) in places}


class ExceptionForm(FlaskForm):  # type: ignore[misc]
    """Days on which it is otherwise."""

    first_day = DateField(_l("From"), [DataRequired(_l("Choose a day."))])
    last_day = DateField(_l("Up to and including"), [Blank()], description=_l("Empty: that day only."))
    is_closed = BooleanField(_l("Closed"), default=True)
    opens = TimeField(_l("Opens"), [Blank()])
    closes = TimeField(_l("Closes"), [Blank()])
    note = StringField(_l("Why"), filters=[tidy], description=_l("Such as summer holidays."))

    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return self.first_day.data, self.last_day.data or self.first_day.data

    def stretch(self) -> tuple[time, time] | None:
        """The hours of these days, or None when closed: hours that were typed outweigh the tick."""
        opens, closes = self.opens.data, self.closes.data
        if opens and closes:
            return opens, closes
        return None if self.is_closed.data else (opens or time(0), closes or time(0))


class TermsForm(FlaskForm):  # type: ignore[misc]
    """The general terms, one text a language."""

    fr = TextAreaField("Français", filters=[tidy], render_kw={"lang": "fr", "rows": 12})
    nl = TextAreaField("Nederlands", filters=[tidy], render_kw={"lang": "nl", "rows": 12})
    en = TextAreaField("English", filters=[tidy], render_kw={"lang": "en", "rows": 12})

    def body(self) -> dict[str, str]:
        """The texts by language."""
        return {code: self[code].data for code in LANGUAGES}


class NewWorkshopForm(FlaskForm):  # type: ignore[misc]
    """A workshop that joins the cluster, and its first owner."""

    name = StringField(_l("Name"), filters=[tidy], render_kw={"maxlength": 80})
    name_second = StringField(_l("Name in the second language"), filters=[tidy])
    slug = StringField(_l("Address in Ronde"), filters=[tidy], description=_l("Such as atelier-senne. It stays."))
    craft = StringField(_l("Craft"), filters=[tidy], description=_l("Such as bikes, light, furniture."))
    city = StringField(_l("Town"), filters=[tidy])
    language = RadioField(_l("Language of the house"), choices=choices_of(LANGUAGES.items()), default="fr")
    owner_email = EmailField(
        _l("E-mail of the owner"),
        filters=[tidy],
        description=_l("An invitation goes there; the rest they set themselves."),
    )

    def facts(self) -> WorkshopFacts:
        """What was typed, for the operations."""
        names = ("name", "name_second", "craft", "city", "language")
        return WorkshopFacts(**{name: self[name].data for name in names})


class JoinForm(FlaskForm):  # type: ignore[misc]
    """A new person: name and password; the address is the invitation's."""

    name = StringField(
        _l("Your name"), [DataRequired(_l("Write your name.")), Length(max=120)], filters=[tidy],
        render_kw={"autocomplete": "name"},
    )  # fmt: skip
    password = PasswordField(
        _l("Password"), [DataRequired(_l("Choose a password."))],
        description=_l("At least 12 characters; a few unrelated words do well."),
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip


class ForgotForm(FlaskForm):  # type: ignore[misc]
    """Where the letter goes."""

    email = EmailField(
        _l("E-mail"), [DataRequired(_l("Write your e-mail address."))], filters=[tidy],
        render_kw={"autocomplete": "username"},
    )  # fmt: skip


class ResetForm(FlaskForm):  # type: ignore[misc]
    """A new password."""

    password = PasswordField(
        _l("New password"), [DataRequired(_l("Choose a new password."))],
        description=_l("At least 12 characters; a few unrelated words do well."),
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip
