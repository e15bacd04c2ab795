"""The shape of what is typed about appointments, people, benches and services; the rules are in the operations."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
    widgets,
)
from wtforms.validators import DataRequired, InputRequired

from service_app.bookings import words
from service_app.bookings.models import ABSENCE_REASONS, Resource, Service
from service_app.bookings.operations.online import Person
from service_app.bookings.operations.setup import ResourceFacts, ServiceFacts
from service_app.core import clock
from service_app.core.errors import Invalid
from service_app.core.fields import WholeField
from service_app.core.forms import VersionedForm, choices_of
from service_app.workshops.forms import Blank, DayForm, HoursForm

MINUTES = (
    "minutes", "step_minutes", "before_minutes", "after_minutes", "lead_minutes", "horizon_days", "change_minutes",
    "late_minutes",
)  # fmt: skip
_NUMBER = _l("Give a number.")


def tidy(text: str | None) -> str:
    """A text without the spaces around it."""
    return (text or "").strip()


def instant_of(text: str | None) -> datetime:
    """The instant that a button carries. Refuses with Invalid `input.unreadable` what is none."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        raise Invalid("input.unreadable", field="starts_at") from None
    if found.tzinfo is None:
        raise Invalid("input.unreadable", field="starts_at")
    return found


class NewForm(FlaskForm):  # type: ignore[misc]
    """An appointment made by the workshop: who, one of the free moments, or an hour of its own."""

    customer = StringField(
        _l("Customer"), filters=[tidy], description=_l("A name, e-mail, phone number or reference."),
        render_kw={"autocomplete": "off", "required": True},
    )  # fmt: skip
    starts_at = HiddenField()
    hour = TimeField(
        _l("Another hour"), [Blank()], description=_l("When none of the free moments suits: whoever is free then.")
    )
    street = StringField(_l("Address to go to"), filters=[tidy])
    note = TextAreaField(_l("What is it about?"), filters=[tidy], render_kw={"rows": 3})

    def starts(self, day: date, zone: str) -> datetime:
        """The chosen moment: an hour that was typed outweighs a button."""
        if self.hour.data:
            return clock.at_local(day, self.hour.data, zone)
        return instant_of(self.starts_at.data)


class MoveForm(VersionedForm):
    """Another moment, or another person."""

    starts_at = HiddenField()
    hour = TimeField(
        _l("Another hour"), [Blank()], description=_l("When none of the free moments suits: whoever is free then.")
    )

    def starts(self, day: date, zone: str) -> datetime:
        """The chosen moment: an hour that was typed outweighs a button."""
        if self.hour.data:
            return clock.at_local(day, self.hour.data, zone)
        return instant_of(self.starts_at.data)


class AbsenceForm(FlaskForm):  # type: ignore[misc]
    """From when until when, and why; whole days without hours."""

    first_day = DateField(_l("From"), [DataRequired(_l("Choose a day."))])
    first_hour = TimeField(_l("From what hour"), [Blank()], description=_l("Empty: the whole day."))
    last_day = DateField(_l("Up to and including"), [Blank()], description=_l("Empty: that day only."))
    last_hour = TimeField(_l("Until what hour"), [Blank()], description=_l("Empty: the whole day."))
    reason = SelectField(
        _l("Why"), choices=choices_of((code, words.REASONS[code]) for code in ABSENCE_REASONS), default="ill"
    )
    note = StringField(_l("Note"), filters=[tidy])

    def span(self, zone: str) -> tuple[datetime, datetime]:
        """The stretch as instants."""
        last = self.last_day.data or self.first_day.data
        start = clock.at_local(self.first_day.data, self.first_hour.data or time(0), zone)
        end = (
            clock.at_local(last, self.last_hour.data, zone) if self.last_hour.data else clock.day_bounds(last, zone)[1]
        )
        return start, end


class SkillForm(Form):  # type: ignore[misc]
    """A skill and how well."""

    name = StringField(_l("Skill"), filters=[tidy], render_kw={"list": "skills", "autocomplete": "off"})
    level = SelectField(_l("How well"), choices=choices_of(words.LEVELS.items()), default="2", validate_choice=False)


