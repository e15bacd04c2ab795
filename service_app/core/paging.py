"""A page of a list: 50 rows, whether more follow, and how many there are in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func

from service_app.core.db import session

PAGE_SIZE = 50
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of page `number` (from 1) out of `total`."""

    rows: list[Row]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return self.number * self.size < self.total

    @property
    def last(self) -> int:
        """The number of the last page, at least 1."""
        return max(1, -(-self.total // self.size))


def page_of(found: Select[Any], number: int, size: int = PAGE_SIZE) -> Page[Any]:
    """Page `number` of a select of one entity, with two statements: the count, and the rows when there are any."""
    number = max(1, number)
    entity = found.column_descriptions[0]["entity"]
    total = session().scalar(found.with_only_columns(func.count(entity.id)).order_by(None)) or 0
    if not total:
        return Page([], number, 0, size)
    rows = session().scalars(found.limit(size).offset((number - 1) * size)).unique().all()
    return Page(list(rows), number, total, size)
