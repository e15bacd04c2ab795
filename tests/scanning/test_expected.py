"""What a thing expects now: each state, each role, and a thing of a kit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service_app.contracts.operations import handovers
from service_app.contracts.operations.handovers import Found
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.items import operations as items
from service_app.items.models import Item
from service_app.scanning import queries
from service_app.scanning.expected import next_step
from service_app.scanning.operations import whereabouts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.contracts.test_kits import a_kit, out_with
from tests.factories.scanning import ZONE, a_bike, back, lost, out, overdue, to_fetch


def expected(item: Item, role: str = "owner") -> tuple[str, bool]:
    step = next_step(access.staff("Test", 1, role), item, ZONE)
    return (step.act, step.is_allowed) if step is not None else ("", False)


def test_each_state_expects_its_act(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        reserved, gone, late, looked_at, lost_one, free = (a_bike() for _each in range(6))
        to_fetch(reserved)
        out(gone)
        overdue(late, 2)
        back(looked_at)
        lost(lost_one)
        benched, missing, retired = (a_bike() for _each in range(3))
        items.put_on_bench(WORKER, benched)
        whereabouts.lose_item(WORKER, missing)
        items.retire_item(WORKER, retired, "worn out")
        told = [
            expected(item)[0] for item in (reserved, gone, late, looked_at, lost_one, free, benched, missing, retired)
        ]
        assert told == [
            "hand_over", "take_back", "take_back", "inspect", "found", "contract", "in_stock", "here", "",
        ]  # fmt: skip


def test_reserved_for_another_day_is_free_today_and_says_when_it_goes_out(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        item = a_bike()
        contract = to_fetch(item, start=clock.now() + timedelta(days=9))
        assert expected(item)[0] == "contract"
        booking = queries.next_booking(item)
        assert booking is not None
        assert booking.contract_line_id == contract.lines[0].id


def test_not_fetched_yesterday_is_still_to_be_handed_over(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        item = a_bike()
        with clock.travelled(clock.now() - timedelta(days=1)):
            to_fetch(item)
        assert expected(item)[0] == "hand_over"


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("counter", [("hand_over", True), ("take_back", True), ("inspect", True), ("contract", True)]),
        ("technician", [("hand_over", True), ("take_back", True), ("inspect", True), ("move", True)]),
        ("driver", [("hand_over", True), ("take_back", True), ("inspect", False), ("contract", False)]),
        ("auditor", [("hand_over", False), ("take_back", False), ("inspect", False), ("contract", False)]),
    ],
)
def test_role_decides_what_may_be_done(
    role: str, told: list[tuple[str, bool]], workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        reserved, gone, looked_at, free = (a_bike() for _each in range(4))
        to_fetch(reserved)
        out(gone)
        back(looked_at)
        assert [expected(item, role) for item in (reserved, gone, looked_at, free)] == told


def test_component_expects_what_its_kit_expects(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        kit, parts = a_kit()
        contract = out_with(kit)
        step = next_step(WORKER, parts[0], ZONE)
        assert step is not None
        assert (step.act, step.item.id, step.line) == ("take_back", kit.id, contract.lines[0])
        handovers.take_back(WORKER, contract.lines[0], Found(missing=(parts[1].tag,)))
        step = next_step(WORKER, parts[1], ZONE)
        assert step is not None
        assert (step.act, step.line) == ("find_component", contract.lines[0])
