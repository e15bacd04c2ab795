"""Other dates for a planned line: what holds, what is refused, and when the customer is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from service_app.contracts.documents import amendments, keeping
from service_app.contracts.models import Contract
from service_app.contracts.operations import dates, handovers
from service_app.contracts.operations.acts import ANEW, acts_of
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.events import Event
from service_app.core.i18n import in_language
from service_app.core.jobs import Job
from service_app.items import availability
from service_app.notifications import letters, occasions, operations
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.life import START
from tests.factories.rentals import a_signed, a_wish, again, an_item, hand_all_over
from workers.process import Process

DAY = timedelta(days=1)


def a_promise(items: int = 2, **facts: object) -> Contract:
    """Signed: three days from the day after 10 October, of a product with so many items."""
    product = a_product()
    for _each in range(items):
        an_item(product)
    return a_signed(a_wish(product, a_day_plan(product, **facts), start=START + DAY))


def reschedule(contract: Contract, days: int, item: object = None) -> None:
    line = contract.lines[0]
    dates.reschedule_line(WORKER, line, ANEW, starts_at=START + DAY * days, ends_at=START + DAY * (days + 3), item=item)  # type: ignore[arg-type]


def test_booking_contract_and_due_hour_follow_the_new_dates(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_promise()
        reschedule(contract, 5)
        line = again(contract).lines[0]
        booking = availability.allocation_of(line.id, "reservation")
        assert booking is not None
        assert (line.starts_at, line.ends_at) == (START + DAY * 5, START + DAY * 8)
        assert (contract.starts_at, contract.ends_at) == (line.starts_at, line.ends_at)
        assert (booking.starts_at, booking.ends_at) == (line.starts_at, line.due_at)
        assert booking.blocked_from == line.starts_at - timedelta(minutes=30)
        assert [act.operation for act in acts_of(contract)] == ["reschedule"]


def test_line_stays_on_its_item_while_that_is_free_and_takes_another_when_not(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_promise()
        line = contract.lines[0]
        booking = availability.allocation_of(line.id, "reservation")
        assert booking is not None
        first, other = (
            booking.item,
            next(i for i in availability.bookable_items(line.product) if i.id != booking.item_id),
        )
        reschedule(contract, 5)
        assert booking.item_id == first.id
        availability.book(
            line.product, availability.Stretch(START + DAY * 20, START + DAY * 22), kind="work", item=first
        )
        reschedule(contract, 20)
        assert booking.item_id == other.id


def test_item_that_was_chosen_is_not_exchanged_behind_ones_back(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_promise()
        line = contract.lines[0]
        booking = availability.allocation_of(line.id, "reservation")
        assert booking is not None
        handovers.bind_item(WORKER, line, booking.item)
        stretch = availability.Stretch(START + DAY * 20, START + DAY * 22)
        availability.book(line.product, stretch, kind="work", item=booking.item)
        with pytest.raises(Conflict, match="item_taken"):
            reschedule(contract, 20)


def test_when_nothing_is_free_other_starts_are_offered_and_nothing_changes(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_promise(items=1)
        line = contract.lines[0]
        wish = a_wish(line.product, line.plan, start=START + DAY * 10)
        a_signed(wish, customer=contract.customer)
        with pytest.raises(Conflict, match="none") as refused:
            reschedule(contract, 10)
        assert len(refused.value.data["alternatives"]) == 3
        assert again(contract).lines[0].starts_at == START + DAY
        assert acts_of(contract) == []


def test_past_start_other_product_and_too_short_a_stretch_are_refused(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_promise(min_days=2)
        line = contract.lines[0]
        with pytest.raises(Invalid, match="in_the_past"):
            reschedule(contract, -1)
        with pytest.raises(Invalid, match="wrong_product"):
            reschedule(contract, 5, an_item(a_product()))
        with pytest.raises(Invalid, match="too_short"):
            dates.reschedule_line(WORKER, line, ANEW, starts_at=START + DAY, ends_at=START + DAY + timedelta(hours=3))


def test_what_is_out_is_not_rescheduled(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_promise()
        hand_all_over(contract)
        with pytest.raises(Conflict, match="line_out"):
            reschedule(contract, 5)


def test_line_at_risk_that_finds_a_day_is_no_longer_at_risk(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_promise()
        line = contract.lines[0]
        availability.forget(line.id, "reservation")
        line.is_at_risk = True
        reschedule(contract, 5)
        assert not line.is_at_risk
        assert availability.allocation_of(line.id, "reservation") is not None


def told(contract: Contract) -> list[str]:
    """The letters that the changes of a contract call for, asked as the job asks."""
    facts = session().scalars(select(Event).where(Event.name == "line.rescheduled").order_by(Event.id)).all()
    payload = {"contract_id": contract.id, "contract_line_id": contract.lines[0].id}
    return [kind for fact in facts for kind, _ids in occasions.addressed("amended", payload | {"event_id": fact.id})]


def test_change_that_stands_is_told_once_with_its_amendment(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        with clock.travelled(START):
            contract = a_promise()
            reschedule(contract, 5)
            assert told(contract) == [], "it may be undone yet"
        with clock.travelled(START + dates.SETTLES):
            assert told(contract) == ["amended"]
            papers = [paper.kind for paper in keeping.keep_up(contract.id)]
            assert papers.count("amendment") == 1
            change = amendments.change_of(contract, acts_of(contract)[0])
            assert "11 octobre" in change.rows[0][1]
            assert "15 octobre" in change.rows[0][2]


def test_change_undone_at_once_is_told_to_nobody(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        with clock.travelled(START):
            contract = a_promise()
            reschedule(contract, 5)
            reschedule(contract, 1)
        with clock.travelled(START + dates.SETTLES * 2):
            assert told(contract) == []
            assert [paper.kind for paper in keeping.keep_up(contract.id)] == []


def test_several_steps_are_told_as_one_from_what_was_known(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        with clock.travelled(START):
            contract = a_promise()
        for days in (4, 5, 6):
            with clock.travelled(START + timedelta(seconds=days * 10)):
                reschedule(contract, days)
        with clock.travelled(START + dates.SETTLES * 2):
            assert told(contract) == ["amended"]
            change = amendments.change_of(contract, acts_of(contract)[0])
            assert "11 octobre" in change.rows[0][1]
            assert "16 octobre" in change.rows[0][2]


def test_letter_and_paper_wait_until_the_change_stands(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        reschedule_now(contract := a_promise_from_tomorrow())
        event_id = session().scalars(select(Event.id).where(Event.name == "line.rescheduled")).one()
        jobs = session().scalars(select(Job).where(Job.dedupe_key.like(f"event:{event_id}:%"))).all()
        assert {job.kind for job in jobs} == {"contracts.papers", "notifications.write"}
        assert all(job.run_at - job.created_at > dates.SETTLES for job in jobs), contract.reference


def a_promise_from_tomorrow() -> Contract:
    return a_signed()


def reschedule_now(contract: Contract) -> None:
    line = contract.lines[0]
    assert line.ends_at is not None
    dates.reschedule_line(WORKER, line, ANEW, starts_at=line.starts_at + DAY, ends_at=line.ends_at + DAY)


def test_choice_of_an_item_is_taken_back(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_signed()
        line = contract.lines[0]
        booking = availability.allocation_of(line.id, "reservation")
        assert booking is not None
        with pytest.raises(Conflict):
            handovers.unbind_item(WORKER, line)
        handovers.bind_item(WORKER, line, booking.item)
        handovers.unbind_item(WORKER, line)
        assert (line.item_id, line.item, booking.is_pinned) == (None, None, False)


def test_letter_says_what_was_and_what_holds_now_with_another_price(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(workshop):
        with clock.travelled(START):
            contract = a_promise()
            contract.language = "en"
            line = contract.lines[0]
            dates.reschedule_line(WORKER, line, ANEW, starts_at=START + DAY * 4, ends_at=START + DAY * 9)
        with clock.travelled(START + dates.SETTLES * 2):
            fact = session().scalars(select(Event).where(Event.name == "line.rescheduled")).one()
            payload = {"contract_id": contract.id, "contract_line_id": line.id, "customer_id": contract.customer_id}
            operations.write_letter("amended", payload | {"letter": "amended", "event_id": fact.id})
            message = session().scalars(select(Message).where(Message.kind == "amended")).one()
            with in_language("en"):
                letter = letters.compose(message, session().merge(workshop))
    said = " ".join(f"{label} {value}" for label, value in letter.facts).replace("\u00a0", " ")
    assert "from 11 October 2026" in said
    assert "from 14 October 2026" in said
    assert "90,00" in said, "three days at 30.00"
    assert "150,00" in said, "five days at 30.00"
    assert len(letter.attachments) == 1
