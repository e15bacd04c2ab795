"""The refused rows of a run as a file in the format they came in, each with its row number and what to do."""

from __future__ import annotations

from flask_babel import gettext as _

from service_app import refusals
from service_app.core import sheets
from service_app.imports import queries
from service_app.imports.kinds import KINDS
from service_app.imports.models import ImportRun
from service_app.imports.queries import RefusedRow


def refused_file(run: ImportRun) -> tuple[str, bytes]:
    """(name, content): the file's own columns first, so that it comes in again as it is once it is mended."""
    header = [*run.columns, _("Row"), _("What to do")]
    rows = [_row(refused, len(run.columns)) for refused in queries.refused_rows(run)]
    if run.shape.get("format") == "xlsx":
        return "refused.xlsx", b"".join(sheets.as_xlsx(run.reference, header, rows))
    write = KINDS[run.kind].write
    delimiter, encoding = run.shape.get("delimiter") or ";", run.shape.get("encoding") or "utf-8-sig"
    try:
        return "refused.csv", b"".join(write(header, rows, delimiter, encoding))
    except UnicodeEncodeError:  # the reasons are in the reader's language, which the file's encoding may not hold
        return "refused.csv", b"".join(write(header, rows, delimiter, "utf-8-sig"))


def _row(refused: RefusedRow, width: int) -> list[str]:
    cells = [*refused.row.cells[:width], *[""] * (width - len(refused.row.cells))]
    said = [f"{issue.column}: {refusals.say(issue.code, issue.data)}".removeprefix(": ") for issue in refused.issues]
    return [*cells, str(refused.row.number), " ".join(said)]
