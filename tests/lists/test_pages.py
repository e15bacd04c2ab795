"""A declared list over the web: counts beside the filters, orders, views, columns, files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from html.parser import HTMLParser

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from service_app.core import tenancy
from service_app.core.db import Database
from service_app.core.sheets import harmless
from service_app.core.web import Ronde
from service_app.items import operations as items
from service_app.lists import operations, queries
from service_app.lists.declared import get_listing
from service_app.lists.models import SavedView
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.counting import counted_statements
from tests.factories.catalogue import a_care_plan, a_day_plan, a_product
from tests.factories.customers import a_customer, an_address
from tests.factories.rentals import a_draft, a_sent, a_wish, an_active, an_item


class _Tabs(HTMLParser):
    """The links of the facets with their counts, as {text: count}."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._texts: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._texts = []

    def handle_data(self, data: str) -> None:
        if self._texts is not None and data.strip():
            self._texts.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._texts is not None:
            if len(self._texts) == 2:
                self.found[self._texts[0]] = self._texts[1]
            self._texts = None


def facets(client: FlaskClient, path: str) -> dict[str, str]:
    page = client.get(path).get_data(as_text=True)
    parser = _Tabs()
    parser.feed(page[page.index('class="facets"') :])
    return parser.found


@pytest.fixture
def stock(workshop: Workshop, scope: Scoped, owner: object) -> None:
    with scope(workshop):
        product = a_product()
        for number, grade in enumerate("AABBC"):
            item = an_item(product, tag=f"T-{number}", grade=grade)
            if number > 2:
                items.put_on_bench(owner, item)  # type: ignore[arg-type]


def test_counts_stand_beside_the_filters_each_under_the_choices_of_the_others(stock: None, client: FlaskClient) -> None:
    found = facets(client, "/senne/items?lang=en")
    assert (found["All"], found["in stock"], found["on the bench"]) == ("5", "3", "2")
    assert found["A, as new"] == "2"
    found = facets(client, "/senne/items?grade=B&lang=en")
    assert (found["in stock"], found["on the bench"]) == ("1", "1")
    assert found["A, as new"] == "2"


