"""The short form of a first product."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, InputRequired

from service_app.catalogue.plan_operations import PlanFacts, Tier
from service_app.core.fields import AmountField
from service_app.core.forms import choices_of

_PRICINGS = (("tiers", _l("by the day")), ("monthly", _l("by the month")))
_PLAN_NAMES = {
    "tiers": {"fr": "À la journée", "nl": "Per dag", "en": "By the day"},
    "monthly": {"fr": "Au mois", "nl": "Per maand", "en": "By the month"},
}


def tidy(text: str | None) -> str:
    """A text without the spaces around it."""
    return " ".join((text or "").split())


class FirstProductForm(FlaskForm):  # type: ignore[misc]
    """What is rented out, and for how much; everything else of a product can follow."""

    name = StringField(
        _l("What do you rent out?"), [DataRequired(_l("Write what it is."))], filters=[tidy],
        description=_l("Such as cargo bike. Other languages can follow."), render_kw={"maxlength": 80, "autofocus": True},
    )  # fmt: skip
    pricing = RadioField(_l("Priced"), choices=choices_of(_PRICINGS), default="tiers")
    amount = AmountField(_l("Price, VAT included"), [InputRequired(_l("Give an amount."))])
    deposit = AmountField(_l("Deposit"), description=_l("Given back on return. Empty: none."))

    def plan(self, code: str) -> PlanFacts:
        """The plan that was typed: the same price however long it is."""
        amount, deposit = self.amount.data or Decimal(0), self.deposit.data or Decimal(0)
        names, pricing = _PLAN_NAMES[self.pricing.data], self.pricing.data
        if pricing == "monthly":
            return PlanFacts(code, names, pricing, monthly_amount=amount, deposit_amount=deposit)
        return PlanFacts(code, names, pricing, (Tier(1, amount),), deposit_amount=deposit)
