"""Reads about repairs that were tried: the chance of the next one, in one statement, and the figures by category."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, and_, case, cast, func, literal, select, true
from sqlalchemy.sql.elements import ColumnElement

from service_app.catalogue import brands
from service_app.core.db import session
from service_app.repairlog import chance
from service_app.repairlog.chance import Chance, Counted, Tally
from service_app.repairlog.models import END_OF_LIFE, FIXED, REPAIRABLE, UNKNOWN, PastRepair

_ENDS = (FIXED, REPAIRABLE, END_OF_LIFE)
_IS_OWN = PastRepair.case_reference.is_not(None)


def chance_of(category_id: int | None, brand: str = "", age: Decimal | float | None = None) -> Chance | None:
    """The chance that a repair of such a thing comes right (see `chance`), None when there is nothing to go by.

    One statement: the rows of the category are read from the index alone and counted for all its rungs at once, and those
    of all categories only where the category has too few.
    """
    key, band = brands.key(brand), chance.band_of(age)
    rungs = chance.rungs_for(category_id, bool(key), band is not None)
    counted = _counted(category_id, key, band, rungs)
    return chance.answer(counted, rungs)


def _counted(category_id: int | None, key: str, band: int | None, rungs: Any) -> dict[str, Counted]:
    same_brand, same_age = PastRepair.brand_key == key, PastRepair.age_band == band
    asked: dict[str, ColumnElement[bool]] = {
        "category_brand_age": and_(same_brand, same_age),
        "category_brand": same_brand,
        "category_age": same_age,
        "category": true(),
    }
    near = [rung for rung in rungs if rung in asked]
    of_category = (
        PastRepair.product_category_id == category_id
        if category_id is not None
        else and_(PastRepair.product_category_id.is_(None))
    )
    sums = [_many(asked[rung], end).label(f"{rung}_{place}") for rung in near for place, end in enumerate(_ENDS)]
    close = select(_IS_OWN.label("is_own"), *sums).where(of_category).group_by(_IS_OWN).cte("close")
    found: Any = select(literal("close").label("part"), *close.c)
    if "all" in rungs:
        found = found.union_all(_of_all(close, len(sums)))
    counted: dict[str, Counted] = {}
    for part, is_own, *numbers in session().execute(found):
        named = near if part == "close" else ["all"]
        for place, rung in enumerate(named):
            tally = Tally(*numbers[place * 3 : place * 3 + 3])
            counted[rung] = counted.get(rung, Counted()) + (Counted(own=tally) if is_own else Counted(open=tally))
    return counted


def _many(condition: ColumnElement[bool], end: str) -> ColumnElement[int]:
    return func.count().filter(and_(condition, PastRepair.repair_status == end))


def _of_all(close: Any, width: int) -> Any:
    """All repairs of things the standard knows, in the columns of `close`; nothing is read where the category is enough."""
    enough = select(
        func.coalesce(func.sum(close.c.category_0 + close.c.category_1 + close.c.category_2), 0) < chance.ENOUGH
    ).scalar_subquery()
    sums = [_many(true(), end).label(f"all_{place}") for place, end in enumerate(_ENDS)]
    filler = [cast(literal(0), Integer) for _each in range(width - len(sums))]
    # Hung on a row that is there only when it is asked: as a mere condition, the planner would start parallel workers first
    # and then find that they have nothing to read (11 ms of 16, of 100,000 repairs).
    asked = select(literal(1).label("is_asked")).where(enough).subquery("asked")
    known = and_(PastRepair.product_category_id.is_not(None), asked.c.is_asked == 1)
    every = select(_IS_OWN.label("is_own"), *sums).where(known).group_by(_IS_OWN).lateral("every")
    return select(literal("all"), *every.c, *filler).select_from(asked).join(every, true())


@dataclass(frozen=True)
class Ended:
    """How the repairs of a category ended, ours and those of open data."""

    category_id: int | None
    counted: Counted

    @property
    def is_enough(self) -> bool:
        """Whether they are enough to say how often."""
        return self.counted.both.size >= chance.ENOUGH


def by_category() -> list[Ended]:
    """How repairs ended, by category, those with the most repairs first; one statement."""
    sums = [_many(true(), end) for end in _ENDS]
    found = select(PastRepair.product_category_id, _IS_OWN, *sums).group_by(PastRepair.product_category_id, _IS_OWN)
    tallies: dict[int | None, Counted] = {}
    for category_id, is_own, *numbers in session().execute(found):
        tally = Tally(*numbers)
        here = Counted(own=tally) if is_own else Counted(open=tally)
        tallies[category_id] = tallies.get(category_id, Counted()) + here
    ended = [Ended(category_id, counted) for category_id, counted in tallies.items() if counted.both.size]
    return sorted(ended, key=lambda each: (-each.counted.both.size, each.category_id or 0))


def barriers(category_id: int | None = None) -> list[tuple[str, int]]:
    """(barrier, how many) of what came to its end, the most frequent first; '' where none was given; the schema's "Too worn
    out" counts as what the files call "Item too worn out"."""
    named = case(
        (PastRepair.repair_barrier_if_end_of_life == "Too worn out", "Item too worn out"),
        else_=PastRepair.repair_barrier_if_end_of_life,
    )
    found = select(named, func.count()).where(PastRepair.repair_status == END_OF_LIFE)
    if category_id is not None:
        found = found.where(PastRepair.product_category_id == category_id)
    return [
        (name, many) for name, many in session().execute(found.group_by(named).order_by(func.count().desc(), named))
    ]


@dataclass(frozen=True)
class Sources:
    """Where the history comes from: how many repairs were ours, of whom the others, between which days, and of how many
    nobody knows the end."""

    own: int
    open: int
    unknown: int
    first_on: date | None
    last_on: date | None
    providers: list[str]


def sources() -> Sources:
    """Where the history of this workshop comes from."""
    row = (
        session()
        .execute(
            select(
                func.count().filter(_IS_OWN),
                func.count().filter(~_IS_OWN),
                func.count().filter(PastRepair.repair_status == UNKNOWN),
                func.min(PastRepair.event_date),
                func.max(PastRepair.event_date),
                func.array_agg(PastRepair.data_provider.distinct()).filter(~_IS_OWN),
            )
        )
        .one()
    )
    return Sources(*row[:5], providers=list(row[5] or ()))


def count_unexported(since: date | None = None) -> int:
    """How many repairs an export leaves out, having no category of the standard."""
    found = select(func.count(PastRepair.id)).where(PastRepair.product_category_id.is_(None))
    return session().scalar(found.where(PastRepair.event_date >= since) if since else found) or 0


def count_exported(since: date | None = None) -> int:
    """How many repairs an export holds."""
    found = select(func.count(PastRepair.id)).where(PastRepair.product_category_id.is_not(None))
    return session().scalar(found.where(PastRepair.event_date >= since) if since else found) or 0
