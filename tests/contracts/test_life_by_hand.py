"""Lives told by hand against the model of `test_life_machine`: chance may miss an operation in a hundred lives, here each is
done and accepted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from service_app.contracts.operations import acts
from service_app.core import clock
from service_app.core.db import Database
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.contracts.lives import ACCEPTED, World
from tests.contracts.test_life_machine import Life

pytestmark = pytest.mark.slow

FREE, TERM, ASKED, USED = range(4)


def begun(first: int, second: int, **facts: Any) -> dict[str, Any]:
    """How a life that is told by hand begins: the plans of its two lines, on 31 January unless said otherwise."""
    given = {"begin": date(2027, 1, 31), "ends": None, "away": False, "daily": False, "waits": False}
    return {"first": first, "second": second, **given, **facts}


BY_HAND: tuple[tuple[dict[str, Any], tuple[tuple[Any, ...], ...]], ...] = (
    (begun(FREE, USED, ends=100), (
        ("extend", 0, 9, False), ("shorten", 0, 5), ("read_meter", 1, 120), ("wait", 31), ("pause", 0, 7), ("wait", 3),
        ("resume",), ("break_down", 0), ("wait", 3), ("work_again", 0), ("change_holders", ["Ada", "Bo"]),
        ("change_plan", 0, ASKED, "period_end"), ("keep_plan", 0), ("swap", 0, 1, "defect", "simultaneous"),
        ("correct", 0, -1, False), ("lose", 0, 2), ("find", 0, False), ("add_line", 1), ("substitute", 0, 2),
        ("reschedule", 0, 26, None), ("remove_line", 0), ("add_line", 0), ("wait", 1), ("nobody_came", 0), ("settle", 0, False),
        ("transfer",),
    )),
    (begun(TERM, TERM), (
        ("swap_component", 0, 0, 2), ("wait", 45), ("renew",), ("wait", 3), ("do_not_renew",), ("withdraw_notice",),
        ("buy", 0, False), ("give_notice",), ("withdraw_notice",), ("end_early", 10),
    )),
    (begun(FREE, TERM), (("lose_and_find_a_component", True), ("end_for_cause", 2))),
    (begun(FREE, FREE), (("bring_back_and_dispute", 0, 3, True, None), ("give_in", 0))),
    (begun(FREE, FREE), (("bring_back_and_dispute", 0, 2, False, "changed"), ("settle", 0, True))),
    (begun(ASKED, USED, away=True), (("withdraw",),)),
    (begun(ASKED, FREE, waits=True), (("call_off",), ("settle", 0, True))),
    (begun(FREE, USED, waits=True), (("wait", 14), ("hand_over", 0), ("wait", 15), ("hand_over", 0), ("wait", 29))),
    (begun(FREE, USED), (
        ("lose", 1, 0), ("bring_back_and_dispute", 0, 3, True, "upheld"), ("find", 0, True), ("inspect", 0, 2, "in_stock"),
        ("settle", 0, False),
    )),
)  # fmt: skip


def test_every_operation_is_played_and_the_model_follows_it(
    database: Database, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 12, 1, 10, tzinfo=UTC)):
        Life.world = World(database, workshop)
    ACCEPTED.clear()
    for begin, told in BY_HAND:
        life = Life()
        try:
            life.begin(**begin)
            for rule_name, *asked in told:
                before = ACCEPTED.total()
                getattr(life, rule_name)(*asked)
                assert rule_name == "wait" or ACCEPTED.total() > before, f"{rule_name}{tuple(asked)} was refused"
                life.all_is_right()
        finally:
            life.teardown()
    assert sorted(set(acts.OPERATIONS) - set(ACCEPTED)) == []
