"""Two at once over one quote and one part, on two real connections: one is served, the other is told what stands now."""

from __future__ import annotations

import pytest

from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import Database, session
from service_app.core.events import timeline
from service_app.core.web import Ronde
from service_app.repairs import queries
from service_app.repairs.models import Part
from service_app.repairs.operations import quotes, stock
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.contracts.test_races import NOW, Deed, Race
from tests.factories.repairs import ANSWER, a_part, a_quote, a_quoted, an_approved, an_option

pytestmark = [pytest.mark.fault, pytest.mark.slow]
NORA = access.customer("Nora Lemmens")


@pytest.fixture
def race(app: Ronde, database: Database, workshop: Workshop) -> Race:
    return Race(app, database, workshop)


def approve(reference: str, number: int = 1) -> Deed:
    case = queries.get_case(reference)
    return lambda: quotes.approve_quote(NORA, case, number, ANSWER)


def test_yes_and_no_at_once_is_one_answer(race: Race, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(NOW):
        reference = a_quoted().reference

    def decline() -> Deed:
        case = queries.get_case(reference)
        return lambda: quotes.decline_quote(NORA, case, 1)

    assert race.run(lambda: approve(reference), decline) == ["done", "repair.answered_already"]


def test_yes_twice_at_once_is_agreed_once(race: Race, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(NOW):
        reference = a_quoted().reference
    assert race.run(lambda: approve(reference), lambda: approve(reference)) == ["done", "done"]
    with scope(workshop):
        told = [event.name for event in timeline(queries.get_case(reference))]
        assert told.count("repair.approved") == 1


def test_old_version_is_not_approved_while_a_new_one_is_sent(race: Race, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(NOW):
        case = a_quoted()
        quotes.draft_quote(WORKER, case, a_quote(an_option(hours="3")))
        reference = case.reference

    def send() -> Deed:
        newest = queries.get_case(reference)
        return lambda: quotes.send_quote(WORKER, newest)

    results = race.run(lambda: approve(reference), send)
    assert not [each for each in results if ":" in each], results
    with scope(workshop):
        case = queries.get_case(reference)
        agreed = [quote.number for quote in case.quotes if quote.status == "approved"]
        assert (results, case.status, agreed) in (
            (["done", "repair.quote_replaced"], "quoted", []),  # the new one was first
            (["done", "state.not_allowed"], "approved", [1]),  # the answer was first
        )


def test_last_part_is_reserved_for_one(race: Race, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        part = a_part(1)
        part_id = part.id
        references = [an_approved().reference for _each in range(2)]

    def want(reference: str) -> Deed:
        case = queries.get_case(reference)
        wanted = session().get_one(Part, (workshop.id, part_id))
        return lambda: stock.want_part(case, wanted, 1)

    assert race.run(lambda: want(references[0]), lambda: want(references[1])) == ["done", "done"]
    with scope(workshop):
        states = [use.status for reference in references for use in queries.parts_of(queries.get_case(reference))]
        assert sorted(states) == ["reserved", "wanted"]
        assert stock.free_of(session().get_one(Part, (workshop.id, part_id))) == 0