def test_a_long_list_is_counted_when_somebody_asks_and_costs_no_more_than_it_did(
    stock: None, client: FlaskClient, app: Ronde, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_COUNTED", 4)
    monkeypatch.setattr(queries, "_long", {})
    assert facets(client, "/senne/items?lang=en") == {}
    with counted_statements(app.database.engine) as sent:
        page = client.get("/senne/items?status=in_stock").get_data(as_text=True)
    assert "3 rows" in page
    assert not any("GROUP BY" in statement for statement in sent), "it is remembered that the list is long"
    assert facets(client, "/senne/items?counts=1")["on the bench"] == "2"
    assert facets(client, "/senne/items?q=t-0")["in stock"] == "1", "what is searched for is few again"


def test_a_condition_is_counted_as_a_state_is(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop) as db_session:
        an_active()
        an_active()
        db_session.execute(
            text("UPDATE contract_line SET due_at = now() - interval '1 day', status = 'overdue' WHERE workshop_id = :w AND"
                 " id = (SELECT min(id) FROM contract_line)"),
            {"w": workshop.id}, execution_options={"scoped_by_hand": True},
        )  # fmt: skip
    found = facets(client, "/senne/contracts?lang=en")
    assert (found["running"], found["overdue"]) == ("2", "1")
    page = client.get("/senne/contracts?status=late&lang=en").get_data(as_text=True)
    assert "1 row<" in page
    assert client.get("/senne/contracts?status=back&lang=en").status_code == 200


def test_the_counts_cost_no_statement(workshop: Workshop, scope: Scoped) -> None:
    """They stand in the place of the one that counted the rows."""
    with scope(workshop):
        a_draft()
        listing = get_listing("contracts")
        with counted_statements() as sent:
            page, counts = queries.page_of(listing, {"status": "draft", "money": "", "q": ""}, "-reference", 1)
        assert (page.total, counts["status"]["draft"]) == (1, 1)
        assert sum("GROUP BY" in statement for statement in sent) == 1
        assert len(sent) == 3  # the counts, the rows with their customers, their lines


def test_kept_statement_of_a_search_finds_other_words_and_other_workshops(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped
) -> None:
    """The words and the workshop are given when it runs: what the first who searched typed stays with them."""
    listing = get_listing("customers")

    def found(text: str) -> list[str]:
        page, counts = queries.page_of(listing, {"q": text}, "name", 1)
        assert page.total == len(page.rows)
        assert counts["language"].get("", 0) == page.total, "a search that finds little is counted"
        assert queries.names_of(listing, {"q": text}, "name") == [row.reference for row in page.rows]
        assert [row.name for row in queries.every_row(listing, {"q": text}, "name")] == [row.name for row in page.rows]
        return [row.name for row in page.rows]

    with scope(workshop):
        a_customer(name="Nora Lemmens", email="n@example.be")
        a_customer(name="Karim Bensaïd", email="k@example.be", phone="0470 12 34 56")
        assert found("nora") == ["Nora Lemmens"]
        assert found("karim") == ["Karim Bensaïd"]
        assert found("nora lem") == ["Nora Lemmens"]
        assert found("nora bens") == []
        assert found("0470 12 34 56") == ["Karim Bensaïd"]
        assert found("…") == ["Karim Bensaïd", "Nora Lemmens"], "nothing to look for"
    with scope(other_workshop):
        a_customer(name="Nora Peeters", email="p@example.be")
        assert found("nora") == ["Nora Peeters"]


def test_search_that_finds_much_is_counted_once_and_no_more(
    workshop: Workshop, scope: Scoped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_COUNTED", 1)
    with scope(workshop):
        a_customer(name="Nora Lemmens", email="n@example.be")
        a_customer(name="Nora Peeters", email="p@example.be")
        with counted_statements() as sent:
            page, counts = queries.page_of(get_listing("customers"), {"q": "nora"}, "name", 1)
        assert (page.total, counts) == (2, {})
        assert not [statement for statement in sent if "GROUP BY" in statement]


@pytest.mark.parametrize("path", ["contracts", "customers", "items", "products", "care"])
def test_every_order_of_a_list_is_an_answer(workshop: Workshop, scope: Scoped, client: FlaskClient, path: str) -> None:
    with scope(workshop):
        a_sent()
    for sort in get_listing(path).sorts:
        assert client.get(f"/senne/{path}?sort={sort}").status_code == 200
    assert client.get(f"/senne/{path}?sort=nonsense&status=nonsense&page=x").status_code == 200


def test_columns_are_sorted_by_their_links(stock: None, client: FlaskClient) -> None:
    page = client.get("/senne/items?sort=-tag&lang=en").get_data(as_text=True)
    assert page.index("T-4") < page.index("T-0")
    assert 'aria-sort="descending"' in page
    assert 'href="/senne/items?sort=grade"' in page


def test_a_view_is_kept_found_again_and_begun_with(stock: None, client: FlaskClient) -> None:
    kept = client.post(
        "/senne/lists/items/views",
        data={"name": "Bench  first", "query": "status=on_bench&sort=-tag&page=3&nonsense=1", "default": "1"},
    )
    assert kept.location == "/senne/items?status=on_bench&sort=-tag"
    bare = client.get("/senne/items")
    assert (bare.status_code, bare.location) == (302, "/senne/items?status=on_bench&sort=-tag")
    page = client.get(bare.location + "&lang=en").get_data(as_text=True)
    assert "Bench first" in page
    assert client.get("/senne/items?view=all").status_code == 200
    client.post("/senne/lists/items/begin-with")
    assert client.get("/senne/items").status_code == 200


def test_a_view_that_was_forgotten_by_mistake_comes_back(
    stock: None, client: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    client.post("/senne/lists/items/views", data={"name": "Mine", "query": "grade=A", "default": "1", "shared": "1"})

    def views() -> list[tuple[str, str, bool]]:
        with scope(workshop) as db_session:
            return [(row.name, row.query, row.is_shared) for row in db_session.scalars(select(SavedView))]

    with scope(workshop) as db_session:
        view_id = db_session.scalars(select(SavedView.id)).one()
    client.post(f"/senne/lists/items/views/{view_id}/forget")
    assert views() == []
    assert client.get("/senne/items").status_code == 200
    client.post("/senne/lists/items/views/restore")
    assert views() == [("Mine", "grade=A", True)]


def test_views_are_a_persons_own_unless_shared_and_sharing_takes_a_right(
    stock: None, client: FlaskClient, workshop: Workshop, sign_in: Callable[..., FlaskClient], scope: Scoped
) -> None:
    for name, shared in (("Secret one", {}), ("For everybody", {"shared": "1"})):
        client.post("/senne/lists/items/views", data={"name": name, "query": "grade=A", **shared})
    colleague = sign_in(workshop, "technician")
    page = colleague.get("/senne/items").get_data(as_text=True)
    assert "For everybody" in page
    assert "Secret one" not in page
    with scope(workshop) as db_session:
        secret = db_session.scalars(select(SavedView.id).where(~SavedView.is_shared)).one()
    assert colleague.post("/senne/lists/items/begin-with", data={"view": str(secret)}).status_code == 404
    assert colleague.post(f"/senne/lists/items/views/{secret}/forget").status_code == 404
    refused = colleague.post("/senne/lists/items/views", data={"name": "Mine", "query": "grade=B", "shared": "1"})
    assert refused.status_code == 403
    with scope(workshop) as db_session:
        shared_id = db_session.scalars(select(SavedView.id).where(SavedView.is_shared)).one()
    assert colleague.post(f"/senne/lists/items/views/{shared_id}/forget").status_code == 403


def test_a_list_one_may_not_read_keeps_nothing_and_gives_no_file(
    workshop: Workshop, sign_in: Callable[..., FlaskClient]
) -> None:
    driver = sign_in(workshop, "driver")
    assert driver.get("/senne/lists/customers/export.csv").status_code == 403
    assert driver.post("/senne/lists/customers/views", data={"name": "x", "query": ""}).status_code == 403
    assert driver.post("/senne/lists/items/acts", data={"act": "bench", "row": "T-0"}).status_code == 403
    assert driver.get("/senne/lists/nothing/export.csv").status_code == 404
    assert driver.get("/senne/lists/items/export.pdf").status_code == 404


def test_a_person_chooses_their_columns(
    stock: None, client: FlaskClient, workshop: Workshop, sign_in: Callable[..., FlaskClient]
) -> None:
    answer = client.post(
        "/senne/lists/items/columns", data={"column": ["state", "meter", "nonsense"], "query": "grade=A"}
    )
    assert answer.location == "/senne/items?grade=A"

    def heads(of: FlaskClient) -> str:
        page = of.get("/senne/items?lang=en").get_data(as_text=True)
        return page[page.index("<thead>") : page.index("</thead>")]

    assert all(word in heads(client) for word in ("Tag", "State", "Meter"))
    assert "Serial number" not in heads(client)
    assert "Serial number" in heads(sign_in(workshop, "counter"))
    client.post("/senne/lists/items/columns", data={"usual": "1", "column": ["meter"]})
    assert "Meter" not in heads(client)


def rows_of(client: FlaskClient, path: str, **options: object) -> list[list[str]]:
    content = client.open(path, **options).get_data()  # type: ignore[arg-type]
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_filtered_list_is_a_file_in_its_order(stock: None, client: FlaskClient) -> None:
    head, *rows = rows_of(client, "/senne/lists/items/export.csv?status=in_stock&sort=-tag&lang=en")
    assert head[:2] == ["Tag", "Product"]
    assert "Remark" in head
    assert [row[0] for row in rows] == ["T-2", "T-1", "T-0"]


def test_chosen_rows_alone_are_a_file(stock: None, client: FlaskClient) -> None:
    data = {"row": ["T-1", "T-4"], "sort": "tag"}
    _head, *rows = rows_of(client, "/senne/lists/items/export.csv", method="POST", data=data)
    assert [row[0] for row in rows] == ["T-1", "T-4"]
    _head, *rows = rows_of(client, "/senne/lists/items/export.csv", method="POST", data=data | {"all": "on"})
    assert len(rows) == 5


def test_no_cell_is_a_formula_and_a_phone_number_can_be_dialled(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        a_customer(name="=HYPERLINK(1)", phone="0470 12 34 56", remark="@SUM(A1)", address=an_address())
    head, row = rows_of(client, "/senne/lists/customers/export.csv?lang=en")
    cells = dict(zip(head, row, strict=True))
    assert (cells["Name"], cells["Remark"]) == ("'=HYPERLINK(1)", "'@SUM(A1)")
    assert cells["Phone"] == "+32 470 12 34 56"
    book = openpyxl.load_workbook(io.BytesIO(client.get("/senne/lists/customers/export.xlsx?lang=en").get_data()))
    cells = dict(zip(*[[cell.value for cell in line] for line in book.active.iter_rows()], strict=True))
    assert (cells["Name"], cells["Phone"]) == ("=HYPERLINK(1)", "+32 470 12 34 56")
    assert all(cell.data_type != "f" for line in book.active.iter_rows() for cell in line)


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@x", "\tx", "\rx", "+32 470=1"])
def test_what_begins_as_a_formula_does_is_made_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["+32 470 12 34 56", "-3,50", "2026-11-25", "Nora"])
def test_what_is_none_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_a_long_file_is_read_some_hundred_rows_at_a_time(
    workshop: Workshop, scope: Scoped, client: FlaskClient, app: Ronde, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "CHUNK", 3)
    with scope(workshop):
        for number in range(8):
            a_customer(name=f"Nora {number}")
    with counted_statements(app.database.engine) as sent:
        answer = client.get("/senne/lists/customers/export.csv")
        assert answer.get_data().count(b"Nora") == 8
    assert "Content-Length" not in answer.headers
    assert sum("FROM customer \n" in each or "FROM customer\n" in each for each in sent) >= 3


def test_care_is_a_list_as_any_other(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    from service_app.workorders import operations as care

    with scope(workshop):
        product = a_product()
        a_day_plan(product)
        a_care_plan(product, every=2)
        tags = [an_item(product).tag for _each in range(2)]
        care.plan_care()
    found = facets(client, "/senne/care?lang=en")
    assert found["due and coming"] == "2"
    _head, *rows = rows_of(client, "/senne/lists/care/export.csv")
    assert {row[0] for row in rows} == set(tags)


def test_a_view_of_another_workshop_is_not_there(
    workshop: Workshop,
    other_workshop: Workshop,
    scope: Scoped,
    client: FlaskClient,
    sign_in: Callable[..., FlaskClient],
) -> None:
    sign_in(other_workshop).post("/lumen/lists/items/views", data={"name": "Theirs", "query": "grade=A", "shared": "1"})
    with scope(other_workshop) as db_session:
        theirs = db_session.scalars(select(SavedView.id)).one()
    assert "Theirs" not in client.get("/senne/items").get_data(as_text=True)
    assert client.post(f"/senne/lists/items/views/{theirs}/forget").status_code == 404
    assert client.post("/senne/lists/items/begin-with", data={"view": str(theirs)}).status_code == 404


def test_there_are_not_endlessly_many_views(stock: None, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MOST_VIEWS", 1)
    for name in ("One", "Two", "One", ""):
        client.post("/senne/lists/items/views", data={"name": name, "query": "grade=A"})
    page = client.get("/senne/items?view=all").get_data(as_text=True)
    assert "One" in page
    assert "<span>Two</span>" not in page


def test_a_wish_list_has_no_ticks_that_lead_nowhere(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        a_draft(a_wish(product, a_day_plan(product)))
    page = client.get("/senne/contracts?lang=en").get_data(as_text=True)
    assert 'form="bulk"' in page
    assert 'action="/senne/lists/contracts/acts"' in page


def test_counts_and_names_are_confined_by_the_wall_in_the_orm_alone(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, admin_url: str
) -> None:
    """A superuser is held by no policy; the counts are made over a subquery, which must be confined as well."""
    with scope(other_workshop):
        a_customer(name="Stranger")
    with scope(workshop):
        a_customer(name="Nora")
    whole = Database(admin_url)
    listing = get_listing("customers")
    with whole.transaction(tenancy.workshop(workshop.id)):
        page, counts = queries.page_of(listing, {}, "name", 1)
        assert (page.total, counts["kind"][""], len(page.rows)) == (1, 1, 1)
        assert len(queries.names_of(listing, {}, "name")) == 1
        assert [row.name for row in queries.every_row(listing, {}, "name")] == ["Nora"]
    whole.engine.dispose()
