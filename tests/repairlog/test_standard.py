"""A row of the standard: taken exactly, refused with the field concerned, and written again cell for cell."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as any_of

from service_app.catalogue import brands
from service_app.catalogue.repair_categories import BY_ID, BY_NAME, TABLE, listed
from service_app.repairlog import standard
from service_app.repairlog.models import BARRIERS, STATUSES
from tests.factories.repairlog import NASTY, cells_of

GOOD = {
    "id": "cafe-12",
    "data_provider": "Repair Café",
    "country": "BEL",
    "product_category": "Kettle",
    "repair_status": "Fixed",
    "event_date": "2024-05-04",
}


def test_every_row_of_the_sample_is_written_as_it_was_read() -> None:
    header, *rows = cells_of(NASTY)
    assert tuple(header) == standard.FIELDS
    for row in rows:
        columns, flaws = standard.understood(dict(zip(header, row, strict=True)))
        assert flaws == [], row
        assert standard.written(columns) == row


def test_the_sample_holds_every_value_the_standard_has() -> None:
    header, *rows = cells_of(NASTY)
    by_name = {name: {row[place] for row in rows} for place, name in enumerate(header)}
    assert by_name["repair_status"] == set(STATUSES)
    assert by_name["repair_barrier_if_end_of_life"] == {"", *BARRIERS}
    assert by_name["product_category"] == set(BY_NAME)
    assert {"", "0.5", "03"} <= by_name["product_age"]


_CELL = any_of.text(any_of.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)


@given(
    brand=_CELL, problem=_CELL, group_identifier=_CELL, partner_product_category=_CELL,
    product_age=any_of.from_regex(r"\A([0-9]{1,5}(\.[0-9]{1,6})?)?\Z"),
    year_of_manufacture=any_of.from_regex(r"\A([0-9]{4})?\Z"),
    product_category_id=any_of.sampled_from(["", "14"]),
)  # fmt: skip
def test_whatever_a_person_writes_comes_out_as_it_went_in(**cells: str) -> None:
    columns, flaws = standard.understood(GOOD | cells)
    assert flaws == []
    assert (
        dict(zip(standard.FIELDS, standard.written(columns), strict=True))
        == dict.fromkeys(standard.FIELDS, "") | GOOD | cells
    )


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("id", "Cafe 12", "repairs.id"),
        ("id", "", "import.cell_needed"),
        ("id", " cafe-12", "repairs.id"),
        ("data_provider", "", "import.cell_needed"),
        ("data_provider", "x" * 501, "import.text_too_long"),
        ("country", "BE", "repairs.country"),
        ("product_category", "Kettles", "repairs.category"),
        ("product_category_id", "99", "repairs.category_id"),
        ("product_category_id", "xiv", "repairs.category_id"),
        ("product_category_id", "15", "repairs.category_differs"),
        ("year_of_manufacture", "'19", "repairs.year"),
        ("product_age", "0,5", "repairs.age"),
        ("product_age", "-1", "repairs.age"),
        ("product_age", "nan", "repairs.age"),
        ("repair_status", "fixed", "import.choice"),
        ("repair_barrier_if_end_of_life", "no idea", "import.choice"),
        ("event_date", "04/05/2024", "repairs.day"),
        ("event_date", "2023-02-29", "repairs.day"),
        ("problem", "\x00", "repairs.signs"),
        ("problem", "caf\udce9", "repairs.signs"),
    ],
)
def test_a_bad_cell_is_named_with_its_field(field: str, cell: str, code: str) -> None:
    _columns, flaws = standard.understood(GOOD | {field: cell})
    assert [(flaw.field, flaw.code) for flaw in flaws] == [(field, code)]


def test_every_flaw_of_a_row_is_told_not_only_the_first() -> None:
    _columns, flaws = standard.understood({"id": "X", "country": "be"})
    assert {flaw.field for flaw in flaws} == set(standard.NEEDED)


def test_a_category_misspelled_is_told_what_is_near() -> None:
    _columns, (flaw,) = standard.understood(GOOD | {"product_category": "Coffee machine"})
    assert "Coffee maker" in flaw.data["near"]


def test_the_number_of_the_category_is_known_where_the_file_leaves_it_out() -> None:
    columns, _flaws = standard.understood(GOOD)
    assert columns["product_category_id"] == 14
    assert columns["as_written"] == {"product_category_id": ""}


def test_one_brand_is_one_however_it_is_spelled() -> None:
    assert len({brands.key(name) for name in ("De'Longhi", "DELONGHI", " de longhi ", "DeLonghi")}) == 1
    assert brands.key("松下") == "松下"
    assert {brands.key(name) for name in ("", "Onbekend", "unknown", "?", "Sans marque")} == {""}


def test_the_table_of_categories_is_the_standards() -> None:
    assert [category.id for category in TABLE] == list(range(1, 41))
    assert len(BY_NAME) == len({category.fr for category in TABLE}) == len({category.nl for category in TABLE}) == 40
    day = TABLE[0].listed_on
    assert listed(day) == list(TABLE)
    assert set(BY_ID[1].words) == {"en", "fr", "nl"}


def test_what_is_counted_by_is_the_brand_and_the_band_of_the_age() -> None:
    assert standard.counted_by("Philips!", Decimal("0.5")) == {"brand_key": "philips", "age_band": 0}
    assert standard.counted_by("?", None) == {"brand_key": "", "age_band": None}
