"""From the request until it is decided: what is promised, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service_app.core import access, clock, events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.invariants import INVARIANTS
from service_app.takebacks import operations, queries
from service_app.takebacks.models import Takeback
from tests.factories.customers import a_customer
from tests.factories.takebacks import a_route, a_scheduled, a_takeback, an_ask

KILO = 1000


@pytest.fixture
def inside(scope, workshop):
    """A transaction of a workshop whose zone West is served every day, on a Tuesday morning well before the cut-off."""
    with clock.travelled(datetime(2027, 3, 9, 8, tzinfo=UTC)), scope(workshop):
        a_route()
        yield workshop


def names(takeback: Takeback) -> list[str]:
    return [event.name for event in reversed(events.timeline(takeback))]


def test_a_window_is_held_confirmed_and_said_to_the_rounds(inside):
    takeback = a_scheduled(hazards=("lithium",), note="Third floor")
    assert names(takeback) == ["takeback.asked", "takeback.held", "takeback.confirmed"]
    operations.confirm(WORKER, takeback)
    assert names(takeback).count("takeback.confirmed") == 1


def test_the_last_stop_of_a_day_is_taken_once_and_a_hold_runs_out_by_itself(inside):
    first, second, third = a_takeback(street="Quai 1"), a_takeback(street="Quai 2"), a_takeback(street="Quai 3")
    start = queries.windows_for(first)[0].start
    for takeback in (first, second):
        operations.hold_window(WORKER, takeback, start)
    with pytest.raises(Conflict, match=r"takeback\.window_taken"):
        operations.hold_window(WORKER, third, start)
    with clock.travelled(clock.now() + timedelta(minutes=16)):
        operations.hold_window(WORKER, third, start)
        operations.confirm(WORKER, second)
        with pytest.raises(Conflict, match=r"takeback\.window_taken"):
            operations.confirm(WORKER, first)


def test_hold_taken_minutes_before_the_cut_off_is_confirmed_after_it_until_its_quarter_of_an_hour_ends(inside):
    with clock.travelled(datetime(2027, 3, 9, 14, 50, tzinfo=UTC)):  # ten to four in Brussels
        kept, late = a_takeback(street="Quai 1"), a_takeback(street="Quai 2")
        tomorrow = queries.windows_for(kept)[0].start
        assert tomorrow.date().day == 10
        for takeback in (kept, late):
            operations.hold_window(WORKER, takeback, tomorrow)
    with clock.travelled(datetime(2027, 3, 9, 15, 4, tzinfo=UTC)):
        assert queries.windows_for(kept)[0].start > tomorrow, "nobody else can choose tomorrow any more"
        operations.confirm(WORKER, kept)
        assert (kept.status, kept.window_start) == ("scheduled", tomorrow)
    with clock.travelled(datetime(2027, 3, 9, 15, 6, tzinfo=UTC)), pytest.raises(Conflict, match="window_taken"):
        operations.confirm(WORKER, late)


def test_same_address_many_requests_are_one_stop(inside):
    customer = a_customer()
    first = a_takeback(customer)
    assert a_takeback(customer, what="A chair", street="rue de BIRMINGHAM 4") is first
    assert (first.mass_g, first.litres) == (4 * KILO, 40)
    neighbours = [a_scheduled(street="Quai 9"), a_scheduled(street="Quai 9")]
    assert neighbours[0].window_start == neighbours[1].window_start
    with clock.travelled(clock.now() + timedelta(days=15)):
        assert a_takeback(customer) is not first


def test_a_load_that_no_route_carries_is_offered_no_window(inside):
    assert queries.windows_for(a_takeback(mass_g=81 * KILO)) == []
    assert queries.windows_for(a_takeback(postcode="5000")) == []


@pytest.mark.parametrize("hazard", ["gas", "blood", "asbestos", "lithium_damaged"])
def test_what_is_not_ours_to_carry_is_refused_and_kept_as_refused(inside, hazard):
    takeback = a_takeback(hazards=(hazard,))
    assert (takeback.status, takeback.reason) == ("refused", hazard)
    with pytest.raises(Conflict):
        operations.receive(WORKER, takeback, 2 * KILO)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"is_owner": False}, "takeback.owner"), ({"mass_g": 0}, "takeback.load"), ({"mass_g": 10**9}, "takeback.load"),
        ({"street": ""}, "takeback.address"), ({"hazards": ("x",)}, "choice.unknown"), ({"what": " "}, "field.required"),
    ],
)  # fmt: skip
def test_who_may_not_hand_over_and_what_makes_no_sense_is_refused(inside, facts, code):
    with pytest.raises(Invalid, match=code):
        operations.ask(WORKER, a_customer(), an_ask(**facts), source="staff")


def test_partial_collection_keeps_the_rest_open(inside):
    takeback = a_scheduled(mass_g=30 * KILO)
    with pytest.raises(Invalid, match=r"takeback\.rest"):
        operations.partly_collected(WORKER, takeback.id, "All", 30 * KILO)
    rest = operations.partly_collected(WORKER, takeback.id, "A wardrobe", 20 * KILO)
    assert (takeback.status, takeback.mass_g) == ("partly", 10 * KILO)
    assert (rest.status, rest.mass_g, rest.rest_of_id) == ("eligible", 20 * KILO, takeback.id)


def test_after_two_attempts_of_the_customers_making_it_is_brought_here(inside):
    takeback = a_scheduled()
    for reason in ("nobody", "weather", "not_ready"):
        operations.failed(WORKER, takeback.id, reason)
        if takeback.attempts == operations.MOST_ATTEMPTS:
            break
        operations.offer_again(WORKER, takeback)
        assert takeback.window_start is None
        operations.hold_window(WORKER, takeback, queries.windows_for(takeback)[0].start)
        operations.confirm(WORKER, takeback)
    assert takeback.attempts == 2
    with pytest.raises(Conflict, match=r"takeback\.attempts"):
        operations.offer_again(WORKER, takeback)
    operations.receive(WORKER, takeback, 2 * KILO)
    assert takeback.status == "received"


def test_change_keeps_the_old_window_when_the_new_one_is_refused_and_is_over_after_the_cut_off(inside):
    takeback = a_scheduled()
    was, other = takeback.window_start, queries.windows_for(takeback)[1].start
    with pytest.raises(Conflict, match=r"takeback\.window_taken"):
        operations.change_window(WORKER, takeback, clock.now())
    assert takeback.window_start == was
    operations.change_window(WORKER, takeback, other)
    assert takeback.window_start == other
    nora = access.customer("Nora")
    with clock.travelled(other - timedelta(hours=1)):
        for act in (lambda: operations.cancel(nora, takeback), lambda: operations.change_window(nora, takeback, was)):
            with pytest.raises(Conflict, match=r"takeback\.too_late"):
                act()
    operations.cancel(nora, takeback)
    assert takeback.status == "cancelled"


def test_grams_for_kilograms_are_caught_and_a_missing_weight_is_an_estimate(inside):
    takeback = a_scheduled(mass_g=5 * KILO)
    operations.collected(WORKER, takeback.id)
    operations.collected(WORKER, takeback.id)
    for slip in (5, 5_000 * KILO):
        with pytest.raises(Invalid, match=r"takeback\.scale"):
            operations.receive(WORKER, takeback, slip)
    operations.receive(WORKER, takeback, None)
    assert (takeback.came_g, takeback.is_estimated) == (5 * KILO, True)
    assert names(takeback).count("takeback.collected") == 1


def test_data_is_wiped_by_somebody_before_it_is_closed_and_a_decision_has_its_reason(inside):
    takeback = a_takeback(way="drop_off", hazards=("data",), street="", postcode="", city="")
    operations.receive(WORKER, takeback, 2100)
    with pytest.raises(Invalid, match=r"takeback\.reason"):
        operations.decide(WORKER, takeback, "waste", " ")
    operations.decide(WORKER, takeback, "product", "It works and is used again")
    with pytest.raises(Invalid, match=r"takeback\.wipe"):
        operations.close(WORKER, takeback)
    operations.close(WORKER, takeback, "Ann")
    assert (takeback.status, takeback.wiped_by) == ("closed", "Ann")


def test_a_pickup_that_was_not_fetched_is_not_received(inside):
    with pytest.raises(Conflict, match=r"takeback\.not_fetched"):
        operations.receive(WORKER, a_takeback(), 2 * KILO)


def test_the_invariant_finds_a_route_that_carries_too_much(inside):
    def broken():
        rule = text(INVARIANTS["a route has no more than it carries"])
        return (
            session().execute(rule, {"workshop": inside.id}, execution_options={"scoped_by_hand": True}).scalars().all()
        )

    takeback = a_scheduled()
    assert broken() == []
    takeback.litres = 9999
    session().flush()
    assert broken() == ["West"]
