"""A thing passes between two workshops of the cluster: both agree, each in its own books, and its passport goes on."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from service_app import invariants
from service_app.catalogue.models import Product
from service_app.core import clock, jobs
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.customers.models import Customer
from service_app.items import operations as items
from service_app.items.models import Item, ItemEntry
from service_app.items.queries import get_item
from service_app.passports import operations as passports
from service_app.recovery import queries
from service_app.recovery.models import Passing
from service_app.recovery.operations import intake, lives, passings
from service_app.workshops.operations.leaving import leave_cluster
from service_app.workshops.queries import get_workshop
from tests.factories.catalogue import a_product
from tests.factories.recovery import BENCH, SOUND, a_graded
from tests.factories.rentals import an_active, an_item
from workers import sweeps

BIRD = "Kanarie Vogel"
NOTE = "It rides well, the brakes are new"


def work(process) -> None:
    """Carry all there is to carry: what is heard may call for more."""
    for _round in range(3):
        for channel in jobs.CHANNELS:
            sweeps.sweep(process, channel)


def a_lived() -> Item:
    """A bike that was with a customer, came home and was graded, and whose battery was read."""
    with clock.travelled(clock.now() - timedelta(hours=1)):
        contract = an_active()
    item = contract.lines[0].item
    item.serial, item.remark = "SN-77", BIRD
    session().get_one(Customer, (contract.workshop_id, contract.customer_id)).name = BIRD
    passports.read_battery(WORKER, item, item.acquired_on, 91, 120, "original")
    opened = intake.open_intake(BENCH, contract)
    intake.look_at(BENCH, opened, intake.scan(BENCH, opened, item.tag), SOUND)
    return item


def an_offer(to: int, price_cents: int = 25_000, item: Item | None = None) -> Passing:
    """It is offered to that workshop."""
    item = item or a_graded("C")
    lives.choose(BENCH, item, "other_member", reason_code="demand")
    row = queries.open_passing_of(item)
    passings.offer(BENCH, row, to, price_cents, NOTE)
    return row


def the_only() -> Passing:
    return session().scalars(select(Passing)).one()


def test_a_thing_passes_with_its_passport_and_nothing_else_crosses_the_wall(
    app, scope, workshop, other_workshop, process
) -> None:
    with scope(workshop):
        row = an_offer(other_workshop.id, item=a_lived())
        tag, code = row.item.tag, row.item.public_code
        with pytest.raises(Conflict, match=r"life\.offered"):
            lives.choose(BENCH, row.item, "redeploy")
    street = app.test_client()
    before = street.get(f"/p/{code}/epcis.json").json["epcisBody"]["eventList"]
    work(process)
    with scope(other_workshop):
        row = the_only()
        assert (row.direction, row.status, row.partner_id, row.price_cents) == ("in", "offered", workshop.id, 25_000)
        assert (row.published["grade"], row.note, row.carried) == ("C", NOTE, {})
        said = json.dumps(row.published)
        assert not any(secret in said for secret in (BIRD, "SN-77", tag))
        assert session().scalars(select(Item)).all() == [], "it is theirs until it is let go"
        product = a_product()
        passings.agree(BENCH, row, product)
    work(process)
    with scope(workshop):
        gone, row = get_item(tag), the_only()
        assert (gone.status, row.status, queries.in_hand(gone)) == ("retired", "passed", None)
        entered = session().scalars(select(ItemEntry.amount).where(ItemEntry.source.like("passing:%"))).all()
        assert sorted(entered) == [-20, 250]
        assert list(invariants.broken()) == []
        now = row.carried["now"]
    with scope(other_workshop):
        item = session().scalars(select(Item)).one()
        assert (item.public_code, item.status, item.grade, item.serial) == (now, "on_bench", "C", "SN-77")
        assert queries.economy_of(item).acquired == 25_000
        assert queries.came_from(item) == the_only()
        opened = intake.open_intake(BENCH)
        assert intake.scan(BENCH, opened, code).item_id == item.id, "their label is still on it"
        assert BIRD not in json.dumps([the_only().published, the_only().carried])
        assert list(invariants.broken()) == []
    for form in ("", "/passport.jsonld", "/epcis.json"):
        answer = street.get(f"/p/{code}{form}")
        assert (answer.status_code, answer.location.endswith(f"/p/{now}{form}")) == (308, True)
    page = street.get(f"/p/{code}", follow_redirects=True, query_string={"lang": "en"})
    assert page.status_code == 200
    for word in ("Came from another member", "Passed to another member", "Inspected"):
        assert word in page.text
    assert BIRD not in page.text
    known = street.get(f"/p/{now}/passport.jsonld").json
    assert known["sameAs"] == [{"@id": f"http://localhost/p/{code}"}]
    told = street.get(f"/p/{now}/epcis.json").json["epcisBody"]["eventList"]
    assert told[: len(before)] == before, "its life goes on where it was"
    assert [each["eventTime"] for each in told] == sorted(each["eventTime"] for each in told)
    with scope(workshop):
        leave_cluster(WORKER, get_workshop(workshop.id), get_workshop(other_workshop.id), item.acquired_on)
    assert street.get(f"/p/{code}").location.endswith(f"/p/{now}"), "also when who gave it is there no more"


def carry(scope, here, there, passing_id: int, *, but_answer: bool = False) -> None:
    """One word between the books, as the worker carries it; without its answer the worker died in between."""
    with scope(here):
        told = passings.word(passing_id)
    with scope(there):
        answer = passings.heard(told)
    if told.kind == "agree" and not but_answer:
        with scope(here):
            passings.answered(passing_id, answer)


def test_a_worker_that_dies_in_between_passes_it_once(scope, workshop, other_workshop) -> None:
    with scope(workshop):
        ours = an_offer(other_workshop.id).id
    for _twice in range(2):
        carry(scope, workshop, other_workshop, ours)
    with scope(other_workshop):
        row = the_only()
        passings.agree(BENCH, row, a_product())
    carry(scope, other_workshop, workshop, row.id, but_answer=True)
    with scope(workshop):
        assert the_only().status == "passed"
    with scope(other_workshop):
        assert the_only().status == "agreed", "nobody has it twice"
    for _twice in range(2):
        carry(scope, other_workshop, workshop, row.id)
    with scope(other_workshop):
        assert len(session().scalars(select(Item)).all()) == 1
        assert passings.answered(row.id, {}) is None
    with scope(workshop):
        assert len(session().scalars(select(ItemEntry).where(ItemEntry.source.like("passing:%"))).all()) == 2


def test_what_was_withdrawn_taken_elsewhere_or_declined_passes_to_nobody(
    scope, workshop, other_workshop, process
) -> None:
    with scope(workshop):
        first = an_offer(other_workshop.id)
        ours, tag = first.id, first.item.tag
    carry(scope, workshop, other_workshop, ours)
    with scope(other_workshop):
        row = the_only()
        passings.agree(BENCH, row, a_product())
        with pytest.raises(Conflict, match=r"passing\.step"):
            passings.decline(BENCH, row, "Too late")
    with scope(workshop):
        passings.withdraw(BENCH, queries.get_passing(first.reference))
    work(process)
    with scope(other_workshop):
        assert the_only().status == "withdrawn"
        assert session().scalars(select(Item)).all() == []
    with scope(workshop):
        item = get_item(tag)
        lives.choose(BENCH, item, "other_member", reason_code="demand")
        again = queries.open_passing_of(item)
        passings.offer(BENCH, again, other_workshop.id, 0)
        reference = again.reference
    work(process)
    with scope(other_workshop):
        row = session().scalars(select(Passing).where(Passing.status == "offered")).one()
        with pytest.raises(Invalid, match=r"reason_needed"):
            passings.decline(BENCH, row, " ")
        passings.decline(BENCH, row, "We have three of them")
    work(process)
    with scope(workshop):
        row = queries.get_passing(reference)
        assert (row.status, row.reason) == ("declined", "We have three of them")
        item = get_item(tag)
        lives.choose(BENCH, item, "other_member", reason_code="demand")
        last = queries.open_passing_of(item)
        passings.offer(BENCH, last, other_workshop.id, 100)
        items.put_in_stock(WORKER, item)
        reference = last.reference
    work(process)
    with scope(other_workshop):
        row = session().scalars(select(Passing).where(Passing.status == "offered")).one()
        passings.agree(BENCH, row, session().scalars(select(Product)).first())
    work(process)
    with scope(workshop):
        assert (get_item(tag).status, queries.get_passing(reference).status) == ("in_stock", "withdrawn")
        assert list(invariants.broken()) == []


def test_only_what_is_ours_goes_to_a_member_who_is_there(inside, other_workshop) -> None:
    item = a_graded("C", item=an_item(a_product(), owner_name="A fund"))
    with pytest.raises(Conflict, match=r"passing\.not_ours"):
        lives.choose(BENCH, item, "other_member", reason_code="demand")
    item = a_graded("C")
    lives.choose(BENCH, item, "other_member", reason_code="demand")
    row = queries.open_passing_of(item)
    for partner, price, code in (
        (None, 1, "partner"),
        (inside.id, 1, "partner"),
        (other_workshop.id, -1, "out_of_range"),
    ):
        with pytest.raises(Invalid, match=code):
            passings.offer(BENCH, row, partner, price)
    assert passings.word(row.id) is None


def test_who_left_the_cluster_is_offered_nothing(scope, workshop, other_workshop) -> None:
    with scope(other_workshop):
        leave_cluster(WORKER, get_workshop(other_workshop.id), get_workshop(workshop.id), date(2026, 11, 30))
    with scope(workshop):
        assert queries.inputs_of(a_graded("C")).member_gives == 0


def test_both_sides_do_it_by_their_pages(client, sign_in, scope, workshop, other_workshop, process) -> None:
    with scope(workshop):
        tag = a_graded("C").tag
    with scope(other_workshop):
        product = a_product().code
    theirs = sign_in(other_workshop, "owner")
    page = client.post(f"/senne/items/{tag}/next-life", data={"step": "other_member", "reason_code": "demand"}).location
    assert page.split("/")[-2] == "passings"
    assert other_workshop.name in client.get(page).text
    assert client.post(f"{page}/offer", data={"partner": "", "price": "12"}).status_code == 422
    assert client.post(f"{page}/offer", data={"partner": str(other_workshop.id), "price": "x"}).status_code == 422
    assert client.post(f"{page}/nonsense").status_code == 404
    sent = {"partner": str(other_workshop.id), "price": "12,50", "note": NOTE}
    assert client.post(f"{page}/offer", data=sent).status_code == 303
    assert "Withdraw it" in client.get(page).text
    assert page.split("/")[-1] in client.get(f"/senne/items/{tag}").text
    assert "Its next life has begun" in client.get(f"/senne/items/{tag}/next-life").text
    work(process)
    with scope(other_workshop):
        there = f"/{other_workshop.slug}/passings/{the_only().reference}"
    listed = theirs.get(f"/{other_workshop.slug}/passings").text
    assert there in listed
    assert there in theirs.get(f"/{other_workshop.slug}/").text, "Today says that somebody waits for an answer"
    assert "/passings/" not in client.get("/senne/").text
    assert NOTE in theirs.get(there).text
    assert theirs.get(there.replace(other_workshop.slug, workshop.slug)).status_code == 404
    assert theirs.post(f"{there}/decline", data={"reason": ""}).status_code == 422
    assert theirs.post(f"{there}/agree", data={"product": ""}).status_code == 422
    assert theirs.post(f"{there}/agree", data={"product": product}).status_code == 303
    assert there not in theirs.get(f"/{other_workshop.slug}/").text
    assert client.post(f"{page}/withdraw").status_code == 303
    work(process)
    assert "does not give it away any more" in theirs.get(there).text
    assert client.get(f"/senne/items/{tag}/next-life").status_code == 200
