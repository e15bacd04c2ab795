"""How often it comes right: the interval against published figures, the rungs, and one statement for an answer."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as any_of
from sqlalchemy import Engine, event

from service_app.core.db import Database, session
from service_app.repairlog import chance, queries
from service_app.repairlog.chance import ENOUGH, Counted, Tally
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.counting import counted_statements
from tests.factories.repairlog import own, owns, past


@pytest.mark.parametrize(
    ("successes", "size", "low", "high"),
    [
        # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
        # table I, method 3 (score without continuity correction).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_that_of_wilson(successes: int, size: int, low: float, high: float) -> None:
    found = chance.wilson(successes, size)
    assert found == (pytest.approx(low, abs=0.00006), pytest.approx(high, abs=0.00006))


@given(size=any_of.integers(1, 100_000), part=any_of.floats(0, 1))
def test_the_interval_holds_the_share_and_stays_within_nought_and_one(size: int, part: float) -> None:
    successes = round(part * size)
    low, high = chance.wilson(successes, size)
    assert 0 <= low <= successes / size + 1e-12
    assert successes / size - 1e-12 <= high <= 1
    other_low, other_high = chance.wilson(size - successes, size)
    assert math.isclose(low, 1 - other_high, abs_tol=1e-9)
    assert math.isclose(high, 1 - other_low, abs_tol=1e-9)


def test_of_nothing_nothing_is_known() -> None:
    assert chance.wilson(0, 0) == (0.0, 1.0)
    assert chance.answer({}) is None


@pytest.mark.parametrize(
    ("age", "band"),
    [(None, None), (-1, None), (0, 0), (Decimal("0.5"), 0), (2.9, 0), (3, 1), (6, 2), (10, 2), (11, 3), (20, 3), (21, 4), (121, 4)],
)  # fmt: skip
def test_ages_fall_into_bands(age: Decimal | float | None, band: int | None) -> None:
    assert chance.band_of(age) == band


def test_the_closest_rung_with_enough_answers_and_ours_alone_where_they_are_enough() -> None:
    few, enough = Tally(fixed=ENOUGH - 1), Tally(fixed=ENOUGH)
    rungs = chance.rungs_for(14, True, True)
    assert rungs == ("category_brand_age", "category_age", "category", "all")

    def said(**counted: Counted) -> tuple[str, str] | None:
        found = chance.answer(counted, rungs)
        return (found.rung, found.basis) if found else None

    assert said(category_brand_age=Counted(open=enough), category=Counted(own=enough)) == ("category_brand_age", "both")
    assert said(category_brand_age=Counted(own=enough, open=enough)) == ("category_brand_age", "own")
    assert said(category_brand_age=Counted(own=few, open=Tally(end_of_life=1))) == ("category_brand_age", "both")
    assert said(category_age=Counted(open=few), category=Counted(open=few), all=Counted(open=enough)) == ("all", "both")
    assert said(category=Counted(open=few)) == ("category", "both")


def test_what_is_not_known_of_a_thing_is_not_compared() -> None:
    assert chance.rungs_for(14, True, False) == ("category_brand", "category", "all")
    assert chance.rungs_for(14, False, True) == ("category_age", "category", "all")
    assert chance.rungs_for(None, False, False) == ("category",)


def test_the_ladder_over_real_rows(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        assert queries.chance_of(14, "Philips", 4) is None
        past(fixed=40, end_of_life=10, begin=1, brand="Philips", product_age="4")
        past(fixed=5, end_of_life=35, begin=100, brand="Tefal", product_age="4")
        past(fixed=10, end_of_life=10, begin=200, brand="Tefal", product_age="15")
        past(fixed=90, begin=300, product_category="Lamp")

        def answered(*wish: object) -> tuple[str, int, int]:
            found = queries.chance_of(*wish)  # type: ignore[arg-type]
            assert found is not None
            return found.rung, found.tally.fixed, found.tally.size

        assert answered(14, "PHILIPS", Decimal("4.5")) == ("category_brand_age", 40, 50)
        assert answered(14, "Philips", 15) == ("category", 55, 110)
        assert answered(14, "Tefal") == ("category_brand", 15, 60)
        assert answered(14, "nobody", 4) == ("category_age", 45, 90)
        assert answered(14, "onbekend") == ("category", 55, 110)
        assert answered(31, "Philips", 4) == ("all", 145, 200)


def test_ours_and_open_data_are_told_apart(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        past(fixed=20, end_of_life=20)
        owns((f"R-{number}" for number in range(10)), product_category_id=14)
        found = queries.chance_of(14)
        assert found is not None
        assert (found.basis, found.counted.own, found.counted.open) == ("both", Tally(10), Tally(20, 0, 20))
        owns((f"R-{number}" for number in range(10, ENOUGH)), "End of life", product_category_id=14)
        found = queries.chance_of(14)
        assert found is not None
        assert (found.basis, found.tally) == ("own", Tally(10, 0, ENOUGH - 10))


def test_a_repair_whose_end_nobody_knows_says_nothing(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        past(fixed=3, repairable=1)
        own("R-1", "Unknown", product_category_id=14)
        found = queries.chance_of(14)
        assert found is not None
        assert found.is_thin
        assert found.tally == Tally(3, 1, 0)
        assert queries.sources().unknown == 1


def test_a_bicycle_is_never_compared_with_kettles(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        past(fixed=50)
        assert queries.chance_of(None) is None
        own("R-1", brand="Omnium")
        found = queries.chance_of(None, "Omnium")
        assert found is not None
        assert (found.rung, found.tally.size) == ("category", 1)


def test_another_workshops_history_does_not_count(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped
) -> None:  # fmt: skip
    with scope(other_workshop):
        past(fixed=60)
        own("R-1", product_category_id=14)
    with scope(workshop):
        assert queries.chance_of(14) is None
        assert queries.by_category() == []
        past(fixed=1)
        assert queries.chance_of(14).tally.size == 1  # type: ignore[union-attr]


def test_an_answer_is_one_statement_that_reads_an_index(workshop: Workshop, scope: Scoped, database: Database) -> None:
    with scope(workshop):
        past(fixed=40)
    with scope(workshop), counted_statements(database.engine) as sent:
        queries.chance_of(14, "Philips", 4)
    assert len([each for each in sent if "past_repair" in each]) == 1
    assert len(sent) <= 2, "the scope, and the question"


def test_the_question_goes_by_the_index_and_asks_of_all_only_where_the_category_has_too_few(
    workshop: Workshop, scope: Scoped, admin: Engine
) -> None:
    with scope(workshop):
        past(fixed=1500, begin=1)
        for place, name in enumerate(("Lamp", "Toy", "Iron", "Vacuum")):
            past(fixed=1500, begin=10_000 * (place + 1), product_category=name)
    with admin.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE past_repair")
    with scope(workshop):
        enough, too_few = _explained(14), _explained(19)
    assert "using ix_past_repair_chance" in enough or "Bitmap Index Scan on ix_past_repair_chance" in enough, enough
    assert "never executed" in enough, enough
    assert "never executed" not in too_few, too_few


def _explained(category_id: int) -> str:
    """The plan of the statement that `chance_of` sends, as it went."""
    sent: list[tuple[str, Any]] = []
    engine = session().get_bind()

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        sent.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    queries.chance_of(category_id, "Philips", 4)
    event.remove(engine, "before_cursor_execute", note)
    question, values = sent[-1]  # before it, the transaction said which workshop it is of
    answer = session().connection().exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF) {question}", values)
    return "\n".join(answer.scalars())


def test_figures_by_category_and_by_what_stood_in_the_way(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        past(fixed=2, begin=1)
        past(end_of_life=2, begin=10, product_category="Lamp", repair_barrier_if_end_of_life="Item too worn out")
        past(end_of_life=1, begin=20, product_category="Lamp", repair_barrier_if_end_of_life="Too worn out")
        past(end_of_life=1, begin=30, product_category="Lamp")
        own("R-1")
        ended = queries.by_category()
        assert [(each.category_id, each.counted.both.size) for each in ended] == [(15, 4), (14, 2), (None, 1)]
        assert queries.barriers() == [("Item too worn out", 3), ("", 1)]
        assert queries.barriers(14) == []
        known = queries.sources()
        assert (known.own, known.open, known.providers) == (1, 6, ["Repair Connects"])
