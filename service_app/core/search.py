"""Search by the beginnings of words, over one table of words.

Not PostgreSQL full text: under row-level security a condition whose operator is not leakproof (`@@`, LIKE) cannot use
its index, so every search would read the whole workshop. A range comparison of text in the C collation is leakproof and
its index leads with the workshop; measured with forced policies, that is what keeps a search at index speed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import BigInteger, Index, Select, Text, bindparam, delete, func, insert, intersect, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from service_app.core.db import Base, current_workshop_id, session

MOST_WORDS = 6


class SearchWord(Base):
    """One normalised word of one row: subject is the table's name."""

    __tablename__ = "search_word"
    __table_args__ = (Index("ix_search_word_row", "workshop_id", "subject", "subject_id"),)

    workshop_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    subject_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


_WORD = re.compile(r"[a-z0-9]+")
_CODE = re.compile(r"[a-z0-9]+(?:[-/.@+_][a-z0-9]+)*")


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def words_of(*texts: str | None) -> list[str]:
    """The distinct words of some texts, lower case, without accents; a code such as C-2026-0042 also as one word."""
    plain = _plain(" ".join(part for part in texts if part))
    return list(dict.fromkeys([*_WORD.findall(plain), *(code[:80] for code in _CODE.findall(plain))]))


def index(subject: str, subject_id: int, texts: Iterable[str | None]) -> None:
    """Replace the words of a row."""
    workshop_id = current_workshop_id()
    session().execute(
        delete(SearchWord)
        .where(SearchWord.workshop_id == workshop_id)
        .where(SearchWord.subject == subject, SearchWord.subject_id == subject_id)
        .execution_options(synchronize_session=False)
    )
    words = words_of(*texts)
    if words:
        row = {"workshop_id": workshop_id, "subject": subject, "subject_id": subject_id}
        session().execute(insert(SearchWord), [row | {"word": word} for word in words])


def matching(subject: str, query: str) -> Select[tuple[int]] | None:
    """The ids of the rows of `subject` that have, for every word of the query, a word beginning with it; None when the
    query has no word in it. For use as `Model.id.in_(matching(…))`."""
    ranges = [(word, _end_of(word)) for word in asked_for(query)]
    return _having(subject, current_workshop_id(), ranges) if ranges else None


def newest(subjects: Sequence[str], query: str, most: int) -> dict[str, list[int]]:
    """The newest `most` ids of each of these subjects that have, for every word of the query, a word beginning with it; a
    subject with none is not there. One statement for all of them."""
    words = asked_for(query)
    if not words or not subjects:
        return {}
    parts = [
        select(SearchWord.subject, SearchWord.subject_id)
        .where(SearchWord.workshop_id == current_workshop_id(), SearchWord.subject.in_(subjects))
        .where(SearchWord.word >= word, SearchWord.word < _end_of(word))
        for word in words
    ]
    row = intersect(*parts).subquery() if len(parts) > 1 else parts[0].distinct().subquery()
    place = func.row_number().over(partition_by=row.c.subject, order_by=row.c.subject_id.desc()).label("place")
    ranked = select(row.c.subject, row.c.subject_id, place).subquery()
    found: dict[str, list[int]] = {}
    first = select(ranked.c.subject, ranked.c.subject_id).where(ranked.c.place <= most)
    for subject, subject_id in session().execute(first.order_by(ranked.c.subject, ranked.c.place)):
        found.setdefault(subject, []).append(subject_id)
    return found


def asked_for(query: str) -> list[str]:
    """The words that a query looks for, as they stand in the table."""
    return _CODE.findall(_plain(query))[:MOST_WORDS]


def matching_any(subject: str, many: int) -> Select[tuple[int]]:
    """`matching` for whatever `many` words: its values are given when it runs, by `values_of`. For a statement that is
    kept, see `db.kept`."""
    ranges: list[tuple[Any, Any]] = [(bindparam(f"word_{at}"), bindparam(f"until_{at}")) for at in range(many)]
    return _having(subject, bindparam("searched_in", type_=BigInteger()), ranges)


def values_of(query: str) -> dict[str, Any]:
    """What `matching_any` is run with; nothing for a query without a word."""
    words = asked_for(query)
    ranges = {f"word_{at}": word for at, word in enumerate(words)}
    ranges |= {f"until_{at}": _end_of(word) for at, word in enumerate(words)}
    return ranges | {"searched_in": current_workshop_id()} if words else {}


def _end_of(word: str) -> str:
    return word + "\U0010ffff"


def _having(subject: str, workshop_id: Any, ranges: Sequence[tuple[Any, Any]]) -> Select[tuple[int]]:
    found: Select[tuple[int]] | None = None
    for word, until in ranges:
        table = aliased(SearchWord)
        part = select(table.subject_id).where(
            table.workshop_id == workshop_id, table.subject == subject, table.word >= word, table.word < until
        )
        found = cast("Select[tuple[int]]", part if found is None else part.where(table.subject_id.in_(found)))
    return cast("Select[tuple[int]]", found)
