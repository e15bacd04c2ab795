"""What a wish would cost and whether it can be had, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from service_app.catalogue.models import Plan, Product
from service_app.charges import pricing
from service_app.charges.pricing import Price
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations.offers import Wish, terms_of
from service_app.core import clock
from service_app.core.errors import Invalid
from service_app.core.money import ZERO
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.workshops import hours
from service_app.workshops.models import Workshop


@dataclass(frozen=True)
class QuotedLine:
    """A product on a plan, so many times: what one costs and why, what is held for it, and how many are free. `is_monthly`
    prices come back every month."""

    product: Product
    plan: Plan
    quantity: int
    price: Price
    deposit: Decimal
    is_monthly: bool
    free: int = 0
    alternatives: Sequence[datetime] = ()

    @property
    def amount(self) -> Decimal:
        """For all of them."""
        return self.price.amount * self.quantity

    @property
    def is_enough(self) -> bool:
        """Whether as many are free as are asked."""
        return self.free >= self.quantity


@dataclass(frozen=True)
class Quote:
    """A wish as a whole. `due_at` is the end moved to an open hour."""

    lines: Sequence[QuotedLine]
    due_at: datetime | None = None
    is_moved: bool = False

    @property
    def once(self) -> Decimal:
        """What is paid once."""
        return sum((line.amount for line in self.lines if not line.is_monthly), ZERO)

    @property
    def monthly(self) -> Decimal:
        """What comes back every month."""
        return sum((line.amount for line in self.lines if line.is_monthly), ZERO)

    @property
    def deposit(self) -> Decimal:
        """What is held."""
        return sum((line.deposit * line.quantity for line in self.lines), ZERO)


def price_of(terms: pricing.Terms, starts_at: datetime, ends_at: datetime | None, zone: str) -> Price | None:
    """The rental's price, or one month's; None while a price by the day has no end."""
    if terms.pricing == "monthly":
        return pricing.month_price(terms, 1, 1)
    if ends_at is None:
        return None
    days = pricing.rental_days(starts_at, ends_at, zone)
    if not terms.rules.closed_days_free:
        return pricing.rent(terms, days, 0)
    first, is_open = clock.local(starts_at, zone).date(), hours.load_calendar().is_open_day
    return pricing.rent(terms, days, pricing.free_days(first, days, is_open))


def quote(workshop: Workshop, wishes: Sequence[tuple[Wish, int]]) -> Quote:
    """Price and availability of (wish, quantity) pairs. Refuses an empty stretch (`availability.empty_stretch`)
    and a reduction that is no percentage."""
    for wish, _quantity in wishes:
        if not 0 <= wish.reduction_percent <= 100:
            raise Invalid("number.out_of_range", field="reduction_percent", least=0, most=100)
    needed: dict[int, int] = {}
    for wish, quantity in wishes:
        needed[wish.product.id] = needed.get(wish.product.id, 0) + quantity
    calendar = hours.load_calendar()
    quoted = (_line(workshop, calendar, wish, quantity, needed) for wish, quantity in wishes)
    lines = [line for line in quoted if line is not None]
    ends = [wish.ends_at for wish, _quantity in wishes if wish.ends_at is not None]
    due_at = calendar.due_end(max(ends)) if ends else None
    return Quote(lines, due_at, bool(ends) and due_at != max(ends))


def _line(
    workshop: Workshop, calendar: hours.Calendar, wish: Wish, quantity: int, needed: dict[int, int]
) -> QuotedLine | None:
    terms = terms_of(wish.plan, workshop.currency).reduced(wish.reduction, wish.reduction_percent)
    stretch = Stretch(wish.starts_at, calendar.due_end(wish.ends_at) if wish.ends_at is not None else None)
    price = price_of(terms, wish.starts_at, wish.ends_at, workshop.zone)
    if price is None:
        return None
    free = availability.count_free(wish.product, stretch)
    others = [] if free >= needed[wish.product.id] else availability.alternatives(wish.product, stretch)
    return QuotedLine(
        wish.product,
        wish.plan,
        quantity,
        price,
        terms.deposit_amount,
        terms.pricing == "monthly",
        free - needed[wish.product.id] + quantity,
        [later.starts_at for later in others],
    )


@dataclass(frozen=True)
class PricedLine:
    """A line of a contract with what it costs as agreed."""

    line: ContractLine
    price: Price | None
    is_monthly: bool


def priced(contract: Contract, zone: str) -> list[PricedLine]:
    """The lines of a contract with their prices, from the figures that were agreed."""
    found = []
    for line in contract.lines:
        terms = pricing.Terms.from_json(line.price)
        price = price_of(terms, line.starts_at, line.ends_at, zone)
        found.append(PricedLine(line, price, terms.pricing == "monthly"))
    return found


def totals(contract: Contract, zone: str) -> dict[str, Any]:
    """{once, monthly, deposit} of a contract as agreed."""
    return totals_of(priced(contract, zone))


def totals_of(found: Sequence[PricedLine]) -> dict[str, Any]:
    """`totals` of lines that are priced already."""
    lines = [row for row in found if row.price is not None and row.line.status != "cancelled"]
    deposits = (pricing.Terms.from_json(row.line.price).deposit_amount for row in lines)
    return {
        "once": sum((row.price.amount for row in lines if row.price and not row.is_monthly), ZERO),
        "monthly": sum((row.price.amount for row in lines if row.price and row.is_monthly), ZERO),
        "deposit": sum(deposits, ZERO),
    }
