"""The list of batches."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from service_app.core.i18n import kilograms
from service_app.core.i18n import lazy as _l
from service_app.lists import cells
from service_app.lists.declared import Column, Facet, Listing, Wanted, add
from service_app.materials import queries, words
from service_app.materials.models import MaterialBatch


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    return found.where(MaterialBatch.status.in_(queries.OPEN)) if wanted.get("status") == "not_closed" else found


LIST = add(
    Listing(
        key="materials",
        page="materials.list_page",
        permission="recovery:read",
        title=_l("Materials"),
        search=_l("Code or what it is"),
        rows=lambda: select(MaterialBatch),
        narrow=_narrow,
        found_by=("material_batch", MaterialBatch.id),
        found_as=(_l("batch of material"), lambda row: row.what),
        named=lambda row: row.reference,
        name_column=MaterialBatch.reference,
        detail=("materials.detail", "reference"),
        sorts={
            "reference": (MaterialBatch.id,), "-reference": (MaterialBatch.id.desc(),),
            "what": (MaterialBatch.what, MaterialBatch.id), "-what": (MaterialBatch.what.desc(), MaterialBatch.id),
            "mass": (MaterialBatch.in_g.nulls_first(), MaterialBatch.id),
            "-mass": (MaterialBatch.in_g.desc().nulls_last(), MaterialBatch.id),
        },
        order="-reference",
        columns=(
            Column("reference", _l("Code"), cells.link("materials.detail", "reference", lambda row: row.reference),
                   "reference", lambda row: row.reference),
            Column("what", _l("What"), lambda row: row.what, "what"),
            Column("state", _l("State"), cells.state(lambda row: words.STATES[row.status])),
            Column("quarantine", _l("Quarantine"), lambda row: row.quarantine),
            Column("mass", _l("Mass"), lambda row: f"{kilograms(row.in_g)} kg" if row.in_g else "", "mass", is_number=True),
        ),
        facets=(
            Facet("status", _l("State"), MaterialBatch.status, {code: word for code, (_tone, word) in words.STATES.items()},
                  also={"not_closed": _l("not closed")},
                  counted={"not_closed": MaterialBatch.status.in_(queries.OPEN)}, begins="not_closed"),
        ),
        nothing=(
            _l("No batch here."),
            _l("Open one for what cannot be used again."),
        ),
    )
)  # fmt: skip
