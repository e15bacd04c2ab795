"""Letters about an end, and about things that are lost, bought or do not work."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _

from service_app.charges import operations as charges
from service_app.charges.explained import explain
from service_app.charges.pricing import Terms
from service_app.contracts import documents
from service_app.contracts.documents import endings as papers
from service_app.contracts.models import Contract, ContractAct
from service_app.core.i18n import exact, long_day, money
from service_app.notifications.letters.parts import (
    Letter,
    NotNeeded,
    attached,
    contract_of,
    happened,
    known,
    line_of,
    money_facts,
    must_act,
    one_act,
    see,
    thing_fact,
    things,
    to_customer,
    when,
)
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop


def noticed(message: Message, workshop: Workshop) -> Letter:
    """That the end is noted: last day, what comes back by when, and the quote that was accepted."""
    contract, act = contract_of(message), must_act(message, *papers.ENDING)
    if contract.status not in ("notice", "ended"):
        raise NotNeeded("called_off")
    last = date.fromisoformat(act.outcome["ends_on"]) - timedelta(days=1)
    subject = _("Your contract %(code)s ends on %(when)s", code=contract.reference, when=long_day(last, workshop.zone))
    paragraphs = [papers.noticed(contract, act), _("Until its last day everything runs as before.")]
    button = see(contract)
    if act.outcome.get("reason") == "notice" and act.by_kind != "worker":
        paragraphs.append(_("Have you changed your mind? You can take it back before that day."))
        button = one_act(_("Take the notice back"), contract, "withdraw_notice")
    return Letter(subject, to_customer(contract.customer), paragraphs, _end_facts(contract, act, workshop), button,
                  _end_papers(contract, act))  # fmt: skip


def _end_facts(contract: Contract, act: ContractAct, workshop: Workshop) -> list[tuple[str, str]]:
    last = date.fromisoformat(act.outcome["ends_on"]) - timedelta(days=1)
    facts = [(_("Last day"), long_day(last, workshop.zone)), (_("Bring back by"), _due(contract, workshop))]
    facts += [(_("What"), things(contract)), (_("Reason"), str(act.outcome.get("cause", "")))]
    if "quote" in act.outcome:
        quote = papers.quote_of(act)
        facts += [(": ".join(what), amount) for what, amount in papers.quote_rows(contract, quote)]
        facts.append(papers.total_of(contract, quote))
    return known(facts)


def _due(contract: Contract, workshop: Workshop) -> str:
    due = max(
        (line.due_at for line in contract.lines if line.due_at and line.status in ("out", "overdue")), default=None
    )
    return when(due, workshop.zone) if due is not None else ""


def _end_papers(contract: Contract, act: ContractAct) -> list[tuple[str, str, bytes]]:
    documents.keep_up(contract.id)
    return attached(*(documents.paper_of_act(contract, act, kind) for kind in ("termination", "termination_quote")))


def notice_withdrawn(message: Message, _workshop: Workshop) -> Letter:
    """The notice was taken back."""
    contract, act = contract_of(message), must_act(message, "withdraw_notice")
    return Letter(
        _("Your contract %(code)s runs on", code=contract.reference),
        to_customer(contract.customer),
        [_("The notice is taken back, and everything runs as before. A fee that was charged for it is given back.")],
        [(_("What"), things(contract)), *money_facts(contract, act)],
        see(contract),
    )


def withdrawn(message: Message, workshop: Workshop) -> Letter:
    """The acknowledgement of a withdrawal on a durable medium: the whole statement, its date and its time."""
    contract, act = contract_of(message), must_act(message, "withdraw")
    documents.keep_up(contract.id)
    received = exact(act.at, workshop.zone)
    return Letter(
        _("We received your withdrawal from contract %(code)s", code=contract.reference),
        to_customer(contract.customer),
        [
            _("On %(when)s we received your withdrawal. Keep this letter: it is the proof of it.", when=received),
            _("This is what you stated:"),
            *(f"“{part}”" for part in papers.statement_of(contract, act)),
            *filter(None, papers.after_withdrawal(contract, act)),
        ],
        known([(_("Received"), received), (_("Made by"), act.by_name or contract.customer.name),
               (_("Contract"), contract.reference), (_("What"), things(contract))]),
        see(contract),
        attached(documents.paper_of_act(contract, act, "withdrawal")),
    )  # fmt: skip


def cancelled(message: Message, _workshop: Workshop) -> Letter:
    """That it is off: at the customer's wish, with what that costs, or because we have to."""
    contract, data = contract_of(message), happened(message).data
    rows = [row for row in charges.charges_of(contract.id) if row.kind == "fee" and row.key == "cancelled"]
    facts = [(_("What"), things(contract)), (_("Reason"), str(data.get("reason", "")))]
    facts += [
        (_("Fee"), f"{money(row.amount, row.currency)} ({explain(row.rule, row.figures, row.currency)})")
        for row in rows
    ]
    if data.get("by") == "customer":
        paragraphs = [_("As you wished, it is cancelled. What we kept for you is free for others again.")]
        paragraphs.append(_("This costs the fee below.") if rows else _("This costs you nothing."))
    elif contract.signed_at is None:
        paragraphs = [_("Our offer no longer stands. Call us or answer this letter if you did not expect this.")]
    else:
        paragraphs = [
            _("We are sorry: we have to cancel your contract. It costs you nothing, and what you paid is given back.")
        ]
        paragraphs.append(_("Call us or answer this letter, and we look for another date or another thing."))
    deposit = charges.deposit_of(contract.id)
    if deposit is not None and deposit.status == "held":
        paragraphs.append(_("Your deposit comes back, less what is owed."))
    subject = _("Cancelled: %(code)s", code=contract.reference)
    return Letter(subject, to_customer(contract.customer), paragraphs, known(facts), see(contract))


