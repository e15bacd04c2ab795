"""A stock-take: what is expected against what was scanned, by several people, with a line that comes and goes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from service_app.core import clock, events
from service_app.core.access import WORKER
from service_app.core.errors import Conflict, Invalid
from service_app.core.web import Ronde
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.items.models import Item
from service_app.items.operations import move_item
from service_app.scanning import queries
from service_app.scanning.codes import Code, read
from service_app.scanning.models import StockTake
from service_app.scanning.operations import stock_takes
from service_app.scanning.operations.whereabouts import find_item, lose_item
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.counting import counted_statements
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.rentals import a_signed, a_wish, again, an_item
from tests.factories.scanning import a_bike, back, lost, out


def a_take(scope: str = "all", **facts: object) -> StockTake:
    return stock_takes.start_take(WORKER, scope, **facts)  # type: ignore[arg-type]


def count(take: StockTake, what: Item | str, place: str = "") -> tuple[str, bool]:
    code = read(what if isinstance(what, str) else what.tag)
    assert code is not None
    counted = stock_takes.count(WORKER, take, code, place)
    return counted.entry.result, counted.is_new


def figures(take: StockTake) -> tuple[int, int, int]:
    standing = queries.standing_of(take)
    return standing.found, standing.missing, standing.unexpected


def names(thing: object) -> list[str]:
    return [event.name for event in events.timeline(thing)]


def test_found_missing_and_unexpected_are_seen_while_it_is_open(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        here, waiting, gone, lost_one, missing = (a_bike() for _each in range(5))
        back(waiting)
        out(gone)
        lost(lost_one)
        take = a_take()
        assert figures(take) == (0, 3, 0)
        assert [count(take, each)[0] for each in (here, waiting, gone, lost_one, "NOBODY")] == [
            "found", "found", "unexpected", "unexpected", "unknown",
        ]  # fmt: skip
        assert figures(take) == (2, 1, 3)
        assert [item.tag for item in queries.standing_of(take).absent] == [missing.tag]


def test_place_and_product_narrow_what_is_expected(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        there, elsewhere = an_item(product, place="Rack 2"), an_item(product, place="Cellar")
        other = a_bike(place="rack 2")
        rack, bikes = a_take("place", place=" Rack 2 "), a_take("product", product=product)
        assert figures(rack) == (0, 2, 0)
        assert [count(rack, item)[0] for item in (there, other, elsewhere)] == ["found", "found", "unexpected"]
        assert figures(bikes) == (0, 2, 0)
        assert [count(bikes, item)[0] for item in (there, elsewhere, other)] == ["found", "found", "unexpected"]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [(("place", " "), "scan.place_needed"), (("product",), "scan.product_needed"), (("moon",), "choice.unknown")],
)
def test_take_says_what_it_is_about(wanted: tuple[str, ...], code: str, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), pytest.raises(Invalid) as refused:
        stock_takes.start_take(WORKER, *wanted)
    assert refused.value.code == code


def test_thing_counts_once_by_whatever_code_and_an_unknown_code_too(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        item, take = a_bike(serial="SN-1"), a_take()
        assert [count(take, code) for code in (item.tag, item.tag.lower(), "sn-1", item.public_code)] == [
            ("found", True), ("found", False), ("found", False), ("found", False),
        ]  # fmt: skip
        assert [count(take, "nobody"), count(take, "NOBODY")] == [("unknown", True), ("unknown", False)]
        assert figures(take) == (1, 0, 1)


def test_two_people_scan_the_same_things_at_the_same_moment(
    workshop: Workshop, scope: Scoped, sign_in: Callable[..., FlaskClient]
) -> None:
    with scope(workshop):
        tags = [a_bike().tag for _each in range(12)]
        take = a_take()
    clients = [sign_in(workshop, role) for role in ("counter", "technician", "owner")]

    def scan_all(client: FlaskClient) -> list[int]:
        address = f"/senne/scan/takes/{take.reference}/count"
        return [client.post(address, data={"code": tag}, headers={"HX-Request": "true"}).status_code for tag in tags]

    with ThreadPoolExecutor(3) as pool:
        answers = [status for statuses in pool.map(scan_all, clients) for status in statuses]
    assert answers == [200] * 36
    with scope(workshop):
        assert figures(take) == (12, 0, 0)


def test_found_stays_found_when_it_goes_out_before_the_end(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        item, other, take = a_bike(), a_bike(), a_take()
        count(take, item)
        out(item)
        out(other)
        assert figures(take) == (1, 0, 0)


def test_scan_is_taken_back(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        item, take = a_bike(), a_take()
        count(take, item)
        stock_takes.uncount(WORKER, take, queries.entries_of(take, "found")[0])
        assert figures(take) == (0, 1, 0)


def test_end_writes_facts_on_the_things(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        here, missing, gone = a_bike(), a_bike(), a_bike()
        out(gone)
        take = a_take()
        count(take, here)
        count(take, gone)
        stock_takes.finish_take(WORKER, take)
        assert [names(item)[0] for item in (here, missing, gone)] == ["item.counted", "item.missing", "item.counted"]
        assert names(take) == ["item.missing", "item.counted", "stock_take.finished", "stock_take.started"]
        assert events.timeline(here)[0].data == {"reference": take.reference}
        assert [entry.code for entry in queries.entries_of(take, "missing")] == [missing.tag]
        assert figures(take) == (1, 1, 1)


def test_place_where_it_was_seen_is_written_down_only_when_that_is_wanted(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        item, gone = a_bike(place="Cellar"), a_bike(place="Cellar")
        out(gone)
        for is_wanted, place in ((False, "Cellar"), (True, "Rack 2")):
            take = a_take()
            count(take, item, "Rack 2")
            count(take, gone, "Rack 2")
            stock_takes.finish_take(WORKER, take, set_places=is_wanted)
            assert again(item).place == place
        assert again(gone).place == "Cellar"
        rack = a_take("place", place="Window")
        count(rack, item)
        stock_takes.finish_take(WORKER, rack, set_places=True)
        assert again(item).place == "Window"


@pytest.mark.parametrize("end", [stock_takes.finish_take, stock_takes.cancel_take])
def test_what_is_over_is_over(end: Callable[..., None], workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        item, take = a_bike(), a_take()
        count(take, item)
        entry = queries.entries_of(take, "found")[0]
        end(WORKER, take)
        for attempt in (
            lambda: count(take, item),
            lambda: stock_takes.uncount(WORKER, take, entry),
            lambda: stock_takes.finish_take(WORKER, take),
            lambda: stock_takes.cancel_take(WORKER, take),
        ):
            with pytest.raises(Conflict) as refused:
                attempt()
            assert refused.value.code == "scan.take_over"


def test_cancelled_take_leaves_nothing_on_the_things(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        item, missing, take = a_bike(), a_bike(), a_take()
        count(take, item)
        stock_takes.cancel_take(WORKER, take)
        assert names(item) == names(missing) == ["item.created"]


def test_missing_thing_is_here_after_all_or_given_up_once(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        first, second, take = a_bike(), a_bike(), a_take()
        stock_takes.finish_take(WORKER, take)
        entries = {entry.code: entry for entry in queries.entries_of(take, "missing")}
        stock_takes.settle_missing(WORKER, entries[first.tag], "here")
        stock_takes.settle_missing(WORKER, entries[second.tag], "lost")
        assert [again(item).status for item in (first, second)] == ["in_stock", "lost"]
        assert [names(item)[0] for item in (first, second)] == ["item.counted", "item.lost"]
        for entry in entries.values():
            with pytest.raises(Conflict) as refused:
                stock_takes.settle_missing(WORKER, entry, "lost")
            assert refused.value.code == "scan.settled"


def test_what_was_booked_on_a_lost_thing_goes_to_another_or_is_at_risk(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        items = [an_item(product), an_item(product)]
        contracts = [a_signed(a_wish(product, plan, start=clock.now() + timedelta(days=days))) for days in (2, 20)]
        booked = availability.allocation_of(contracts[0].lines[0].id, "reservation")
        assert booked is not None
        first = booked.item
        second = next(item for item in items if item.id != first.id)
        lose_item(WORKER, first)
        moved = availability.allocation_of(contracts[0].lines[0].id, "reservation")
        assert moved is not None
        assert moved.item_id == second.id
        assert not again(contracts[0].lines[0]).is_at_risk
        lose_item(WORKER, second)
        assert [again(contract.lines[0]).is_at_risk for contract in contracts] == [True, True]
        assert availability.count_free(product, Stretch(clock.now(), clock.now() + timedelta(days=1))) == 0
        find_item(WORKER, again(first))
        with pytest.raises(Conflict):
            lose_item(WORKER, out(a_bike()).item)  # type: ignore[arg-type]


def test_later_take_settles_what_an_earlier_one_missed(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        item, first = a_bike(), a_take()
        stock_takes.finish_take(WORKER, first)
        second = a_take()
        count(second, item)
        stock_takes.finish_take(WORKER, second)
        entry = queries.entries_of(first, "missing")[0]
        assert again(entry).outcome == "here"


def test_several_with_a_serial_number_are_not_guessed(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product, serial="SAME")
        an_item(product, serial="SAME")
        with pytest.raises(Conflict) as refused:
            stock_takes.count(WORKER, a_take(), Code("SAME"))
        assert refused.value.code == "scan.several"


# --- through the pages -------------------------------------------------------------------------------------------------


def test_it_is_begun_counted_and_finished_without_a_script(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        here, missing, gone = a_bike(place="Rack 2"), a_bike(place="Cellar"), a_bike()
        line = out(gone)
        reference = line.contract.reference
    begun = client.post("/senne/scan/takes", data={"scope": "all"})
    assert begun.status_code == 303
    take = begun.location
    for tag in (here.tag, gone.tag):
        assert client.post(f"{take}/count", data={"code": tag}).location == take
    page = client.get(f"{take}?lang=en").get_data(as_text=True)
    assert f"/senne/contracts/{reference}/1/take-back" in page
    assert "not expected here" in page
    assert client.post(f"{take}/finish").location == take
    page = client.get(take).get_data(as_text=True)
    assert missing.tag in page
    assert "Mark it lost" in page
    with scope(workshop):
        entry = queries.entries_of(queries.get_take(take.split("/")[-1]), "missing")[0]
    assert client.post(f"{take}/{entry.id}/settle", data={"outcome": "lost"}).location == take
    assert client.post(f"{take}/{entry.id}/settle", data={"outcome": "lost"}).status_code == 409
    with scope(workshop):
        assert again(missing).status == "lost"


def test_who_may_only_read_sees_how_it_stands_and_counts_nothing(workshop: Workshop, scope: Scoped, sign_in) -> None:
    with scope(workshop):
        item, take = a_bike(), a_take()
    client = sign_in(workshop, "auditor")
    page = client.get(f"/senne/scan/takes/{take.reference}").get_data(as_text=True)
    assert item.tag in page
    assert "data-scan=" not in page
    assert "/finish" not in page
    assert client.post(f"/senne/scan/takes/{take.reference}/count", data={"code": item.tag}).status_code == 403
    assert "Begin a count" not in client.get("/senne/scan/takes?lang=en").get_data(as_text=True)


def test_take_of_another_workshop_is_not_there(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(other_workshop):
        item, take = a_bike(), a_take()
        count(take, item)
        entry = queries.entries_of(take, "found")[0]
        count_before = figures(take)
    base = f"/senne/scan/takes/{take.reference}"
    assert client.get(base).status_code == 404
    assert client.get(f"{base}/file.csv").status_code == 404
    for act in ("count", "finish", "cancel", f"{entry.id}/uncount", f"{entry.id}/settle"):
        assert client.post(f"{base}/{act}", data={"code": item.tag, "outcome": "lost"}).status_code == 404, act
    with scope(other_workshop):
        assert figures(take) == count_before


def test_thing_of_another_workshop_is_an_unknown_code(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped
) -> None:
    with scope(other_workshop):
        item = a_bike()
    with scope(workshop):
        take = a_take()
        assert [count(take, code)[0] for code in (item.tag, item.public_code)] == ["unknown", "unknown"]


def test_standing_takes_as_many_statements_however_much_was_counted(
    app: Ronde, workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        take = a_take()
        count(take, a_bike())
        a_bike()

    def statements() -> int:
        with counted_statements(app.database.engine) as sent:
            client.get(f"/senne/scan/takes/{take.reference}", headers={"HX-Request": "true"})
        return len(sent)

    few = statements()
    with scope(workshop):
        for _each in range(6):
            count(take, a_bike())
            a_bike()
    assert statements() == few


@pytest.mark.parametrize("is_finished", [False, True])
def test_file_says_of_each_thing_what_became_of_it_and_harms_no_spreadsheet(
    is_finished: bool, workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        here, missing = a_bike(serial="=1+1", place="@home"), a_bike(place="Cellar")
        take = a_take()
        count(take, here, "-2+3")
        count(take, "=HYPERLINK(1)")
        if is_finished:
            stock_takes.finish_take(WORKER, take)
    base = f"/senne/scan/takes/{take.reference}"
    answer = client.get(f"{base}/file.csv?lang=en")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{take.reference}.csv"'
    rows = {row[0]: row for row in csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";")}
    assert rows[here.tag][2:4] == ["'=1+1", "found"]
    assert rows[here.tag][5:7] == ["'@home", "'-2+3"]
    assert rows[missing.tag][3] == "missing"
    assert rows["'=HYPERLINK(1)"][3] == "unknown code"
    book = load_workbook(io.BytesIO(client.get(f"{base}/file.xlsx").data))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert "=1+1" in {cell.value for cell in cells}
    assert client.get(f"{base}/file.exe").status_code == 404


def test_move_by_the_take_is_told(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        item = a_bike(place="Cellar")
        move_item(WORKER, item, "Cellar")
        take = a_take()
        count(take, item, "Rack 2")
        stock_takes.finish_take(WORKER, take, set_places=True)
        assert "item.moved" in names(item)
