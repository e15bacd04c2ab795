"""What a customer types: each act's form knows where it begins, and what it wishes of the operation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    EmailField,
    FileField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from service_app.catalogue.models import Plan
from service_app.contracts.allowed import Subject
from service_app.contracts.operations import pauses, swaps
from service_app.core import clock
from service_app.core.fields import AmountField, WholeField
from service_app.core.forms import choices_of
from service_app.core.i18n import LANGUAGES, money, words
from service_app.customers.models import Customer
from service_app.notifications import choosing
from service_app.notifications import words as letter_words
from service_app.notifications.kinds import TOPICS
from service_app.portal import queries
from service_app.portal.operations import oneself
from service_app.portal.words import SWAP_REASONS
from service_app.repairs.forms import Ticks
from service_app.repairs.words import SAFETY, SYMPTOMS
from service_app.takebacks.forms import AskForm
from service_app.workshops.queries import get_workshop

DAY = timedelta(days=1)
USUAL_PAUSE = timedelta(days=14)


def today_of(subject: Subject) -> date:
    """The civil day at the workshop."""
    return clock.today(get_workshop(subject.contract.workshop_id).zone)


def _near(_form: FlaskForm, field: DateField) -> None:
    """A day people mean: nobody plans further than five years."""
    if field.data is not None and not date(2000, 1, 1) < field.data < clock.now().date() + 5 * 365 * DAY:
        raise ValidationError(gettext("Choose a day within the next five years."))


class ActForm(FlaskForm):  # type: ignore[misc]
    """An act: the version of the contract that was seen, and a key that makes sending twice harmless. Without fields of its
    own there is nothing to choose."""

    version = HiddenField()
    key = HiddenField()

    def begin(self, subject: Subject) -> None:
        """Choices, and sensible values where nothing was typed yet."""

    def wishes(self, subject: Subject) -> Mapping[str, Any]:
        """What the operation is asked, from what was typed."""
        return {}

    @property
    def asks(self) -> list[Any]:
        """The fields a person fills in."""
        return [field for field in self if field.name not in ("version", "key", "csrf_token")]


class ExtendForm(ActForm):
    """Until which day; the hour stays."""

    ends_on = DateField(_l("Keep it until"), [InputRequired(_l("Choose a day.")), _near])

    def begin(self, subject: Subject) -> None:
        line = subject.line
        if self.ends_on.data is None and not self.ends_on.raw_data and line is not None and line.ends_at is not None:
            # A closed door moves the hour it is due past the planned end: a day more counts from there.
            self.ends_on.data = max(_local_day(subject, line.held_until), today_of(subject)) + DAY

    def wishes(self, subject: Subject) -> Mapping[str, Any]:
        line = subject.line
        assert line is not None
        zone = get_workshop(line.workshop_id).zone
        hour = clock.local(line.ends_at or clock.now(), zone).time()
        return {"ends_at": clock.at_local(self.ends_on.data, hour, zone)}


def _local_day(subject: Subject, instant: Any) -> date:
    return clock.local(instant, get_workshop(subject.contract.workshop_id).zone).date()


class PauseForm(ActForm):
    """The first day without, and the first day with it again."""

    from_on = DateField(_l("First day of the pause"), [InputRequired(_l("Choose a day.")), _near])
    until_on = DateField(_l("It goes on again on"), [InputRequired(_l("Choose a day.")), _near])

    def begin(self, subject: Subject) -> None:
        if self.from_on.data is None and not self.from_on.raw_data:
            self.from_on.data = today_of(subject)
            left = timedelta(days=max(pauses.days_left(subject.contract, self.from_on.data), 1))
            self.until_on.data = self.from_on.data + min(USUAL_PAUSE, left)

    def wishes(self, subject: Subject) -> Mapping[str, Any]:
        return {"from_on": self.from_on.data, "until_on": self.until_on.data}


class EndEarlyForm(ActForm):
    """The last day of use."""

    last_on = DateField(_l("Last day you keep it"), [InputRequired(_l("Choose a day.")), _near])

    def begin(self, subject: Subject) -> None:
        if self.last_on.data is None and not self.last_on.raw_data:
            self.last_on.data = today_of(subject)

    def wishes(self, subject: Subject) -> Mapping[str, Any]:
        return {"ends_on": self.last_on.data + DAY}


class PlanForm(ActForm):
    """Which plan, and from when."""

    plan = RadioField(_l("New plan"), [InputRequired(_l("Choose a plan."))])
    when = RadioField(
        _l("From when"),
        default="period_end",
        choices=choices_of([("period_end", _l("When the month that runs is over")), ("now", _l("From today"))]),
    )

    def begin(self, subject: Subject) -> None:
        plans = queries.plans_to_change_to(subject.line) if subject.line is not None else []
        self.plan.choices = choices_of((plan.code, _plan_said(plan, subject.contract.currency)) for plan in plans)
        if not self.plan.data and plans:
            self.plan.data = plans[0].code

    def wishes(self, subject: Subject) -> Mapping[str, Any]:
        assert subject.line is not None
        plans = {plan.code: plan for plan in queries.plans_to_change_to(subject.line)}
        return {"plan": plans[self.plan.data], "when": self.when.data}


def _plan_said(plan: Plan, currency: str) -> str:
    if plan.monthly_amount is None:
        return words(plan.name)
    amount = money(plan.monthly_amount, currency)
    return str(gettext("%(plan)s, %(amount)s a month", plan=words(plan.name), amount=amount))


class SwapForm(ActForm):
    """Why, and into what."""

    reason = RadioField(
        _l("Why"), [InputRequired(_l("Choose what comes nearest."))], choices=choices_of(SWAP_REASONS.items())
    )
    plan = SelectField(_l("Which one would you like"), default="")
    remark = TextAreaField(_l("Anything we should know"), [Length(max=2000)], render_kw={"rows": 3})

    def begin(self, subject: Subject) -> None:
        line = subject.line
        plans = queries.plans_to_swap_to(line) if line is not None else []
        same = [("", gettext("One of the same kind; the price stays as it is"))]
        self.plan.choices = choices_of([*same, *((plan.code, _swap_said(plan, subject)) for plan in plans)])

    def wishes(self, subject: Subject) -> Mapping[str, Any]:
        assert subject.line is not None
        plans = {plan.code: plan for plan in queries.plans_to_swap_to(subject.line)}
        return {"reason": self.reason.data, "plan": plans.get(self.plan.data), "remark": self.remark.data or ""}


def _swap_said(plan: Plan, subject: Subject) -> str:
    """The other thing with what it costs: this month and then on."""
    assert subject.line is not None
    name, currency = words(plan.product.name), subject.contract.currency
    if plan.monthly_amount is None:
        return name
    more, month = swaps.price_of_swap(subject.line, plan, today_of(subject)), money(plan.monthly_amount, currency)
    if more >= 0:
        text = _l("%(name)s: %(amount)s more this month, then %(month)s a month")
    else:
        text = _l("%(name)s: %(amount)s less this month, then %(month)s a month")
    return str(text) % {"name": name, "amount": money(abs(more), currency), "month": month}


class MeterForm(ActForm):
    """What it shows."""

    value = WholeField(_l("The meter shows"), [InputRequired(_l("Read the meter and write what it shows."))])

    def wishes(self, subject: Subject) -> Mapping[str, Any]:
        return {"value": self.value.data}


class ProblemForm(ActForm):
    """What is wrong, in the customer's words."""

    symptom = TextAreaField(
        _l("What is wrong"),
        [DataRequired(_l("Say in a few words what is wrong.")), Length(max=1000)],
        description=_l("For instance: the brake of the front wheel squeaks and does not hold."),
        render_kw={"rows": 4},
    )

    def wishes(self, subject: Subject) -> Mapping[str, Any]:
        return {"symptom": self.symptom.data}


