"""The workshop's side of the portal: what customers ask, and a link for who asks at the counter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash
from flask_babel import gettext as _

from service_app import refusals
from service_app.contracts.models import Contract
from service_app.core import beside
from service_app.core.access import needs
from service_app.core.errors import Conflict
from service_app.core.web import actor, current, see
from service_app.customers.models import Customer
from service_app.customers.queries import get_by_reference
from service_app.lists import shown as list_shown
from service_app.portal import queries, shown
from service_app.portal.listed import LIST
from service_app.portal.operations import asking, entering

pages = Blueprint("portal_staff", __name__, template_folder="templates")
shown.install(pages)


def _beside_customer(customer: Customer) -> dict[str, Any] | None:
    if not current().can("customer:read"):
        return None
    return {
        "customer": customer,
        "requests": queries.requests_of(customer),
        "sessions": entering.sessions_of(customer),
        "may_write": current().can("customer:write"),
    }


def _beside_contract(contract: Contract) -> dict[str, Any] | None:
    if not current().can("customer:read"):
        return None
    found = [row for row in queries.requests_of(contract.customer) if row.line and row.line.contract_id == contract.id]
    return {"requests": found, "may_write": current().can("customer:write")} if found else None


ON_TODAY = 10


def _on_today(_workshop: Any) -> dict[str, Any] | None:
    if not current().can("customer:read"):
        return None
    asked = queries.open_requests(ON_TODAY)
    return {"page": asked, "may_write": current().can("customer:write")} if asked.rows else None


beside.add("today", "portal/today_section.html", _on_today)
beside.add("customer", "portal/customer_card.html", _beside_customer)
beside.add("contract", "portal/contract_card.html", _beside_contract)


@pages.get("/requests")
@needs("customer:read")
def list_page() -> Any:
    """What customers asked and nobody did yet, the oldest first."""
    return list_shown.page(LIST, "lists/page.html")


@pages.post("/requests/<int:request_id>/done")
@needs("customer:write")
def answer(request_id: int) -> Any:
    """Somebody did it."""
    asking.answer_request(actor(), request_id)
    flash(_("Done."), "done")
    return see("portal_staff.list_page")


@pages.post("/customers/<reference>/sign-in-link")
@needs("customer:write")
def send_link(reference: str) -> Any:
    """A letter with a link and a code, for ten minutes."""
    customer = get_by_reference(reference)
    try:
        entering.send_link(actor(), customer)
        flash(_("A link is on its way to %(address)s. It works for ten minutes.", address=customer.email), "done")
    except Conflict as refusal:
        flash(refusals.sentence(refusal), "late")
    return see("customers.detail", reference=reference)
