"""The shape of what is typed about a contract; the rules are in the operations."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from flask import request
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
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice

from service_app.catalogue.models import Plan
from service_app.catalogue.rules import PlanRules
from service_app.charges.explained import METHODS
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Finding, Verdict
from service_app.contracts.operations.offers import Wish
from service_app.contracts.words import FINDINGS, GRADES, NEXT_USES
from service_app.core import clock
from service_app.core.errors import Invalid
from service_app.core.fields import AmountField, WholeField
from service_app.core.i18n import words
from service_app.core.money import ZERO

MOST_OF_ONE = 50
OPENING = time(10, 0)


def choices(table: dict[str, Any]) -> list[SelectChoice]:
    """A table of words as the choices of a field."""
    return [SelectChoice(code, label) for code, label in table.items()]


def tidy(text: str | None) -> str:
    """A text without the spaces around it."""
    return (text or "").strip()


TARIFFS = {"solidarity": _l("Solidarity tariff"), "discount": _l("A discount")}


class RowForm(Form):
    """One thing on one plan, so many times."""

    plan = SelectField(_l("What, on which plan"), validate_choice=False)
    quantity = WholeField(_l("How many"), default=1)


class ContractForm(FlaskForm):  # type: ignore[misc]
    """Who, what, when. The dates hold for everything in it."""

    customer = StringField(
        _l("Customer"), filters=[tidy], description=_l("A name, e-mail, phone number or reference."),
        render_kw={"autocomplete": "off", "required": True},
    )  # fmt: skip
    starts_on = DateField(_l("From"), render_kw={"required": True})
    starts_at = TimeField(_l("Hour"), default=OPENING)
    ends_on = DateField(_l("Until"), render_kw={"required": False})
    ends_at = TimeField(_l("Hour"), default=OPENING)
    rows = FieldList(FormField(RowForm), min_entries=1, max_entries=20)
    reduction = RadioField(
        _l("Tariff"), choices=[SelectChoice("", _l("As the plan says")), *choices(TARIFFS)], default=""
    )
    reduction_percent = WholeField(_l("Discount"))
    remark = TextAreaField(_l("Remark"), filters=[tidy], render_kw={"rows": 2}, description=_l("For staff only."))

    def offer(self, plans: Sequence[Plan]) -> None:
        """Fill the choices of every row."""
        self._plans = {plan.code: plan for plan in plans}
        labels = [SelectChoice("", gettext("Choose…"))] + [SelectChoice(plan.code, plan_label(plan)) for plan in plans]
        for row in self.rows:
            row.form.plan.choices = labels

    def wishes(self, zone: str) -> list[tuple[Wish, int]]:
        """(wish, quantity) for every row that names a plan; none while there is no start."""
        start, end = (
            instant_of(self.starts_on.data, self.starts_at.data, zone),
            instant_of(self.ends_on.data, self.ends_at.data, zone),
        )
        if start is None:
            return []
        chosen = [(self._plans.get(row.form.plan.data), row.form.quantity.data or 1) for row in self.rows]
        return [
            (Wish(plan.product, plan, start, end, *self._reduced(plan)), min(max(quantity, 1), MOST_OF_ONE))
            for plan, quantity in chosen
            if plan is not None
        ]

    def _reduced(self, plan: Plan) -> tuple[str, int]:
        """What is taken off: the solidarity tariff as the plan has it, a discount as it was typed."""
        if self.reduction.data == "solidarity":
            return "solidarity", PlanRules.from_json(plan.rules).solidarity_percent
        return (self.reduction.data, self.reduction_percent.data or 0) if self.reduction.data else ("", 0)


def plan_label(plan: Plan) -> str:
    """A plan as a choice names it."""
    return f"{words(plan.product.name)} · {words(plan.name)} ({plan.code})"


def instant_of(day: date | None, hour: time | None, zone: str) -> datetime | None:
    """A day and an hour of the workshop as an instant; None without a day."""
    return clock.at_local(day, hour or OPENING, zone) if day is not None else None


PAID_BY = [SelectChoice(code, METHODS[code]) for code in ("card", "cash", "transfer")]


class MethodForm(FlaskForm):  # type: ignore[misc]
    """How money came or goes."""

    method = RadioField(_l("How"), choices=PAID_BY, default="card")


class SettleForm(MethodForm):
    """Settling up: what is owed, and the deposit."""

    use_deposit = BooleanField(_l("Take it from the deposit as far as that reaches"))
    release_method = RadioField(_l("What goes back to the customer"), choices=PAID_BY, default="transfer")


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why."""

    reason = StringField(_l("Reason"), filters=[tidy], render_kw={"maxlength": 300})


_PHOTOS = {"accept": "image/*", "capture": "environment", "multiple": True}


_DRAWING = "data:image/png;base64,"
MOST_DRAWING = 400_000