class ResourceForm(VersionedForm):
    """A person, a bench, a room, a vehicle."""

    kind = RadioField(_l("What it is"), choices=choices_of(words.KINDS.items()), default="person")
    name = StringField(_l("Name"), filters=[tidy], render_kw={"maxlength": 80})
    member_id = SelectField(
        _l("Colleague"), validate_choice=False, description=_l("Links the plan to who signs in; need not be anybody.")
    )
    is_active = BooleanField(_l("Planned with"), default=True)
    skills = FieldList(FormField(SkillForm), max_entries=20)
    day_0 = FormField(DayForm)
    day_1 = FormField(DayForm)
    day_2 = FormField(DayForm)
    day_3 = FormField(DayForm)
    day_4 = FormField(DayForm)
    day_5 = FormField(DayForm)
    day_6 = FormField(DayForm)

    days = HoursForm.days
    weekly = HoursForm.weekly

    @classmethod
    def over(cls, resource: Resource) -> Any:
        """The form filled from what stands."""
        week: dict[str, dict[str, dict[str, time]]] = {}
        for row in resource.hours:
            day = week.setdefault(f"day_{row.weekday}", {})
            day["second" if "first" in day else "first"] = {"opens": row.opens, "closes": row.closes}
        skills = [{"name": each.skill.name, "level": str(each.level)} for each in resource.skills]
        return cls(formdata=None, data={
            "kind": resource.kind, "name": resource.name, "member_id": str(resource.member_id or ""),
            "is_active": resource.is_active, "skills": [*skills, {}], "version": resource.version, **week,
        })  # fmt: skip

    def facts(self, kind: str = "") -> ResourceFacts:
        """What was typed, for the operations."""
        known = {each.form.name.data: int(each.form.level.data or 2) for each in self.skills if each.form.name.data}
        member = self.member_id.data or ""
        return ResourceFacts(
            name=self.name.data, kind=kind or self.kind.data, is_active=self.is_active.data, skills=known,
            member_id=int(member) if member.isdecimal() else None, hours=self.weekly(),
        )  # fmt: skip


class TextsForm(Form):  # type: ignore[misc]
    """A text in each language."""

    fr = StringField("Français", filters=[tidy], render_kw={"lang": "fr"})
    nl = StringField("Nederlands", filters=[tidy], render_kw={"lang": "nl"})
    en = StringField("English", filters=[tidy], render_kw={"lang": "en"})


class LongTextsForm(Form):  # type: ignore[misc]
    """A longer text in each language."""

    fr = TextAreaField("Français", filters=[tidy], render_kw={"rows": 2, "lang": "fr"})
    nl = TextAreaField("Nederlands", filters=[tidy], render_kw={"rows": 2, "lang": "nl"})
    en = TextAreaField("English", filters=[tidy], render_kw={"rows": 2, "lang": "en"})


