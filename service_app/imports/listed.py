"""The list of files that came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select

from service_app.core.access import Actor
from service_app.core.i18n import lazy as _l
from service_app.imports import operations, queries
from service_app.imports.kinds import KINDS
from service_app.imports.models import ImportRun
from service_app.imports.words import STATES
from service_app.lists import cells
from service_app.lists.declared import Act, Column, Facet, Listing, Wanted, add


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    for name in ("status", "kind"):
        if wanted.get(name):
            found = found.where(getattr(ImportRun, name) == wanted[name])
    return found


def _stop(actor: Actor, reference: str, _given: Mapping[str, str]) -> None:
    operations.cancel(actor, queries.get_run(reference))


LIST = add(
    Listing(
        key="imports",
        page="imports.list_page",
        permission="import:run",
        title=_l("Import"),
        rows=lambda: select(ImportRun),
        narrow=_narrow,
        named=lambda run: run.reference,
        name_column=ImportRun.reference,
        detail=("imports.detail", "reference"),
        sorts=queries.SORTS,
        order="-reference",
        columns=(
            Column("reference", _l("Code"), cells.link("imports.detail", "reference", lambda row: row.reference),
                   "reference", lambda row: row.reference),
            Column("file", _l("File"), lambda row: row.file_name, "file"),
            Column("kind", _l("What is in it"), lambda row: KINDS[row.kind].label),
            Column("when", _l("When"), cells.moment(lambda row: row.created_at), "reference",
                   cells.at_moment(lambda row: row.created_at)),
            Column("created", _l("Rows in"), lambda row: row.created, "created", lambda row: row.created,
                   is_number=True),
            Column("known", _l("Known already"), lambda row: row.known, "known", lambda row: row.known, is_number=True),
            Column("rejected", _l("Refused"), lambda row: row.rejected, "rejected", lambda row: row.rejected,
                   is_number=True),
            Column("state", _l("State"), cells.state(lambda row: STATES[row.status])),
            Column("total", _l("Rows"), lambda row: row.total, "", lambda row: row.total, is_number=True,
                   is_extra=True),
            Column("by", _l("By"), lambda row: row.by_name, is_extra=True),
            Column("finished", _l("Finished"), cells.moment(lambda row: row.finished_at), "",
                   cells.at_moment(lambda row: row.finished_at), is_extra=True),
        ),
        facets=(
            Facet("status", _l("State"), ImportRun.status, {code: word for code, (_tone, word) in STATES.items()}),
            Facet("kind", _l("What is in it"), ImportRun.kind, {name: kind.label for name, kind in KINDS.items()}),
        ),
        acts=(
            Act("stop", _l("Stop"), "import:run", "ban", _stop, _l("stopped. The rows that came in stay.")),
        ),
        nothing=(
            _l("No file yet."),
            _l("What you have in a spreadsheet comes in here: good rows at once, bad ones back as a file that says what "
               "to mend."),
        ),
    )
)  # fmt: skip
