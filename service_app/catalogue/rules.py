"""The rules of a plan: what may be done with a contract on it, and what that costs.

They are one value, kept in one column and copied whole into each contract line (`charges.pricing.Terms`), because a
contract keeps the rules it was signed on, and because nobody ever looks for plans by a rule. Instead of some thirty
columns: a new rule needs a field here, no migration, and old lines read it at its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from service_app.core.errors import Invalid

KINDS = ("rental", "subscription", "care", "use", "shared", "refurbishment", "take_back")
DEPOSIT_STYLES = ("fixed", "percent", "replacement")
EARLY_REFUNDS = ("none", "unused")
EARLY_END_STYLES = ("none", "fixed", "remaining", "recomputed")
RENEWALS = ("open", "automatic", "asked")
BUY_OUT_BASES = ("replacement", "aged")

_ZERO = Decimal("0.00")
_CHOICES = {
    "kind": KINDS,
    "deposit_style": DEPOSIT_STYLES,
    "early_refund": EARLY_REFUNDS,
    "early_end_style": EARLY_END_STYLES,
    "renewal": RENEWALS,
    "buy_out_base": BUY_OUT_BASES,
}


@dataclass(frozen=True)
class PlanRules:
    """Amounts in the workshop's currency, VAT included; percentages 0-100; None means that there is no such thing.

    `kind`: the kind of contract. `one_off_amount`: once, with the first hand-over. `closed_days_free`: a rental by the
    day does not count days on which the workshop is closed. `use_*`: per unit of the meter, so many included, with a
    floor and a cap a month. `solidarity_percent`: what the solidarity tariff takes off. `early_refund`: unused days of a
    rental by the day brought back early. `early_end_*`: the fee for ending before the minimum term. `bill_until_return`:
    charged until it is really back, when that is later than the end. `renewal`: what follows a fixed term.
    `pause_days_per_year`: 0, no pause. `swaps_per_year`: None, as many as wanted; defects never count. `advance_days`:
    how long the old thing may stay after an advance swap. `no_show_amount`: for what was not fetched. `cancel_*`: the
    customer cancels later than so many hours before the start and pays this share of the rental (of one month).
    `buy_out_*`: see `charges.pricing.ending`. `service_hours`
    and `service_credit_percent`: out of order for longer than this, each started day costs us that share of the day.
    """

    kind: str = "rental"
    one_off_amount: Decimal = _ZERO
    closed_days_free: bool = False
    use_amount: Decimal | None = None
    use_included: int = 0
    use_floor_amount: Decimal | None = None
    use_cap_amount: Decimal | None = None
    deposit_style: str = "fixed"
    deposit_percent: int = 0
    solidarity_percent: int = 0
    early_refund: str = "none"
    early_end_style: str = "none"
    early_end_amount: Decimal = _ZERO
    early_end_percent: int = 0
    bill_until_return: bool = True
    renewal: str = "open"
    renewal_months: int = 0
    pause_days_per_year: int = 0
    swaps_per_year: int | None = None
    swap_fee_amount: Decimal = _ZERO
    swap_min_days: int = 0
    advance_days: int = 14
    no_show_amount: Decimal = _ZERO
    cancel_free_hours: int = 0
    cancel_percent: int = 0
    buy_out_from_months: int | None = None
    buy_out_base: str = "replacement"
    buy_out_share_percent: int = 50
    buy_out_most_payments: int | None = None
    buy_out_floor_amount: Decimal = Decimal("1.00")
    service_hours: int | None = None
    service_credit_percent: int = 100

    def to_json(self) -> dict[str, Any]:
        """As it is stored; amounts are strings, so nothing is lost; what stands at its default is left out."""
        known = {name: value for name, value in asdict(self).items() if value != _DEFAULTS[name]}
        return {name: str(value) if isinstance(value, Decimal) else value for name, value in known.items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> PlanRules:
        """Back from `to_json`; what a row does not name stands at its default."""
        amounts = {name: Decimal(value) for name, value in stored.items() if name in _AMOUNTS and value is not None}
        return cls(**{**{name: value for name, value in stored.items() if name in _DEFAULTS}, **amounts})

    def clean(self) -> PlanRules:
        """Itself. Refuses with the field: `choice.unknown`, `amount.negative`, `number.out_of_range`, and a cap below its
        floor (`plan.cap_below_floor`)."""
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise Invalid("choice.unknown", field=name, value=getattr(self, name))
        for name, value in asdict(self).items():
            if isinstance(value, (Decimal, int)) and value < 0:
                raise Invalid("amount.negative", field=name)
            if name.endswith("_percent") and value > 100:
                raise Invalid("number.out_of_range", field=name, least=0, most=100)
        if self.use_cap_amount is not None and self.use_cap_amount < (self.use_floor_amount or 0):
            raise Invalid("plan.cap_below_floor", field="use_cap_amount")
        return self


_DEFAULTS: dict[str, Any] = {each.name: each.default for each in fields(PlanRules)}
_AMOUNTS = {name for name in _DEFAULTS if name.endswith("_amount")}
