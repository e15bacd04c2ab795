"""The papers of an end: what it would cost, that it was noted, and that a withdrawal was received."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from service_app.charges.explained import explain
from service_app.charges.pricing import Price
from service_app.contracts.documents import paper
from service_app.contracts.documents.amendments import named
from service_app.contracts.models import Contract, ContractAct
from service_app.contracts.operations.endings import TerminationQuote
from service_app.contracts.operations.money import OVER
from service_app.contracts.standing import Stood, of_contract
from service_app.core import clock
from service_app.core.i18n import exact, in_language, money
from service_app.workshops.queries import get_workshop

ENDING = ("give_notice", "end_early", "end_for_cause", "do_not_renew")
DAY = timedelta(days=1)


def quote_pdf(contract: Contract, quote: TerminationQuote) -> bytes:
    """A quote to read before it is accepted; nothing of it is kept."""
    with in_language(contract.language):
        return paper.render(quote_content(contract, quote, clock.now()))


def quote_content(
    contract: Contract, quote: TerminationQuote, at: datetime, act: ContractAct | None = None
) -> dict[str, Any]:
    """A quote in the language at hand; with its act once it was accepted, as everything stood then."""
    zone, stood = get_workshop(contract.workshop_id).zone, _stood(contract, act)
    blocks = [
        paper.facts(
            [
                (_("Last day"), exact(quote.ends_on - DAY)),
                (_("Bring everything back by"), exact(quote.return_by)),
                (_("Things"), ", ".join(_things(stood))),
                (_("Accepted"), exact(act.at, zone) if act is not None else ""),
            ]
        ),
        paper.table([_("What"), _("Amount")], quote_rows(contract, quote), _("What it comes to, VAT included")),
        paper.totals([total_of(contract, quote)]),
        paper.said("text", [_deposit(contract, quote)]),
        paper.small(
            [
                _("The quote holds for a notice given on %(when)s, with what was charged and paid by then.",
                  when=exact(clock.local(at, zone).date())),
                _("What is still out after the last day is charged on until it is back, as the contract says."),
            ]
        ),
    ]  # fmt: skip
    title = _("Quote for an early end") if quote.is_early else _("Quote for the end")
    return paper.make(contract, title, at, blocks, stood, **({"act": act.id} if act is not None else {}))


def _stood(contract: Contract, act: ContractAct | None) -> Stood:
    """What stood when the act was done; how it stands now before it is, and for an act of before, that kept nothing."""
    return (act.stood if act is not None else None) or of_contract(contract)


def quote_rows(contract: Contract, quote: TerminationQuote) -> list[list[Any]]:
    """(what with its reason, amount) of everything in a quote."""
    currency = contract.currency
    rows: list[list[Any]] = [
        [[_("Fee for the early end"), explain(fee.rule, fee.figures, currency)], money(fee.amount, currency)]
        for fee in quote.fees
    ]
    if quote.owed:
        rows.append([[_("Charged and not paid yet")], money(quote.owed, currency)])
    if quote.unused:
        rows.append([[_("Days charged ahead and not served"), _("given back")], money(-quote.unused, currency)])
    return rows or [[[_("Ending on this day costs nothing")], money(0, currency)]]


def total_of(contract: Contract, quote: TerminationQuote) -> tuple[str, str]:
    """(label, amount) of what remains to be paid, or comes back."""
    if quote.total < 0:
        return _("You get back"), money(-quote.total, contract.currency)
    return _("You still pay"), money(quote.total, contract.currency)


def _deposit(contract: Contract, quote: TerminationQuote) -> str:
    if not quote.deposit_held:
        return ""
    amount = money(quote.deposit_held, contract.currency)
    return _("Beside this we hold your deposit of %(amount)s; it goes back after the return.", amount=amount)


def accepted_quote(contract: Contract, act: ContractAct) -> dict[str, Any]:
    """The quote that an act accepted, as it was computed then."""
    return quote_content(contract, quote_of(act), act.at, act)


def quote_of(act: ContractAct) -> TerminationQuote:
    """The quote that stands on an act."""
    kept = act.outcome["quote"]
    return TerminationQuote(
        ends_on=date.fromisoformat(kept["ends_on"]),
        is_early=kept["is_early"],
        fees=[Price(Decimal(fee["amount"]), fee["rule"], fee["figures"]) for fee in kept["fees"]],
        unused=Decimal(kept["unused"]),
        owed=Decimal(kept["owed"]),
        deposit_held=Decimal(kept["deposit_held"]),
        return_by=date.fromisoformat(kept["return_by"]),
    )


def _things(stood: Stood) -> list[str]:
    return [named(known) for known in stood["things"] if known["status"] not in (*OVER, "returned", "planned")]


def _due(stood: Stood) -> datetime | None:
    """The last hour at which something that is not over is due."""
    hours = [known["due_at"] for known in stood["things"] if known["due_at"] and known["status"] not in OVER]
    return max((datetime.fromisoformat(at) for at in hours), default=None)


def termination(contract: Contract, act: ContractAct) -> dict[str, Any]:
    """That the end was noted: whose notice, the last day, what comes back by when."""
    workshop = get_workshop(contract.workshop_id)
    last = date.fromisoformat(act.outcome["ends_on"]) - DAY
    stood = _stood(contract, act)
    due = _due(stood)
    blocks = [
        paper.said("text", [noticed(contract, act)]),
        paper.facts(
            [
                (_("Noted"), exact(act.at, workshop.zone)),
                (_("Last day"), exact(last)),
                (_("Bring back by"), exact(due, workshop.zone) if due is not None else ""),
                (_("Things"), ", ".join(_things(stood))),
                (_("Reason"), act.outcome.get("cause", "")),
            ]
        ),
        paper.said(
            "list",
            [
                _("Nothing is charged for the days after the last one, once everything is back."),
                _("What is charged ahead and not served is given back."),
                _("After the return we look at the things within three working days; then the deposit goes back."),
            ],
            _("What happens next"),
        ),
    ]
    return paper.make(contract, _("Confirmation of the end"), act.at, blocks, stood, act=act.id)


def noticed(contract: Contract, act: ContractAct) -> str:
    """Who ends it and how, in a sentence."""
    when = exact(act.at, get_workshop(contract.workshop_id).zone)
    if act.operation == "end_for_cause":
        return _("We end the contract, because what was agreed was not done after two formal notices.")
    if act.outcome.get("reason") == "by_us":
        return _("We end the contract before its time.")
    if act.outcome.get("reason") == "planned":
        return _("The term is over and was not renewed: the contract ends with it.")
    if act.operation == "do_not_renew":
        return _("You said on %(when)s that the contract is not to renew: it ends with its term.", when=when)
    if act.operation == "end_early":
        return _("You asked on %(when)s to end the contract before its time.", when=when)
    return _("You gave notice on %(when)s.", when=when)


def withdrawal(contract: Contract, act: ContractAct) -> dict[str, Any]:
    """That a withdrawal was received: the statement as it was made, its date and its time (Directive (EU) 2023/2673)."""
    zone = get_workshop(contract.workshop_id).zone
    signed = exact(contract.signed_at, zone) if contract.signed_at is not None else ""
    blocks = [
        paper.said("text", [_("We received your withdrawal from this contract. It holds from the time it came in.")]),
        paper.facts(
            [
                (_("Received"), exact(act.at, zone)),
                (_("Made by"), act.by_name or _stood(contract, act)["customer"]["name"]),
                (_("Contract"), contract.reference),
                (_("Signed"), signed),
            ]
        ),
        paper.said("statement", statement_of(contract, act), _("The statement")),
        paper.said("list", after_withdrawal(contract, act), _("What happens next")),
    ]
    return paper.make(
        contract, _("Acknowledgement of the withdrawal"), act.at, blocks, _stood(contract, act), act=act.id
    )


def statement_of(contract: Contract, act: ContractAct) -> list[str]:
    """The statement in the words it was made in; the plain one when only the button was pressed."""
    own = [part.strip() for part in str(act.outcome.get("statement", "")).splitlines() if part.strip()]
    return own or [_("I withdraw from contract %(code)s.", code=contract.reference)]


def after_withdrawal(contract: Contract, act: ContractAct) -> list[str]:
    """What follows from a withdrawal."""
    if act.outcome.get("before") == "signed":
        return [_("Nothing was handed over, so there is nothing to bring back and nothing to pay."),
                _("What you paid, the deposit included, goes back within fourteen days.")]  # fmt: skip
    due = _due(_stood(contract, act))
    zone = get_workshop(contract.workshop_id).zone
    back = _("Please bring everything back by %(when)s.", when=exact(due, zone)) if due is not None else ""
    return [
        back,
        _("You pay for the days until the withdrawal alone; there is no fee."),
        _("What you paid beyond that goes back within fourteen days, by the way you paid; the deposit once the things "
          "are back."),
    ]  # fmt: skip
