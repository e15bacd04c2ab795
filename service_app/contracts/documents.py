"""The contract as a document: in the customer's language, from the rows as agreed, kept by its hash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from service_app.charges.explained import explain
from service_app.charges.pricing import Terms as PriceTerms
from service_app.contracts import queries, quoting
from service_app.contracts.models import Contract, ContractDocument, Signature
from service_app.core import clock, documents, files
from service_app.core.db import current_workshop_id, session
from service_app.core.i18n import exact, in_language, money, words
from service_app.customers.contact import spoken_phone
from service_app.workshops.models import Terms, Workshop
from service_app.workshops.queries import get_workshop

TEMPLATE = Path(__file__).parent / "templates" / "contracts" / "contract.typ"


def make_document(contract_id: int) -> ContractDocument:
    """Keep the signed contract as a PDF, once a round however often it is asked for."""
    contract = queries.get_contract_by_id(contract_id)
    kept = queries.document_of(contract)
    if kept is not None and kept.number == contract.offer_round:
        return kept
    stored = files.store(render(contract), "application/pdf", f"{contract.reference}.pdf")
    values = {
        "workshop_id": current_workshop_id(), "contract_id": contract.id, "kind": "contract",
        "number": contract.offer_round, "language": contract.language, "file_id": stored.id,
    }  # fmt: skip
    statement = insert(ContractDocument).values(values).on_conflict_do_nothing()
    session().execute(statement, execution_options={"scoped_by_hand": True})
    made = queries.document_of(contract)
    if made is None:
        raise RuntimeError(f"the document of {contract.reference} was written and is not there")
    return made


def render(contract: Contract) -> bytes:
    """The PDF of a contract: the offer before it is signed, the contract afterwards. The same rows give the same bytes."""
    with in_language(contract.language):
        data = content(contract)
    return documents.render(TEMPLATE, data, contract.signed_at or contract.sent_at or contract.created_at)


def content(contract: Contract) -> dict[str, Any]:
    """Everything the page says, as text, in the language at hand."""
    workshop = get_workshop(contract.workshop_id)
    signature = _signature_of(contract)
    made = contract.signed_at or contract.sent_at or contract.created_at
    return {
        "lang": contract.language,
        "title": _("Contract") if signature else _("Offer"),
        "reference": contract.reference,
        "made": exact(clock.local(made, workshop.zone).date()),
        "workshop": _workshop(workshop),
        "customer": _customer(contract),
        "heads": {
            "between": _("Workshop"),
            "and": _("Customer"),
            "what": _("What"),
            "when": _("From and until"),
            "price": _("Price"),
            "deposit": _("Deposit"),
            "rules": _("What was agreed"),
            "terms": _("General terms"),
            "signature": _("Signature"),
            "page": _("Page"),
        },
        "lines": _lines(contract, workshop),
        "totals": _totals(contract, workshop),
        "rules": _rules(contract, workshop),
        "terms": _terms(contract),
        "signature": _signed(signature, workshop) if signature else None,
        "unsigned": _("Not signed yet."),
    }


def _signature_of(contract: Contract) -> Signature | None:
    current = [one for one in contract.signatures if one.offer_round == contract.offer_round]
    return current[-1] if current else None


def _workshop(workshop: Workshop) -> dict[str, Any]:
    place = " ".join(part for part in (workshop.postcode, workshop.city) if part)
    rows = [workshop.street, place, spoken_phone(workshop.phone) if workshop.phone else "", workshop.email]
    return {"name": workshop.name, "second": workshop.name_second, "rows": [*filter(None, rows), *_vat(workshop)]}


def _vat(workshop: Workshop) -> list[str]:
    return [_("VAT %(number)s", number=workshop.vat_number)] if workshop.vat_number else []


def _customer(contract: Contract) -> list[str]:
    customer = contract.customer
    rows = [customer.name, customer.contact_name]
    if customer.addresses:
        address = customer.addresses[0]
        rows += [address.street, f"{address.postcode} {address.city}".strip()]
    rows += [spoken_phone(customer.phone) if customer.phone else "", customer.email]
    return [str(row) for row in rows if row]


def _lines(contract: Contract, workshop: Workshop) -> list[dict[str, str]]:
    found = []
    for row in quoting.priced(contract, workshop.zone):
        line = row.line
        until = exact(line.ends_at, workshop.zone) if line.ends_at is not None else _("without an end")
        amount = money(row.price.amount, contract.currency) if row.price is not None else ""
        found.append(
            {
                "title": words(line.product.name),
                "detail": f"{words(line.plan.name)} · {line.product.code}",
                "from": exact(line.starts_at, workshop.zone),
                "until": until,
                "amount": _("%(amount)s a month", amount=amount) if row.is_monthly else amount,
                "why": explain(row.price.rule, row.price.figures, contract.currency) if row.price is not None else "",
            }
        )
    return found


def _totals(contract: Contract, workshop: Workshop) -> list[list[str]]:
    sums = quoting.totals(contract, workshop.zone)
    rows = []
    if sums["once"]:
        rows.append([_("Rental, VAT included"), money(sums["once"], contract.currency)])
    if sums["monthly"]:
        rows.append([_("Every month, VAT included"), money(sums["monthly"], contract.currency)])
    if sums["deposit"]:
        rows.append([_("Deposit, given back after the return"), money(sums["deposit"], contract.currency)])
    return rows


def _rules(contract: Contract, workshop: Workshop) -> list[str]:
    """The rules of lateness in plain words, each once."""
    said = []
    for line in contract.lines:
        terms = PriceTerms.from_json(line.price)
        if line.due_at is not None:
            due = exact(line.due_at, workshop.zone)
            said.append(_("%(what)s is due back by %(when)s.", what=words(line.product.name), when=due))
        if terms.late_amount:
            said.append(_late_rule(terms, contract.currency))
    return list(dict.fromkeys(said))


def _late_rule(terms: PriceTerms, currency: str) -> str:
    amount, minutes = money(terms.late_amount, currency), terms.late_grace_minutes
    cap = terms.late_cap_amount or terms.deposit_amount
    given = {"minutes": minutes, "amount": amount}
    if terms.late_open_days_only:
        first = _(
            "Later than %(minutes)s minutes after that costs %(amount)s for each day the workshop is open.", **given
        )
    else:
        first = _("Later than %(minutes)s minutes after that costs %(amount)s for each day.", **given)
    return f"{first} {_('Never more than %(cap)s in all.', cap=money(cap, currency))}" if cap else str(first)


def _terms(contract: Contract) -> dict[str, Any] | None:
    if contract.terms_id is None:
        return None
    terms = session().get_one(Terms, (contract.workshop_id, contract.terms_id))
    code = contract.language if contract.language in terms.body else next(iter(terms.body))
    paragraphs = [part.strip() for part in terms.body[code].split("\n\n") if part.strip()]
    version = _("Version %(number)s, SHA-256 %(hash)s", number=terms.number, hash=terms.sha256[code])
    return {"paragraphs": paragraphs, "version": version}


def _signed(signature: Signature, workshop: Workshop) -> dict[str, Any]:
    drawing = None
    if signature.drawing_file_id is not None:
        stored = session().get_one(files.StoredFile, (signature.workshop_id, signature.drawing_file_id))
        drawing = list(files.read(stored))
    how = _("Signed by hand on a screen") if drawing else _("Signed by typing the name")
    return {
        "name": signature.signer_name,
        "how": _("%(how)s on %(when)s.", how=how, when=exact(signature.at, workshop.zone)),
        "alt": _("Signature of %(name)s", name=signature.signer_name),
        "drawing": drawing,
        "hash": _("The offer as it was signed: SHA-256 %(hash)s", hash=signature.offer_sha256),
    }
