"""The letters of a contract's life: each fact once, to whom it concerns, with its paper, and no two about one thing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from service_app.catalogue.rules import PlanRules
from service_app.contracts.models import Contract
from service_app.contracts.operations import (
    cancelling,
    dates,
    endings,
    handovers,
    lines,
    losses,
    money,
    offers,
    pauses,
    swaps,
)
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Verdict, finish_inspection
from service_app.contracts.operations.lines import Holder
from service_app.contracts.operations.offers import Signing, Wish
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.i18n import in_language
from service_app.core.jobs import Job
from service_app.items.models import Item
from service_app.notifications import letters, operations, queries
from service_app.notifications.letters import Letter, NotNeeded
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_monthly_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_signed, a_wish, again, an_active, an_item
from tests.notifications.test_letters import again_workshop, messages, sweep_all
from workers import planners, sweeps
from workers.process import Process

START = datetime(2026, 10, 10, 8, tzinfo=UTC)
RULES = PlanRules(
    kind="subscription", early_end_style="fixed", early_end_amount=Decimal("40"), early_refund="unused", renewal="automatic",
    pause_days_per_year=60, renewal_months=3, buy_out_from_months=0, service_hours=24,
)  # fmt: skip


def a_monthly(language: str = "en", rules: PlanRules = RULES) -> Contract:
    """79.00 a month for three months at least, one thing out and two in stock."""
    product = a_product()
    plan = a_monthly_plan(product)
    plan.rules = rules.to_json()
    for _number in range(3):
        an_item(product)
    return an_active(
        Wish(product, plan, clock.now(), None), customer=a_customer(name="Nora Lemmens", language=language)
    )


def a_rental(language: str = "en") -> Contract:
    product = a_product()
    an_item(product)
    return an_active(a_wish(product, a_day_plan(product)), customer=a_customer(language=language))


def in_stock(contract: Contract) -> Item:
    found = select(Item).where(Item.product_id == contract.lines[0].product_id, Item.status == "in_stock")
    return session().scalars(found.order_by(Item.id).limit(1)).one()


def _end_early(contract: Contract) -> None:
    endings.end_early(access.customer("Nora"), contract, ANEW, ends_on=date(2026, 10, 20))


def _notice(contract: Contract) -> None:
    endings.give_notice(access.customer("Nora"), contract, ANEW)


def _take_back_notice(contract: Contract) -> None:
    _end_early(contract)
    endings.withdraw_notice(WORKER, contract, ANEW)


def _warn(contract: Contract) -> None:
    endings.warn(WORKER, contract, ANEW, reason="Two months are not paid.")


def _pause(contract: Contract) -> None:
    pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 10, 10), until_on=date(2026, 10, 25))


def _pause_later(contract: Contract) -> None:
    pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 10, 15), until_on=date(2026, 10, 25))


def _resume(contract: Contract) -> None:
    _pause(contract)
    pauses.resume_contract(WORKER, contract, ANEW)


def _plan(contract: Contract, when: str) -> None:
    plan = a_monthly_plan(contract.lines[0].product, code="BIG", monthly_amount=Decimal("99"))
    swaps.change_plan(WORKER, contract.lines[0], ANEW, plan=plan, when=when)


def _keep_plan(contract: Contract) -> None:
    _plan(contract, "period_end")
    swaps.keep_plan(WORKER, contract.lines[0], ANEW)


def _swap(contract: Contract, mode: str) -> None:
    swaps.swap_item(WORKER, contract.lines[0], ANEW, item=in_stock(contract), reason="defect", mode=mode)


def _lose(contract: Contract) -> None:
    losses.report_lost(WORKER, contract.lines[0], ANEW, on=date(2026, 10, 10))


def _find(contract: Contract) -> None:
    _lose(contract)
    losses.report_found(WORKER, contract.lines[0], ANEW, is_here=True)


def _buy(contract: Contract) -> None:
    money.settle_up(WORKER, contract, method="card", use_deposit=False)
    losses.buy_out(WORKER, contract.lines[0], ANEW, method="card")


def _break(contract: Contract) -> None:
    losses.report_outage(WORKER, contract.lines[0], ANEW, symptom="The motor is silent.")


def _mend(contract: Contract) -> None:
    _break(contract)
    losses.end_outage(WORKER, contract.lines[0], ANEW)


def _add(contract: Contract) -> None:
    line = contract.lines[0]
    lines.add_line(WORKER, contract, ANEW, wish=Wish(line.product, line.plan, clock.now() + timedelta(days=1), None))


def _holders(contract: Contract) -> None:
    lines.change_holders(WORKER, contract, ANEW, holders=[Holder("Awa Diallo")])


def _extend(contract: Contract) -> None:
    line = contract.lines[0]
    assert line.ends_at is not None
    dates.extend_line(WORKER, line, ANEW, ends_at=line.ends_at + timedelta(days=4))


def _correct(contract: Contract) -> None:
    out = START - timedelta(days=2)
    dates.correct_dates(WORKER, contract.lines[0], ANEW, reason="It went out two days before.", out_at=out)


def _transfer(contract: Contract) -> None:
    other = a_customer(name="Karim Bensaid", language=contract.language)
    lines.transfer_contract(WORKER, contract, ANEW, customer=other, signing=Signing("Karim Bensaid"))


def _settle(contract: Contract) -> None:
    inspection = handovers.take_back(WORKER, contract.lines[0], Found())
    finish_inspection(WORKER, inspection, Verdict(grade="B"))
    money.settle_up(WORKER, contract, method="card", use_deposit=False, release_method="card")


def a_signed_one(language: str) -> Contract:
    """A rental that is signed and begins in five days."""
    product = a_product()
    an_item(product)
    plan = a_day_plan(product, deposit_amount=Decimal(0))
    plan.rules = PlanRules(cancel_free_hours=400, cancel_percent=30).to_json()
    wish = a_wish(product, plan, start=clock.now() + timedelta(days=5))
    return a_signed(wish, customer=a_customer(language=language))


def _call_off(contract: Contract) -> None:
    cancelling.call_off(access.customer("Nora"), contract, ANEW)


def _cancel(contract: Contract) -> None:
    offers.cancel_contract(WORKER, contract, "The frame broke.")


Fact = tuple[Callable[[str], Contract], Callable[[Contract], None], dict[str, tuple[int, str]]]
FACTS: dict[str, Fact] = {
    "notice": (a_monthly, _notice, {"noticed": (2, "Saturday 9 January")}),
    "early end": (a_monthly, _end_early, {"noticed": (2, "40,00")}),
    "notice taken back": (a_monthly, _take_back_notice, {"notice_withdrawn": (0, "runs as before"), "noticed": (-1, "")}),
    "formal notice": (a_monthly, _warn, {"warned": (0, "Two months are not paid.")}),
    "pause": (a_monthly, _pause, {"paused": (1, "Sunday 25 October")}),
    "pause planned": (a_monthly, _pause_later, {"pause_planned": (1, "Thursday 15 October")}),
    "resumed": (a_monthly, _resume, {"resumed": (0, "as before"), "paused": (-1, "")}),
    "plan changed": (a_monthly, lambda contract: _plan(contract, "now"), {"plan_changed": (1, "99,00")}),
    "plan planned": (a_monthly, lambda contract: _plan(contract, "period_end"), {"plan_change_planned": (1, "10 November")}),
    "plan kept": (a_monthly, _keep_plan, {"plan_kept": (0, "called off"), "plan_change_planned": (-1, "")}),
    "swap": (a_monthly, lambda contract: _swap(contract, "simultaneous"), {"swapped": (3, "have the old one back")}),
    "advance swap": (a_monthly, lambda contract: _swap(contract, "advance"), {"swapped": (2, "Please bring the old one")}),
    "return first": (a_monthly, lambda contract: _swap(contract, "return_first"), {"swapped": (2, "ready for you")}),
    "renewed": (a_monthly, lambda contract: endings.renew_contract(WORKER, contract, ANEW), {"renewed": (1, "10 April")}),
    "lost": (a_monthly, _lose, {"lost": (0, "police")}),
    "found": (a_monthly, _find, {"found": (0, "taken off again"), "lost": (-1, "")}),
    "bought": (a_monthly, _buy, {"bought_out": (0, "belongs to you")}),
    "out of order": (a_monthly, _break, {"out_of_order": (0, "The motor is silent.")}),
    "works again": (a_monthly, _mend, {"works_again": (0, "works again"), "out_of_order": (-1, "")}),
    "one thing more": (a_monthly, _add, {"amended": (1, "one thing more")}),
    "holders": (a_monthly, _holders, {"amended": (1, "Awa Diallo")}),
    "extended": (a_rental, _extend, {"amended": (1, "67,50")}),
    "corrected": (a_monthly, _correct, {"corrected": (0, "two days before")}),
    "transferred": (a_monthly, _transfer, {"transferred": (1, "your contract"), "handed_on": (1, "nothing more is charged")}),
    "called off": (a_signed_one, _call_off, {"cancelled": (0, "27,00")}),
    "cancelled": (a_signed_one, _cancel, {"cancelled": (0, "The frame broke.")}),
    "deposit": (a_rental, _settle, {"returned": (1, "three working days"), "deposit": (1, "150,00")}),
}  # fmt: skip


def said(letter: Letter) -> str:
    return " ".join([letter.subject, *letter.paragraphs, *(f"{label} {value}" for label, value in letter.facts)])


def composed(workshop: Workshop, message: Message) -> Letter | None:
    with in_language(message.language):
        try:
            return letters.compose(message, again_workshop(workshop))
        except NotNeeded:
            return None


@pytest.mark.parametrize("fact", FACTS)
def test_fact_is_told_in_one_letter_with_its_papers(
    fact: str, workshop: Workshop, scope: Scoped, process: Process
) -> None:
    make, happen, expected = FACTS[fact]
    with process.context(), scope(workshop), clock.travelled(START):
        contract = make("en")
        seen = {message.id for message in _written()}
        happen(contract)
        told = {message.kind: message for message in _written() if message.id not in seen}
        begun = {"offer", "signed", "handed_over"}
        assert set(told) - begun == set(expected)
        for kind, (papers, words) in expected.items():
            letter = composed(workshop, told[kind])
            assert (letter is None) == (papers < 0), kind
            if letter is not None:
                assert len(letter.attachments) == papers, (kind, [name for name, *_rest in letter.attachments])
                assert words in said(letter).replace("\u00a0", " "), said(letter)
                assert letter.button is not None
                assert "/senne/" in letter.button[1]


def _written() -> list[Message]:
    """Every letter that the events so far call for, written as the jobs would."""
    for job in session().scalars(select(Job).where(Job.kind == "notifications.write").order_by(Job.id)):
        operations.write_letter(job.payload["letter"], job.payload)
    session().flush()
    return messages()


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize("fact", ["early end", "advance swap", "plan planned", "lost", "transferred", "corrected"])
def test_letter_is_written_in_the_customers_language(
    fact: str, language: str, workshop: Workshop, scope: Scoped, process: Process
) -> None:
    make, happen, expected = FACTS[fact]
    with process.context(), scope(workshop), clock.travelled(START):
        happen(make(language))
        told = {message.kind: message for message in _written()}
        for kind in expected:
            assert told[kind].language == language
            letter = composed(workshop, told[kind])
            assert letter is not None
            assert "%(" not in said(letter)


def test_withdrawal_is_acknowledged_on_a_durable_medium(workshop: Workshop, scope: Scoped, process: Process) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        wish = Wish(product, a_monthly_plan(product), clock.now() + timedelta(days=2), None)
        contract = offers.draft_contract(WORKER, a_customer(name="Nora Lemmens", language="en"), [wish])
        offers.send_offer(WORKER, contract)
        customer = access.customer("Nora Lemmens")
        offers.sign_offer(customer, contract, contract.offer_round, Signing("Nora Lemmens", is_distance=True))
        endings.withdraw_contract(customer, contract, ANEW, statement="I changed my mind.")
        at = clock.local(clock.now(), "Europe/Brussels")
    sweep_all(process)
    with scope(workshop):
        message = next(message for message in messages() if message.kind == "withdrawn")
        kept = queries.kept_of(message)
        assert isinstance(kept, EmailMessage)
        body = kept.get_body(("plain",))
        assert body is not None
        text = body.get_content()
        assert "I changed my mind." in text
        assert f"{at:%H:}" in text
        assert [part.get_content_type() for part in kept.iter_attachments()] == ["application/pdf"]


def test_withdrawal_from_what_runs_is_not_told_as_a_notice_too(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(workshop), clock.travelled(START):
        contract = a_monthly()
        contract.is_distance = True
        endings.withdraw_contract(access.customer("Nora"), contract, ANEW)
        kinds = [message.kind for message in _written()]
        assert "withdrawn" in kinds
        assert "noticed" not in kinds


def test_draft_that_changes_tells_nobody(workshop: Workshop, scope: Scoped, process: Process) -> None:
    with process.context(), scope(workshop):
        product = a_product()
        an_item(product)
        plan = a_day_plan(product)
        contract = offers.draft_contract(WORKER, a_customer(), [a_wish(product, plan)])
        offers.change_draft(WORKER, contract, [a_wish(product, plan, days=5)])
        assert _written() == []


def test_old_thing_of_an_advance_swap_is_thanked_for_when_it_follows(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(workshop), clock.travelled(START):
        contract = a_monthly()
        _swap(contract, "advance")
        handovers.take_back(WORKER, contract.lines[0], Found())
        assert [message.kind for message in _written()][-2:] == ["swapped", "returned"]


@pytest.mark.parametrize(
    ("style", "subject"), [("automatic", "renews on 10 January 2027"), ("asked", "ends on Saturday 9 January")]
)
def test_term_that_is_over_soon_is_told_once_thirty_days_before(
    style: str, subject: str, workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_monthly(rules=PlanRules(kind="subscription", renewal=style, renewal_months=3))
        assert contract.renews_on == date(2027, 1, 10)
    with clock.travelled(datetime(2026, 12, 10, 8, tzinfo=UTC)):
        assert planners.in_every_workshop(process, "remind_renewals", planners.remind_renewals) == 0, "not before"
    with clock.travelled(datetime(2026, 12, 14, 8, tzinfo=UTC)):
        for written in (1, 0):
            assert planners.in_every_workshop(process, "remind_renewals", planners.remind_renewals) == written
        with process.context(), scope(workshop):
            message = next(message for message in messages() if message.kind == "renewal")
            letter = composed(workshop, message)
            assert letter is not None
            assert subject in letter.subject
            assert "Saturday 9 January" in said(letter)
            assert message.not_after == datetime(2027, 1, 9, 23, tzinfo=UTC)
            endings.do_not_renew(WORKER, again(contract), ANEW)
            assert composed(workshop, message) is None


def test_renewed_term_is_told_again_before_its_next_end(workshop: Workshop, scope: Scoped, process: Process) -> None:
    with scope(workshop), clock.travelled(START):
        a_monthly()
    for day in (datetime(2026, 12, 12, 8, tzinfo=UTC), datetime(2027, 3, 15, 8, tzinfo=UTC)):
        with clock.travelled(day):
            planners.in_every_workshop(process, "turn_contracts", planners.turn_contracts)
            assert planners.in_every_workshop(process, "remind_renewals", planners.remind_renewals) == 1


def test_papers_and_letters_of_a_whole_life_go_out_of_the_jobs(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with scope(workshop):
        contract = a_monthly()
        _holders(contract)
        endings.give_notice(WORKER, contract, ANEW)
    for channel in ("documents", "planning", "mail"):
        sweeps.sweep(process, channel)
    with scope(workshop):
        sent = {message.kind: message.status for message in messages()}
        assert sent == {
            "offer": "skipped",
            "signed": "sent",
            "handed_over": "sent",
            "amended": "sent",
            "noticed": "sent",
        }
