"""Deposits, the end before its time, and buying the thing. See the package for the formulas and their tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from service_app.catalogue.rules import PlanRules
from service_app.charges.pricing.recurring import add_months
from service_app.charges.pricing.rental import rent
from service_app.charges.pricing.terms import Price, Terms
from service_app.core.money import ZERO, to_cents

AGING_YEARS = 8


def deposit(rules: PlanRules, fixed: Decimal, replacement: Decimal | None) -> Decimal:
    """The deposit of a plan: fixed, a percentage of the replacement value, or all of it."""
    if rules.deposit_style == "fixed" or replacement is None:
        return fixed
    share = 100 if rules.deposit_style == "replacement" else rules.deposit_percent
    return to_cents(replacement * share / 100)


def notice_ends(terms: Terms, asked_on: date, min_term_until: date | None) -> date:
    """The first day on which a contract under notice no longer runs: the day of the asking plus the notice, not before
    the minimum term is over. A consumer's notice is never longer than two months once the term was renewed (CDE VI.91);
    the caller leaves `min_term_until` away then."""
    after_notice = asked_on + timedelta(days=terms.notice_days or 0)
    return max(after_notice, min_term_until) if min_term_until is not None else after_notice


def early_end_fee(
    terms: Terms, start: date, until: date, min_term_until: date | None, shorter_month: Decimal | None = None
) -> Price | None:
    """The fee for ending at `until` (the first day no longer served) before the minimum term; None after it or when the
    plan asks none. The remaining months count by started months. `recomputed` asks what the months used would have cost
    on the plan without a term (`shorter_month` a month) beyond what they cost. Never above what the rest would cost."""
    style = terms.rules.early_end_style
    if min_term_until is None or until >= min_term_until or style == "none":
        return None
    remaining = months_between(until, min_term_until)
    rest = to_cents(terms.month_amount * remaining)
    figures: dict[str, Any] = {"months": remaining, "rest": str(rest), "until": min_term_until.isoformat()}
    if style == "fixed":
        return Price(min(terms.rules.early_end_amount, rest), "early_end_fixed", figures)
    if style == "remaining":
        percent = terms.rules.early_end_percent
        return Price(to_cents(rest * percent / 100), "early_end_remaining", figures | {"percent": percent})
    used = months_between(start, until)
    dearer = max((shorter_month or terms.month_amount) - terms.month_amount, ZERO)
    figures |= {"used": used, "shorter_month": str(shorter_month or terms.month_amount)}
    return Price(min(to_cents(dearer * used), rest), "early_end_recomputed", figures)


def cancellation_fee(terms: Terms, hours_before: float, whole: Price) -> Price | None:
    """What a customer pays who cancels `hours_before` the start: the plan's share of what it would have cost; None in
    time, or when the plan asks nothing."""
    rules = terms.rules
    if not rules.cancel_percent or hours_before >= rules.cancel_free_hours:
        return None
    amount = to_cents(whole.amount * rules.cancel_percent / 100)
    figures = {"percent": rules.cancel_percent, "whole": str(whole.amount), "hours": rules.cancel_free_hours}
    return Price(amount, "cancelled_late", figures)


def months_between(start: date, end: date) -> int:
    """Started months from `start` to `end`."""
    months = 0
    while add_months(start, months) < end:
        months += 1
    return months


def buy_out(
    terms: Terms, replacement: Decimal | None, acquired_on: date, on: date, paid: Sequence[Decimal]
) -> Price | None:
    """The price at which the customer keeps the thing: max(floor, base - credit), or None when the plan sells nothing.
    The base is the replacement value, or that value aged straight to nothing in eight years; the credit is a share of the
    payments made for its use, at most the plan's number of them, the first ones first."""
    rules = terms.rules
    if rules.buy_out_from_months is None or replacement is None:
        return None
    base = replacement if rules.buy_out_base == "replacement" else aged(replacement, acquired_on, on)
    counted = paid if rules.buy_out_most_payments is None else paid[: rules.buy_out_most_payments]
    credit = to_cents(sum(counted, ZERO) * rules.buy_out_share_percent / 100)
    figures = {
        "base": str(base), "paid": str(sum(counted, ZERO)), "payments": len(counted),
        "percent": rules.buy_out_share_percent, "credit": str(credit), "floor": str(rules.buy_out_floor_amount),
    }  # fmt: skip
    amount = base - credit
    if amount < rules.buy_out_floor_amount:
        return Price(rules.buy_out_floor_amount, "buy_out_floor", figures)
    return Price(amount, "buy_out", figures)


def aged(replacement: Decimal, acquired_on: date, on: date) -> Decimal:
    """The replacement value less an eighth a year, by days; never below nothing."""
    days = max((on - acquired_on).days, 0)
    return max(to_cents(replacement * (AGING_YEARS * 365 - days) / (AGING_YEARS * 365)), ZERO)


def lost(replacement: Decimal | None, acquired_on: date, on: date, cap: Decimal | None = None) -> Price:
    """What a lost thing costs: its aged value, at most `cap`."""
    value = aged(replacement or ZERO, acquired_on, on)
    figures = {"replacement": str(replacement or ZERO), "value": str(value)}
    if cap is not None and value > cap:
        return Price(cap, "lost_capped", figures | {"cap": str(cap)})
    return Price(value, "lost", figures)


def planned_end_price(terms: Terms, days: int, free: int, charged: Decimal) -> Price | None:
    """What brings a rental by the day that came back early to the price of the days used: negative, or None when the
    plan refunds nothing."""
    if terms.rules.early_refund == "none":
        return None
    whole = rent(terms, days, free)
    if whole.amount >= charged:
        return None
    return Price(
        whole.amount - charged, "fewer_days", whole.figures | {"whole": str(whole.amount), "so_far": str(charged)}
    )