class ContestForm(ActForm):
    """What is seen differently, in the customer's words, and a photo."""

    words = TextAreaField(
        _l("What do you see differently"),
        [DataRequired(_l("Say in a few words what you see differently.")), Length(max=2000)],
        description=_l("For instance: the scratch was there when I took it along."),
        render_kw={"rows": 5},
    )
    photo = FileField(_l("A photo"), render_kw={"accept": "image/*"}, description=_l("If you have one."))

    def wishes(self, subject: Subject) -> Mapping[str, Any]:
        sent = self.photo.data
        photo = (sent.read(), sent.filename) if getattr(sent, "filename", "") else None
        return {"words": self.words.data, "photo": photo}


class StatementForm(ActForm):
    """The statement of a withdrawal (Directive (EU) 2023/2673): who, which contract, and where the acknowledgement goes."""

    name = StringField(
        _l("Your name"), [DataRequired(_l("Write your first and last name.")), Length(max=200)],
        render_kw={"autocomplete": "name"},
    )  # fmt: skip
    contact = EmailField(
        _l("Where we send the acknowledgement"), [DataRequired(_l("Write your e-mail address.")), Length(max=320)],
        render_kw={"autocomplete": "email"},
    )  # fmt: skip

    def begin(self, subject: Subject) -> None:
        person = subject.contract.customer
        if not self.name.raw_data:
            self.name.data = self.name.data or person.contact_name or person.name
            self.contact.data = self.contact.data or person.email

    def wishes(self, subject: Subject) -> Mapping[str, Any]:
        text = gettext(
            "I, %(name)s, withdraw from contract %(reference)s.",
            name=self.name.data,
            reference=subject.contract.reference,
        )
        return {"statement": str(text), "contact": (self.contact.data or "").strip()}


