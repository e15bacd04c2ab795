"""What a person keeps of a list, and what was done with many rows at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded
from service_app.core.tenancy import WorkshopRow, points_to


class SavedView(WorkshopRow, Recorded, Base):
    """A list as somebody wants to see it again: `query` is the part of the address after the question mark, as
    `lists.shown.asked` writes it. A shared one is offered to everybody of the workshop who reads the list."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("workshop_id", "account_id", "list_key", "name"),
        Index("ix_saved_view_list", "workshop_id", "list_key"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    list_key: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    is_shared: Mapped[bool] = mapped_column(server_default="false", default=False)


class ListChoice(WorkshopRow, Base):
    """How a person wants a list: `columns` are keys in the order of the declaration, empty for the usual ones; the default
    view is what the bare address leads to."""

    __tablename__ = "list_choice"
    __table_args__ = (
        UniqueConstraint("workshop_id", "account_id", "list_key"),
        points_to("saved_view", "default_view_id"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    list_key: Mapped[str]
    columns: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    default_view_id: Mapped[int | None] = mapped_column(BigInteger)


class BulkRun(WorkshopRow, Recorded, Base):
    """One act on many rows. `names` are the rows as addresses name them, `given` what was typed for the act and `of_rows`
    {name: what else it needs of that row}, `seen` how many had their turn; `outcomes` [{"name", "code", "data"}] are those
    that were refused, `kept` {name: what taking it back needs} those that can be taken back, which `undone_by_id` did."""

    __tablename__ = "bulk_run"
    __table_args__ = (points_to("bulk_run", "undone_by_id"), Index("ix_bulk_run_old", "workshop_id", "created_at"))

    list_key: Mapped[str]
    act: Mapped[str]
    names: Mapped[list[str]]
    given: Mapped[dict[str, str]] = mapped_column(server_default="{}", default=dict)
    seen: Mapped[int] = mapped_column(server_default="0", default=0)
    of_rows: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    outcomes: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    kept: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    undone_by_id: Mapped[int | None] = mapped_column(BigInteger)
    by_name: Mapped[str] = mapped_column(server_default="", default="")
    by_account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    finished_at: Mapped[datetime | None]
    is_cancelled: Mapped[bool] = mapped_column(server_default="false", default=False)

    @property
    def total(self) -> int:
        """How many rows it is about."""
        return len(self.names)

    @property
    def done(self) -> int:
        """With how many of them it was done."""
        return self.seen - len(self.outcomes)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is done."""
        return self.finished_at is not None

    @property
    def can_be_undone(self) -> bool:
        """Whether there is something to take back."""
        return self.is_over and bool(self.kept) and self.undone_by_id is None
