"""Import runs, what was wrong with which row, and remembered mappings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, points_to

KINDS = ("customers", "products", "items", "contracts")


class ImportRun(WorkshopRow, Stateful, Recorded, Base):
    """A file on its way in. `mapping` is {column of the file: field}; counts are rows."""

    __tablename__ = "import_run"
    __states__ = {
        "status": {
            "uploaded": ("checking", "cancelled"),
            "checking": ("checked", "failed"),
            "checked": ("checking", "running", "cancelled"),
            "running": ("done", "failed"),
            "failed": ("checking", "running", "cancelled"),
            "done": (),
            "cancelled": (),
        }
    }
    __table_args__ = (
        points_to("stored_file", "file_id"),
        points_to("stored_file", "rejected_file_id"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        Index("ix_import_run_recent", "workshop_id", "id"),
    )

    kind: Mapped[str]
    file_id: Mapped[int] = mapped_column(BigInteger)
    file_name: Mapped[str]
    mapping: Mapped[dict[str, str]] = mapped_column(server_default="{}", default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    status: Mapped[str] = mapped_column(server_default="uploaded", default="uploaded")
    total: Mapped[int] = mapped_column(server_default="0", default=0)
    seen: Mapped[int] = mapped_column(server_default="0", default=0)
    created: Mapped[int] = mapped_column(server_default="0", default=0)
    known: Mapped[int] = mapped_column(server_default="0", default=0)
    rejected: Mapped[int] = mapped_column(server_default="0", default=0)
    rejected_file_id: Mapped[int | None] = mapped_column(BigInteger)
    failure: Mapped[str | None]
    by_name: Mapped[str] = mapped_column(server_default="", default="")
    by_account_id: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[datetime | None]


class ImportIssue(WorkshopRow, Base):
    """What is wrong with a row of a run: its number in the file (the header is row 1), the column, a code with data."""

    __tablename__ = "import_issue"
    __table_args__ = (
        points_to("import_run", "run_id"),
        Index("ix_import_issue_run", "workshop_id", "run_id", "row_number"),
    )

    run_id: Mapped[int] = mapped_column(BigInteger)
    row_number: Mapped[int]
    column: Mapped[str] = mapped_column(server_default="", default="")
    code: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    is_warning: Mapped[bool] = mapped_column(server_default="false", default=False)


class ImportMapping(WorkshopRow, Recorded, Base):
    """The mapping last used for files with these column names, proposed again next time."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("workshop_id", "kind", "columns_sha256"),)

    kind: Mapped[str]
    columns_sha256: Mapped[str]
    mapping: Mapped[dict[str, str]]
