"""Products: the five characteristics as data, and what is refused."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from service_app.catalogue import operations, queries
from service_app.catalogue.characteristics import EndOfLife, Facilities, Function, Geometry, Properties
from service_app.catalogue.operations import Handling
from service_app.catalogue.queries import ProductFilter, list_products
from service_app.core import access, events, files
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.counting import counted_statements
from tests.factories.catalogue import a_day_plan, a_product, cargo_bike_facts


def test_five_characteristics_are_kept_as_data(workshop, scope):
    with scope(workshop):
        code = a_product().code
        session().expunge_all()
        bike = queries.get_product(code)
        assert (bike.length_mm, bike.mass_g, bike.storage_volume_ml) == (2400, 34_000, 1_900_000)
        assert bike.materials == [{"material": "aluminium", "share": 58}, {"material": "steel", "share": 22}]
        assert (bike.hazard_classes, bike.service_unit) == (["battery"], "day")
        assert (bike.bench, bike.tools) == ("Atelier vélo", ["torque wrench", "truing stand"])
        assert bike.fractions[1] == {"fraction": "batteries", "mass_g": 3_000}
        assert (bike.end_of_life_route, bike.circular_model) == ("refurbish", "better_use")


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"code": "vélo 1"}, "code.invalid", "code"),
        ({"name": {"fr": " "}}, "text.no_language", "name"),
        ({"circular_model": "linear"}, "choice.unknown", "circular_model"),
        ({"geometry": Geometry(length_mm=0)}, "number.out_of_range", "length_mm"),
        ({"geometry": Geometry(mass_g=-1)}, "number.out_of_range", "mass_g"),
        ({"properties": Properties(({"material": "unobtainium", "share": 5},))}, "choice.unknown", "materials"),
        ({"properties": Properties(({"material": "steel", "share": 0},))}, "number.out_of_range", "materials"),
        ({"properties": Properties((), ("GHS10",))}, "choice.unknown", "hazard_classes"),
        ({"function": Function({}, "fortnight")}, "choice.unknown", "service_unit"),
        ({"end_of_life": EndOfLife("landfill")}, "choice.unknown", "end_of_life_route"),
        ({"end_of_life": EndOfLife("recycle", ({"part": "motor", "share": 140},))}, "number.out_of_range",
         "recoverable_parts"),
        ({"handling": Handling(buffer_after_minutes=-5)}, "number.out_of_range", "buffer_after_minutes"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(workshop, scope, facts, code, field):
    with scope(workshop), pytest.raises(Invalid) as refused:
        a_product(**facts)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_shares_may_reach_hundred_and_not_pass_it(workshop, scope):
    steel, wood = {"material": "steel", "share": 60}, {"material": "wood", "share": 40}
    with scope(workshop):
        assert a_product(properties=Properties((steel, wood))).materials == [steel, wood]
        with pytest.raises(Invalid) as refused:
            a_product(properties=Properties((steel, wood | {"share": 41})))
    assert (refused.value.code, refused.value.data["total"]) == ("materials.over_hundred", 101)


def test_material_named_twice_is_refused(workshop, scope):
    steel = {"material": "steel", "share": 10}
    with scope(workshop), pytest.raises(Invalid) as refused:
        a_product(properties=Properties((steel, steel)))
    assert refused.value.code == "row.twice"


def test_fractions_cannot_weigh_more_than_the_product(workshop, scope):
    heavy = EndOfLife("recycle", (), ({"fraction": "ferrous", "mass_g": 34_001},))
    with scope(workshop), pytest.raises(Invalid) as refused:
        a_product(end_of_life=heavy)
    assert refused.value.code == "fractions.too_heavy"


def test_empty_and_repeated_tools_are_dropped(workshop, scope):
    with scope(workshop):
        assert a_product(facilities=Facilities("", ("saw", " ", "saw", "plane"), ())).tools == ["saw", "plane"]


def test_code_is_unique_in_a_workshop_and_free_in_another(workshop, other_workshop, scope):
    with scope(workshop):
        a_product(code="CB")
        with pytest.raises(Conflict) as refused:
            a_product(code="cb")
        assert refused.value.field == "code"
    with scope(other_workshop):
        assert a_product(code="CB").code == "CB"


def test_change_names_the_columns_that_changed(workshop, scope):
    with scope(workshop):
        bike = a_product(code="CB")
        operations.change_product(WORKER, bike, 1, cargo_bike_facts(code="CB", brand="Urban Arrow"))
        assert events.timeline(bike)[0].data == {"fields": ["brand"]}
        assert bike.version == 2


def test_stale_version_of_a_product_is_refused(workshop, scope):
    with scope(workshop):
        bike = a_product(code="CB")
        operations.change_product(WORKER, bike, 1, cargo_bike_facts(code="CB", brand="Urban Arrow"))
        with pytest.raises(Conflict) as refused:
            operations.change_product(WORKER, bike, 1, cargo_bike_facts(code="CB", brand="Babboe"))
    assert refused.value.code == "version.stale"


def test_counter_cannot_change_what_is_offered(workshop, scope):
    with scope(workshop), pytest.raises(Forbidden):
        a_product(actor=access.staff("Samira", 1, "counter"))


def test_photo_is_encoded_anew(workshop, scope):
    picture = io.BytesIO()
    Image.new("RGB", (3000, 100), "#C43C22").save(picture, "PNG")
    with scope(workshop):
        bike = a_product()
        operations.photograph_product(WORKER, bike, picture.getvalue(), "bike.png")
        stored = session().get_one(files.StoredFile, (workshop.id, bike.photo_file_id))
        assert Image.open(io.BytesIO(files.read(stored))).size[0] == 2000


def test_product_of_another_workshop_does_not_exist_here(workshop, other_workshop, scope):
    with scope(workshop):
        code = a_product().code
    with scope(other_workshop), pytest.raises(NotFound):
        queries.get_product(code)


def codes(**wanted):
    return [product.code for product in list_products(ProductFilter(**wanted)).rows]


def test_list_narrows_by_text_category_model_and_offer(workshop, scope):
    with scope(workshop):
        a_product(code="CB")
        a_product(code="LAMP", name={"nl": "Lamp voor atelier"}, category="light", circular_model="eco_design")
        a_product(code="OLD", is_active=False, name={"en": "Old chair"}, category="furniture")
        assert codes(text="bakf") == ["CB"]
        assert codes(category="light") == ["LAMP"]
        assert codes(circular_model="eco_design") == ["LAMP"]
        assert codes(offered="no") == ["OLD"]
        assert codes(sort="-code") == ["OLD", "LAMP", "CB"]


@pytest.mark.parametrize("rows", [1, 8])
def test_list_takes_four_statements_however_many_products(workshop, scope, rows):
    with scope(workshop):
        for _ in range(rows):
            a_day_plan(a_product())
        session().expunge_all()
        with counted_statements() as statements:
            assert all(product.plans[0].tiers for product in list_products(ProductFilter()).rows)
        assert len(statements) == 4
