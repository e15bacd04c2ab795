"""What is typed about care: a plan, and what was done."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FormField,
    MultipleFileField,
    SelectField,
    StringField,
    TextAreaField,
)  # fmt: skip
from wtforms.validators import Length, Optional

from service_app.bookings.queries import list_skills
from service_app.catalogue.forms import TextsForm
from service_app.catalogue.models import CarePlan
from service_app.core.errors import Invalid
from service_app.core.fields import AmountField, LinesField, WholeField
from service_app.core.forms import VersionedForm, choices_of
from service_app.core.i18n import LANGUAGES, words
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workorders.words import BASES, GRADES, KINDS, PLACES, SEVERITIES, UNITS

MEASURE = "="


class CarePlanForm(VersionedForm):
    """How often something is looked after, and how."""

    name = FormField(TextsForm, _l("What is done"))
    kind = SelectField(_l("When"), choices=choices_of(KINDS.items()), default="time")
    every = WholeField(_l("Every"), default=6)
    unit = SelectField(_l("Unit"), choices=choices_of(UNITS.items()), default="month")
    basis = SelectField(_l("Counted"), choices=choices_of(BASES.items()), default="fixed")
    meter_step = WholeField(
        _l("Or after this much on its meter"), description=_l("Whichever comes first. Both then begin anew.")
    )
    season = LinesField(_l("Days of the year"), description=_l("Day/month, one a line: 15/3."), render_kw={"rows": 2})
    grade = SelectField(
        _l("From this grade on"), choices=choices_of(GRADES.items()), default="",
        description=_l("– means after a check that failed."),
    )  # fmt: skip
    starts_on = DateField(_l("Counted from"), [Optional()], description=_l("Empty: the day the thing came in."))
    early_days = WholeField(_l("May be done earlier"), default=14)
    late_days = WholeField(_l("May be done later"), default=14)
    notice_days = WholeField(_l("Announced"), default=14)
    horizon_days = WholeField(_l("Planned ahead"), default=90)
    duration_minutes = WholeField(_l("Takes"), default=60)
    is_shifted_later = BooleanField(_l("On a closed day: the next open day instead of the one before"))
    excluded = LinesField(_l("Not on these days"), description=_l("2026-12-24, one a line."), render_kw={"rows": 2})
    included = LinesField(_l("Also on these days"), description=_l("2026-06-01, one a line."), render_kw={"rows": 2})
    checklist = LinesField(
        _l("Checklist"), render_kw={"rows": 5},
        description=_l("One check a line. A line that ends with = asks for a measure: “Tyre pressure (bar) =”."),
    )  # fmt: skip
    skill = SelectField(_l("Needed skill"), choices=[], default="", validate_choice=False)
    place = SelectField(_l("Who comes to whom"), choices=choices_of(PLACES.items()), default="workshop")
    severity = SelectField(_l("When it is late"), choices=choices_of(SEVERITIES.items()), default="warn")
    needs_photo = BooleanField(_l("A photo is needed"))
    needs_signature = BooleanField(_l("A signature is needed"))
    is_kept_in_pause = BooleanField(_l("The days stay when a contract is paused"))
    serial_from = StringField(_l("Serials from"), [Length(max=80)])
    serial_to = StringField(_l("to"), [Length(max=80)])
    is_active = BooleanField(_l("In use"), default=True)

    def offer(self) -> Any:
        """With the skills there are."""
        self.skill.choices = choices_of([("", _l("Anybody can do it")), *((str(s.id), s.name) for s in list_skills())])
        return self

    @classmethod
    def over(cls, plan: CarePlan) -> Any:
        """The form filled from a plan, bare of what was posted."""
        data = {column.key: getattr(plan, column.key) for column in CarePlan.__table__.columns}
        data |= {
            "season": [f"{int(day[3:])}/{int(day[:2])}" for day in plan.season], "grade": plan.grade or "",
            "checklist": [_line(check) for check in plan.checklist], "skill": str(plan.skill_id or ""),
        }  # fmt: skip
        return cls(formdata=None, data=data)

    @property
    def serials(self) -> tuple[str, str]:
        """The first and the last serial that were typed, '' where none was."""
        return (self.serial_from.data or "").strip(), (self.serial_to.data or "").strip()

    def facts(self, before: CarePlan | None = None) -> CarePlanFacts:
        """What was typed, for the operations. Refuses a day of the year that is none with a field."""
        skill = next((each for each in list_skills() if str(each.id) == self.skill.data), None)
        plain = (
            "kind", "unit", "basis", "meter_step", "place", "severity", "starts_on",
            "is_shifted_later", "needs_photo", "needs_signature", "is_kept_in_pause", "is_active",
        )  # fmt: skip
        numbers = ("early_days", "late_days", "notice_days", "horizon_days", "duration_minutes")
        given: dict[str, Any] = {name: self[name].data for name in plain}
        given |= {name: self[name].data or 0 for name in numbers}
        return CarePlanFacts(
            serial_from=self.serials[0], serial_to=self.serials[1],
            name=self.name.data, every=self.every.data, skill=skill, grade=self.grade.data or None,
            season=tuple(_day_of_year(line) for line in self.season.data or ()),
            excluded=tuple(self.excluded.data or ()), included=tuple(self.included.data or ()),
            checklist=_checks(self.checklist.data or (), before),
            **given,
        )  # fmt: skip


def _line(check: dict[str, Any]) -> str:
    return f"{words(check['text'])} {MEASURE}" if check["kind"] == "measure" else words(check["text"])


def _checks(lines: Any, before: CarePlan | None) -> tuple[dict[str, Any], ...]:
    """A check that stands as before keeps its code, by which what was found of it is known, and its texts in the other
    languages, wherever it stands now; a new one takes a number after all that were."""
    standing = list(before.checklist) if before is not None else []
    numbers = [check["code"].removeprefix("c") for check in standing]
    last = max((int(number) for number in numbers if number.isdecimal()), default=0)
    checks = []
    for line in lines:
        kind = "measure" if line.endswith(MEASURE) else "tick"
        text = line.removesuffix(MEASURE).strip()[:200]
        same = next((each for each in standing if (words(each["text"]), each["kind"]) == (text, kind)), None)
        if same is not None:
            standing.remove(same)
            checks.append(same)
        else:
            last += 1
            checks.append({"code": f"c{last}", "text": dict.fromkeys(LANGUAGES, text), "kind": kind})
    return tuple(checks)


def _day_of_year(line: str) -> str:
    day, _slash, month = line.strip().partition("/")
    try:
        return date(2000, int(month), int(day)).strftime("%m-%d")
    except (ValueError, OverflowError):
        raise Invalid("care.day_unreadable", field="season", day=line) from None


class VisitForm(FlaskForm):  # type: ignore[misc]
    """What was done. The checks themselves stand on the page by their codes."""

    minutes = WholeField(_l("It took"))
    cost = AmountField(_l("Cost of parts and work"))
    parts = StringField(_l("Parts used"), [Length(max=1000)])
    meter = WholeField(_l("Its meter shows"))
    is_meter_new = BooleanField(_l("The lower reading is right: its meter was replaced"))
    remark = TextAreaField(_l("Remark"), [Length(max=1000)], render_kw={"rows": 2})
    photos = MultipleFileField(_l("Photos"), render_kw={"accept": "image/*", "capture": "environment"})


class AtHomeForm(FlaskForm):  # type: ignore[misc]
    """What a customer did themselves."""

    photos = MultipleFileField(_l("A photo of it"), render_kw={"accept": "image/*"})
    meter = WholeField(_l("Its meter shows"))
    remark = TextAreaField(_l("Did you notice anything?"), [Length(max=1000)], render_kw={"rows": 2})
