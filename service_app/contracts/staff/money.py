"""Deposit, settling up, waiving."""

from __future__ import annotations

from typing import Any

from flask import flash
from flask_babel import gettext as _

from service_app import refusals
from service_app.contracts import queries
from service_app.contracts.forms import MethodForm, ReasonForm, SettleForm
from service_app.contracts.operations import money
from service_app.contracts.staff import pages
from service_app.contracts.staff.papers import detail_page
from service_app.core.access import needs
from service_app.core.forms import attempt
from service_app.core.web import actor, see


@pages.post("/contracts/<reference>/deposit")
@needs("contract:settle")
def receive_deposit(reference: str) -> Any:
    """The deposit came in."""
    contract, form = queries.get_contract(reference), MethodForm()
    with attempt(form, refusals.sentence) as tried:
        money.receive_deposit(actor(), contract, form.method.data or "")
    if tried.refusal is not None:
        return detail_page(contract, tried.status, problem=refusals.sentence(tried.refusal))
    flash(_("Deposit received."), "done")
    return see("contracts.detail", reference=reference)


@pages.post("/contracts/<reference>/deposit/return")
@needs("contract:settle")
def return_deposit(reference: str) -> Any:
    """Give the whole deposit back before anything went out."""
    contract, form = queries.get_contract(reference), MethodForm()
    with attempt(form, refusals.sentence) as tried:
        money.return_deposit(actor(), contract, form.method.data or "")
    if tried.refusal is not None:
        return detail_page(contract, tried.status, problem=refusals.sentence(tried.refusal))
    flash(_("Deposit given back."), "done")
    return see("contracts.detail", reference=reference)


@pages.post("/contracts/<reference>/settle")
@needs("contract:settle")
def settle(reference: str) -> Any:
    """Everything owed is paid; the deposit goes back when everything is closed."""
    contract, form = queries.get_contract(reference), SettleForm()
    with attempt(form, refusals.sentence) as tried:
        money.settle_up(
            actor(),
            contract,
            method=form.method.data or "",
            use_deposit=form.use_deposit.data,
            release_method=form.release_method.data or form.method.data or "",
        )
    if tried.refusal is not None:
        return detail_page(contract, tried.status, problem=refusals.sentence(tried.refusal))
    flash(_("Settled. %(code)s has ended.", code=reference) if contract.status == "ended" else _("Settled."), "done")
    return see("contracts.detail", reference=reference)


@pages.post("/contracts/<reference>/charges/<int:charge_id>/waive")
@needs("contract:settle")
def waive(reference: str, charge_id: int) -> Any:
    """Let a charge go, with the reason."""
    contract, form = queries.get_contract(reference), ReasonForm()
    with attempt(form, refusals.sentence) as tried:
        money.waive(actor(), contract, queries.get_charge(contract, charge_id), form.reason.data or "")
    if tried.refusal is not None:
        return detail_page(contract, tried.status, problem=refusals.sentence(tried.refusal))
    flash(_("The charge is waived."), "done")
    return see("contracts.detail", reference=reference)
