"""The customer's side of an amendment: read, sign, and read again, by a signed link, without an account."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask import session as cookie_session
from flask_wtf import FlaskForm

from service_app import refusals
from service_app.contracts import documents, links, proposals
from service_app.contracts.documents import paper
from service_app.contracts.models import Proposal
from service_app.contracts.public import agreed_signing, pages
from service_app.contracts.staff.papers import pdf
from service_app.core import access, clock, files
from service_app.core.access import needs
from service_app.core.errors import NotFound
from service_app.core.forms import attach, refused
from service_app.core.i18n import speak
from service_app.core.web import current, see


@pages.get("/amend/<token>")
@needs(None)
def amend(token: str) -> Any:
    """The amendment with what it comes to, and a place to sign; afterwards that it is done."""
    return _page(token, _opened(token), FlaskForm())


@pages.post("/amend/<token>")
@needs(None)
def accept_amendment(token: str) -> Any:
    """Signed, and so done. A second click finds it done."""
    proposal = _opened(token)
    if proposal.status == "signed":
        return see("contracts_public.amend", token=token)
    actor = access.customer(proposal.contract.customer.name)
    refusal = refused(lambda: proposals.sign_proposal(actor, proposal, agreed_signing()))
    if refusal is None:
        return see("contracts_public.amend", token=token)
    form = FlaskForm()
    attach(form, refusal, refusals.sentence(refusal))
    return _page(token, _opened(token), form, refusal)


@pages.get("/amend/<token>/amendment.pdf")
@needs(None)
def amendment_paper(token: str) -> Any:
    """The paper: as it was proposed, or as it was signed and kept."""
    proposal = _opened(token)
    if _state(proposal) == "over":
        raise NotFound("link.gone")
    kept = next((row for row in documents.papers_of(proposal.contract)
                 if proposal.act_id is not None and row.snapshot.get("act") == proposal.act_id), None)  # fmt: skip
    content = files.read(kept.file) if kept is not None else paper.render(proposal.snapshot)
    return pdf(content, f"{proposal.contract.reference}-amendment")


def _opened(token: str) -> Proposal:
    proposal = proposals.get_proposal(links.read_proposal(token, current().workshop.id))
    if "language" not in cookie_session:
        speak(proposal.language)
    return proposal


def _state(proposal: Proposal) -> str:
    is_over = proposal.status == "withdrawn" or (proposal.status == "open" and proposal.expires_at <= clock.now())
    return "over" if is_over else proposal.status


def _page(token: str, proposal: Proposal, form: FlaskForm, refusal: Any = None) -> Any:
    return render_template(
        "contracts/amend.html",
        token=token,
        proposal=proposal,
        contract=proposal.contract,
        state=_state(proposal),
        form=form,
        field=refusal.field if refusal is not None else None,
        problem=refusals.sentence(refusal) if refusal is not None else "",
    ), refusal.status if refusal is not None else 200
