"""The deposit statement: what was asked, what came in, what of it was kept and why, what was given back."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from service_app.charges import credits
from service_app.charges.explained import KINDS, METHODS, explain
from service_app.charges.models import Charge, Credit, Deposit, DepositMovement
from service_app.contracts.contested import RULE
from service_app.contracts.documents import paper
from service_app.contracts.models import Contract
from service_app.core import clock
from service_app.core.db import session
from service_app.core.i18n import exact, money, named
from service_app.core.money import ZERO
from service_app.workshops.queries import get_workshop

OVER = ("released", "partly_retained", "retained")


def content(contract: Contract, deposit: Deposit) -> dict[str, Any]:
    """The statement as the movements stand, in the language at hand."""
    zone = get_workshop(contract.workshop_id).zone
    at = max([row.at for row in deposit.movements] + [row.created_at for row in later(deposit)], default=clock.now())
    rows = [_row(movement, deposit.currency, zone) for movement in deposit.movements]
    blocks = [
        paper.facts([(_("Asked"), money(deposit.amount, deposit.currency))]),
        paper.table([_("Movement"), _("When"), _("Amount")], rows, _("What happened to it")),
        paper.totals(sums(deposit)),
        paper.table(
            [_("What"), _("When"), _("Amount")], _after(contract, deposit, zone), _("Given back after a second look")
        ),
        paper.small([_("The deposit was held for you and was never income of the workshop, but for what was kept.")]),
    ]
    return paper.make(contract, _("Deposit statement"), at, blocks, deposit=deposit.id)


def later(deposit: Deposit) -> list[Credit]:
    """What a second look took off charges that were kept from the deposit."""
    kept = {row.charge_id for row in deposit.movements if row.charge_id is not None}
    return [row for row in credits.credits_of(deposit.contract_id) if row.rule == RULE and row.charge_id in kept]


def _after(contract: Contract, deposit: Deposit, zone: str) -> list[list[Any]]:
    currency = contract.currency
    return [
        [
            explain(row.rule, row.figures, currency),
            exact(clock.local(row.created_at, zone).date()),
            money(row.amount, currency),
        ]
        for row in later(deposit)
    ]


def sums(deposit: Deposit) -> list[tuple[str, str]]:
    """Received, kept and given back in all; what is nothing is left out."""
    said = {"received": _("Received in all"), "retained": _("Kept in all"), "released": _("Given back in all")}
    whole = {kind: sum((row.amount for row in deposit.movements if row.kind == kind), ZERO) for kind in said}
    return [
        (label, money(whole[kind], deposit.currency))
        for kind, label in said.items()
        if whole[kind] or kind == "released"
    ]


def _row(movement: DepositMovement, currency: str, zone: str) -> list[Any]:
    said = {"received": _("Received"), "retained": _("Kept"), "released": _("Given back")}
    why = str(METHODS.get(movement.method, ""))
    if movement.charge_id is not None:
        charge = session().get_one(Charge, (movement.workshop_id, movement.charge_id))
        why = named(str(KINDS[charge.kind]), explain(charge.rule, charge.figures, currency))
    sign = 1 if movement.kind == "received" else -1
    what = [said[movement.kind], *([why] if why else [])]
    return [what, exact(clock.local(movement.at, zone).date()), money(sign * movement.amount, currency)]
