"""Pay per use: what a meter counted on the days it served a line, charged month by month and kept in step."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from service_app.charges import credits, pricing
from service_app.charges.models import Charge
from service_app.charges.pricing import Days, Price, Terms
from service_app.contracts.models import ContractLine
from service_app.contracts.operations.money import charge_line
from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.money import ZERO
from service_app.items.queries import units_used
from service_app.workshops.queries import get_workshop


def charge_use(actor: Actor, line: ContractLine, terms: Terms, month: Days, wanted: Sequence[Days], whole: int) -> None:
    """The use of a month of `whole` days stands charged at what was counted on the days `wanted` of it, also when these
    are others by now: what is missing is charged, what is too much is credited, the latest charge first. The key is the
    month's end, which a corrected first day does not move; what was waived counts as charged."""
    if line.item_id is None:
        return
    price, rows = _price(line, terms, wanted, whole), _charges(line, month)
    stands = {row.id: row.amount if row.status == "waived" else credits.left_of_charge(row) for row in rows}
    before = sum(stands.values(), ZERO)
    figures = {"whole": str(price.amount), "so_far": str(before)}
    days = (wanted[0][0], wanted[-1][1]) if wanted else month
    if not rows:
        charge_line(actor, line, "use", month[1].isoformat(), price, days)
    elif price.amount > before:
        key = f"{month[1].isoformat()}+{len(rows)}"
        charge_line(actor, line, "use", key, Price(price.amount - before, "use_more", figures), days)
    beyond = before - price.amount
    for row in reversed(rows):
        part = min(beyond, stands[row.id] if row.status != "waived" else ZERO)
        if part > ZERO:
            credits.make_credit(actor, row, Price(part, "use_less", figures), f"use:{stands[row.id]}")
            beyond -= part


def _price(line: ContractLine, terms: Terms, wanted: Sequence[Days], whole: int) -> Price:
    if not wanted or line.item_id is None:
        return Price(ZERO, "use", {})
    begin, until, zone = wanted[0][0], wanted[-1][1], get_workshop(line.workshop_id).zone
    units = units_used(line.item_id, clock.day_bounds(begin, zone)[0], clock.day_bounds(until, zone)[0])
    return pricing.use(terms, units, sum((end - start).days for start, end in wanted), whole)


def _charges(line: ContractLine, month: Days) -> Sequence[Charge]:
    """What was charged for the use of a month, at first and after corrections."""
    found = select(Charge).where(Charge.contract_line_id == line.id, Charge.kind == "use")
    return session().scalars(found.where(Charge.key.startswith(month[1].isoformat())).order_by(Charge.id)).all()
