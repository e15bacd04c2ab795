"""What comes in: the driver's hand and ours, differences, what is not ours, data, contamination (workflow 5.5, 8 and 9)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from service_app import invariants
from service_app.contracts.models import ContractLine
from service_app.contracts.operations import swaps
from service_app.contracts.operations.acts import ANEW
from service_app.core import clock, events, jobs
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.events import timeline
from service_app.items.models import Item
from service_app.items.queries import get_item
from service_app.materials.models import MaterialBatch
from service_app.recovery import queries
from service_app.recovery.cascade import ranked
from service_app.recovery.models import CustodyStretch
from service_app.recovery.operations import hands, intake, lives
from service_app.recovery.operations.intake import Look
from service_app.rounds.models import Round
from service_app.rounds.operations import days
from service_app.takebacks import fetching
from service_app.takebacks import operations as takebacks
from service_app.takebacks import queries as of_takebacks
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.portal import a_subscription
from tests.factories.recovery import BENCH, SOUND, a_collected, a_graded, an_intake
from tests.factories.rentals import a_wish, again, an_active, an_item
from tests.factories.rounds import DISPATCHER, a_vehicle
from tests.factories.takebacks import a_route, a_scheduled, a_takeback, an_ask
from workers import sweeps


def test_custody_moves_from_the_customer_over_the_driver_to_the_hub(scope, workshop, process) -> None:
    with scope(workshop):
        a_route()
        contract = an_active()
        line = contract.lines[0]
        takeback = takebacks.ask(WORKER, contract.customer, an_ask(), source="contract", item=line.item)
        takebacks.hold_window(WORKER, takeback, of_takebacks.windows_for(takeback)[0].start)
        takebacks.confirm(WORKER, takeback)
        takebacks.collected(WORKER, takeback.id)
        tag, reference = line.item.tag, takeback.reference
    for _twice in range(2):
        for channel in jobs.CHANNELS:
            sweeps.sweep(process, channel)
    with scope(workshop):
        assert queries.in_hand(get_item(tag)).hand == "driver"
        opened = intake.open_intake(BENCH, of_takebacks.get_takeback(reference))
        assert intake.open_intake(BENCH, of_takebacks.get_takeback(reference)).id == opened.id, "taken in once"
        found = intake.scan(BENCH, opened, tag)
        assert intake.scan(BENCH, opened, tag).id == found.id, "scanned twice is scanned once"
        item = get_item(tag)
        assert (item.status, item.custodian_customer_id, queries.in_hand(item).hand) == ("to_inspect", None, "hub")
        with pytest.raises(Conflict, match=r"life\.inspect_first"):
            lives.choose(BENCH, item, "redeploy")
        intake.look_at(BENCH, opened, found, Look("ok", "B", 2_100))
        assert (item.status, item.grade, item.loops) == ("on_bench", "B", 1), "inspected with the look"
        assert session().scalars(select(ContractLine.status).where(ContractLine.item_id == item.id)).one() == "closed"
        assert intake.close(BENCH, opened) == []
        assert of_takebacks.get_takeback(reference).came_g == 2_100
        assert list(invariants.broken()) == []


def test_differences_between_announced_and_received_stay_readable(inside) -> None:
    contract = an_active(*_two_wishes())
    opened = intake.open_intake(BENCH, contract)
    first, second = opened.lines
    stranger = an_item(a_product())
    intake.look_at(BENCH, opened, intake.scan(BENCH, opened, first.item.tag), Look("damaged", "D"))
    intake.look_at(BENCH, opened, intake.scan(BENCH, opened, stranger.tag), SOUND)
    with pytest.raises(Conflict, match=r"intake\.not_here"):
        intake.look_at(BENCH, opened, second, SOUND)
    unseen = intake.put_down(BENCH, opened, "A pram")
    with pytest.raises(Conflict, match=r"intake\.look"):
        intake.close(BENCH, opened)
    intake.look_at(BENCH, opened, unseen, Look("ok"))
    intake.close(BENCH, opened)
    assert [line.difference for line in opened.lines] == ["damaged", "missing", "extra", "extra"]
    assert second.item.status == "out", "what did not come is still out"
    assert first.item.status == "to_inspect", "damage gets its price at the inspection"
    with pytest.raises(Conflict, match=r"intake\.closed"):
        intake.scan(BENCH, opened, second.item.tag)


def _two_wishes():
    product = a_product()
    plan = a_day_plan(product)
    an_item(product)
    an_item(product)
    return a_wish(product, plan), a_wish(product, plan)


def test_what_is_not_ours_is_given_back_or_becomes_ours(inside) -> None:
    opened = an_intake()
    with pytest.raises(Invalid, match=r"intake\.code"):
        intake.scan(BENCH, opened, " ")
    unknown = intake.scan(BENCH, opened, "SOMEBODY-7")
    assert intake.scan(BENCH, opened, "somebody-7").id == unknown.id
    assert unknown.item is None
    intake.give_back(BENCH, opened, unknown, "Nora Lemmens")
    with pytest.raises(Conflict, match=r"intake\.not_here"):
        intake.adopt(BENCH, opened, unknown, a_product())
    lamp = intake.put_down(BENCH, opened, "A lamp")
    item = intake.adopt(BENCH, opened, lamp, a_product())
    assert (item.status, item.owner_name, queries.in_hand(item).hand) == ("on_bench", None, "hub")
    with pytest.raises(Conflict, match=r"intake\.ours"):
        intake.give_back(BENCH, opened, lamp, "Nora")


def test_a_data_bearing_thing_goes_nowhere_before_it_is_wiped_under_a_certificate(inside) -> None:
    item = a_graded("B", hazards=("data",))
    line = queries.line_of(item)
    with pytest.raises(Conflict, match=r"life\.blocked"):
        lives.choose(BENCH, item, "redeploy", reason_code="demand")
    number = intake.wipe(BENCH, line.intake, line, "Ann")
    assert number.startswith("WIPE-")
    assert intake.wipe(BENCH, line.intake, line, "Bob") == number, "one certificate"
    lives.choose(BENCH, item, "redeploy", reason_code="demand")
    plain = a_graded("B")
    other = queries.line_of(plain)
    with pytest.raises(Conflict, match=r"intake\.no_data"):
        intake.wipe(BENCH, other.intake, other, "Ann")


def test_a_contaminated_load_is_in_quarantine_and_only_recycled(inside) -> None:
    item = a_graded("B", mass_g=None)
    line = queries.line_of(item)
    with pytest.raises(Conflict, match=r"intake\.weigh"):
        intake.quarantine(BENCH, line.intake, line, "Oil")
    intake.look_at(BENCH, line.intake, line, Look("ok", "B", 12_000))
    intake.quarantine(BENCH, line.intake, line, "Oil on everything")
    batch = session().scalars(select(MaterialBatch)).one()
    assert (batch.id, batch.quarantine) == (line.batch_id, "Oil on everything")
    assert [each.step for each in ranked(queries.inputs_of(item, line)) if not each.blocked] == ["recycle"]
    lives.choose(BENCH, item, "recycle")
    assert item.status == "retired"
    assert session().scalars(select(MaterialBatch)).one() == batch, "its mass is in that batch already"


def test_what_is_not_coming_and_scales_in_another_unit_are_refused(inside) -> None:
    a_route()
    takeback = a_collected(customer=a_customer())
    with pytest.raises(Conflict, match=r"intake\.not_coming"):
        intake.open_intake(BENCH, a_takeback(postcode="1081", street="Quai 9"))
    opened = intake.open_intake(BENCH, takeback)
    line = intake.tick(BENCH, opened, opened.lines[0])
    with pytest.raises(Invalid, match=r"takeback\.load"):
        intake.look_at(BENCH, opened, line, Look("ok", "C", 0))
    intake.look_at(BENCH, opened, line, Look("ok", "C", 2_000_000))
    with pytest.raises(Invalid, match=r"takeback\.scale"):
        intake.close(BENCH, opened)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(some.lists(some.sampled_from(["driver", "hub", "let go"]), min_size=1, max_size=8))
def test_custody_is_never_in_two_hands(inside, moves: list[str]) -> None:
    with session().begin_nested() as nested:
        item = an_item(a_product())
        expected: list[str] = []
        for hand in moves:
            if hand == "let go":
                hands.let_go(item)
                expected.append("")
            else:
                hands.pass_to(item, hand, _newest_event(item))
                expected.append(hand)
            held = queries.in_hand(item)
            assert (held.hand if held is not None else "") == expected[-1]
        open_now = (
            session()
            .scalars(select(CustodyStretch).where(CustodyStretch.item_id == item.id, CustodyStretch.until_at.is_(None)))
            .all()
        )
        assert len(open_now) == bool(expected[-1])
        nested.rollback()


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    some.lists(some.sampled_from(["fetched", "told again", "handed on", "scanned", "chosen"]), min_size=2, max_size=9)
)
def test_custody_is_never_in_two_hands_over_rounds_either(inside, acts: list[str]) -> None:
    """Fetched by a round, told twice or by the round that took over, scanned here before or after it was told."""
    with session().begin_nested() as nested:
        customer, item = a_customer(), an_item(a_product())
        told: list[int] = []
        expected = ""
        for act in acts:
            if act in ("fetched", "handed on"):
                told.append(events.record("takeback.collected", WORKER, [customer, item], {}))
            if act in ("fetched", "handed on", "told again") and told:
                hands.hear({"item_id": item.id, "event_id": told[-1]})
                expected = expected or "driver"
            elif act == "scanned":
                intake.scan(BENCH, intake.open_intake(BENCH), item.tag)
                expected = "hub"
            elif act == "chosen" and expected == "hub":
                break
            held = queries.in_hand(item)
            assert (held.hand if held is not None else "") == expected, act
        rows = session().scalars(
            select(CustodyStretch).where(CustodyStretch.item_id == item.id).order_by(CustodyStretch.id)
        ).all()  # fmt: skip
        assert sum(row.until_at is None for row in rows) <= 1
        for one, other in itertools.pairwise(rows):
            assert one.until_at is not None
            assert one.since_at <= one.until_at <= other.since_at
        nested.rollback()


def _newest_event(item: Item) -> int:
    return timeline(item)[0].id


def test_a_round_announces_what_its_driver_fetched_and_each_comes_in_once(inside) -> None:
    a_route()
    asked = [a_scheduled(street=street) for street in ("Rue Haute 1", "Rue Haute 2", "Rue Haute 3")]
    for takeback in asked:
        fetching.order_for(takeback.id)
    a_vehicle()
    days.plan_day(DISPATCHER, clock.local(asked[0].window_start, "Europe/Brussels").date(), seconds=0.2)
    ride = session().scalars(select(Round)).one()
    first, second, missed = asked
    for takeback in (first, second):
        takebacks.collected(WORKER, takeback.id)
    own = intake.open_intake(BENCH, second)
    opened = intake.open_intake(BENCH, ride)
    assert (opened.source, opened.round_id, opened.customer_id) == ("round", ride.id, None)
    assert [line.takeback_id for line in opened.lines] == [first.id], "neither twice, nor what nobody fetched"
    line = intake.tick(BENCH, opened, opened.lines[0])
    intake.look_at(BENCH, opened, line, Look("damaged", "", 2_000))
    assert [each.difference for each in intake.close(BENCH, opened)] == ["damaged"]
    assert (first.status, first.came_g) == ("received", 2_000)
    assert own.lines[0].takeback_id == second.id
    assert (second.status, missed.status) == ("collected", "scheduled")


def _spare(line: ContractLine) -> Item:
    found = select(Item).where(Item.product_id == line.product_id, Item.status == "in_stock")
    return session().scalars(found.order_by(Item.id)).first()


@pytest.mark.parametrize("mode", ["simultaneous", "advance"])
def test_after_a_swap_only_the_old_thing_is_announced(inside, mode: str) -> None:
    contract = a_subscription()
    old = contract.lines[0]
    thing = old.item
    swaps.swap_item(WORKER, old, ANEW, item=_spare(old), reason="defect", mode=mode)
    opened = intake.open_intake(BENCH, again(contract))
    assert [line.item.tag for line in opened.lines] == [thing.tag], "its successor stays where it is"
    intake.look_at(BENCH, opened, intake.scan(BENCH, opened, thing.tag), Look("ok", "C", 33_000))
    assert intake.close(BENCH, opened) == []
    assert (thing.status, again(contract).status) == ("on_bench", "active")
    assert [line.status for line in again(contract).lines] == ["closed", "out"]


def test_what_a_customer_holds_is_in_no_hand_of_ours_until_it_is_fetched(inside) -> None:
    a_route()
    contract = an_active()
    item = contract.lines[0].item
    held = (item.custodian_customer_id, queries.in_hand(item))
    assert held == (contract.customer_id, None)
    takeback = takebacks.ask(WORKER, contract.customer, an_ask(), source="contract", item=item)
    takebacks.hold_window(WORKER, takeback, of_takebacks.windows_for(takeback)[0].start)
    takebacks.confirm(WORKER, takeback)
    assert queries.in_hand(item) is None, "agreed is not fetched"
    takebacks.collected(WORKER, takeback.id)
    hands.hear({"item_id": item.id, "event_id": _newest_event(item)})
    assert queries.in_hand(item).hand == "driver"
    assert list(invariants.broken()) == []
    opened = intake.open_intake(BENCH, takeback)
    intake.scan(BENCH, opened, item.tag)
    assert (item.custodian_customer_id, queries.in_hand(item).hand) == (None, "hub")
    lost = an_item(a_product())
    with pytest.raises(IntegrityError, match="one_hand"), session().begin_nested():
        for hand in ("driver", "hub"):
            session().add(
                CustodyStretch(item_id=lost.id, hand=hand, event_id=_newest_event(lost), since_at=clock.now())
            )
        session().flush()
