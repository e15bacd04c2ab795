"""Cells as people type them, and names of columns in three languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service_app.core.errors import Invalid
from service_app.imports import mapping, values
from service_app.imports.kinds import CUSTOMERS, ITEMS, KINDS


@pytest.mark.parametrize(
    "cell", ["03/04/2025", "3/4/2025", "2025-04-03", "03.04.2025", "3-4-25", "2025-04-03T10:15:00Z"]
)
def test_days_are_understood_day_first(cell: str) -> None:
    assert values.day(cell) == date(2025, 4, 3)


@pytest.mark.parametrize("cell", ["31/02/2025", "2025-13-01", "tomorrow", "04/2025", "1/1/1200", "45021"])
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(Invalid, match=r"import\.day"):
        values.day(cell)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1 234,56 €", "1234.56"), ("€ 12", "12"), ("12,5", "12.5"),
        ("1.234", "1234"), ("1,234,567", "1234567"), ("0,05", "0.05"), ("-3.50", "-3.50"), ("1'250.00", "1250"),
        ("12 EUR", "12"), ("15,-", "15"), ("1\u202f234,5", "1234.5"), ("1234567.89", "1234567.89"),
    ],
)  # fmt: skip
def test_money_is_understood_as_both_halves_of_the_world_write_it(cell: str, amount: str) -> None:
    assert values.money(cell) == Decimal(amount)


@pytest.mark.parametrize("cell", ["about 5", "1.2.3", "12,345,6", "1.2345", "5 $", "--", "1.23.456,00"])
def test_what_is_no_amount_is_refused(cell: str) -> None:
    with pytest.raises(Invalid, match=r"import\.money"):
        values.money(cell)


def test_yes_and_no_in_three_languages() -> None:
    assert all(values.yes_no(word) for word in ("yes", "Oui", "JA", "x", "1", "true"))
    assert not any(values.yes_no(word) for word in ("no", "Non", "nee", "0", "false"))
    with pytest.raises(Invalid, match=r"import\.yes_no"):
        values.yes_no("perhaps")


def test_a_brand_nobody_knows_is_no_brand() -> None:
    assert [values.brand(cell) for cell in ("Onbekend", "?", "geen", "Sans marque", " Miele ")] == [
        "",
        "",
        "",
        "",
        "Miele",
    ]


def test_weights_and_shares() -> None:
    assert values.kilograms("38,5 kg") == 38_500
    assert values.shares("steel 60; rubber: 25 %") == {"steel": 60, "rubber": 25}
    with pytest.raises(Invalid, match=r"import\.shares_over"):
        values.shares("steel 60; wood 50")


@pytest.mark.parametrize(
    "columns",
    [
        ("Nom complet", "Adresse e-mail", "GSM", "Rue et numéro", "Code postal", "Commune", "Langue", "N° TVA"),
        ("Naam", "E-mailadres", "Telefoon", "Straat en nummer", "Postcode", "Gemeente", "Taal", "BTW-nummer"),
        ("Full name", "E-mail", "Phone number", "Street address", "Zip code", "City", "Language", "VAT"),
    ],
)
def test_columns_are_recognised_in_three_languages(columns: tuple[str, ...]) -> None:
    wanted = ("name", "email", "phone", "street", "postcode", "city", "language", "vat_number")
    assert tuple(mapping.propose(columns, CUSTOMERS.fields).values()) == wanted


def test_last_and_first_name_have_columns_of_their_own() -> None:
    found = mapping.propose(("Nom", "Prénom", "Société"), CUSTOMERS.fields)
    assert found == {"Nom": "last_name", "Prénom": "first_name", "Société": "organisation"}


def test_columns_of_the_open_repair_standard_are_recognised() -> None:
    columns = ("id", "country", "product_category", "brand", "year_of_manufacture", "event_date", "problem")
    found = mapping.propose(columns, ITEMS.fields)
    assert found == {
        "id": "external_ref", "product_category": "category", "brand": "brand", "year_of_manufacture": "year_made",
        "event_date": "acquired_on", "problem": "remark",
    }  # fmt: skip


def test_a_field_is_proposed_once() -> None:
    found = mapping.propose(("E-mail", "Mail", "Courriel"), CUSTOMERS.fields)
    assert list(found.values()) == ["email"]


def test_a_set_of_columns_is_known_again_in_another_order() -> None:
    assert mapping.columns_key(["Nom", "Âge"]) == mapping.columns_key(["age", "NOM"])
    assert mapping.columns_key(["Nom"]) != mapping.columns_key(["Nom", "Age"])


def test_mapping_typed_by_hand_and_its_refusals() -> None:
    assert mapping.by_hand(["Client = nr=external_ref", "Age="]) == {"Client = nr": "external_ref", "Age": ""}
    with pytest.raises(Invalid, match=r"import\.map_shape"):
        mapping.by_hand(["email"])
    with pytest.raises(Invalid, match=r"import\.no_such_field"):
        mapping.checked({"a": "nothing"}, ("a",), CUSTOMERS.fields)
    with pytest.raises(Invalid, match=r"import\.no_such_column"):
        mapping.checked({"b": "name"}, ("a",), CUSTOMERS.fields)
    with pytest.raises(Invalid, match=r"import\.field_twice"):
        mapping.checked({"a": "name", "b": "name"}, ("a", "b"), CUSTOMERS.fields)


def test_every_example_is_understood_by_its_own_field() -> None:
    for kind in KINDS.values():
        for field in kind.fields:
            if field.example:
                field.parse(field.example)
        assert len({field.name for field in kind.fields}) == len(kind.fields)
