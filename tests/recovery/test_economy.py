"""The ledger names its events and stands still when it is done twice; refurbishments and harvests, and what they leave in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select, text

from service_app import invariants
from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.charges.pricing import Price
from service_app.contracts.operations import money
from service_app.core import jobs
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.events import Event, timeline
from service_app.core.i18n import words
from service_app.items.models import ItemEntry
from service_app.items.operations import ledger_entry
from service_app.materials.models import MaterialLoad
from service_app.recovery import queries
from service_app.recovery.cascade import ranked
from service_app.recovery.operations import harvesting, ledger, lives, refurbishing
from service_app.recovery.operations import settings as settings_of
from service_app.recovery.operations.harvesting import Taken
from service_app.recovery.rates import BOUNDS, USUAL
from service_app.repairs import queries as repairs
from service_app.repairs.models import PartMove
from service_app.repairs.operations import stock, terms
from tests.factories.catalogue import a_product
from tests.factories.recovery import BENCH, EYES, a_graded, a_harvest, an_order
from tests.factories.rentals import again, an_active, an_item
from tests.factories.repairs import a_part, an_approved, an_option
from workers import sweeps


def entries(item) -> dict[str, Decimal]:
    """{event name and kind: amount} of a ledger."""
    rows = session().execute(
        select(Event.name, ItemEntry.kind, ItemEntry.amount)
        .join(Event, (Event.workshop_id == ItemEntry.workshop_id) & (Event.id == ItemEntry.event_id))
        .where(ItemEntry.item_id == item.id).order_by(ItemEntry.id)
    ).all()  # fmt: skip
    return {f"{name} {kind}": amount for name, kind, amount in rows}


def test_credits_and_waived_charges_come_off_by_reaction_and_the_backfill_enters_nothing_twice(
    scope, workshop, process
) -> None:
    with scope(workshop):
        contract = an_active()
        line = contract.lines[0]
        credits.make_credit(
            WORKER, charges.charges_of(contract.id)[0], Price(Decimal("5.25"), "service_credit", {}), "o:1"
        )
        assert list(entries(line.item)) == ["charge.made revenue"]
        assert ledger.catch_up() == 1, "what no job has entered yet, the backfill does"
        assert ledger.catch_up() == 0
    for channel in jobs.CHANNELS:
        sweeps.sweep(process, channel)
    with scope(workshop):
        item = again(line).item
        assert entries(item) == {"charge.made revenue": Decimal("90.00"), "credit.made revenue": Decimal("-5.25")}
        late = money.charge_line(WORKER, again(line), "late", "late:1", Price(Decimal(20), "late", {}))
        money.waive(WORKER, again(contract), late, "It snowed")
    for channel in jobs.CHANNELS:
        sweeps.sweep(process, channel)
    with scope(workshop):
        assert sum(row.amount for row in session().scalars(select(ItemEntry))) == Decimal("84.75")
        assert session().scalar(select(ItemEntry.amount).where(ItemEntry.amount == -20)) == Decimal(-20)
        assert ledger.catch_up() == 0
        assert list(invariants.broken()) == []


def test_an_event_enters_a_kind_of_a_thing_once_and_none_without_one(inside) -> None:
    item = an_item(a_product(), cost_amount=Decimal(1200))
    assert entries(item) == {"item.created acquisition": Decimal(-1200)}
    fact = timeline(item)[0].id
    assert not ledger_entry(item.id, date(2026, 10, 1), "acquisition", Decimal(1), "EUR", "another", event_id=fact)
    assert ledger_entry(item.id, date(2026, 10, 1), "grant", Decimal(200), "EUR", "grant", event_id=fact)
    economy = queries.economy_of(item)
    assert (economy.acquired, economy.recovered, economy.result) == (120_000, 20_000, -100_000)
    assert economy.retention == (20_000 + queries.value_of(item)) * 100 // 120_000


def test_a_refurbishment_shows_its_cost_warns_once_and_ends_in_a_new_loop(inside) -> None:
    item = a_graded("C")
    order, before = an_order(item), item.loops
    part = a_part(3, cost_amount=Decimal("120.00"))
    refurbishing.add_time(BENCH, order, 90)
    refurbishing.use_part(BENCH, order, part, 2)
    assert (order.status, order.cost_cents, part.on_hand) == ("working", 4_500 + 24_000, 1)
    assert order.left_cents == order.after_cents - order.before_cents - 28_500 > 0
    with pytest.raises(Conflict, match=r"part\.none_left"):
        refurbishing.use_part(BENCH, order, part, 2)
    while order.left_cents >= 0:
        refurbishing.add_time(BENCH, order, 1200)
    refurbishing.add_time(BENCH, order, 10)
    assert [fact.name for fact in timeline(order)].count("refurbishment.cost_passed") == 1
    with pytest.raises(Conflict, match=r"refurbishment\.steps_left"):
        refurbishing.finish_work(BENCH, order)
    for place in range(len(order.steps)):
        refurbishing.do_step(BENCH, order, place)
    refurbishing.finish_work(BENCH, order)
    assert (order.status, item.status, item.grade, item.loops) == ("done", "in_stock", "B", before + 1)
    assert entries(item)["refurbishment.done refurbishment"] == -queries.amount(order.cost_cents)
    assert queries.refurbish_cost(item, "B", queries.rates()) == (order.cost_cents, "history")
    assert list(invariants.broken()) == []


def test_another_person_checks_where_the_rule_says_so(inside) -> None:
    usual = repairs.terms()
    terms.set_terms(WORKER, {column.key: getattr(usual, column.key) for column in usual.__table__.columns
                             if column.key not in ("workshop_id", "id", "version")} | {"needs_second_pair": True})  # fmt: skip
    order = an_order()
    refurbishing.do_step(BENCH, order, len(order.steps) - 1)
    for place, step in enumerate(order.steps):
        if not step["by"]:
            refurbishing.do_step(BENCH, order, place)
    refurbishing.finish_work(BENCH, order)
    assert order.status == "check"
    with pytest.raises(Invalid, match=r"second_person"):
        refurbishing.check(BENCH, order, is_good=True)
    with pytest.raises(Invalid, match=r"reason_needed"):
        refurbishing.check(EYES, order, is_good=False)
    refurbishing.check(EYES, order, is_good=False, remark="It still rubs")
    refurbishing.finish_work(BENCH, order)
    refurbishing.check(EYES, order, is_good=True, grade="A")
    assert (order.status, order.item.grade, order.checked_by) == ("done", "A", EYES.name)
    assert order.after_cents == queries.value_of(order.item, "A"), "its value is counted anew"


def test_a_cancelled_refurbishment_stays_in_the_ledger_and_the_cascade_is_asked_again(inside) -> None:
    order = an_order()
    with pytest.raises(Conflict, match=r"life\.begun"):
        lives.choose(BENCH, order.item, "redeploy", reason_code="space")
    refurbishing.add_time(BENCH, order, 60)
    refurbishing.cancel(BENCH, order, "The frame is cracked")
    assert entries(order.item) == {"refurbishment.cancelled refurbishment": Decimal(-30)}
    lives.choose(BENCH, order.item, "redeploy", reason_code="space")
    assert order.item.status == "in_stock"


def test_the_rates_are_the_workshops_own_and_what_was_chosen_keeps_its_amounts(inside) -> None:
    item = a_graded("C")
    before = queries.inputs_of(item, queries.line_of(item))
    life = lives.choose(BENCH, item, "refurbish", reason_code="promise")
    refurbishing.cancel(BENCH, queries.open_refurbishment_of(item), "Not now")
    usual = {name: getattr(USUAL, name) for name in (*BOUNDS, "target")}
    for wrong, code in (({"share_b": 81}, "order"), ({"used_share": 101}, "out_of_range"), ({"target": "D"}, "unknown"),
                        ({"loops_a": None}, "out_of_range")):  # fmt: skip
        with pytest.raises(Invalid, match=code):
            settings_of.set_rates(WORKER, 0, usual | wrong)
    row = settings_of.set_rates(WORKER, 0, usual | {"share_c": 50, "target": "A", "transport_cents": 0})
    with pytest.raises(Conflict, match=r"version\.stale"):
        settings_of.set_rates(WORKER, 0, usual)
    after = queries.inputs_of(item)
    assert (after.value_now, after.grade_after, after.transport) == (before.value_now * 50 // 35, "A", 0)
    assert (before.rates_version, after.rates_version) == (0, row.version)
    assert life.inputs == before.to_json(), "it stands as it was asked"
    fact = timeline(row)[0]
    assert (fact.data["rates"]["share_c"], fact.data["version"]) == ([35, 50], row.version)
    assert queries.economy_of(item).now == after.value_now


def test_lower_than_the_best_asks_for_a_reason_of_the_list(inside) -> None:
    item = a_graded("B")
    best = ranked(queries.inputs_of(item, queries.line_of(item)))[0].step
    assert best == "redeploy"
    for code in ("", "whim"):
        with pytest.raises(Invalid, match=r"life\.reason"):
            lives.choose(BENCH, item, "donate", reason_code=code)
    with pytest.raises(Conflict, match=r"life\.other_best"):
        lives.choose(BENCH, item, "redeploy", seen="recycle")
    said = {"fr": "Un coup de tête", "nl": "Een bevlieging", "en": "A whim"}
    with pytest.raises(Invalid, match=r"field\.required"):
        lives.save_reason(WORKER, "whim", said | {"nl": " "})
    lives.save_reason(WORKER, "whim", said)
    assert words(queries.reasons()["whim"]) in said.values()
    life = lives.choose(BENCH, item, "donate", reason_code="whim", remark="For the school")
    assert (life.best, life.chosen, life.reason_code) == ("redeploy", "donate", "whim")
    assert (item.status, queries.in_hand(item)) == ("retired", None)
    assert entries(item) == {"next_life.chosen transport": Decimal(-20)}
    fact = next(each for each in timeline(item) if each.name == "next_life.chosen")
    assert fact.data["reason"] == "whim"
    lives.save_reason(WORKER, "space", said, is_active=False)
    assert "space" not in queries.reasons()


def test_a_harvested_part_is_on_the_shelf_with_its_donor_hours_and_test(inside) -> None:
    harvest, part = a_harvest()
    other = a_part(0, name="Saddle")
    with pytest.raises(Invalid, match=r"harvest\.no_fit"):
        harvesting.take_out(BENCH, harvest, other, Taken(500))
    harvesting.take_out(BENCH, harvest, part, Taken(4_000, 1_250, "passed", "SN-9", 12))
    harvesting.take_out(BENCH, harvest, part, Taken(4_000, 1_250, "failed"))
    moves = session().scalars(select(PartMove).where(PartMove.part_id == part.id)).all()
    assert [(move.donor.tag, move.serial, move.minutes) for move in moves] == [(harvest.item.tag, "SN-9", 12)]
    assert "1250 h passed" in moves[0].remark
    assert part.on_hand == 1, "what failed stays with the rest"
    assert [fit.product for fit in queries.fits_of(part)] == [harvest.item.product]
    with pytest.raises(Invalid, match=r"harvest\.mass"):
        harvesting.close(BENCH, harvest, 30_000, lives.open_batch(BENCH))
    with pytest.raises(Invalid, match=r"batch\.balance"):
        harvesting.close(BENCH, harvest, 28_000, lives.open_batch(BENCH))
    harvesting.close(BENCH, harvest, 28_800, lives.open_batch(BENCH))
    assert (harvest.rest_g, harvest.loss_g, harvest.item.status) == (28_800, 200, "retired")
    assert session().scalars(select(MaterialLoad.mass_g)).one() == 28_800
    assert entries(harvest.item) == {"harvest.closed material_credit": Decimal("2.52")}
    with pytest.raises(Conflict, match=r"harvest\.closed"):
        harvesting.take_out(BENCH, harvest, part, Taken(1))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    mass_g=some.integers(1, 60_000),
    parts=some.lists(
        some.tuples(some.integers(1, 20_000), some.sampled_from(["passed", "untested", "failed"])), max_size=4
    ),
    rest_g=some.integers(0, 60_000),
)
def test_a_harvest_loses_no_gram(inside, mass_g: int, parts: list[tuple[int, str]], rest_g: int) -> None:
    """Whatever is typed: it is refused, or what went in is what came out, what is left and what is lost."""
    with session().begin_nested() as nested:
        harvest, part = a_harvest(mass_g=mass_g)
        for part_g, test in parts:
            left = harvest.in_g - sum(row.mass_g for row in harvest.parts)
            if part_g > left:
                with pytest.raises(Invalid, match=r"harvest\.mass"):
                    harvesting.take_out(BENCH, harvest, part, Taken(part_g, test=test))
            else:
                harvesting.take_out(BENCH, harvest, part, Taken(part_g, test=test))
        out_g = harvesting.out_g(harvest)
        if rest_g > harvest.in_g - out_g:
            with pytest.raises(Invalid, match=r"harvest\.mass"):
                harvesting.close(BENCH, harvest, rest_g, lives.open_batch(BENCH))
        else:
            lost_g = harvest.in_g - out_g - rest_g
            if lost_g > max(500, harvest.in_g // 50):
                with pytest.raises(Invalid, match=r"batch\.balance"):
                    harvesting.close(BENCH, harvest, rest_g, lives.open_batch(BENCH), "  ")
            harvesting.close(BENCH, harvest, rest_g, lives.open_batch(BENCH), "Oil ran out" if lost_g > 500 else "")
            assert harvest.in_g == harvesting.out_g(harvest) + harvest.rest_g + harvest.loss_g
            assert sum(session().scalars(select(MaterialLoad.mass_g)).all()) == rest_g
            assert part.on_hand == sum(row.is_shelved for row in harvest.parts)
        nested.rollback()


def test_entries_of_before_find_their_events_and_the_rest_get_one(scope, workshop, admin) -> None:
    migration = import_module("migrations.versions.0035_recovery")
    with scope(workshop):
        contract = an_active()
        item = contract.lines[0].item
        bought = an_item(a_product(), cost_amount=Decimal(300))
        loose = an_item(a_product())
        ledger_entry(loose.id, date(2026, 1, 2), "grant", Decimal(50), "EUR", "by hand", event_id=timeline(loose)[0].id)
        before = {row.source: row.event_id for row in session().scalars(select(ItemEntry))}
    for _twice in range(2):
        with admin.begin() as connection:
            connection.execute(text("ALTER TABLE item_entry DISABLE TRIGGER append_only"))
            connection.execute(text("ALTER TABLE item_entry ALTER COLUMN event_id DROP NOT NULL"))
            if not _twice:
                connection.execute(text("UPDATE item_entry SET event_id = NULL"))
            for statement in (*migration.FIND_FACTS, *migration.MAKE_FACTS):
                connection.execute(text(statement))
            connection.execute(text("ALTER TABLE item_entry ALTER COLUMN event_id SET NOT NULL"))
            connection.execute(text("ALTER TABLE item_entry ENABLE TRIGGER append_only"))
        with scope(workshop):
            found = {row.source: row.event_id for row in session().scalars(select(ItemEntry))}
            assert {key: found[key] for key in found if key != "by hand"} == {
                key: before[key] for key in before if key != "by hand"
            }
            assert session().get_one(Event, (workshop.id, found["by hand"])).name == "item.entered"
            assert [fact.name for fact in timeline(loose)].count("item.entered") == 1
            assert entries(bought) == {"item.created acquisition": Decimal(-300)}
            assert "charge.made revenue" in entries(item)
            assert list(invariants.broken()) == []


def test_a_part_of_a_case_is_not_taken_for_a_refurbishment(inside) -> None:
    part = a_part(1)
    an_approved(an_option(part))
    with pytest.raises(Conflict, match=r"part\.none_left"):
        stock.draw_part(BENCH, part, 1, an_item(a_product()), "RF-1")
