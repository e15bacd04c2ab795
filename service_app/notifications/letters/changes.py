"""Letters about a contract that changes, each with its amendment when there is one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _

from service_app.charges.pricing import Terms
from service_app.contracts import documents, queries
from service_app.contracts.documents import amendments, paper
from service_app.contracts.links import proposal_url
from service_app.contracts.models import Contract, ContractAct, Pause
from service_app.contracts.operations import service
from service_app.contracts.operations.endings import monthly_lines
from service_app.contracts.proposals import get_proposal
from service_app.core import clock
from service_app.core.i18n import exact, long_day, money, words
from service_app.core.money import ZERO
from service_app.notifications.letters.parts import (
    Letter,
    NotNeeded,
    act_of,
    attached,
    change_facts,
    contract_of,
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
from service_app.notifications.occasions import AMENDING
from service_app.workshops.models import Workshop


def amended(message: Message, _workshop: Workshop) -> Letter:
    """Other dates, a thing more or less, other holders: what changed, with the amendment."""
    contract = contract_of(message)
    act = must_act(message, *AMENDING)
    change = amendments.change_of(contract, act)
    first = _("Your contract has changed: %(what)s. The amendment is with this letter.", what=_small(change.what))
    subject = _("Your contract %(code)s has changed", code=contract.reference)
    return _with_amendment(contract, act, subject, [first, *change.more])


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _with_amendment(
    contract: Contract, act: ContractAct, subject: str, paragraphs: list[str], button: tuple[str, str] | None = None
) -> Letter:
    documents.keep_up(contract.id)
    paper = documents.paper_of_act(contract, act, "amendment")
    facts = change_facts(contract, act) or [(_("What"), things(contract))]
    return Letter(subject, to_customer(contract.customer), paragraphs, facts, button or see(contract), attached(paper))


def corrected(message: Message, workshop: Workshop) -> Letter:
    """Dates that were written down wrongly: what holds now, why, and what that does to the money."""
    contract, line, act = contract_of(message), line_of(message), must_act(message, "correct_dates")
    facts = [thing_fact(line), (_("Since"), when(line.out_at, workshop.zone))]
    if line.in_at is not None:
        facts.append((_("Given back"), when(line.in_at, workshop.zone)))
    facts.append((_("Reason"), str(act.body.get("reason", ""))))
    return Letter(
        _("A correction to your contract %(code)s", code=contract.reference),
        to_customer(contract.customer),
        [_("We had written down a date wrongly. This is what holds now; what you pay follows it.")],
        [*facts, *money_facts(contract, act)],
        see(contract),
    )


def pause_planned(message: Message, workshop: Workshop) -> Letter:
    """A pause that lies ahead."""
    contract, act = contract_of(message), must_act(message, "pause")
    pause = next(
        (row for row in service.pauses_of(contract) if row.from_on.isoformat() == act.outcome["from_on"]), None
    )
    if pause is None:
        raise NotNeeded("called_off")
    first = _("Your contract rests from %(when)s on.", when=long_day(pause.from_on, workshop.zone))
    return _with_amendment(
        contract,
        act,
        _("Your pause is planned, contract %(code)s", code=contract.reference),
        [first, *_rest(pause, workshop)],
        one_act(_("Call the pause off"), contract, "resume"),
    )


def paused(message: Message, workshop: Workshop) -> Letter:
    """A pause that begins."""
    contract, act = contract_of(message), act_of(message, "pause")
    today = clock.local(message.created_at, workshop.zone).date()
    runs = [row for row in service.pauses_of(contract) if row.from_on <= today and (row.until_on or date.max) > today]
    if not runs:
        raise NotNeeded("called_off")
    subject = _("Your contract %(code)s rests", code=contract.reference)
    paragraphs = [_("Your contract rests from today on."), *_rest(runs[0], workshop)]
    button = one_act(_("End the pause"), contract, "resume")
    if act is not None:
        return _with_amendment(contract, act, subject, paragraphs, button)
    return Letter(subject, to_customer(contract.customer), paragraphs, [(_("What"), things(contract))], button)


def _rest(pause: Pause, workshop: Workshop) -> list[str]:
    if pause.until_on is None:
        return [_("You pay nothing for these days, and keep the things. The minimum term does not move.")]
    until = long_day(pause.until_on, workshop.zone)
    return [
        _("You pay nothing for these days, and keep the things. The minimum term does not move."),
        _(
            "It goes on by itself on %(when)s. Would you like it to go on sooner? One press on the button is enough.",
            when=until,
        ),
    ]


def resumed(message: Message, _workshop: Workshop) -> Letter:
    """The pause is over."""
    contract = contract_of(message)
    if contract.status == "paused":
        raise NotNeeded("called_off")
    return Letter(
        _("Your contract %(code)s goes on", code=contract.reference),
        to_customer(contract.customer),
        [_("The pause is over. From today on your contract runs, and is charged, as before.")],
        [(_("What"), things(contract))],
        see(contract),
    )


def plan_change_planned(message: Message, workshop: Workshop) -> Letter:
    """Another plan from the next month on."""
    contract, line, act = contract_of(message), line_of(message), must_act(message, "change_plan")
    if line.next_plan is None or line.next_plan_on is None:
        raise NotNeeded("called_off")
    on = long_day(line.next_plan_on, workshop.zone)
    first = _(
        "From %(when)s on you have the plan %(plan)s. Until then nothing changes.",
        when=on,
        plan=words(line.next_plan.name),
    )
    subject = _("Your plan changes on %(when)s", when=on)
    button = one_act(_("Keep the present plan"), line, "keep_plan")
    return _with_amendment(contract, act, subject, [first, _("You can still call it off before that day.")], button)


def plan_changed(message: Message, _workshop: Workshop) -> Letter:
    """Another plan from today on, asked for now or some time ago."""
    contract, line, act = contract_of(message), line_of(message), act_of(message, "change_plan")
    plan, price = words(line.plan.name), amendments.price_of(line)
    subject = _("Your plan is now %(plan)s", plan=plan)
    first = _("From today on you have the plan %(plan)s, at %(price)s.", plan=plan, price=price)
    if act is not None:
        second = _("The days left of the old plan are given back, those on the new one charged: nothing is paid twice.")
        return _with_amendment(contract, act, subject, [first, second])
    return Letter(subject, to_customer(contract.customer), [first], [thing_fact(line)], see(contract))


def plan_kept(message: Message, _workshop: Workshop) -> Letter:
    """A change of plan that was called off."""
    line = line_of(message)
    return Letter(
        _("Your plan stays %(plan)s", plan=words(line.plan.name)),
        to_customer(line.contract.customer),
        [_("The change of plan is called off. Everything goes on as it was.")],
        [thing_fact(line)],
        see(line.contract),
    )


def swapped(message: Message, workshop: Workshop) -> Letter:
    """Another thing for the old one, with the sheets of what came and went."""
    contract, act = contract_of(message), must_act(message, "swap")
    old = next(line for line in contract.lines if line.id == act.contract_line_id)
    new = queries.get_line(contract, act.outcome["successor"])
    name = words(new.product.name)
    if act.outcome["mode"] == "return_first":
        first = _("We have the old one back. The new one is ready for you: please come and fetch it.")
    elif act.outcome["mode"] == "advance" and old.in_at is None:
        first = _("You have the new one. Please bring the old one, %(tag)s, back by %(when)s; until then it costs nothing.",
                  tag=act.outcome["old"], when=when(old.due_at, workshop.zone))  # fmt: skip
    else:
        first = _("You have the new one, and we have the old one back.")
    letter = _with_amendment(contract, act, _("Swapped: %(what)s", what=name), [first])
    lines = {old.position, new.position}
    sheets = [
        row for row in documents.papers_of(contract) if row.kind in ("hand_over", "return") and row.number in lines
    ]
    letter.attachments.extend(
        attached(*(row for row in sheets if (row.kind == "return") == (row.number == old.position)))
    )
    return letter


def renewed(message: Message, workshop: Workshop) -> Letter:
    """A further term, asked for or by itself."""
    contract, act = contract_of(message), must_act(message, "renew")
    until = long_day(date.fromisoformat(act.outcome["min_term_until"]), workshop.zone)
    paragraphs = [_("Your contract goes on for a further term, until %(when)s, at the same price.", when=until)]
    if contract.customer.kind == "person":
        paragraphs.append(_("From now on you can end it at any time at no cost, with two months’ notice at most."))
    return _with_amendment(contract, act, _("Your contract %(code)s is renewed", code=contract.reference), paragraphs)


def renewal(message: Message, workshop: Workshop) -> Letter:
    """Thirty days before a term is over: what happens then, until when it can be opposed, and how (CDE VI.91)."""
    contract = contract_of(message)
    on = contract.renews_on
    if on is None or on.isoformat() != message.payload["renews_on"] or contract.status not in ("active", "paused"):
        raise NotNeeded("not_renewing")
    last = long_day(on - timedelta(days=1), workshop.zone)
    facts = known([(_("What"), things(contract)), (_("Every month"), _monthly(contract))])
    if "automatic" not in renewal_styles(contract):
        return Letter(
            _("Your contract %(code)s ends on %(when)s", code=contract.reference, when=last),
            to_customer(contract.customer),
            [_("Its term is over then. Would you like to keep everything? Tell us by %(when)s, and it goes on.", when=last)],
            facts,
            one_act(_("Renew"), contract, "renew"),
        )  # fmt: skip
    months = max(Terms.from_json(line.price).rules.renewal_months for line in monthly_lines(contract)) or 1
    return Letter(
        _("Your contract %(code)s renews on %(when)s", code=contract.reference, when=exact(on)),
        to_customer(contract.customer),
        [
            _("Unless you say no, your contract renews by itself for %(months)s months, at the same price.", months=months),
            _("You can say no until %(when)s, at no cost: with the button, by answering this letter, or by post to our "
              "address below. One sentence is enough.", when=last),
            _("If it renews, you can still end it at any time after that, with two months’ notice at most."),
        ],
        [*facts, (_("Renews on"), exact(on)), (_("Last day to say no"), last)],
        one_act(_("Do not renew"), contract, "do_not_renew"),
    )  # fmt: skip


def renewal_styles(contract: Contract) -> set[str]:
    """How the lines of a contract go on after their term: 'open', 'automatic', 'asked'."""
    return {Terms.from_json(line.price).rules.renewal for line in monthly_lines(contract)}


def _monthly(contract: Contract) -> str:
    whole = sum(Terms.from_json(line.price).month_amount for line in monthly_lines(contract))
    return money(whole, contract.currency) if whole else ""


def proposal(message: Message, workshop: Workshop) -> Letter:
    """An amendment to be signed: its paper, what it brings, and the link that signs it."""
    row, contract = get_proposal(message.payload["proposal_id"]), contract_of(message)
    if row.status != "open" or row.expires_at <= clock.now():
        raise NotNeeded("offer_replaced")
    whole = sum((Decimal(amount) for _kind, amount, _rule in row.figures["rows"]), ZERO)
    facts = [(_("What"), things(contract))]
    facts += (
        [(_("To pay now") if whole > ZERO else _("Given back"), money(abs(whole), contract.currency))] if whole else []
    )
    deposit = Decimal(row.figures["deposit"])
    facts += [(_("Deposit, more"), money(deposit, contract.currency))] if deposit > ZERO else []
    name = f"{contract.reference}-{row.snapshot['title']}.pdf".replace(" ", "-").lower()
    return Letter(
        _("To be signed: %(what)s, contract %(code)s", what=row.snapshot["title"], code=contract.reference),
        to_customer(contract.customer),
        [
            _("Here is the change to your contract that we spoke of. Nothing changes before you have signed it."),
            _("It stands until %(when)s.", when=long_day(row.expires_at, workshop.zone)),
        ],
        facts,
        (_("Read and sign"), proposal_url(row)),
        [(name, "application/pdf", paper.render(row.snapshot))],
    )


def transferred(message: Message, _workshop: Workshop) -> Letter:
    """To who takes a contract over: the contract is with the letter."""
    contract = contract_of(message)
    return Letter(
        _("You have taken over: contract %(code)s", code=contract.reference),
        to_customer(contract.customer),
        [_("From today on this is your contract, at the same prices and with the same term. Your copy is with this letter.")],
        [(_("What"), things(contract))],
        see(contract),
        attached(documents.make_document(contract.id)),
    )  # fmt: skip


def handed_on(message: Message, _workshop: Workshop) -> Letter:
    """To who hands a contract on: until when it was theirs, and what still comes."""
    contract, act = contract_of(message), must_act(message, "transfer")
    paragraphs = [
        _("Somebody else has taken over your contract. From today on nothing more is charged to you."),
        _("Your deposit goes back once everything before today is settled."),
    ]
    return _with_amendment(contract, act, _("Your contract %(code)s is handed on", code=contract.reference), paragraphs)
