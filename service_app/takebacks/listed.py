"""The list of take-backs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from service_app.core.i18n import kilograms
from service_app.core.i18n import lazy as _l
from service_app.lists import cells
from service_app.lists.declared import Column, Facet, Listing, Wanted, add
from service_app.takebacks import queries, words
from service_app.takebacks.models import Takeback


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    return queries.narrowed(found, wanted.get("status", ""))


LIST = add(
    Listing(
        key="takebacks",
        page="takebacks.list_page",
        permission="recovery:read",
        title=_l("Take-backs"),
        search=_l("Code or customer"),
        rows=lambda: select(Takeback),
        narrow=_narrow,
        found_by=("takeback", Takeback.id),
        found_as=(_l("take-back"), lambda row: f"{row.customer.name}, {row.what}"),
        named=lambda row: row.reference,
        name_column=Takeback.reference,
        detail=("takebacks.detail", "reference"),
        loaded=queries.FOR_A_LIST,
        sorts={
            "window": (Takeback.window_start.nulls_first(), Takeback.id),
            "-window": (Takeback.window_start.desc().nulls_last(), Takeback.id),
            "mass": (Takeback.mass_g, Takeback.id), "-mass": (Takeback.mass_g.desc(), Takeback.id),
            "postcode": (Takeback.postcode, Takeback.id), "-postcode": (Takeback.postcode.desc(), Takeback.id),
            "reference": (Takeback.id,), "-reference": (Takeback.id.desc(),),
        },
        order="-reference",
        columns=(
            Column("reference", _l("Code"), cells.link("takebacks.detail", "reference", lambda row: row.reference),
                   "reference", lambda row: row.reference),
            Column("what", _l("What"), lambda row: row.what),
            Column("customer", _l("Customer"), lambda row: row.customer.name),
            Column("state", _l("State"), cells.state(lambda row: words.STATES[row.status])),
            Column("window", _l("Window"), cells.day(lambda row: row.window_start), "window"),
            Column("mass", _l("Mass"), lambda row: f"{kilograms(row.mass_g)} kg", "mass", is_number=True),
            Column("postcode", _l("Postcode"), lambda row: row.postcode, "postcode"),
        ),
        facets=(
            Facet("status", _l("State"), Takeback.status, {code: word for code, (_tone, word) in words.STATES.items()},
                  also={"open": _l("not ended")}, counted={"open": Takeback.status.in_(queries.OPEN)}, begins="open"),
        ),
        nothing=(
            _l("No take-back here."),
            _l("Somebody asks for one on your take-back page."),
        ),
    )
)  # fmt: skip
