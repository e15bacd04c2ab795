"""One act on many rows: at once or as a job, each by its own operation, and what is refused stops nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from service_app.contracts import queries as contracts
from service_app.core.access import WORKER
from service_app.core.jobs import Job
from service_app.core.states import move
from service_app.customers import queries as customers
from service_app.imports import operations as imports
from service_app.items import operations as items
from service_app.items.models import Item
from service_app.items.queries import get_item
from service_app.lists import operations
from service_app.lists.models import BulkRun
from service_app.scanning.operations import whereabouts
from service_app.workshops.models import Member, Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_draft, a_sent, an_item
from tests.factories.scanning import a_bike
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
    assert sign_in(workshop, "driver").get(f"/senne/lists/runs/{mine.id}").status_code == 404
    assert "Stop" not in client.get(f"/senne/lists/runs/{mine.id}?lang=en").get_data(as_text=True)  # theirs, not mine
    client.post(f"/senne/lists/runs/{mine.id}/cancel")
    assert not run(scope, workshop).is_cancelled
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


def test_what_was_done_is_taken_back_once(
    stock: None, client: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:  # fmt: skip
    """Each goes back to where it was; one that moved on meanwhile is refused and named."""
    with scope(workshop):
        items.move_item(WORKER, get_item("T-2"), "Attic")
        items.put_on_bench(WORKER, get_item("T-3"))
    before = places(scope, workshop)
    answer = client.post(
        "/senne/lists/items/acts", data={"act": "move", "move-place": "Rack 9", "row": ["T-0", "T-2", "T-3"]}
    )
    undo = f"/senne/lists/runs/{run(scope, workshop).id}/undo"
    assert f'action="{undo}"' in client.get(f"{answer.location}?lang=en").get_data(as_text=True)
    answers = [client.post(undo) for _twice in range(2)]
    assert {each.location for each in answers} == {"/senne/items"}
    assert places(scope, workshop) == before
    client.post("/senne/lists/items/acts", data={"act": "bench", "row": ["T-0", "T-2"]})
    undo = f"/senne/lists/runs/{run(scope, workshop).id}/undo"
    with scope(workshop):
        items.put_in_stock(WORKER, get_item("T-2"))
    page = client.get(f"{client.post(undo).location}?lang=en").get_data(as_text=True)
    assert "1 done, 1 refused." in page
    assert statuses(scope, workshop)["T-0"] == "in_stock"


def places(scope: Scoped, workshop: Workshop) -> dict[str, str]:
    with scope(workshop) as db_session:
        return {item.tag: item.place for item in db_session.scalars(select(Item))}


def test_only_what_stood_ready_goes_back_into_stock(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:  # fmt: skip
    with scope(workshop):
        gone = a_bike(tag="T-8")
        a_bike(tag="T-9")
        whereabouts.lose_item(WORKER, gone)
        move(gone, "to_inspect")
    client.post("/senne/lists/items/acts", data={"act": "bench", "row": ["T-8", "T-9"]})
    client.post(f"/senne/lists/runs/{run(scope, workshop).id}/undo")
    assert statuses(scope, workshop) == {"T-8": "on_bench", "T-9": "in_stock"}


def test_there_is_nothing_to_take_back_of_a_letter_or_of_a_run_of_somebody_else(
    stock: None, client: FlaskClient, workshop: Workshop, scope: Scoped, sign_in: Callable[..., FlaskClient]
) -> None:
    with scope(workshop):
        draft = a_draft().reference
    client.post("/senne/lists/contracts/acts", data={"act": "send", "row": draft})
    assert client.post(f"/senne/lists/runs/{run(scope, workshop).id}/undo").status_code == 409
    sign_in(workshop, "counter").post("/senne/lists/items/acts", data={"act": "bench", "row": "T-0"})
    assert client.post(f"/senne/lists/runs/{run(scope, workshop).id}/undo").status_code == 404
    assert statuses(scope, workshop)["T-0"] == "on_bench"


def test_runs_are_found_again_mine_and_for_who_may_see_them_those_of_everybody(
    stock: None, client: FlaskClient, workshop: Workshop, scope: Scoped, sign_in: Callable[..., FlaskClient]
) -> None:
    counter = sign_in(workshop, "counter")
    counter.post("/senne/lists/items/acts", data={"act": "bench", "row": ["T-0", "T-1"]})
    page = counter.get("/senne/lists/runs?lang=en").get_data(as_text=True)
    assert "Items: To the bench" in page
    assert "1 done, 1 refused." in page
    assert "Of everybody" not in page
    assert "To the bench" not in client.get("/senne/lists/runs?lang=en").get_data(as_text=True)
    page = client.get("/senne/lists/runs?of=all&lang=en").get_data(as_text=True)
    assert "Counter Test" in page
    assert f"/senne/lists/runs/{run(scope, workshop).id}" in page
    driver = sign_in(workshop, "driver")
    assert "To the bench" not in driver.get("/senne/lists/runs?of=all&lang=en").get_data(as_text=True)
    for path in ("items", "jobs"):
        assert "/senne/lists/runs" in client.get(f"/senne/{path}").get_data(as_text=True), path


def test_a_run_of_a_list_one_may_not_read_is_not_there(
    workshop: Workshop, scope: Scoped, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    """The auditor sees the background work, but brings in no files: the rows of a run would name them."""
    with scope(workshop):
        reference = imports.upload(WORKER, "customers", b"name\nNora\n", "customers.csv").reference
    client.post("/senne/lists/imports/acts", data={"act": "stop", "row": reference})
    mine = run(scope, workshop)
    auditor = sign_in(workshop, "auditor")
    assert auditor.get(f"/senne/lists/runs/{mine.id}").status_code == 404
    assert "customers.csv" not in auditor.get("/senne/lists/runs?of=all").get_data(as_text=True)
    assert client.get(f"/senne/lists/runs/{mine.id}").status_code == 200
