"""The shape of what is typed when a customer sees it differently, and when somebody decides; see `act_forms`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, FormField, HiddenField, RadioField, TextAreaField

from service_app.contracts import contested
from service_app.contracts.act_forms import ActForm
from service_app.contracts.allowed import Subject
from service_app.contracts.contested import Stake
from service_app.contracts.forms import choices, tidy
from service_app.contracts.operations.contests import OUTCOMES
from service_app.contracts.words import FINDINGS
from service_app.core.fields import AmountField
from service_app.core.i18n import money

OUTCOME_WORDS = {
    "upheld": _l("It stands as it was charged"),
    "changed": _l("Other amounts, as below"),
    "dropped": _l("Nothing of it is charged"),
}


class ContestForm(ActForm):
    """What the customer says, noted for them."""

    words = TextAreaField(
        _l("What the customer sees differently"), filters=[tidy],
        render_kw={"rows": 4, "maxlength": 2000, "required": True},
        description=_l("In their words. Somebody other than who inspected reads it and decides."),
    )  # fmt: skip

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"words": self.words.data or ""}


def _reason() -> TextAreaField:
    """The last field of both forms: a field stands where it was made."""
    return TextAreaField(
        _l("Reason"), filters=[tidy], render_kw={"rows": 3, "maxlength": 2000, "required": True},
        description=_l("The customer reads this in their letter."),
    )  # fmt: skip


class GiveInForm(ActForm):
    """Why, for the customer."""

    reason = _reason()

    def body(self, subject: Subject) -> dict[str, Any]:
        return {"reason": self.reason.data or ""}


class AmountForm(Form):
    """What of one finding is charged; the label says which."""

    damage = HiddenField()
    amount = AmountField(_l("Amount"))


class DecideForm(ActForm):
    """What holds, each amount when they change, and why."""

    outcome = RadioField(_l("What holds"), choices=choices(OUTCOME_WORDS), default=OUTCOMES[0])
    amounts = FieldList(FormField(AmountForm))
    reason = _reason()

    def offer(self, subject: Subject) -> None:
        known = {str(stake.damage.id): stake for stake in _stakes(subject)}
        for row in self.amounts:
            stake = known.get(row.form.damage.data or "")
            if stake is not None:
                row.form.amount.label.text = _named(stake, subject)

    def begin(self, subject: Subject) -> None:
        for stake in _stakes(subject):
            self.amounts.append_entry({"damage": str(stake.damage.id), "amount": stake.amount})
        self.offer(subject)

    def body(self, subject: Subject) -> dict[str, Any]:
        known = {stake.damage.id for stake in _stakes(subject)}
        typed = [(row.form.damage.data or "", row.form.amount.data) for row in self.amounts]
        amounts: dict[int, Decimal] = {
            int(damage): amount
            for damage, amount in typed
            if amount is not None and damage.isdecimal() and int(damage) in known
        }
        return {"outcome": self.outcome.data or "", "reason": self.reason.data or "", "amounts": amounts}


def _stakes(subject: Subject) -> Sequence[Stake]:
    inspection = contested.inspection_of(subject.line) if subject.line is not None else None
    return contested.stakes_of(inspection) if inspection is not None else ()


def _named(stake: Stake, subject: Subject) -> str:
    amount = money(stake.amount, subject.contract.currency)
    return str(
        gettext("%(kind)s, %(part)s: charged %(amount)s", kind=FINDINGS[stake.damage.kind], part=stake.damage.part,
                amount=amount)
    )  # fmt: skip
