"""One act with many things: each by itself, each with its own sentence."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service_app.charges import operations as charges
from service_app.contracts.operations import handovers, money
from service_app.contracts.operations.handovers import Found
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Forbidden
from service_app.items import availability
from service_app.items.models import Item
from service_app.items.operations import move_item, put_on_bench
from service_app.items.queries import get_item
from service_app.lists.models import BulkRun
from service_app.scanning.operations import batch, whereabouts
from service_app.scanning.operations.batch import Wanted
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.contracts.test_kits import a_kit, out_with
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.rentals import a_signed, a_wish, again, an_item
from tests.factories.scanning import a_bike, items_of, lost, out, to_fetch
from tests.workers.conftest import make, process  # noqa: F401
from workers import sweeps
from workers.process import Process


def do(client: FlaskClient, act: str, *codes: str, **more: str) -> str:
    form = {"codes": "\n".join(codes), "act": act} | more
    answer = client.post("/senne/scan/many?lang=en", data=form)
    if answer.location:
        answer = client.get(f"{answer.location}?lang=en")
    assert answer.status_code == 200, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def test_late_fee_is_counted_for_each_line_by_itself(workshop: Workshop, scope: Scoped) -> None:
    """20.00 a late day, at most 150.00: Saturday and Monday, none, and more than seven days."""
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with scope(workshop):
        things = [a_bike() for _each in range(3)]
        for item, start in zip(things, (17, 23, 3), strict=True):
            with clock.travelled(monday.replace(day=start)):
                out(item)
        with clock.travelled(monday):
            outcomes = batch.do_all(WORKER, "take_back", things, Wanted())
        assert [outcome.facts["late"] for outcome in outcomes] == [Decimal("40.00"), None, Decimal("150.00")]
        for outcome in outcomes:
            assert outcome.line is not None
            made = [row.amount for row in charges.charges_of(outcome.line.contract_id) if row.kind == "late"]
            assert made == ([outcome.facts["late"]] if outcome.facts["late"] else [])


def test_one_refusal_stops_nobody_else(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        first, here, last = a_bike(), a_bike(), a_bike()
        out(first)
        out(last)
    page = do(client, "take_back", first.tag, here.tag, "NOBODY", last.tag)
    assert "Done with 2 of 4." in page
    assert f"{here.tag} is not out." in page
    assert "Nothing here is called NOBODY." in page
    with scope(workshop):
        assert [again(item).status for item in (first, here, last)] == ["to_inspect", "in_stock", "to_inspect"]


def test_what_is_refused_halfway_leaves_nothing_behind(workshop: Workshop, scope: Scoped) -> None:
    """The kit is bound and in use already when its component turns out to be on the bench: all of that is taken back, and
    the other thing stays done."""
    with scope(workshop):
        kit, parts = a_kit()
        bike = a_bike()
        contract = to_fetch(kit, bike)
        put_on_bench(WORKER, parts[0])
        outcomes = batch.do_all(WORKER, "hand_over", [kit, bike], Wanted(contract=contract))
        assert [outcome.refusal.code if outcome.refusal else None for outcome in outcomes] == [
            "kit.part_not_ready",
            None,
        ]
        by_product = {line.product_id: line for line in contract.lines}
        assert [again(by_product[item.product_id]).status for item in (kit, bike)] == ["planned", "out"]
        booking = availability.allocation_of(by_product[kit.product_id].id, "reservation", "use")
        assert booking is not None
        assert (booking.kind, booking.is_pinned) == ("reservation", False)


def test_sent_twice_it_is_done_once(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        item = a_bike()
        line = out(item)
    do(client, "take_back", item.tag)
    assert "is not out" in do(client, "take_back", item.tag)
    with scope(workshop):
        assert again(line).status == "returned"


def test_all_move_to_a_place_and_back(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        things = [a_bike(place="Cellar") for _each in range(3)]
        away = a_bike()
        out(away)
    page = do(client, "move", *[item.tag for item in things], away.tag, place="Rack 4")
    assert "3 done, 1 refused." in page
    assert f"{away.tag} is not here by the book." in page
    with scope(workshop):
        assert {again(item).place for item in things} == {"Rack 4"}
    way_back = re.search(r"/senne/lists/runs/\d+/undo", page)
    assert way_back is not None
    client.post(way_back.group())
    with scope(workshop):
        assert {again(item).place for item in things} == {"Cellar"}
    answer = client.post("/senne/scan/many", data={"codes": things[0].tag, "act": "move", "place": " "})
    assert answer.status_code == 422


def test_all_were_found_however_they_were_lost(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        with_customer, with_nobody, here = a_bike(), a_bike(), a_bike()
        line = lost(with_customer)
        whereabouts.lose_item(WORKER, with_nobody)
        kit, parts = a_kit()
        contract = out_with(kit)
        handovers.take_back(WORKER, contract.lines[0], Found(missing=(parts[0].tag,)))
    page = do(client, "found", with_customer.tag, with_nobody.tag, here.tag, parts[0].tag)
    assert "Done with 3 of 4." in page
    assert f"{here.tag} is not lost." in page
    with scope(workshop):
        assert [again(item).status for item in (with_customer, with_nobody, parts[0])] == [
            "to_inspect", "on_bench", "on_bench",
        ]  # fmt: skip
        assert again(line).status == "returned"
        assert not [
            row for row in charges.charges_of(line.contract_id) if row.kind == "lost" and charges.open_amount(row)
        ]


def test_what_was_lost_on_a_contract_is_for_the_counter(workshop: Workshop, scope: Scoped, sign_in) -> None:
    with scope(workshop):
        item, other = a_bike(), a_bike()
        lost(item)
        whereabouts.lose_item(WORKER, other)
    page = do(sign_in(workshop, "technician"), "found", item.tag, other.tag)
    assert "Give it to somebody at the counter." in page
    with scope(workshop):
        assert [again(each).status for each in (item, other)] == ["lost", "on_bench"]


def test_all_lines_of_a_contract_go_out(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    """Each goes out on the line it is reserved for, a spare one on what is left, a stranger on none."""
    with scope(workshop):
        bikes, seats = items_of(a_product(), 2), items_of(a_product(), 2)
        contract = to_fetch(bikes[0], seats[0])
        stranger = a_bike()
        reference = contract.reference
    page = do(client, "hand_over", bikes[1].tag, seats[0].tag, stranger.tag, contract=reference.lower())
    assert "Done with 2 of 3." in page
    assert f"No line of this contract waits for {stranger.tag}." in page
    with scope(workshop):
        lines = {line.item.tag: line.status for line in again(contract).lines if line.item is not None}
        assert lines == {bikes[1].tag: "out", seats[0].tag: "out"}
    wrong = client.post("/senne/scan/many", data={"codes": stranger.tag, "act": "hand_over", "contract": "C-1"})
    assert wrong.status_code == 422


def test_component_is_told_that_it_goes_with_its_kit(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        kit, parts = a_kit()
        out_with(kit)
    page = do(client, "take_back", parts[0].tag, kit.tag)
    assert f"{parts[0].tag} goes with its kit." in page
    with scope(workshop):
        assert {again(item).status for item in (kit, *parts)} == {"to_inspect"}


def test_labels_are_printed_of_all(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        tags = [a_bike().tag for _each in range(2)]
    answer = client.post("/senne/scan/many", data={"codes": "\n".join(tags), "act": "labels"})
    assert answer.status_code == 303
    assert answer.location == f"/senne/items/labels?tag={tags[0]}&tag={tags[1]}"


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        ("auditor", {"labels"}),
        ("driver", {"labels", "take_back", "hand_over"}),
        ("technician", {"labels", "take_back", "hand_over", "move", "found"}),
    ],
)
def test_role_is_offered_what_it_may_do_and_no_more(
    role: str, acts: set[str], workshop: Workshop, scope: Scoped, sign_in
) -> None:
    client = sign_in(workshop, role)
    page = client.get("/senne/scan/many").get_data(as_text=True)
    assert {name for name in ("labels", *batch.ACTS) if f'value="{name}"' in page} == acts
    with scope(workshop):
        tag = a_bike().tag
    for name in set(batch.ACTS) - acts:
        assert client.post("/senne/scan/many", data={"codes": tag, "act": name, "place": "x"}).status_code == 403


def test_right_is_asked_of_the_operation_too(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), pytest.raises(Forbidden):
        batch.do_all(access.staff("Rosa", 1, "auditor"), "move", [a_bike()], Wanted("Rack"))


def test_neither_nothing_nor_too_much(client: FlaskClient) -> None:
    assert client.post("/senne/scan/many", data={"codes": " \n", "act": "labels"}).status_code == 422
    many = "\n".join(f"T-{number}" for number in range(61))
    assert client.post("/senne/scan/many", data={"codes": many, "act": "labels"}).status_code == 422
    assert client.post("/senne/scan/many", data={"codes": "T-1", "act": "dance"}).status_code == 422


def test_line_of_the_tally_says_what_it_is(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        item: Item = a_bike(place="Rack 2")
    known = client.get(f"/senne/scan/many/look?code={item.public_code}").get_data(as_text=True)
    assert f'data-tag="{item.tag}"' in known
    assert "Rack 2" in known
    assert 'data-tag=""' in client.get("/senne/scan/many/look?code=NOBODY").get_data(as_text=True)


@pytest.fixture
def forty_two(workshop: Workshop, scope: Scoped) -> list[str]:
    """The tags of bikes in the cellar, two more than are done at once."""
    with scope(workshop):
        return [a_bike(place="Cellar", tag=f"M-{number}").tag for number in range(1, 43)]


def places(scope: Scoped, workshop: Workshop) -> dict[str, str]:
    with scope(workshop) as db_session:
        return {item.tag: item.place for item in db_session.scalars(select(Item))}


def test_long_batch_is_a_job_with_a_card_and_is_taken_back(
    forty_two: list[str], workshop: Workshop, scope: Scoped, client: FlaskClient, process: Process  # noqa: F811
) -> None:  # fmt: skip
    with scope(workshop):
        move_item(WORKER, get_item("M-7"), "Attic")
        away = a_bike()
        out(away)
    sweeps.sweep(process, "planning")  # what is written to whom it went to
    answer = client.post(
        "/senne/scan/many",
        data={"codes": "\n".join([*forty_two, away.tag, "NOBODY"]), "act": "move", "place": "Rack 4"},
    )
    page = client.get(f"{answer.location}?lang=en").get_data(as_text=True)
    assert "0 / 44" in page
    assert 'data-tally-done="senne"' in page
    assert set(places(scope, workshop).values()) == {"Cellar", "Attic", ""}
    assert sweeps.sweep(process, "planning") == 3
    page = client.get(f"{answer.location}?lang=en").get_data(as_text=True)
    assert "42 done, 2 refused." in page
    assert f"{away.tag} is not here by the book." in page
    assert "There is no such thing here." in page
    assert {place for tag, place in places(scope, workshop).items() if tag in forty_two} == {"Rack 4"}
    with scope(workshop):
        run_id = session().scalars(select(BulkRun.id)).one()
    for _twice in range(2):
        client.post(f"/senne/lists/runs/{run_id}/undo")
    sweeps.sweep(process, "planning")
    now = places(scope, workshop)
    assert {now[tag] for tag in forty_two if tag != "M-7"} == {"Cellar"}
    assert now["M-7"] == "Attic"
    with scope(workshop):
        assert session().scalar(select(func.count()).select_from(BulkRun)) == 2


def test_long_batch_refuses_as_a_whole_what_a_short_one_does(
    forty_two: list[str], workshop: Workshop, scope: Scoped, client: FlaskClient, sign_in
) -> None:
    every = "\n".join(forty_two)
    for wrong in (
        {"act": "move"},
        {"act": "hand_over"},
        {"act": "burn"},
        {"act": "hand_over", "contract": "C-1999-0001"},
    ):
        assert client.post("/senne/scan/many", data={"codes": every} | wrong).status_code == 422, wrong
    data = {"codes": every, "act": "move", "place": "Rack 4"}
    assert sign_in(workshop, "auditor").post("/senne/scan/many", data=data).status_code == 403
    many = "\n".join(f"X-{number}" for number in range(501))
    assert client.post("/senne/scan/many", data={"codes": many, "act": "found"}).status_code == 422
    with scope(workshop):
        assert session().scalars(select(BulkRun)).all() == []


def test_long_batch_goes_out_each_on_the_line_it_is_meant_for(
    forty_two: list[str], workshop: Workshop, scope: Scoped, client: FlaskClient, process: Process  # noqa: F811
) -> None:  # fmt: skip
    """The first has its turn before the one that is reserved by name, and may not take its line all the same."""
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        spare = an_item(product, grade="B")  # the better ones are reserved first
        items_of(product, 2, grade="A")
        contract = a_signed(*(a_wish(product, plan, start=clock.now()) for _each in range(2)))
        money.receive_deposit(WORKER, contract, "card")
        meant = contract.lines[0]
        booking = availability.allocation_of(meant.id, "reservation")
        assert booking is not None
        reserved = booking.item
        reference = contract.reference
    data = {"codes": "\n".join([spare.tag, reserved.tag, *forty_two]), "act": "hand_over", "contract": reference}
    assert client.post("/senne/scan/many", data=data).status_code == 303
    sweeps.sweep(process, "planning")
    with scope(workshop):
        assert again(meant).item_id == reserved.id
        assert {line.item_id for line in again(contract).lines} == {spare.id, reserved.id}
        assert session().scalars(select(BulkRun)).one().done == 2