def drawing_in(address: str) -> bytes | None:
    """The PNG of a drawn signature from its data address; None when nothing was drawn. Refuses with
    `signature.unreadable` what is no such address, or too large a one."""
    if not address:
        return None
    if not address.startswith(_DRAWING) or len(address) > MOST_DRAWING:
        raise Invalid("signature.unreadable", field="signature")
    try:
        return base64.b64decode(address.removeprefix(_DRAWING), validate=True)
    except binascii.Error as error:
        raise Invalid("signature.unreadable", field="signature") from error


def tapped_in(text: str) -> datetime | None:
    """The hour a device wrote down, as ISO 8601 with its offset; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def photos_in(sent: Sequence[Any] | None) -> list[tuple[bytes, str]]:
    """The photos of a form as (bytes, name), without the empty ones that browsers send."""
    return [(file.read(), file.filename) for file in sent or () if getattr(file, "filename", "")]


class BindForm(FlaskForm):  # type: ignore[misc]
    """A tag, scanned or typed."""

    tag = StringField(
        _l("Tag of the item"), filters=[tidy], description=_l("Scan the label or type what stands on it."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )  # fmt: skip


class TakeBackForm(FlaskForm):  # type: ignore[misc]
    """What is seen when an item goes out or comes back. The answers of the checklist come beside the form."""

    meter = WholeField(_l("Meter"))
    photos = MultipleFileField(_l("Photos"), render_kw=_PHOTOS)
    customer_name = StringField(_l("Handed to"), filters=[tidy], render_kw={"autocomplete": "off"})
    remark = TextAreaField(_l("Remark"), filters=[tidy], render_kw={"rows": 2})
    key = HiddenField(default=lambda: secrets.token_urlsafe(12))
    tapped_at = HiddenField()

    def found(self, checklist: Sequence[dict[str, Any]]) -> Found:
        """What was typed, ticked and photographed, for the operation; the checklist's answers, the photos of a side that
        was photographed before (`twin-<id>`) and the signature are read beside the form's own fields."""
        posted, sent = request.form, request.files
        twins = {int(name.removeprefix("twin-")): file for name, file in sent.items() if name.startswith("twin-")}
        return Found(
            answers={step["code"]: step["code"] in posted.getlist("checked") for step in checklist},
            missing=posted.getlist("missing"),
            meter=self.meter.data,
            remark=self.remark.data or "",
            photos=photos_in(self.photos.data),
            customer_name=self.customer_name.data or "",
            twins={twin_id: (file.read(), file.filename) for twin_id, file in twins.items() if file.filename},
            signature=drawing_in(posted.get("signed_drawing", "")),
            key=self.key.data or None,
            tapped_at=tapped_in(self.tapped_at.data or ""),
        )


class HandOverForm(TakeBackForm):
    """The same, with the item's tag, and how the deposit came in when it does so now."""

    tag = BindForm.tag
    deposit_method = RadioField(
        _l("Deposit"), choices=[SelectChoice("", _l("not yet")), *PAID_BY], default="", validate_choice=False
    )


class FindingForm(Form):
    """Something found at the inspection."""

    kind = SelectField(_l("What"), choices=choices(FINDINGS))
    part = StringField(_l("Which part"), filters=[tidy], render_kw={"autocomplete": "off"})
    cost = AmountField(_l("Cost to put right"))
    share = WholeField(_l("Charged"), default=100)
    is_wear = BooleanField(_l("Normal wear: costs nothing"))


class InspectionForm(FlaskForm):  # type: ignore[misc]
    """The outcome of an inspection."""

    grade = RadioField(_l("Grade now"), choices=choices(GRADES))
    next_use = RadioField(_l("Where it goes"), choices=choices(NEXT_USES), default="in_stock")
    findings = FieldList(FormField(FindingForm), max_entries=20)
    photos = MultipleFileField(_l("Photos of what was found"), render_kw=_PHOTOS)
    remark = TextAreaField(_l("Remark"), filters=[tidy], render_kw={"rows": 2}, description=_l("For staff only."))

    def verdict(
        self, answers: dict[str, Any], photos: Sequence[tuple[bytes, str]], proposed: Sequence[Finding] = ()
    ) -> Verdict:
        """What was typed, for the operation, beside what was proposed and chosen. A row in which nothing was typed is left
        out."""
        rows = [row.form for row in self.findings if row.form.part.data or row.form.cost.data]
        findings = [
            Finding(
                kind=row.kind.data,
                part=row.part.data,
                cost_amount=row.cost.data or ZERO,
                charged_share=100 if row.share.data is None else row.share.data,
                is_wear=row.is_wear.data,
            )
            for row in rows
        ]
        return Verdict(self.grade.data, self.next_use.data, [*proposed, *findings], answers, self.remark.data, photos)
