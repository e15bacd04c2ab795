"""A contract that rests: what is named by its date stays there, what was done or called for meanwhile is not put off again."""

from __future__ import annotations

from datetime import date

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.workorders import operations
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.life import at
from tests.workorders.test_comes_back import rested, standing

REST = date(2026, 10, 20)
END = date(2026, 12, 18)  # a Friday


def test_season_care_stays_in_its_season_after_a_rest(workshop: Workshop, scope: Scoped) -> None:
    rested(scope, workshop, REST, END, kind="season", every=None, season=["03-01", "09-01"])
    with scope(workshop):
        assert [day for day, _status in standing()] == [date(2027, 3, 1), date(2027, 9, 1)]


def test_season_day_inside_a_rest_comes_once_when_it_is_over(workshop: Workshop, scope: Scoped) -> None:
    rested(
        scope, workshop, REST, END,
        kind="season", every=None, season=["11-02", "12-01", "03-01"], horizon_days=90, notice_days=1,
    )  # fmt: skip
    with scope(workshop), clock.travelled(at(END.isoformat())):
        assert standing() == [(END, "planned"), (date(2027, 3, 1), "planned")]
        assert operations.announce_due_care(WORKER) == 1


def test_day_the_owner_named_stays_while_the_rhythm_moves(workshop: Workshop, scope: Scoped) -> None:
    rested(
        scope, workshop, REST, END, every=6, starts_on=date(2026, 8, 3), included=["2026-11-10", "2027-01-12"],
        horizon_days=365,
    )  # fmt: skip
    with scope(workshop):
        days = [day for day, _status in standing()]
        assert days[:3] == [END, date(2027, 1, 12), date(2027, 4, 1)], "3 February comes 59 days later, less February's"
