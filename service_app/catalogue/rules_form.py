"""The fields of a plan's rules, named as `PlanRules` names them, so that a refusal finds its field."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from service_app.catalogue import words
from service_app.catalogue.rules import PlanRules
from service_app.core.fields import AmountField, WholeField


def _of(table: dict[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(code, label) for code, label in table.items()]


class RulesFields:
    """What may be done with a contract on a plan, and what that costs. Left empty, there is no such thing."""

    kind = SelectField(_l("Kind of contract"), choices=_of(words.KINDS), default="rental")
    one_off_amount = AmountField(_l("Once, at the first hand-over"))
    closed_days_free = BooleanField(_l("Days on which the workshop is closed cost nothing"))
    use_amount = AmountField(_l("Each unit of the meter"))
    use_included = WholeField(_l("Included a month"))
    use_floor_amount = AmountField(_l("A month, never less than"))
    use_cap_amount = AmountField(_l("A month, never more than"))
    deposit_style = RadioField(_l("Deposit"), choices=_of(words.DEPOSIT_STYLES), default="fixed")
    deposit_percent = WholeField(_l("Share of the replacement value"))
    solidarity_percent = WholeField(_l("Solidarity tariff takes off"))
    early_refund = RadioField(_l("Brought back early"), choices=_of(words.EARLY_REFUNDS), default="none")
    early_end_style = RadioField(_l("Ended before the minimum term"), choices=_of(words.EARLY_ENDS), default="none")
    early_end_amount = AmountField(_l("Fixed fee"))
    early_end_percent = WholeField(_l("Share of the months left"))
    bill_until_return = BooleanField(_l("Kept beyond the end, it is charged on until it is back"), default=True)
    renewal = RadioField(_l("When the term is over"), choices=_of(words.RENEWALS), default="open")
    renewal_months = WholeField(_l("A further term of"))
    pause_days_per_year = WholeField(_l("Days of pause a year"))
    swaps_per_year = WholeField(_l("Swaps a year"), description=_l("Empty: as many as wanted. Defects never count."))
    swap_fee_amount = AmountField(_l("Fee for a swap"))
    swap_min_days = WholeField(_l("First swap after"))
    advance_days = WholeField(_l("Swapped in advance, the old one follows within"), default=14)
    no_show_amount = AmountField(_l("Not fetched"))
    cancel_free_hours = WholeField(_l("Cancelled for nothing until so long before"))
    cancel_percent = WholeField(_l("Later than that, of the price"))
    buy_out_from_months = WholeField(_l("Sold from month"), description=_l("Empty: never sold."))
    buy_out_base = RadioField(_l("Counted from"), choices=_of(words.BUY_OUT_BASES), default="replacement")
    buy_out_share_percent = WholeField(_l("Payments taken off"), default=50)
    buy_out_most_payments = WholeField(_l("At most so many payments"))
    buy_out_floor_amount = AmountField(_l("Never less than"), default=PlanRules().buy_out_floor_amount)
    service_hours = WholeField(_l("Works again within"), description=_l("Empty: no service level."))
    service_credit_percent = WholeField(_l("Each day beyond gives back"), default=100)

    def rules(self) -> PlanRules:
        """What was typed; what was left empty stands at its default."""
        typed = {each.name: getattr(self, each.name).data for each in fields(PlanRules)}
        return PlanRules(**{name: value for name, value in typed.items() if value is not None})
