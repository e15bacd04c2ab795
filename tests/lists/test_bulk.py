"""One act on many rows: at once or as a job, each by its own operation, and what is refused stops nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from service_app.contracts import queries as contracts
from service_app.core.jobs import Job
from service_app.customers import queries as customers
from service_app.items import operations as items
from service_app.items.models import Item
from service_app.items.queries import get_item
from service_app.lists import operations
from service_app.lists.models import BulkRun
from service_app.workshops.models import Member, Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_draft, a_sent, an_item
from tests.workers.conftest import make, process  # noqa: F401
from workers import sweeps
from workers.process import Process


@pytest.fixture
def stock(workshop: Workshop, scope: Scoped, owner: object) -> None:
    """T-0 to T-4, of which T-1 was retired."""
    with scope(workshop):
        product = a_product()
        for number in range(5):
            item = an_item(product, tag=f"T-{number}")
            if number == 1:
                items.retire_item(owner, item, "Frame cracked")  # type: ignore[arg-type]


def statuses(scope: Scoped, workshop: Workshop) -> dict[str, str]:
    with scope(workshop) as db_session:
        return {item.tag: item.status for item in db_session.scalars(select(Item))}


def run(scope: Scoped, workshop: Workshop) -> BulkRun:
    with scope(workshop) as db_session:
        return db_session.scalars(select(BulkRun).order_by(BulkRun.id.desc())).first()  # type: ignore[return-value]


def test_one_that_is_refused_stops_none_of_the_others(
    stock: None, client: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    answer = client.post("/senne/lists/items/acts", data={"act": "bench", "row": ["T-0", "T-1", "T-2", "T-99"]})
    assert answer.status_code == 303
    assert statuses(scope, workshop) == {
        "T-0": "on_bench", "T-1": "retired", "T-2": "on_bench", "T-3": "in_stock", "T-4": "in_stock",
    }  # fmt: skip
    page = client.get(f"{answer.location}?lang=en").get_data(as_text=True)
    assert "2 done, 2 refused." in page
    assert "This is no longer possible: it is “retired” now." in page
    assert "There is no such thing here." in page
    assert "T-2" not in page


def test_where_nothing_is_refused_the_list_says_so(stock: None, client: FlaskClient) -> None:
    data = {"act": "move", "move-place": " Rack  9 ", "row": ["T-0", "T-2"], "query": "status=in_stock"}
    answer = client.post("/senne/lists/items/acts", data=data)
    assert answer.location == "/senne/items?status=in_stock"
    page = client.get(f"{answer.location}&lang=en").get_data(as_text=True)
    assert page.count(">Rack 9<") == 2
    assert "2 rows: moved." in page


def test_what_an_act_asks_for_must_be_given_and_something_chosen(
    stock: None, client: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    for data in ({"act": "move", "row": "T-0"}, {"act": "bench"}, {"act": "labels"}):
        assert client.post("/senne/lists/items/acts", data=data).location.startswith("/senne/items")
    assert client.post("/senne/lists/items/acts", data={"act": "retire", "row": "T-0"}).status_code == 404
    assert run(scope, workshop) is None


def test_labels_of_the_chosen_are_a_page_of_their_own(stock: None, client: FlaskClient) -> None:
    answer = client.post("/senne/lists/items/acts", data={"act": "labels", "row": ["T-0", "T-3"]})
    assert answer.location == "/senne/items/labels?tag=T-0&tag=T-3"


def test_drafts_become_offers_and_those_that_are_none_are_named(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        draft, sent = a_draft().reference, a_sent().reference
    client.post("/senne/lists/contracts/acts", data={"act": "send", "row": [draft, sent]})
    with scope(workshop):
        assert contracts.get_contract(draft).status == "sent"
    assert [row["name"] for row in run(scope, workshop).outcomes] == [sent]


def test_customers_are_written_to_in_another_language(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        codes = [a_customer(name=f"Nora {number}", language="fr").reference for number in range(3)]
    client.post("/senne/lists/customers/acts", data={"act": "speak", "speak-language": "nl", "row": codes[:2]})
    with scope(workshop):
        assert [customers.get_by_reference(code).language for code in codes] == ["nl", "nl", "fr"]
    client.post("/senne/lists/customers/acts", data={"act": "speak", "speak-language": "xx", "row": codes})
    with scope(workshop):
        assert customers.get_by_reference(codes[0]).language == "nl"


@pytest.fixture
def many(workshop: Workshop, scope: Scoped) -> int:
    with scope(workshop):
        product = a_product()
        for number in range(45):
            an_item(product, tag=f"T-{number:02}")
    return 45


def test_many_are_a_job_that_goes_on_in_batches(
    many: int, workshop: Workshop, scope: Scoped, client: FlaskClient, process: Process  # noqa: F811
) -> None:  # fmt: skip
    answer = client.post("/senne/lists/items/acts", data={"act": "bench", "all": "on", "query": "status=in_stock"})
    page = client.get(answer.location).get_data(as_text=True)
    assert "every 1s" in page
    assert "0 / 45" in page
    assert set(statuses(scope, workshop).values()) == {"in_stock"}
    assert sweeps.sweep(process, "planning") == 3
    assert set(statuses(scope, workshop).values()) == {"on_bench"}
    fragment = client.get(f"{answer.location}/progress", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "45 / 45" in fragment
    assert "every 1s" not in fragment


def test_all_means_all_that_the_filters_leave(
    many: int, workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:  # fmt: skip
    client.post("/senne/lists/items/acts", data={"act": "bench", "all": "on", "query": "q=t-01"})
    assert [tag for tag, status in statuses(scope, workshop).items() if status == "on_bench"] == ["T-01"]


def test_more_than_can_be_done_at_once_is_said_and_nothing_is_done(
    many: int, workshop: Workshop, scope: Scoped, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service_app.lists.queries.names_of.__defaults__", (44,))
    answer = client.post("/senne/lists/items/acts", data={"act": "bench", "all": "on"})
    assert "Choose at most 44 rows" in client.get(f"{answer.location}&lang=en").get_data(as_text=True)
    assert run(scope, workshop) is None


def test_a_run_is_stopped_between_two_batches_and_what_was_done_stays(
    many: int, workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:  # fmt: skip
    answer = client.post("/senne/lists/items/acts", data={"act": "bench", "all": "on"})
    with scope(workshop):
        operations.work_on(run(scope, workshop).id)
    client.post(f"{answer.location}/cancel")
    with scope(workshop):
        operations.work_on(run(scope, workshop).id)
    assert list(statuses(scope, workshop).values()).count("on_bench") == operations.BATCH
    assert "20 done, 0 refused." in client.get(f"{answer.location}?lang=en").get_data(as_text=True)


def test_who_was_let_go_meanwhile_does_nothing_more(
    many: int, workshop: Workshop, scope: Scoped, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    counter = sign_in(workshop, "counter")
    counter.post("/senne/lists/items/acts", data={"act": "bench", "all": "on"})
    mine = run(scope, workshop)
    assert client.get(f"/senne/lists/runs/{mine.id}").status_code == 404
    with scope(workshop) as db_session:
        member = db_session.scalars(select(Member).where(Member.account_id == mine.by_account_id)).one()
        member.is_active = False
    with scope(workshop):
        operations.work_on(mine.id)
    assert set(statuses(scope, workshop).values()) == {"in_stock"}
    assert run(scope, workshop).is_cancelled


def test_the_same_batch_is_done_once(many: int, workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    client.post("/senne/lists/items/acts", data={"act": "bench", "all": "on"})
    with scope(workshop) as db_session:
        assert db_session.scalar(select(func.count(Job.id)).where(Job.kind == operations.JOB)) == 1
        run_id = run(scope, workshop).id
    for _each in range(5):
        with scope(workshop):
            operations.work_on(run_id)
    mine = run(scope, workshop)
    assert (mine.seen, mine.done, mine.outcomes) == (45, 45, [])


def test_results_stay_seven_days(stock: None, client: FlaskClient, workshop: Workshop, scope: Scoped) -> None:
    client.post("/senne/lists/items/acts", data={"act": "bench", "row": "T-0"})
    with scope(workshop) as db_session:
        assert operations.forget_old() == 0
        db_session.execute(
            text("UPDATE bulk_run SET created_at = now() - interval '8 days' WHERE workshop_id = :w"),
            {"w": workshop.id}, execution_options={"scoped_by_hand": True},
        )  # fmt: skip
        assert operations.forget_old() == 1


def test_a_refused_row_leaves_nothing_behind(
    stock: None, workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    client.post("/senne/lists/items/acts", data={"act": "move", "move-place": "Rack 9", "row": ["T-99", "T-0"]})
    with scope(workshop):
        assert get_item("T-0").place == "Rack 9"
    assert [row["name"] for row in run(scope, workshop).outcomes] == ["T-99"]
