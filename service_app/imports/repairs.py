"""Repairs that were tried, as a kind of import: files of the Open Repair Data Standard.

A file of repairs once came in here as items, for there was nothing else to bring it in as: each broken kettle of a repair
café became a kettle of the workshop. It is the history of repairs, of things that were never the workshop's, and comes in
as that: through the operation that `ronde import repairs` uses (`repairlog.operations.take_in_repairs`), with the mapping,
the dry run and the refused rows of every other kind. Who has items to bring in still does so as items, and the columns of
such a list may be called as in the standard.

Cells are taken as they stand, to the last space, so that what came in goes out again the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from service_app.core import sheets
from service_app.core.access import Actor
from service_app.core.errors import Invalid, Refusal
from service_app.imports import reading
from service_app.imports.kind import Field, Kind, Values
from service_app.repairlog import standard
from service_app.repairlog.operations import take_in_repairs


def make_repairs(actor: Actor, rows: Sequence[Values], options: Mapping[str, Any]) -> list[str | Refusal]:
    """Take the rows in, in one go; what became of each."""
    read = [standard.understood(row) for row in rows]
    told = iter(take_in_repairs(actor, [columns for columns, flaws in read if not flaws]))
    return [
        Invalid(flaws[0].code, field=flaws[0].field, **flaws[0].data) if flaws else next(told)
        for _columns, flaws in read
    ]


def _identify(cells: Mapping[str, str]) -> tuple[str, str] | None:
    return ("id", cells["id"]) if cells.get("id") else None


def _field(name: str, label: Any, words: str, example: str = "", hint: Any = "") -> Field:
    return Field(name, label, standard.checked(name), tuple(words.split(", ")), example, hint)


REPAIRS = Kind(
    "repairs",
    _l("Repairs that were tried (Open Repair Data)"),
    "import:run",
    (
        _field("id", _l("Identifier"), "identifier, identifiant, identificatie, ords id", "cafe-12",
               _l("small letters, a hyphen and a number")),
        _field("data_provider", _l("Collected by"),
               "collected by, collecté par, verzameld door, provider, fournisseur, bron", "Repair Café"),
        _field("country", _l("Country"), "pays, land, country code", "BEL", _l("three letters such as BEL")),
        _field("partner_product_category", _l("Their category"), "their category, leur catégorie, hun categorie",
               "Bouilloire"),
        _field("product_category", _l("Category of the standard"),
               "category of the standard, catégorie de la norme, categorie van de standaard, category, catégorie, categorie",
               "Kettle", _l("one of the forty of Open Repair Data, in English")),
        _field("product_category_id", _l("Number of the category"),
               "number of the category, numéro de la catégorie, nummer van de categorie, category id", "14"),
        _field("brand", _l("Brand"), "marque, merk", "Philips"),
        _field("year_of_manufacture", _l("Year made"),
               "year made, année de fabrication, bouwjaar, year, année, jaar", "2018"),
        _field("product_age", _l("Age in years"), "age in years, âge en années, leeftijd in jaren, age, âge, leeftijd",
               "5", _l("years such as 3 or 0.5")),
        _field("repair_status", _l("How it ended"),
               "how it ended, issue, afloop, status, statut, résultat, resultaat, outcome", "Fixed",
               "Fixed, Repairable, End of life, Unknown"),
        _field("repair_barrier_if_end_of_life", _l("What stood in the way"),
               "what stood in the way, obstacle, hindernis, barrier, repair barrier"),
        _field("group_identifier", _l("Group"), "group, groupe, groep", "Repair Café Schaerbeek"),
        _field("event_date", _l("Day"), "day, jour, dag, date, datum", "2026-10-04", _l("a day such as 2026-12-31")),
        _field("problem", _l("Problem"), "problème, probleem, fault, défaut, defect", "Ne chauffe plus"),
    ),
    needs=tuple((name,) for name in standard.NEEDED),
    identify=_identify,
    make_many=make_repairs,
    read=reading.read_exactly,
    write=sheets.as_csv_exactly,
)  # fmt: skip
