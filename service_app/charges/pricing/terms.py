"""The figures a line is priced with, as they stood when the offer was made, and an amount with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from service_app.catalogue.rules import PlanRules
from service_app.core.money import ZERO, to_cents


@dataclass(frozen=True)
class Terms:
    """What `contract_line.price` holds as JSON. `reduction_percent` is taken off tiers, monthly and per-use amounts
    before anything else is computed; `reduction` says why ('solidarity', 'discount' or '')."""

    pricing: str
    currency: str
    tiers: tuple[tuple[int, Decimal], ...] = ()
    monthly_amount: Decimal | None = None
    deposit_amount: Decimal = ZERO
    late_amount: Decimal = ZERO
    late_grace_minutes: int = 60
    late_open_days_only: bool = True
    late_cap_amount: Decimal | None = None
    min_term_months: int | None = None
    notice_days: int | None = None
    reduction: str = ""
    reduction_percent: int = 0
    rules: PlanRules = field(default_factory=PlanRules)

    def to_json(self) -> dict[str, Any]:
        """As it is stored; amounts are strings, so nothing is lost."""
        return {
            "pricing": self.pricing,
            "currency": self.currency,
            "tiers": [[from_days, str(amount)] for from_days, amount in self.tiers],
            "monthly_amount": None if self.monthly_amount is None else str(self.monthly_amount),
            "deposit_amount": str(self.deposit_amount),
            "late_amount": str(self.late_amount),
            "late_grace_minutes": self.late_grace_minutes,
            "late_open_days_only": self.late_open_days_only,
            "late_cap_amount": None if self.late_cap_amount is None else str(self.late_cap_amount),
            "min_term_months": self.min_term_months,
            "notice_days": self.notice_days,
            "reduction": self.reduction,
            "reduction_percent": self.reduction_percent,
            "rules": self.rules.to_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Terms:
        """Back from `to_json`; a line written before a figure existed reads it at its default."""
        return cls(
            pricing=stored["pricing"],
            currency=stored["currency"],
            tiers=tuple((int(from_days), Decimal(amount)) for from_days, amount in stored["tiers"]),
            monthly_amount=_decimal(stored["monthly_amount"]),
            deposit_amount=Decimal(stored["deposit_amount"]),
            late_amount=Decimal(stored["late_amount"]),
            late_grace_minutes=stored["late_grace_minutes"],
            late_open_days_only=stored["late_open_days_only"],
            late_cap_amount=_decimal(stored["late_cap_amount"]),
            min_term_months=stored.get("min_term_months"),
            notice_days=stored.get("notice_days"),
            reduction=stored.get("reduction", ""),
            reduction_percent=stored.get("reduction_percent", 0),
            rules=PlanRules.from_json(stored.get("rules", {})),
        )

    def reduced(self, reduction: str, percent: int) -> Terms:
        """These terms with a tariff or discount; a second one replaces the first, they never add up."""
        return replace(self, reduction=reduction if percent else "", reduction_percent=percent)

    def lent(self) -> Terms:
        """These terms for a thing that is lent for nothing: no price, no deposit, no term, nothing for being late."""
        return Terms("monthly", self.currency, monthly_amount=ZERO, reduction="loan", reduction_percent=100)

    def less(self, amount: Decimal) -> Decimal:
        """An amount of the plan after the reduction, at the cent."""
        return to_cents(amount * (100 - self.reduction_percent) / 100) if self.reduction_percent else amount

    @property
    def month_amount(self) -> Decimal:
        """What a whole month costs on this line."""
        if self.monthly_amount is None:
            raise ValueError("these terms have no monthly amount")
        return self.less(self.monthly_amount)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@dataclass(frozen=True)
class Price:
    """An amount with its reason: the rule's code and the figures it counted with (all JSON)."""

    amount: Decimal
    rule: str
    figures: dict[str, Any]
