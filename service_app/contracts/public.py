"""The customer's side of an offer: read, sign, and read again, by a signed link, without an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request
from flask import session as cookie_session
from flask_wtf import FlaskForm

from service_app import refusals
from service_app.charges import operations as charges
from service_app.contracts import documents, links, queries, quoting
from service_app.contracts.forms import drawing_in
from service_app.contracts.models import Contract
from service_app.contracts.operations import offers
from service_app.contracts.operations.offers import Signing
from service_app.contracts.staff.papers import pdf
from service_app.core import access, files
from service_app.core.access import needs
from service_app.core.db import session
from service_app.core.errors import Invalid, NotFound
from service_app.core.forms import attach, refused
from service_app.core.i18n import language, speak
from service_app.core.web import current, see
from service_app.workshops.models import Terms

pages = Blueprint("contracts_public", __name__, template_folder="templates")

# Of a draft, or of another round, the link shows nothing: what is in it was not offered to who holds the link.
_SIGNED = ("signed", "active", "paused", "notice", "ended")
_READABLE = ("sent", *_SIGNED)


@pages.get("/sign/<token>")
@needs(None)
def sign(token: str) -> Any:
    """The offer with its terms and a place to sign; afterwards the contract."""
    contract, offer_round = _opened(token)
    return _page(token, contract, offer_round, FlaskForm())


@pages.post("/sign/<token>")
@needs(None)
def accept(token: str) -> Any:
    """Signed. A second click finds it done."""
    contract, offer_round = _opened(token, queries.get_contract_to_sign)
    if contract.status in _SIGNED and offer_round == contract.offer_round:
        return see("contracts_public.sign", token=token)
    refusal = refused(lambda: _sign(contract, offer_round))
    if refusal is None:
        return see("contracts_public.sign", token=token)
    form = FlaskForm()
    attach(form, refusal, refusals.sentence(refusal))
    return _page(token, contract, offer_round, form, refusal)


def _sign(contract: Contract, offer_round: int) -> None:
    offers.sign_offer(access.customer(contract.customer.name), contract, offer_round, agreed_signing())


def agreed_signing() -> Signing:
    """How the form of this request was signed. Refuses with Invalid who did not tick that they agree."""
    if "agreed" not in request.form:
        raise Invalid("signature.terms_needed", field="agreed")
    return _signing()


@pages.get("/sign/<token>/contract.pdf")
@needs(None)
def document(token: str) -> Any:
    """The paper: the offer as it stands, or the contract as it was kept."""
    contract, offer_round = _opened(token)
    if offer_round != contract.offer_round or contract.status not in _READABLE or _is_over(contract):
        raise NotFound("link.gone")
    kept = queries.document_of(contract)
    return pdf(files.read(kept.file) if kept is not None else documents.render(contract), contract.reference)


def _opened(token: str, get: Callable[[int], Contract] = queries.get_contract_by_id) -> tuple[Contract, int]:
    contract_id, offer_round = links.read_offer(token, current().workshop.id)
    contract = get(contract_id)
    if "language" not in cookie_session:
        speak(contract.language)
    return contract, offer_round


def _page(token: str, contract: Contract, offer_round: int, form: FlaskForm, refusal: Any = None) -> Any:
    zone = current().workshop.zone
    return render_template(
        "contracts/sign.html",
        token=token,
        contract=contract,
        is_signed=contract.status in _SIGNED,
        is_current=offer_round == contract.offer_round,
        form=form,
        field=refusal.field if refusal is not None else None,
        problem=refusals.sentence(refusal) if refusal is not None else "",
        lines=quoting.priced(contract, zone),
        totals=quoting.totals(contract, zone),
        terms=_terms_of(contract),
        deposit=charges.deposit_of(contract.id),
        signature=queries.signature_of(contract),
        is_over=refusal is None and _is_over(contract),
    ), refusal.status if refusal is not None else 200


def _is_over(contract: Contract) -> bool:
    return contract.status == "sent" and offers.has_expired(contract)


def _terms_of(contract: Contract) -> str:
    if contract.terms_id is None:
        return ""
    terms = session().get_one(Terms, (contract.workshop_id, contract.terms_id))
    return terms.body.get(contract.language) or next(iter(terms.body.values()))


def _signing() -> Signing:
    return Signing(
        signer_name=request.form.get("signature_name", ""),
        drawing=drawing_in(request.form.get("signature_drawing", "")),
        language=language(),
        ip=request.remote_addr,
        user_agent=request.user_agent.string,
        is_distance=current().account is None,  # nobody of the workshop stands beside
    )
