"""Import runs, what was wrong with which row, and remembered mappings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded
from service_app.core.files import StoredFile
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to

KINDS = ("customers", "products", "items", "contracts", "repairs")


class ImportRun(WorkshopRow, Stateful, Recorded, Base):
    """A file on its way in, called IMP-0001. `mapping` is {column of the file: field}; counts are rows; `seen` is the
    position up to which the present pass (checking or running) has come. `columns` are the file's, `shape` how it was
    written (format, encoding, delimiter), and `rows_file_id` its rows as `reading.pack` keeps them."""

    __tablename__ = "import_run"
    __states__ = {
        "status": {
            "uploaded": ("checking", "running", "cancelled"),
            "checking": ("checked", "failed", "cancelled"),
            "checked": ("checking", "running", "cancelled"),
            "running": ("done", "failed", "cancelled"),
            "failed": ("checking", "running", "cancelled"),
            "done": (),
            "cancelled": (),
        }
    }
    __table_args__ = (
        points_to("stored_file", "file_id"),
        points_to("stored_file", "rows_file_id"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        UniqueConstraint("workshop_id", "reference"),
        Index("ix_import_run_recent", "workshop_id", "id"),
    )

    reference: Mapped[str]
    kind: Mapped[str]
    file_id: Mapped[int] = mapped_column(BigInteger)
    rows_file_id: Mapped[int] = mapped_column(BigInteger)
    file_name: Mapped[str]
    columns: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    shape: Mapped[dict[str, str]] = mapped_column(server_default="{}", default=dict)
    mapping: Mapped[dict[str, str]] = mapped_column(server_default="{}", default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    status: Mapped[str] = mapped_column(server_default="uploaded", default="uploaded")
    total: Mapped[int] = mapped_column(server_default="0", default=0)
    seen: Mapped[int] = mapped_column(server_default="0", default=0)
    created: Mapped[int] = mapped_column(server_default="0", default=0)
    known: Mapped[int] = mapped_column(server_default="0", default=0)
    rejected: Mapped[int] = mapped_column(server_default="0", default=0)
    failure: Mapped[str | None]
    by_name: Mapped[str] = mapped_column(server_default="", default="")
    by_account_id: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[datetime | None]

    file: Mapped[StoredFile] = one("StoredFile", "file_id", "ImportRun")
    rows_file: Mapped[StoredFile] = one("StoredFile", "rows_file_id", "ImportRun")


class ImportIssue(WorkshopRow, Base):
    """Why a row of a run was refused: its number in the file (as a spreadsheet counts), the column, a code with data."""

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


class ImportMapping(WorkshopRow, Recorded, Base):
    """The mapping last used for files with these column names, proposed again next time."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("workshop_id", "kind", "columns_sha256"),)

    kind: Mapped[str]
    columns_sha256: Mapped[str]
    mapping: Mapped[dict[str, str]]
