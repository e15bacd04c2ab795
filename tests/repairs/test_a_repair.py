"""A repair from the customer's words to the guarantee: each step, its fact, its letter, and what is refused."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from service_app.core import access, clock
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Forbidden, Invalid
from service_app.core.events import timeline
from service_app.items.queries import ledger_of
from service_app.repairs import queries
from service_app.repairs.models import RepairCase
from service_app.repairs.operations import bench, ending, intake, quotes
from service_app.repairs.operations.ending import HandBack
from service_app.repairs.operations.intake import Ask, Received
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import an_active, an_item
from tests.factories.repairs import (
    ANSWER,
    a_case,
    a_part,
    a_quote,
    a_quoted,
    a_ready,
    a_received,
    a_thing,
    an_approved,
    an_option,
)

NORA = access.customer("Nora Lemmens")
MILA = Actor(kind="staff", name="Mila", account_id=71, role="technician", permissions=access.ROLES["technician"])
TOM = Actor(kind="staff", name="Tom", account_id=72, role="technician", permissions=access.ROLES["technician"])


@pytest.fixture(autouse=True)
def in_the_workshop(workshop: Workshop, scope: Scoped) -> Any:
    with scope(workshop):
        yield


def told(case: RepairCase) -> list[str]:
    return [event.name for event in reversed(timeline(case))]


def test_from_the_request_to_the_guarantee() -> None:
    part = a_part(1)
    case = a_ready(an_option(part), actor=MILA)
    assert case.quotes[0].approved_amount == Decimal("43.50")
    assert ending.owed(case) == Decimal("43.50")
    ending.hand_back(MILA, case, HandBack("Nora Lemmens", "card"))
    assert (case.status, case.money_status, case.due_amount, case.paid_by) == (
        "handed_back", "paid", Decimal("43.50"), "card",
    )  # fmt: skip
    assert case.guarantee_until is not None
    assert case.guarantee_until > clock.now().date() + timedelta(days=180)
    assert (part.on_hand, case.cost_amount >= Decimal("4.20"), case.outcome) == (0, True, "fixed")
    assert told(case) == [
        "repair.asked", "repair.received", "repair.begun", "repair.diagnosed", "repair.quoted", "repair.approved",
        "repair.worked_on", "part.used", "repair.worked", "repair.ready", "repair.handed_back", "repair.paid",
    ]  # fmt: skip


def test_form_sent_twice_is_one_request() -> None:
    customer = a_customer()
    thing = a_thing(customer)
    first = intake.ask_repair(NORA, customer, thing, Ask("Broken"), key="k1")
    assert intake.ask_repair(NORA, customer, thing, Ask("Broken"), key="k1") is first
    assert told(first) == ["repair.asked"]


def test_same_thing_of_a_customer_is_known_again() -> None:
    customer = a_customer()
    first = a_thing(customer, "Kettle", brand="Bodum")
    assert a_thing(customer, "Kettle ", brand="Bodum") is first
    assert a_thing(customer, "Kettle", brand="Moulinex") is not first


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"fault": " "}, "repair.fault_needed"),
        ({"symptoms": ("cursed",)}, "choice.unknown"),
        ({"safety": ("haunted",)}, "choice.unknown"),
        ({"way": "pigeon"}, "choice.unknown"),
        ({"limit_amount": Decimal(-1)}, "amount.negative"),
        ({"safety": ("swollen",), "way": "pickup"}, "repair.not_by_courier"),
    ],
)
def test_request_that_cannot_be_is_refused(asked: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_case(**asked)
    assert refused.value.code == code


def test_dangerous_thing_needs_a_place_of_its_own() -> None:
    case = a_case(safety=("swollen",))
    with pytest.raises(Invalid, match=r"repair\.place_needed"):
        intake.receive(WORKER, case, Received())


def test_item_is_repaired_once_at_a_time() -> None:
    item = an_item(a_product())
    first = a_case(None, item)
    with pytest.raises(Conflict) as refused:
        a_case(None, item)
    assert refused.value.data["reference"] == first.reference


def test_driver_may_not_touch_a_repair() -> None:
    driver = Actor(kind="staff", name="D", account_id=73, role="driver", permissions=access.ROLES["driver"])
    case = a_case()
    with pytest.raises(Forbidden):
        intake.receive(driver, case, Received(place="Shelf 1"))


def test_sent_quote_is_never_written_again() -> None:
    case = a_quoted()
    quote = case.quotes[0]
    with pytest.raises(Exception, match="never written again"), session().begin_nested():
        session().execute(
            text("UPDATE repair_quote SET content = '{}' WHERE workshop_id = :w AND id = :id"),
            {"w": quote.workshop_id, "id": quote.id}, execution_options={"scoped_by_hand": True},
        )  # fmt: skip


def test_new_version_replaces_the_old_one_and_only_the_new_can_be_approved() -> None:
    case = a_quoted()
    quotes.draft_quote(WORKER, case, a_quote(an_option(hours="2")))
    quotes.approve_quote(NORA, case, 1, ANSWER)  # the draft was not sent: what was sent still stands
    assert case.status == "approved"


def test_approval_of_an_old_version_is_refused_with_the_new_number() -> None:
    case = a_quoted()
    quotes.draft_quote(WORKER, case, a_quote(an_option(hours="2")))
    quotes.send_quote(WORKER, case)
    assert [quote.status for quote in case.quotes] == ["superseded", "sent"]
    with pytest.raises(Conflict) as refused:
        quotes.approve_quote(NORA, case, 1, ANSWER)
    assert (refused.value.code, refused.value.data["number"]) == ("repair.quote_replaced", 2)
    quotes.approve_quote(NORA, case, 2, ANSWER)
    assert case.quotes[1].approved_amount == Decimal("96.00")


def test_approved_twice_is_once() -> None:
    case = a_quoted()
    for _twice in range(2):
        quotes.approve_quote(NORA, case, 1, ANSWER)
    assert told(case).count("repair.approved") == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [(quotes.Answer(1, " "), "repair.name_needed"), (quotes.Answer(2, "Nora"), "repair.option_needed")],
)
def test_answer_that_agrees_to_nothing_is_refused(answer: quotes.Answer, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        quotes.approve_quote(NORA, a_quoted(), 1, answer)
    assert refused.value.code == code


def test_quote_below_the_agreed_limit_is_approved_at_once_and_told() -> None:
    case = a_quoted(limit_amount=Decimal("36.00"))
    assert (case.status, case.quotes[0].answered_how) == ("approved", "limit")


def test_quote_of_a_cent_above_the_limit_is_asked() -> None:
    assert a_quoted(limit_amount=Decimal("35.99")).status == "quoted"


def test_estimate_counts_its_maximum_against_the_limit() -> None:
    case = a_quoted(an_option(most_amount=Decimal("60.00")), limit_amount=Decimal("40.00"))
    assert case.status == "quoted"


def test_estimate_is_charged_what_it_came_to_and_never_above_its_maximum() -> None:
    for came_to, due in (("30.00", "30.00"), ("66.20", "60.00")):
        case = a_ready(an_option(most_amount=Decimal("60.00")), actor=MILA)
        ending.hand_back(MILA, case, HandBack("Nora", came_to=Decimal(came_to)))
        assert case.due_amount == Decimal(due)


def test_fixed_price_is_the_price_whatever_it_came_to() -> None:
    case = a_ready(actor=MILA)
    ending.hand_back(MILA, case, HandBack("Nora", came_to=Decimal(99)))
    assert case.due_amount == Decimal("36.00")


def test_quote_holds_thirty_calendar_days_to_the_end_of_the_last() -> None:
    sent = clock.at_local(date(2027, 3, 1), time(15), "Europe/Brussels")
    with clock.travelled(sent):
        case = a_quoted()
    last = clock.day_bounds(date(2027, 3, 31), "Europe/Brussels")[1]  # across the change to summer time
    assert case.quotes[0].valid_until == last
    with clock.travelled(last), pytest.raises(Conflict, match=r"repair\.quote_over"):
        quotes.approve_quote(NORA, case, 1, ANSWER)
    with clock.travelled(last - timedelta(seconds=1)):
        quotes.approve_quote(NORA, case, 1, ANSWER)


def test_reminders_after_a_day_and_after_three_each_once() -> None:
    with clock.travelled(clock.now()):
        case = a_quoted()
        sent = clock.now()
    for hours, names in ((23, 0), (25, 1), (26, 1), (73, 2), (200, 2)):
        with clock.travelled(sent + timedelta(hours=hours)):
            quotes.remind_of_quotes()
            quotes.remind_of_quotes()
        assert told(case).count("repair.quote_waiting") == names, hours


def test_quote_that_runs_out_owes_the_announced_fee_and_can_be_quoted_anew() -> None:
    case = a_quoted()
    with clock.travelled(clock.now() + timedelta(days=32)):
        assert quotes.expire_quotes() == 1
        assert (case.status, case.money_status, case.due_amount) == ("expired", "due", Decimal("15.00"))
        quotes.draft_quote(WORKER, case, a_quote())
        quotes.send_quote(WORKER, case)
        assert case.status == "quoted"


def test_learner_needs_another_pair_of_eyes_and_cannot_be_it() -> None:
    case = an_approved(actor=MILA)
    bench.start_clock(TOM, case, "repair", is_learner=True)
    bench.finish_work(TOM, case, [("It boils", True)])
    assert case.status == "quality_check"
    with pytest.raises(Invalid, match=r"repair\.second_person"):
        bench.check_work(TOM, case, True)
    bench.check_work(MILA, case, True)
    assert case.status == "ready"
    assert [row.countersigned_by for row in queries.times_of(case)] == ["Mila"]


def test_check_that_is_not_passed_goes_back_with_a_word() -> None:
    case = an_approved(actor=MILA)
    bench.start_clock(TOM, case, "repair", is_learner=True)
    bench.finish_work(TOM, case, [("It boils", True)])
    with pytest.raises(Invalid, match=r"repair\.reason_needed"):
        bench.check_work(MILA, case, False)
    bench.check_work(MILA, case, False, "The lid rattles")
    assert case.status == "in_repair"


def test_failed_test_or_a_part_left_over_is_not_ready() -> None:
    part = a_part(1)
    case = an_approved(an_option(part), actor=MILA)
    bench.start_clock(MILA, case, "repair")
    with pytest.raises(Invalid, match=r"repair\.test_failed"):
        bench.finish_work(MILA, case, [("It boils", False)])
    with pytest.raises(Conflict, match=r"repair\.parts_left"):
        bench.finish_work(MILA, case, [("It boils", True)])


def test_a_person_has_one_clock_running_and_its_hours_are_the_cost() -> None:
    first, second = an_approved(actor=MILA), an_approved(actor=MILA)
    with clock.travelled(clock.now()):
        begun = clock.now()
        bench.start_clock(MILA, first, "repair")
    with clock.travelled(begun + timedelta(minutes=30)):
        bench.start_clock(MILA, second, "repair")
    session().refresh(first)
    assert first.cost_amount == Decimal("15.00"), "half an hour at what it costs, not at what it is sold for"
    assert queries.running_of(71).case_id == second.id  # type: ignore[union-attr]


def test_work_nobody_agreed_to_does_not_begin() -> None:
    with pytest.raises(Conflict, match=r"repair\.not_approved"):
        bench.start_clock(MILA, a_quoted(), "repair")


def test_contract_item_costs_the_customer_nothing_and_stands_in_the_ledger() -> None:
    contract = an_active()
    line = contract.lines[0]
    case = a_ready(actor=MILA, customer=contract.customer, thing=line.item)
    assert (case.coverage, case.contract_line_id, case.quotes[0].answered_how) == ("contract", line.id, "coverage")
    assert ending.owed(case) == 0
    case.cost_amount = Decimal("31.00")
    ending.hand_back(MILA, case, HandBack("Nora"))
    assert [(row.kind, row.amount) for row in ledger_of(line.item).entries if row.kind == "repair"] == [  # type: ignore[arg-type]
        ("repair", Decimal("-31.00"))
    ]


def test_contract_item_is_out_of_order_while_it_lies_here() -> None:
    contract = an_active()
    line = contract.lines[0]
    case = a_received(contract.customer, line.item)
    assert [outage.ended_at for outage in line.outages] == [None]
    quotes.begin_diagnosis(MILA, case)
    quotes.diagnose(MILA, case, quotes.Finding("A cable"))
    quotes.draft_quote(MILA, case, a_quote())
    quotes.send_quote(MILA, case)
    bench.start_clock(MILA, case, "repair")
    bench.finish_work(MILA, case, [("Brakes", True)])
    ending.hand_back(MILA, case, HandBack("Nora"))
    session().expire(line, ["outages"])
    assert [outage.ended_at is not None for outage in line.outages] == [True]


def test_item_of_the_stock_goes_to_the_bench_and_back() -> None:
    item = an_item(a_product())
    case = a_received(None, item)
    assert (item.status, case.customer_id) == ("on_bench", None)
    quotes.begin_diagnosis(MILA, case)
    quotes.draft_quote(MILA, case, a_quote())
    quotes.send_quote(MILA, case)
    bench.start_clock(MILA, case, "repair")
    bench.finish_work(MILA, case, [("Brakes", True)])
    ending.hand_back(MILA, case, HandBack(""))
    assert item.status == "in_stock"


def test_misuse_seen_at_the_bench_makes_the_customer_pay_with_a_reason() -> None:
    contract = an_active()
    case = a_received(contract.customer, contract.lines[0].item)
    with pytest.raises(Invalid, match=r"repair\.reason_needed"):
        intake.change_coverage(MILA, case, "none", "")
    intake.change_coverage(MILA, case, "none", "It was dropped from a stair")
    quotes.begin_diagnosis(MILA, case)
    quotes.draft_quote(MILA, case, a_quote())
    quotes.send_quote(MILA, case)
    assert case.status == "quoted"


def test_finding_that_costs_more_stops_the_work_until_it_is_approved() -> None:
    case = an_approved(actor=MILA)
    bench.start_clock(MILA, case, "repair")
    quotes.draft_quote(MILA, case, a_quote(an_option(hours="3")))
    quotes.send_quote(MILA, case)
    assert (case.status, [quote.status for quote in case.quotes]) == ("quoted", ["superseded", "sent"])
    with pytest.raises(Conflict, match=r"repair\.not_approved"):
        bench.start_clock(MILA, case, "repair")


def test_seen_once() -> None:
    case = a_quoted()
    for _twice in range(2):
        quotes.view_quote(NORA, case)
    assert told(case).count("repair.quote_viewed") == 1