class AddressForm(FlaskForm):  # type: ignore[misc]
    """Who wants to come in."""

    email = EmailField(
        _l("Your e-mail address"),
        [DataRequired(_l("Write your e-mail address."))],
        description=_l("The one you gave us. We send you a link; there is no password."),
        render_kw={"autocomplete": "email", "autofocus": True},
    )
    next = HiddenField()


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The six digits of the letter."""

    code = StringField(
        _l("Code of six digits"),
        [DataRequired(_l("Type the six digits of our letter."))],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "9", "class": "code-input"},
    )


class LanguageForm(FlaskForm):  # type: ignore[misc]
    """In which language we write."""

    language = RadioField(_l("Language"), choices=choices_of(LANGUAGES.items()))


class WaysForm(FlaskForm):  # type: ignore[misc]
    """By which way a customer wants to be told each topic; only what leads to them is offered."""

    safety = RadioField(validate_choice=False)
    visits = RadioField(validate_choice=False)
    repairs = RadioField(validate_choice=False)
    reminders = RadioField(validate_choice=False)
    news = RadioField(validate_choice=False)

    @classmethod
    def over(cls, person: Customer) -> Any:
        """The form filled from what stands."""
        found = oneself.ways_of(person)
        form = cls(formdata=None, data=found)
        for topic in cls.fixed(person):
            if topic in form:
                del form[topic]
        for field in form.asked:
            offered = choosing.offered(person, field.name)
            field.choices = choices_of((channel, letter_words.WAYS[channel]) for channel in offered)
            field.label.text = letter_words.TOPICS[field.name]
        return form

    @staticmethod
    def fixed(person: Customer) -> list[str]:
        """The topics in which there is nothing to choose, for want of another way or because they are owed."""
        return [topic for topic in TOPICS if len(choosing.offered(person, topic)) < 2]

    @property
    def asked(self) -> list[Any]:
        """The fields a person fills in."""
        return [field for field in self if field.name in TOPICS]

    def chosen(self) -> dict[str, str]:
        """{topic: channel} of what was chosen."""
        return {field.name: field.data for field in self.asked if field.data}


class EraseForm(FlaskForm):  # type: ignore[misc]
    """To be forgotten."""

    remark = TextAreaField(_l("Anything we should know"), [Length(max=2000)], render_kw={"rows": 2})


class ComingForm(FlaskForm):  # type: ignore[misc]
    """Which thing one comes with, named as in `RepairForm`, and for which service (its code)."""

    thing = RadioField(_l("Which thing?"), choices=[], validate_choice=False, default="")
    service = RadioField(_l("What for?"), choices=[], validate_choice=False, default="")


class RepairForm(FlaskForm):  # type: ignore[misc]
    """A repair asked for. What it is: one of the things they have (`item:TAG`), one they brought before (`thing:ID`), or ''
    and a few words."""

    key = HiddenField()
    thing = RadioField(_l("Which thing?"), choices=[], validate_choice=False, default="")
    what = StringField(_l("What is it?"), render_kw={"autocomplete": "off"})
    category = SelectField(_l("Kind of thing"), choices=[], validate_choice=False)
    brand = StringField(_l("Make"), render_kw={"autocomplete": "off"})
    model = StringField(_l("Model"), render_kw={"autocomplete": "off"})
    year_made = WholeField(_l("Year made"))
    fault = TextAreaField(_l("What is wrong?"))
    symptoms = Ticks(_l("What do you notice?"), choices=choices_of(SYMPTOMS.items()))
    safety = Ticks(_l("Is one of these so?"), choices=choices_of(SAFETY.items()))
    photos = MultipleFileField(_l("Photos"), render_kw={"accept": "image/*"})
    limit_amount = AmountField(_l("Go ahead without asking up to"))


class GiveBackForm(AskForm):
    """Something given back: one of the things they have or bought (`TAG`), or '' and a few words. Who asks is known."""

    thing = RadioField(_l("Which thing?"), choices=[], validate_choice=False, default="")
    name = email = phone = website = None
