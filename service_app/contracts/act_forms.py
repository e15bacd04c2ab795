"""The shape of what is typed for an operation on a running contract; the rules are in the operations."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from service_app.catalogue.models import Plan
from service_app.catalogue.queries import list_offered_plans
from service_app.contracts import choosing, queries
from service_app.contracts.allowed import Subject
from service_app.contracts.forms import instant_of, plan_label, tidy
from service_app.contracts.operations.acts import Asked
from service_app.contracts.operations.lines import Holder
from service_app.contracts.operations.offers import Signing, Wish
from service_app.core import clock
from service_app.core.errors import Invalid
from service_app.customers.models import Customer
from service_app.customers.queries import CustomerFilter, list_customers
from service_app.workshops.queries import get_workshop

NEEDED = InputRequired(_l("Fill this in."))


class ActForm(FlaskForm):  # type: ignore[misc]
    """What every operation is asked with: the version the person saw, when, and a key that makes sending twice
    harmless."""

    version = HiddenField()
    shown_at = HiddenField()
    key = HiddenField()

    def offer(self, subject: Subject) -> None:
        """Fill the choices, before anything is validated."""

    def begin(self, subject: Subject) -> None:
        """The values an empty form starts with."""

    def stamp(self, version: int) -> None:
        """Say what the person sees now."""
        for field, value in ((self.version, str(version)), (self.shown_at, clock.now().isoformat())):
            field.data, field.raw_data = value, None
        self.key.data = self.key.data or uuid.uuid4().hex

    def asked(self) -> Asked:
        """Version and key for the operation; a button of a toast carries neither."""
        seen = self.version.data or ""
        return Asked(int(seen) if seen.isdecimal() else None, (self.key.data or "")[:64] or None)

    def seen_at(self) -> datetime | None:
        """When the form was shown."""
        try:
            return datetime.fromisoformat(self.shown_at.data or "")
        except ValueError:
            return None

    def body(self, subject: Subject) -> dict[str, Any]:
        """What was typed, as the operation takes it. Refuses with the field what cannot be read."""
        return {}


def zone_of(subject: Subject) -> str:
    """The zone of the workshop."""
    return get_workshop(subject.contract.workshop_id).zone


def needed(value: Any, field: str) -> Any:
    """A value that must be there. Refuses with `field.required`."""
    if value in (None, ""):
        raise Invalid("field.required", field=field)
    return value


def local_of(instant: datetime | None, zone: str) -> datetime | None:
    """An instant on the workshop's clock, as a field for it wants it."""
    return clock.local(instant, zone).replace(tzinfo=None, second=0, microsecond=0) if instant is not None else None


def plan_coded(plans: Sequence[Plan], code: str | None) -> Plan:
    """The plan with a code, out of those that may be chosen."""
    plan = next((plan for plan in plans if plan.code == code), None)
    if plan is None:
        raise Invalid("choice.unknown", field="plan", value=code or "")
    return plan


class PauseForm(ActForm):
    """The days that rest."""

    from_on = DateField(_l("First day of the pause"), [NEEDED])
    until_on = DateField(
        _l("First day after it"), [Optional()],
        description=_l("Left empty: until it is resumed, at most as long as the plan allows."),
    )  # fmt: skip

    def begin(self, subject: Subject) -> None:
        self.from_on.data = clock.today(zone_of(subject))

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"from_on": needed(self.from_on.data, "from_on"), "until_on": self.until_on.data}


class EndEarlyForm(ActForm):
    """The first day it no longer runs."""

    ends_on = DateField(_l("First day without it"), [NEEDED])

    def begin(self, subject: Subject) -> None:
        self.ends_on.data = date.fromordinal(clock.today(zone_of(subject)).toordinal() + 1)

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"ends_on": needed(self.ends_on.data, "ends_on")}


class WhyForm(ActForm):
    """What was agreed and is not done."""

    reason = TextAreaField(
        _l("What was agreed and is not done"), filters=[tidy], render_kw={"rows": 3, "maxlength": 500, "required": True}
    )

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"reason": self.reason.data or ""}


class CallOffForm(ActForm):
    """Why, when they say."""

    reason = StringField(
        _l("Reason"), filters=[tidy], render_kw={"maxlength": 300}, description=_l("No reason is needed.")
    )

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"reason": self.reason.data or ""}


