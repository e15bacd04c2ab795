"""What ends goes into the history of repairs, without whom it was for; and the history says how often such things come
right."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from service_app.catalogue.repair_categories import BY_NAME
from service_app.core.access import WORKER
from service_app.core.errors import Invalid
from service_app.core.i18n import in_language
from service_app.repairlog.operations import export_repairs
from service_app.repairs import queries
from service_app.repairs.operations import bench, ending, intake, quotes
from service_app.repairs.operations.ending import HandBack
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.repairs import a_quoted, a_ready, a_received, a_thing

KETTLE = BY_NAME["Kettle"].id


@pytest.fixture
def in_the_workshop(workshop: Workshop, scope: Scoped) -> Any:
    with in_language("en"), scope(workshop):
        yield


def exported() -> list[list[str]]:
    return list(export_repairs(WORKER))


@pytest.mark.usefixtures("in_the_workshop")
def test_mended_case_goes_out_as_fixed_and_names_nobody() -> None:
    customer = a_customer(name="Wilhelmina Canari")
    thing = a_thing(customer, "Kettle", repair_category_id=KETTLE, brand="Bodum", year_made=2020)
    case = a_ready(customer=customer, thing=thing, fault="Mrs Wilhelmina Canari says: dead. Call 0470 12 34 56.")
    ending.hand_back(WORKER, case, HandBack("Wilhelmina Canari", "cash"))
    rows = exported()
    assert len(rows) == 1
    told = " ".join(rows[0])
    assert "Kettle" in told
    assert "Fixed" in told
    assert "Bodum" in told
    for canary in ("Wilhelmina", "Canari", "0470 12", "34 56"):
        assert canary not in told


@pytest.mark.usefixtures("in_the_workshop")
def test_what_ended_goes_out_with_what_stood_in_the_way_and_what_was_left_to_reuse_as_unknown() -> None:
    customer = a_customer()
    case = a_received(customer, a_thing(customer, "Kettle", repair_category_id=KETTLE))
    quotes.begin_diagnosis(WORKER, case)
    quotes.diagnose(WORKER, case, quotes.Finding("Molten", "item_too_worn_out"))
    bench.give_up(WORKER, case, "end_of_life", "Molten")
    ending.hand_back(WORKER, case, HandBack("Nora"))
    left = a_quoted(customer=customer, thing=a_thing(customer, "Other", repair_category_id=KETTLE))
    quotes.decline_quote(WORKER, left, 1)
    ending.give_to_reuse(WORKER, left, "Nora")
    told = [" ".join(row) for row in exported()]
    assert len(told) == 2
    assert "End of life" in told[0]
    assert "Item too worn out" in told[0]
    assert "Unknown" in told[1]


@pytest.mark.usefixtures("in_the_workshop")
def test_category_the_standard_does_not_know_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        intake.keep_thing(a_customer(), intake.Owned("Kettle", 99_999))
    assert (refused.value.code, refused.value.field) == ("choice.unknown", "category")


def test_case_shows_how_often_such_things_come_right(client: FlaskClient, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        customer = a_customer()
        for number in range(12):
            thing = a_thing(customer, f"Kettle {number}", repair_category_id=KETTLE)
            case = a_ready(customer=customer, thing=thing)
            ending.hand_back(WORKER, case, HandBack("Nora", "cash"))
        case = a_received(customer, a_thing(customer, "Another", repair_category_id=KETTLE))
        chance = queries.chance_for(case)
        assert chance is not None
        assert (chance.tally.size, chance.tally.fixed) == (12, 12)
        reference = case.reference
        assert case.cost_amount == Decimal(0)
    assert "How often does it come right?" in client.get(f"/senne/repairs/{reference}").text
