"""A rental from offer to end, and what may go otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from service_app.charges import operations as charges
from service_app.contracts.operations import dates, handovers, inspections, lateness, money, offers
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Finding, Verdict
from service_app.contracts.operations.offers import Signing
from service_app.core import access, clock, events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.items import availability
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.rentals import a_draft, a_sent, a_signed, a_wish, again, an_active, an_item


def test_rental_goes_from_offer_to_end(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = an_active()
        line = contract.lines[0]
        assert (contract.status, contract.money_status, line.status) == ("active", "due", "out")
        assert line.item is not None
        assert line.item.status == "out"
        assert line.item.custodian_customer_id == contract.customer_id
    with scope(workshop), clock.travelled(line.ends_at - timedelta(hours=1)):
        contract = again(contract)
        inspection = handovers.take_back(WORKER, contract.lines[0], Found())
        assert contract.lines[0].status == "returned"
        assert contract.lines[0].item.status == "to_inspect"
        inspections.finish_inspection(WORKER, inspection, Verdict(grade="B"))
        assert contract.lines[0].status == "closed"
        assert contract.status == "active"
        money.settle_up(WORKER, contract, method="card", use_deposit=False, release_method="card")
        assert (contract.status, contract.money_status) == ("ended", "settled")
        deposit = charges.deposit_of(contract.id)
        assert deposit is not None
        assert deposit.status == "released"
        names = [event.name for event in events.timeline(contract)]
    assert names[::-1] == [
        "contract.drafted", "contract.sent", "contract.signed", "line.bound", "line.handed_over", "line.returned",
        "inspection.finished", "line.closed", "contract.ended",
    ]  # fmt: skip


def test_partial_return_leaves_the_contract_active(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        an_item(product)
        an_item(product)
        contract = an_active(a_wish(product, plan), a_wish(product, plan))
        first, second = contract.lines
        inspection = handovers.take_back(WORKER, first, Found())
        inspections.finish_inspection(WORKER, inspection, Verdict(grade="B"))
        assert (first.status, second.status, contract.status) == ("closed", "out", "active")
        money.settle_up(WORKER, contract, method="cash", use_deposit=False)
        assert contract.status == "active"
        assert charges.deposit_of(contract.id).status == "held"


def test_damage_is_settled_from_the_deposit_and_the_rest_given_back(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = an_active()
        money.settle_up(WORKER, contract, method="card", use_deposit=False)
        inspection = handovers.take_back(WORKER, contract.lines[0], Found())
        broken = Finding("damage", "brake lever", Decimal("40.00"), charged_share=50)
        worn = Finding("damage", "tyre", Decimal("25.00"), is_wear=True)
        inspections.finish_inspection(WORKER, inspection, Verdict("C", "on_bench", [broken, worn]))
        assert money.balance(contract).open == Decimal("20.00")
        money.settle_up(WORKER, contract, method="card", use_deposit=True, release_method="transfer")
        deposit = charges.deposit_of(contract.id)
        assert deposit.status == "partly_retained"
        released = [row.amount for row in deposit.movements if row.kind == "released"]
        assert released == [Decimal("130.00")]
        assert contract.status == "ended"
        assert contract.lines[0].item.status == "on_bench"


def test_late_return_is_charged_with_its_days(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = an_active()
        due = contract.lines[0].due_at
    with scope(workshop), clock.travelled(due + timedelta(days=2)):
        contract = again(contract)
        assert lateness.mark_overdue(WORKER) == 1
        line = contract.lines[0]
        session().refresh(line)
        assert line.status == "overdue"
        handovers.take_back(WORKER, line, Found())
        late = [row for row in charges.charges_of(contract.id) if row.kind == "late"]
        assert len(late) == 1
        assert late[0].figures["days"] in (1, 2)
        assert late[0].amount == Decimal("20.00") * late[0].figures["days"]


def test_late_item_puts_the_next_booking_at_risk_and_it_is_rescued(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        an_item(product)
        contract = an_active(a_wish(product, plan, days=2))
        later = a_wish(product, plan, start=contract.lines[0].ends_at + timedelta(days=2))
        waiting = a_signed(later)
        due = contract.lines[0].due_at
    with scope(workshop), clock.travelled(due + timedelta(minutes=5)):
        lateness.mark_overdue(WORKER)
        line = again(waiting).lines[0]
        session().refresh(line)
        assert line.is_at_risk
        assert availability.allocation_of(line.id, "reservation") is None
        back = handovers.take_back(WORKER, again(contract).lines[0], Found())
        inspections.finish_inspection(WORKER, back, Verdict(grade="B"))
    with scope(workshop), clock.travelled(due + timedelta(minutes=9)):
        assert lateness.rescue_lines(WORKER) == 1
        assert availability.allocation_of(line.id, "reservation") is not None


def test_old_round_of_an_offer_no_longer_signs(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_sent()
        offers.reopen_offer(WORKER, contract)
        offers.send_offer(WORKER, contract)
        with pytest.raises(Conflict, match=r"offer\.superseded"):
            offers.sign_offer(access.customer("x"), contract, 1, Signing("Nora Lemmens"))
        offers.sign_offer(access.customer("x"), contract, 2, Signing("Nora Lemmens"))
        assert contract.status == "signed"


def test_expired_offer_gives_its_hold_back(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        an_item(product)
        far = a_wish(product, plan, start=clock.now() + timedelta(days=30))
        contract = a_sent(far)
        with pytest.raises(Conflict, match=r"availability\.none") as none:
            a_sent(far)
        assert none.value.data["alternatives"]
    with scope(workshop), clock.travelled(clock.now() + timedelta(days=8)):
        contract = again(contract)
        with pytest.raises(Conflict, match=r"offer\.expired"):
            offers.sign_offer(access.customer("x"), contract, 1, Signing("Nora"))
        assert offers.expire_offers(WORKER) == 1
        session().refresh(contract)
        assert contract.status == "expired"
        assert availability.count_free(product, availability.Stretch(far.starts_at, far.ends_at)) == 1


def test_nothing_goes_out_before_the_deposit_is_in(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_signed()
        booking = availability.allocation_of(contract.lines[0].id, "reservation")
        with pytest.raises(Conflict, match=r"deposit\.not_received"):
            handovers.hand_over(WORKER, contract.lines[0], booking.item, Found())


def test_item_of_another_product_is_not_handed_over(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_signed()
        money.receive_deposit(WORKER, contract, "cash")
        stranger = an_item(a_product())
        with pytest.raises(Invalid, match=r"handover\.wrong_product"):
            handovers.hand_over(WORKER, contract.lines[0], stranger, Found())


def test_cancelled_contract_gives_everything_back(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_signed()
        offers.cancel_contract(WORKER, contract, "changed their mind")
        assert contract.status == "cancelled"
        assert [line.status for line in contract.lines] == ["cancelled"]
        assert availability.allocation_of(contract.lines[0].id, "reservation", "hold") is None
        assert contract.money_status == "clear"


def test_overdue_line_that_is_extended_is_on_time_again(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = an_active()
        due = contract.lines[0].due_at
    with scope(workshop), clock.travelled(due + timedelta(hours=2)):
        lateness.mark_overdue(WORKER)
        line = again(contract).lines[0]
        session().refresh(line)
        dates.extend_line(WORKER, line, ANEW, ends_at=line.ends_at + timedelta(days=4))
        assert line.status == "out"
        rent = sum(row.amount for row in charges.charges_of(contract.id) if row.kind == "rent")
        assert rent == Decimal("157.50")


def test_offer_needs_a_length_the_plan_allows(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product, min_days=3)
        with pytest.raises(Invalid, match=r"contract\.too_short"):
            a_draft(a_wish(product, plan, days=2))


def test_item_due_on_a_closed_day_is_held_until_the_door_opens_again(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 11, 24, 9, tzinfo=UTC)):
        product = a_product()
        plan = a_day_plan(product)
        an_item(product)
        sunday = datetime(2026, 11, 29, 9, tzinfo=UTC)
        contract = a_signed(a_wish(product, plan, start=sunday - timedelta(days=3)))
        assert contract.lines[0].due_at == datetime(2026, 11, 30, 17, tzinfo=UTC), "Monday at closing"
        assert contract.lines[0].ends_at == sunday
        monday = a_draft(a_wish(product, plan, start=datetime(2026, 11, 30, 9, tzinfo=UTC)))
        with pytest.raises(Conflict, match=r"availability\.none"):
            offers.send_offer(WORKER, monday)


def test_item_back_late_before_anybody_noticed_makes_way_for_the_next_booking(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 11, 23, 9, tzinfo=UTC)):
        product = a_product()
        plan = a_day_plan(product)
        an_item(product)
        contract = an_active(a_wish(product, plan, days=1))
        following = a_signed(a_wish(product, plan, start=datetime(2026, 11, 25, 12, tzinfo=UTC)))
    with scope(workshop), clock.travelled(datetime(2026, 11, 25, 13, tzinfo=UTC)):
        handovers.take_back(WORKER, again(contract).lines[0], Found())
        assert again(following).lines[0].is_at_risk