class ServiceForm(VersionedForm):
    """What one can come for, and its rules."""

    code = StringField(
        _l("Code"), filters=[tidy], description=_l("Stands in the address of your booking page. It stays.")
    )
    name = FormField(TextsForm, _l("Name"))
    description = FormField(LongTextsForm, _l("What customers read about it"))
    kind = RadioField(_l("Kind"), choices=choices_of(words.SERVICE_KINDS.items()), default="repair")
    place = RadioField(_l("Where"), choices=choices_of(words.PLACES.items()), default="drop_off")
    minutes = WholeField(_l("It takes"), [InputRequired(_NUMBER)], default=30)
    step_minutes = WholeField(_l("A start every"), [InputRequired(_NUMBER)], default=15)
    before_minutes = WholeField(_l("Kept free before"), [InputRequired(_NUMBER)], default=0)
    after_minutes = WholeField(_l("Kept free after"), [InputRequired(_NUMBER)], default=0)
    lead_minutes = WholeField(
        _l("To be booked at least"), [InputRequired(_NUMBER)], default=120, description=_l("before it begins")
    )
    horizon_days = WholeField(_l("At most"), [InputRequired(_NUMBER)], default=60, description=_l("ahead"))
    skill = StringField(
        _l("Needed skill"), filters=[tidy], description=_l("Empty: anybody can do it."), render_kw={"list": "skills"}
    )
    skill_level = SelectField(
        _l("At least"), choices=choices_of(words.LEVELS.items()), default="1", validate_choice=False
    )
    needs = SelectMultipleField(
        _l("It also takes"), choices=choices_of((kind, words.KINDS[kind]) for kind in ("bench", "room", "vehicle")),
        option_widget=widgets.CheckboxInput(), widget=widgets.ListWidget(prefix_label=False),
    )  # fmt: skip
    is_public = BooleanField(_l("Customers can book it themselves"), default=True)
    lets_choose = BooleanField(_l("They may choose with whom"))
    is_active = BooleanField(_l("On offer"), default=True)
    change_minutes = WholeField(
        _l("Customers may move or cancel until"),
        [InputRequired(_NUMBER)],
        default=720,
        description=_l("before it begins"),
    )
    late_minutes = WholeField(
        _l("Who is late is waited for"),
        [InputRequired(_NUMBER)],
        default=15,
        description=_l("after that they did not come"),
    )
    no_show = RadioField(_l("Who does not come"), choices=choices_of(words.NO_SHOWS.items()), default="call")

    @classmethod
    def over(cls, service: Service) -> Any:
        """The form filled from what stands."""
        data = {name: getattr(service, name) for name in ServiceFacts.__dataclass_fields__ if name != "skill"}
        data |= {"skill": service.skill.name if service.skill is not None else "", "version": service.version}
        return cls(formdata=None, data=data | {"skill_level": str(service.skill_level)})

    def facts(self) -> ServiceFacts:
        """What was typed, for the operations."""
        plain = ("code", "kind", "place", "skill", "no_show", "is_public", "lets_choose", "is_active")
        return ServiceFacts(
            name=self.name.data, description=self.description.data, needs=tuple(self.needs.data or ()),
            skill_level=int(self.skill_level.data) if (self.skill_level.data or "").isdecimal() else 0,
            **{name: self[name].data for name in (*plain, *MINUTES)},
        )  # fmt: skip


class WhoForm(FlaskForm):  # type: ignore[misc]
    """Who books. `website` is for machines, which fill in whatever there is."""

    name = StringField(_l("Your name"), filters=[tidy], render_kw={"autocomplete": "name", "maxlength": 200})
    email = EmailField(
        _l("E-mail"), filters=[tidy], render_kw={"autocomplete": "email"},
        description=_l("The confirmation goes there, with the link to move or cancel."),
    )  # fmt: skip
    phone = TelField(
        _l("Phone"), filters=[tidy], render_kw={"autocomplete": "tel"},
        description=_l("Only if something comes up on the day itself. You may leave it empty."),
    )  # fmt: skip
    street = StringField(_l("Street and number"), filters=[tidy], render_kw={"autocomplete": "street-address"})
    postcode = StringField(
        _l("Postcode"), filters=[tidy], render_kw={"autocomplete": "postal-code", "inputmode": "numeric"}
    )
    city = StringField(_l("Town"), filters=[tidy], render_kw={"autocomplete": "address-level2"})
    website = StringField("Website", render_kw={"autocomplete": "off", "tabindex": "-1"})

    def person(self) -> Person:
        """What was typed, for the operations."""
        return Person(**{name: self[name].data or "" for name in Person.__dataclass_fields__})


class WaitForm(WhoForm):
    """Who waits, and for which days."""

    first_day = DateField(_l("From"), [DataRequired(_l("Choose a day."))])
    last_day = DateField(_l("Up to and including"), [DataRequired(_l("Choose a day."))])
    note = TextAreaField(_l("What is it about?"), filters=[tidy], render_kw={"rows": 3, "maxlength": 2000})