def warned(message: Message, workshop: Workshop) -> Letter:
    """A formal notice: what is not done, and what follows if it stays so."""
    contract, act = contract_of(message), must_act(message, "warn")
    return Letter(
        _("Formal notice, contract %(code)s", code=contract.reference),
        to_customer(contract.customer),
        [
            _(
                "This is a formal notice. Something that we agreed is not done: %(reason)s",
                reason=act.outcome["reason"],
            ),
            _(
                "Please put it right within fourteen days of this letter. If it stays as it is, we may end the contract."
            ),
            _(
                "Is this a mistake, or is something in the way? Please call us or answer this letter; we look for a way."
            ),
        ],
        [(_("What"), things(contract)), (_("Date"), exact(act.at, workshop.zone))],
        see(contract),
    )


def bought_out(message: Message, _workshop: Workshop) -> Letter:
    """It belongs to the customer now."""
    contract, line, act = contract_of(message), line_of(message), must_act(message, "buy_out")
    return Letter(
        _("It is yours: %(tag)s", tag=act.outcome["tag"]),
        to_customer(contract.customer),
        [
            _("Thank you for the payment. From today on it belongs to you, and nothing more is charged for it."),
            _("Its history stays with it under the code on its label. When you no longer need it, we take it back."),
        ],
        [thing_fact(line), *money_facts(contract, act)],
        see(contract),
    )


def lost(message: Message, workshop: Workshop) -> Letter:
    """It was reported lost: what that costs, and what happens when it turns up."""
    contract, line, act = contract_of(message), line_of(message), must_act(message, "report_lost")
    if line.status != "lost":
        raise NotNeeded("found_meanwhile")
    day = long_day(date.fromisoformat(act.outcome["on"]), workshop.zone)
    return Letter(
        _("Lost: %(what)s", what=thing_fact(line)[1]),
        to_customer(contract.customer),
        [
            _("We noted that it has been lost since %(when)s. From that day on its use is not charged.", when=day),
            _("What is charged is its value after its years of use. If it turns up, we take that off again."),
            _("Was it stolen? Then please send us the number of the police report."),
        ],
        [thing_fact(line), *money_facts(contract, act)],
        see(contract),
    )


def found(message: Message, _workshop: Workshop) -> Letter:
    """It turned up: what was charged for the loss is taken off."""
    contract, line, act = contract_of(message), line_of(message), must_act(message, "report_found")
    second = (
        _("It is back with us. We look at it within three working days, like at any return.")
        if act.outcome["is_here"]
        else _("It is with you again, and from today on it is charged as before.")
    )
    return Letter(
        _("Found again: %(what)s", what=thing_fact(line)[1]),
        to_customer(contract.customer),
        [_("Good news: it was found. What we charged for the loss is taken off again."), second],
        [thing_fact(line), *money_facts(contract, act)],
        see(contract),
    )


def out_of_order(message: Message, workshop: Workshop) -> Letter:
    """It does not work: that we know, and what the service level promises."""
    contract, line = contract_of(message), line_of(message)
    if all(outage.ended_at is not None for outage in line.outages):
        raise NotNeeded("works_meanwhile")
    outage = line.outages[-1]
    rules = Terms.from_json(line.price).rules
    paragraphs = [
        _("We know that it has not worked since %(when)s, and see to it.", when=when(outage.began_at, workshop.zone))
    ]
    if rules.service_hours is not None:
        paragraphs.append(
            _(
                "If it lasts longer than %(hours)s hours, the days beyond are given back by themselves.",
                hours=rules.service_hours,
            )
        )
    return Letter(
        _("Reported: %(what)s does not work", what=thing_fact(line)[1]),
        to_customer(contract.customer),
        paragraphs,
        known([thing_fact(line), (_("What was reported"), outage.symptom)]),
        see(contract),
    )  # fmt: skip


def works_again(message: Message, _workshop: Workshop) -> Letter:
    """It works again, and what is given back for the days it did not."""
    contract, line, act = contract_of(message), line_of(message), must_act(message, "end_outage")
    paragraphs = [
        _("It works again. Is something still wrong with it? Tell us with the button, and we look once more.")
    ]
    given = Decimal(happened(message).data.get("amount", "0"))
    if given:
        amount = money(given, contract.currency)
        paragraphs.append(_("It took longer than we promised: %(amount)s is given back to you.", amount=amount))
    return Letter(
        _("%(what)s works again", what=thing_fact(line)[1]),
        to_customer(contract.customer),
        paragraphs,
        [thing_fact(line), *money_facts(contract, act)],
        one_act(_("Report a problem"), line, "report_outage"),
    )