class WithdrawForm(ActForm):
    """What the customer declared."""

    statement = TextAreaField(
        _l("What the customer declared"), filters=[tidy], render_kw={"rows": 3, "maxlength": 2000},
        description=_l("Word for word when it came in writing. No reason is needed."),
    )  # fmt: skip

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"statement": self.statement.data or ""}


class AddForm(ActForm):
    """One thing more."""

    plan = SelectField(_l("What, on which plan"), validate_choice=False)
    starts_on = DateField(_l("From"), [NEEDED])
    starts_at = TimeField(_l("Hour"))
    ends_on = DateField(_l("Until"), [Optional()], description=_l("Empty for a monthly plan without an end."))
    ends_at = TimeField(_l("Hour"), [Optional()])

    def offer(self, subject: Subject) -> None:
        plans = list_offered_plans()
        self.plan.choices = [
            SelectChoice("", gettext("Choose…")),
            *(SelectChoice(p.code, plan_label(p)) for p in plans),
        ]

    def begin(self, subject: Subject) -> None:
        zone = zone_of(subject)
        self.starts_on.data = clock.today(zone)
        self.starts_at.data = clock.local(clock.now(), zone).time().replace(second=0, microsecond=0)
        if subject.contract.ends_at is not None:
            end = clock.local(subject.contract.ends_at, zone)
            self.ends_on.data, self.ends_at.data = end.date(), end.time()

    def body(self, subject: Subject) -> dict[str, Any]:
        zone, plan = zone_of(subject), plan_coded(list_offered_plans(), needed(self.plan.data, "plan"))
        start = instant_of(needed(self.starts_on.data, "starts_on"), self.starts_at.data, zone)
        end = instant_of(self.ends_on.data, self.ends_at.data, zone)
        return {"wish": choosing.same_reduction(subject.contract, Wish(plan.product, plan, start or clock.now(), end))}


class HolderForm(Form):
    """A person beside the customer."""

    name = StringField(_l("Name"), filters=[tidy], render_kw={"autocomplete": "off"})
    email = StringField(_l("E-mail"), filters=[tidy], render_kw={"autocomplete": "off", "inputmode": "email"})
    phone = StringField(_l("Phone"), filters=[tidy], render_kw={"autocomplete": "off", "inputmode": "tel"})


class HoldersForm(ActForm):
    """Everybody who may use the things of a contract; an empty row is nobody."""

    holders = FieldList(FormField(HolderForm), max_entries=12)

    def begin(self, subject: Subject) -> None:
        for holder in queries.holders_of(subject.contract):
            self.holders.append_entry({"name": holder.name, "email": holder.email, "phone": holder.phone})
        self.holders.append_entry()

    def body(self, subject: Subject) -> dict[str, Any]:
        typed = [row.form for row in self.holders if row.form.name.data or row.form.email.data or row.form.phone.data]
        return {"holders": [Holder(row.name.data, row.email.data or None, row.phone.data or None) for row in typed]}


class TransferForm(ActForm):
    """Whom it goes to, and who signs for it."""

    customer = StringField(
        _l("New customer"), filters=[tidy], description=_l("A name, e-mail, phone number or reference."),
        render_kw={"autocomplete": "off", "required": True},
    )  # fmt: skip
    signer_name = StringField(
        _l("Signed by"), filters=[tidy], description=_l("The first and last name of who signs here now.")
    )
    both_agree = BooleanField(_l("Both customers agree, and the new one has read the terms"))

    def body(self, subject: Subject) -> dict[str, Any]:
        if not self.both_agree.data:
            raise Invalid("transfer.agree_needed", field="both_agree")
        customer = one_customer(needed(self.customer.data, "customer"))
        name = self.signer_name.data or ""
        if len(name) < 2:
            raise Invalid("signature.name_needed", field="signer_name")
        return {"customer": customer, "signing": Signing(name, None, customer.language)}


def one_customer(text: str) -> Customer:
    """The one customer a text means. Refuses with Invalid on the field `customer`."""
    found = list_customers(CustomerFilter(text=text)).rows
    exact = [one for one in found if one.reference.casefold() == text.casefold()]
    if len(exact or found) != 1:
        names = ", ".join(f"{one.name} ({one.reference})" for one in found[:6])
        raise Invalid("customer.which" if found else "customer.nobody", field="customer", names=names, text=text)
    return (exact or found)[0]
