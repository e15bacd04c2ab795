"""Taking in what others repaired, recording what we repaired, giving both away."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from service_app.core.access import ROLES, Actor
from service_app.core.db import session
from service_app.core.errors import Forbidden, Invalid
from service_app.core.events import Event
from service_app.repairlog import queries, standard
from service_app.repairlog.models import PastRepair
from service_app.repairlog.operations import ADDED, KNOWN, export_repairs, take_in_repairs
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.counting import counted_statements
from tests.factories.customers import a_customer
from tests.factories.repairlog import NASTY, cells_of, columns, own, past


def how_many() -> int:
    return session().scalar(select(func.count(PastRepair.id))) or 0


def rows_of_the_sample() -> list[standard.Columns]:
    header, *rows = cells_of(NASTY)
    return [standard.understood(dict(zip(header, row, strict=True)))[0] for row in rows]


def test_the_sample_goes_in_and_comes_out_cell_for_cell_and_in_again_as_known(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    header, *rows = cells_of(NASTY)
    with scope(workshop):
        assert take_in_repairs(owner, rows_of_the_sample()) == [ADDED] * len(rows)
    with scope(workshop):
        out = list(export_repairs(owner))
        assert out == rows
        assert take_in_repairs(owner, rows_of_the_sample()) == [KNOWN] * len(rows)
        assert how_many() == len(rows)
    again = [standard.understood(dict(zip(header, row, strict=True)))[0] for row in out]
    with scope(other_workshop):
        assert take_in_repairs(owner, again) == [ADDED] * len(rows)
    with scope(other_workshop):
        assert list(export_repairs(owner)) == rows


def test_a_thousand_rows_take_as_many_statements_as_one(workshop: Workshop, scope: Scoped, owner: Actor) -> None:
    with scope(workshop), counted_statements() as one:
        take_in_repairs(owner, [columns(1)])
    with scope(workshop), counted_statements() as many:
        take_in_repairs(owner, [columns(number) for number in range(2, 502)])
    assert len(many) <= len(one) + 1


def test_a_row_that_says_something_else_under_a_known_id_is_refused_and_nothing_changes(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    with scope(workshop):
        take_in_repairs(owner, [columns(1, problem="smoke")])
        told = take_in_repairs(
            owner, [columns(1, problem="fire", brand="AEG"), columns(2), columns(2, brand="X"), columns(2)]
        )
        assert isinstance(told[0], Invalid)
        assert (told[0].code, told[0].field, told[0].data) == (
            "repairs.other_than_known", "brand", {"id": "cafe-1", "fields": ["brand", "problem"]},
        )  # fmt: skip
        assert (told[1], told[3]) == (ADDED, KNOWN)
        assert isinstance(told[2], Invalid)
        assert session().scalars(select(PastRepair.problem).order_by(PastRepair.id)).all() == ["smoke", ""]


def test_one_workshops_id_is_another_workshops_too(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    for place in (workshop, other_workshop):
        with scope(place):
            assert take_in_repairs(owner, [columns(1)]) == [ADDED]
            assert how_many() == 1


def test_what_came_in_is_a_fact_and_what_was_known_is_none(workshop: Workshop, scope: Scoped, owner: Actor) -> None:
    with scope(workshop):
        take_in_repairs(owner, [columns(1), columns(2)])
        take_in_repairs(owner, [columns(1)])
        take_in_repairs(owner, [])
        facts = session().scalars(select(Event).where(Event.name == "past_repair.imported")).all()
        assert [fact.data for fact in facts] == [{"rows": 2}]


def test_who_may_not_import_may_not(workshop: Workshop, scope: Scoped) -> None:
    technician = Actor(kind="staff", role="technician", permissions=ROLES["technician"])
    driver = Actor(kind="staff", role="driver", permissions=ROLES["driver"])
    with scope(workshop):
        with pytest.raises(Forbidden):
            take_in_repairs(technician, [columns(1)])
        with pytest.raises(Forbidden):
            next(export_repairs(technician), None)
        with pytest.raises(Forbidden):
            own("R-1", actor=driver)


def test_a_closed_case_becomes_a_row_of_the_standard(workshop: Workshop, scope: Scoped, owner: Actor) -> None:
    with scope(workshop):
        row = own(
            "R-2026-0007", "End of life", product_category_id=14, kind="Bouilloire Tefal", brand="Tefal",
            year_made=2019, barrier="Spare parts too expensive", problem="Fuit", ended_on=date(2026, 3, 2),
        )  # fmt: skip
        session().flush()
        assert row.brand_key == "tefal"
    with scope(workshop):
        (cells,) = export_repairs(owner)
    said = dict(zip(standard.FIELDS, cells, strict=True))
    assert said.pop("id").startswith("senne-")
    assert said == {
        "data_provider": "Atelier Senne",
        "country": "BEL",
        "partner_product_category": "Bouilloire Tefal",
        "product_category": "Kettle",
        "product_category_id": "14",
        "brand": "Tefal",
        "year_of_manufacture": "2019",
        "product_age": "7",
        "repair_status": "End of life",
        "repair_barrier_if_end_of_life": "Spare parts too expensive",
        "group_identifier": "Atelier Senne",
        "event_date": "2026-03-02",
        "problem": "Fuit",
    }
    columns_, flaws = standard.understood(dict(zip(standard.FIELDS, cells, strict=True)))
    assert flaws == []
    assert standard.written(columns_) == cells


def test_a_case_closed_once_more_is_the_same_row_with_what_is_true_now(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        first = own("R-1", "Repairable", product_category_id=14).ords_id
    with scope(workshop):
        again = own("R-1", "Fixed", product_category_id=14, age_years=Decimal("0.5"))
        assert (again.ords_id, again.age_band) == (first, 0)
        assert own("R-2").ords_id != first
        assert how_many() == 2
        recorded = session().scalars(select(Event.data).where(Event.name == "past_repair.recorded")).all()
        assert recorded == [{"reference": "R-1"}, {"reference": "R-1"}, {"reference": "R-2"}]


def test_ids_of_two_workshops_of_a_house_never_meet(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped
) -> None:
    made = []
    for place in (workshop, other_workshop):
        with scope(place):
            made += [own(f"R-{number}").ords_id for number in range(3)]
    assert len({ords_id.split("-")[1] for ords_id in made}) == 6


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"status": "fixed"}, "status"),
        ({"status": "Fixed", "barrier": "Lack of equipment"}, "barrier"),
        ({"status": "End of life", "barrier": "bad luck"}, "barrier"),
        ({"product_category_id": 41}, "product_category_id"),
    ],
)
def test_what_the_standard_does_not_know_is_refused(
    wrong: dict[str, object], field: str, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), pytest.raises(Invalid) as refused:
        own("R-1", **wrong)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.field) == ("choice.unknown", field)


def test_no_person_leaves_with_the_repairs(workshop: Workshop, scope: Scoped, owner: Actor) -> None:
    canaries = ("Canarïe", "Zangvogel", "canari@volière.example", "0470 99 88 77", "Bea Buur", "BUUR Bea")
    problem = "Toestel van mevr. {} ({}), mail {} of bel {}; gebracht door {} / {}. Lekt.".format(*canaries)
    with scope(workshop):
        a_customer(name="Bea Buur")
        own("R-1", product_category_id=14, problem=problem, names=("Canarïe Zangvogel",))
        kept = session().scalars(select(PastRepair.problem)).one()
        assert not any(canary in kept for canary in canaries[:4]), "not even here"
    with scope(workshop):
        out = io.StringIO()
        csv.writer(out).writerows(export_repairs(owner))
    text = out.getvalue()
    assert "Toestel van mevr." in text
    assert "Lekt." in text
    assert not any(canary.casefold() in text.casefold() for canary in canaries), text
    assert "R-1" not in text, "the number of the case stays in the house"


def test_what_was_imported_goes_out_as_it_was_published(workshop: Workshop, scope: Scoped, owner: Actor) -> None:
    with scope(workshop):
        a_customer(name="Bea Buur")
        past(fixed=1, problem="Bea Buur, 0470 12 34 56")
        ((*_rest, problem),) = export_repairs(owner)
        assert problem == "Bea Buur, 0470 12 34 56"


def test_an_export_begins_where_it_is_asked_to_and_says_what_it_leaves_out(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    with scope(workshop):
        past(fixed=1, begin=1, event_date="2024-01-31")
        past(fixed=1, begin=2, event_date="2024-02-01")
        own("R-1", kind="Vélo cargo")
        since = date(2024, 2, 1)
        assert [row[0] for row in export_repairs(owner, since)] == ["cafe-2"]
        assert (queries.count_exported(since), queries.count_exported()) == (1, 2)
        assert (queries.count_unexported(since), queries.count_unexported(date(2027, 1, 1))) == (1, 0)
