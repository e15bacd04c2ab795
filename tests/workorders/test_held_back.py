"""What late care or a recall holds back: by which doors it would go out, how long it stays, and how it is let go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service_app.contracts.models import Contract
from service_app.contracts.operations import handovers, kits, lateness, loans, money, swaps
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.offers import Signing
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.items.models import Item
from service_app.items.operations import join_kit
from service_app.recovery import queries as recovery
from service_app.recovery.models import Passing
from service_app.recovery.operations import lives, passings
from service_app.recovery.operations.passings import Word
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.recovery import BENCH, a_graded
from tests.factories.rentals import a_signed, a_wish, an_active, an_item, free_item, hand_all_over

Door = Callable[[int], tuple[Item, Callable[[], object]]]


def _counter(_other: int) -> tuple[Item, Callable[[], object]]:
    contract = a_signed()
    if money.balance(contract).deposit_due:
        money.receive_deposit(WORKER, contract, "card")
    line = contract.lines[0]
    item = free_item(line)
    return item, lambda: handovers.hand_over(WORKER, line, item, Found(customer_name="Nora"))


def _loan(_other: int) -> tuple[Item, Callable[[], object]]:
    product = a_product()
    a_day_plan(product)
    item, customer = an_item(product), a_customer()
    return item, lambda: loans.lend(WORKER, customer, item, Signing("Nora"))


def _swap(mode: str) -> Door:
    def door(_other: int) -> tuple[Item, Callable[[], object]]:
        line = an_active().lines[0]
        spare = select(Item).where(Item.product_id == line.product_id, Item.status == "in_stock")
        item = session().scalars(spare).one()
        return item, lambda: swaps.swap_item(WORKER, line, ANEW, item=item, reason="defect", mode=mode)

    return door


def _with_part() -> tuple[Item, Item, Contract]:
    """(a kit, its battery, an agreement by which the kit may go out now)."""
    kit, part = an_item(a_product()), an_item(a_product())
    join_kit(WORKER, part, kit)
    return kit, part, a_signed(a_wish(kit.product, a_day_plan(kit.product), start=clock.now()))


def _in_a_kit(_other: int) -> tuple[Item, Callable[[], object]]:
    _kit, part, contract = _with_part()
    return part, lambda: hand_all_over(contract)


def _as_a_component(_other: int) -> tuple[Item, Callable[[], object]]:
    _kit, part, contract = _with_part()
    hand_all_over(contract)
    line, item = contract.lines[0], an_item(part.product)
    return item, lambda: kits.swap_component(WORKER, line, ANEW, component=part, item=item)


def _planned() -> Passing:
    item = a_graded("C")
    lives.choose(BENCH, item, "other_member", reason_code="demand")
    row = recovery.open_passing_of(item)
    assert row is not None
    return row


def _to_a_member(other: int) -> tuple[Item, Callable[[], object]]:
    row = _planned()
    assert row.item is not None
    return row.item, lambda: passings.offer(BENCH, row, other, 25_000)


def _given_away(_other: int) -> tuple[Item, Callable[[], object]]:
    item = a_graded("C")
    return item, lambda: lives.choose(BENCH, item, "donate", reason_code="demand")


DOORS = {
    "counter": _counter,
    "loan": _loan,
    "swap": _swap("simultaneous"),
    "swap in advance": _swap("advance"),
    "swap for later": _swap("return_first"),
    "in a kit": _in_a_kit,
    "as a component": _as_a_component,
    "to another member": _to_a_member,
    "given away": _given_away,
}


@pytest.mark.parametrize("severity", ["stop_lending", "stop_use"])
@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS.keys())
def test_held_back_thing_goes_out_by_no_door(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, door: Door, severity: str
) -> None:
    with scope(workshop):
        item, go = door(other_workshop.id)
        item.held_back = severity
        session().flush()
        with pytest.raises(Conflict, match=r"handover\.held_back"), session().begin_nested():
            go()
        item.held_back = ""
        session().flush()
        go()


def test_what_is_held_back_after_it_was_offered_is_not_let_go_to_another_member(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        row = _planned()
        passings.offer(BENCH, row, other_workshop.id, 25_000)
        assert row.item is not None
        row.item.held_back = "stop_use"
        session().flush()
        assert passings.heard(Word("agree", row.key, other_workshop.id, workshop.id, {})) is None
        assert (row.status, row.item.status) == ("withdrawn", "on_bench")


def test_what_is_held_back_and_promised_for_tomorrow_makes_way(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        an_item(product)
        soon = clock.now() + timedelta(hours=12)
        line = a_signed(a_wish(product, a_day_plan(product), start=soon)).lines[0]
        held = free_item(line)
        held.held_back = "stop_lending"
        session().flush()
        assert lateness.clear_benches(WORKER) == 1
        other = free_item(line)
        assert (other.id != held.id, line.is_at_risk) == (True, False)
        other.held_back = "stop_use"
        session().flush()
        assert lateness.clear_benches(WORKER) == 1
        assert line.is_at_risk, "nothing else is free: it is said on the page of the day"
        other.held_back = ""
        session().flush()
        assert (lateness.rescue_lines(WORKER), free_item(line).id) == (1, other.id)
