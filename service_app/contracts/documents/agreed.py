"""The contract itself: the offer before it is signed, what was agreed afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from service_app.charges import pricing
from service_app.charges.explained import explain
from service_app.charges.pricing import Terms as PriceTerms
from service_app.contracts import quoting
from service_app.contracts.documents import paper
from service_app.contracts.models import Contract, ContractLine, Signature
from service_app.core import clock, files
from service_app.core.db import session
from service_app.core.i18n import exact, long_day, money, words
from service_app.workshops.models import Terms, Workshop
from service_app.workshops.queries import get_workshop


def content(contract: Contract) -> dict[str, Any]:
    """Everything the page says, in the language at hand."""
    workshop = get_workshop(contract.workshop_id)
    signature = _signature_of(contract)
    at = contract.signed_at or contract.sent_at or contract.created_at
    blocks = [
        renewal_notice(contract, workshop),
        paper.table([_("What"), _("From and until"), _("Price")], _lines(contract, workshop)),
        paper.totals(_totals(contract, workshop)),
        paper.said("list", _rules(contract, workshop), _("What was agreed")),
        _signed(signature, workshop) if signature else paper.said("text", [_("Not signed yet.")], _("Signature")),
        _terms(contract),
    ]
    return paper.make(contract, _("Contract") if signature else _("Offer"), at, blocks)


def _signature_of(contract: Contract) -> Signature | None:
    current = [one for one in contract.signatures if one.offer_round == contract.offer_round]
    return current[-1] if current else None


def renewal_notice(contract: Contract, workshop: Workshop) -> paper.Block | None:
    """That it goes on by itself: bold, framed, on the first page, with what follows, until when and how to say no
    (CDE VI.91)."""
    renewing = [line for line in contract.lines if _terms_of(line).rules.renewal == "automatic"]
    if not renewing:
        return None
    terms = _terms_of(renewing[0])
    months, further = terms.min_term_months or 1, terms.rules.renewal_months or 1
    ends = contract.renews_on or pricing.add_months(clock.local(contract.starts_at, workshop.zone).date(), months)
    last = long_day(ends - timedelta(days=1), workshop.zone)
    given = {"months": months, "further": further, "last": last, "workshop": workshop.name}
    rows = [
        _("This contract runs for %(months)s months and then renews by itself for %(further)s months at a time.", **given),
        _("You can say no until %(last)s at no cost: from your contract page, by letter or by e-mail to %(workshop)s. "
          "If the things are handed over later than planned, that day moves with them.", **given),
        _("If you say nothing it goes on at the same price."),
    ]  # fmt: skip
    if contract.customer.kind == "person":
        rows.append(
            _("After a renewal you can end it at any time, without indemnity, with two months’ notice at most.")
        )
    return paper.said("notice", rows, _("Renews by itself"))


def _terms_of(line: ContractLine) -> PriceTerms:
    return PriceTerms.from_json(line.price)


def _lines(contract: Contract, workshop: Workshop) -> list[list[Any]]:
    return [line_row(row, workshop) for row in quoting.priced(contract, workshop.zone)]


def line_row(row: quoting.PricedLine, workshop: Workshop) -> list[Any]:
    """A line as a row: what, from and until, price with its reason."""
    return agreed_row(row.line, PriceTerms.from_json(row.line.price), row.line.starts_at, row.line.ends_at, workshop)


def agreed_row(
    line: ContractLine, terms: PriceTerms, starts_at: datetime, ends_at: datetime | None, workshop: Workshop
) -> list[Any]:
    """The same at the figures and dates of a moment, whatever the line has by now."""
    until = exact(ends_at, workshop.zone) if ends_at is not None else _("without an end")
    price, amount, why = quoting.price_of(terms, starts_at, ends_at, workshop.zone), "", ""
    if price is not None:
        amount = money(price.amount, terms.currency)
        why = explain(price.rule, price.figures, terms.currency)
    return [
        [words(line.product.name), f"{words(line.plan.name)} · {line.product.code}"],
        f"{exact(starts_at, workshop.zone)}\n{until}",
        [_("%(amount)s a month", amount=amount) if terms.pricing == "monthly" else amount, *([why] if why else [])],
    ]


def _totals(contract: Contract, workshop: Workshop) -> list[tuple[str, str]]:
    sums = quoting.totals(contract, workshop.zone)
    said = {
        "once": _("Rental, VAT included"),
        "monthly": _("Every month, VAT included"),
        "deposit": _("Deposit, given back after the return"),
    }
    return [(label, money(sums[code], contract.currency)) for code, label in said.items() if sums[code]]


def _rules(contract: Contract, workshop: Workshop) -> list[str]:
    """The rules of time and lateness in plain words, each once."""
    said: list[str] = []
    for line in contract.lines:
        terms = _terms_of(line)
        if line.due_at is not None:
            due = exact(line.due_at, workshop.zone)
            said.append(_("%(what)s is due back by %(when)s.", what=words(line.product.name), when=due))
        if terms.pricing == "monthly" and terms.min_term_months:
            said.append(_("It runs for %(months)s months at least.", months=terms.min_term_months))
        if terms.pricing == "monthly" and terms.notice_days:
            said.append(_("Either side ends it with a notice of %(days)s days.", days=terms.notice_days))
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


def _terms(contract: Contract) -> paper.Block | None:
    if contract.terms_id is None:
        return None
    terms = session().get_one(Terms, (contract.workshop_id, contract.terms_id))
    code = contract.language if contract.language in terms.body else next(iter(terms.body))
    paragraphs = [part.strip() for part in terms.body[code].split("\n\n") if part.strip()]
    version = _("Version %(number)s, SHA-256 %(hash)s", number=terms.number, hash=terms.sha256[code])
    return paper.small(paragraphs, _("General terms"), version)


def _signed(signature: Signature, workshop: Workshop) -> paper.Block:
    drawing = None
    if signature.drawing_file_id is not None:
        drawing = session().get_one(files.StoredFile, (signature.workshop_id, signature.drawing_file_id)).sha256
    how = _("Signed by hand on a screen") if drawing else _("Signed by typing the name")
    return {
        "kind": "signature",
        "title": _("Signature"),
        "name": signature.signer_name,
        "how": _("%(how)s on %(when)s.", how=how, when=exact(signature.at, workshop.zone)),
        "alt": _("Signature of %(name)s", name=signature.signer_name),
        "drawing": drawing,
        "hash": _("The offer as it was signed: SHA-256 %(hash)s", hash=signature.offer_sha256),
    }
