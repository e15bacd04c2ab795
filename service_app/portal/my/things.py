"""What I have, my contracts, what I pay, and the papers of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, render_template

from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.contracts import contested, links, proposals
from service_app.contracts.models import Contract
from service_app.contracts.operations import money
from service_app.core import files
from service_app.core.access import needs
from service_app.core.money import ZERO
from service_app.core.web import actor, current
from service_app.portal import acts, queries, words
from service_app.portal.my import care, pages
from service_app.takebacks import doors

WITH_ME = ("out", "overdue")


@pages.get("/my/")
@needs(None)
def things() -> Any:
    """Each thing I have, when it is due, and what I may do with it."""
    person = current().customer
    contracts = queries.contracts_of(person)
    held = [
        (contract, line, [one for one in _offered(contract) if one.line in (None, line) and one.face.is_near])
        for contract in contracts
        for line in contract.lines
        if line.status in WITH_ME
    ]
    coming = [(contract, line) for contract in contracts for line in contract.lines if line.status == "planned"]
    return render_template(
        "portal/things.html",
        things=sorted(held, key=lambda each: (each[1].due_at is None, each[1].due_at or each[1].starts_at)),
        owned=[(item, doors.under_way(item)) for item in doors.owned_by(person)],
        coming=[each for each in coming if each[0].status in ("signed", "active", "paused", "notice")],
        offers=[(contract, links.offer_url(contract)) for contract in words.left_to_sign(contracts)],
        owed=sum((money.balance(contract).to_collect for contract in contracts), ZERO),
        requests=queries.requests_of(person),
        care=care.due(),
    )


def _offered(contract: Contract) -> list[acts.Offered]:
    return acts.offered(actor(), contract)


@pages.get("/my/contracts")
@needs(None)
def contracts() -> Any:
    """Every contract, the newest first."""
    return render_template("portal/contracts.html", contracts=queries.contracts_of(current().customer))


@pages.get("/my/contracts/<reference>")
@needs(None)
def contract(reference: str) -> Any:
    """One contract: its things, what may be done, its money, its papers, its life."""
    person = current().customer
    found = queries.get_contract(person, reference)
    return render_template(
        "portal/contract.html",
        contract=found,
        offered=_offered(found),
        bill=bill_of(found),
        to_come_home=doors.proposed(found),
        contests=[words.of_contest(row) for row in contested.contests_of(found)],
        life=words.life_of(found),
        documents=[row for row, of in queries.documents_of(person) if of.id == found.id],
        sign_url=links.offer_url(found) if found.status == "sent" else "",
        amend_url=links.proposal_url(waits) if (waits := proposals.waiting(found)) is not None else "",
        requests=[
            row for row in queries.requests_of(person) if row.line is not None and row.line.contract_id == found.id
        ],
    )


@dataclass(frozen=True)
class Bill:
    """The money of a contract: what was charged and given back, what is open, and the deposit with its movements."""

    contract: Contract
    charges: list[Any]
    credits: list[Any]
    balance: money.Balance
    deposit: Any


def bill_of(contract: Contract) -> Bill:
    """The bill of one contract."""
    rows = [row for row in charges.charges_of(contract.id) if row.status != "waived"]
    return Bill(
        contract, rows, credits.credits_of(contract.id), money.balance(contract), charges.deposit_of(contract.id)
    )


@pages.get("/my/money")
@needs(None)
def money_page() -> Any:
    """What I pay and why, and the deposits you keep for me."""
    bills = [bill_of(contract) for contract in queries.contracts_of(current().customer)]
    bills = [bill for bill in bills if bill.charges or (bill.deposit and bill.deposit.status != "cancelled")]
    return render_template(
        "portal/money.html",
        bills=bills,
        owed=sum((bill.balance.to_collect for bill in bills), ZERO),
        back=sum((bill.balance.to_give_back for bill in bills), ZERO),
        held=sum((bill.balance.deposit_held for bill in bills), ZERO),
    )


@pages.get("/my/documents")
@needs(None)
def documents() -> Any:
    """Every paper of my contracts."""
    return render_template("portal/documents.html", documents=queries.documents_of(current().customer))


@pages.get("/my/documents/<int:document_id>")
@needs(None)
def document(document_id: int) -> Response:
    """One paper, as it was kept."""
    found = queries.get_document(current().customer, document_id)
    answer = Response(files.read(found.file), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{found.kind}-{found.number}.pdf"'
    return answer
