"""The board as a browser loads it: 300 items with 7 bookings each in two weeks. `python -m tests.bench.board`

What is reported: how long the document takes from the click to the end of its load event in Chromium (everything fetched,
laid out and painted once), how much of that the server took, how large the page is. A page of 100 lanes, as the board
shows by default, and all 300 at once (`?size=300`).
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from playwright.sync_api import Page
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from config.local import LocalPostgres
from migrations.setup import RuntimeUrls, prepare_database
from service_app import reactions
from service_app.core import events, files, links, tenancy
from service_app.core.db import Database
from tests.bench.__main__ import served
from tests.bench.world import PASSWORDS, SECRET, VAR, _make_anew, copies
from tests.browser import DESK, chromium
from tests.factories import workshops as people
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.rentals import a_signed, a_wish, an_item
from tests.factories.workshops import PASSWORD

PRODUCTS, ITEMS, BOOKINGS = 10, 30, 7
ROUNDS = 9


@dataclass(frozen=True)
class Loaded:
    """One load: milliseconds until the load event was over, until the first byte, and until something was painted; bytes of
    the document as sent and as read; bars and elements in it."""

    load_ms: float
    server_ms: float
    paint_ms: float
    sent: int
    read: int
    bars: int
    elements: int


def seed(postgres: LocalPostgres) -> tuple[RuntimeUrls, str]:
    """A workshop of 300 items with 2,100 bookings in the two weeks that run; the addresses, and who signs in."""
    url = make_url(postgres.url).set(database="ronde_bench").render_as_string(hide_password=False)
    _make_anew(postgres.url)
    urls = prepare_database(url, PASSWORDS)
    files.install(VAR / "files")
    links.install(SECRET, "http://localhost")
    events.install(reactions.ALL)
    database = Database(urls.app)
    workshop = people.make_workshop(database, slug="senne", name="Atelier Senne")
    email = people.make_member(database, workshop, "owner")
    with database.transaction(tenancy.workshop(workshop.id)):
        products = [a_product(code=f"P{number:02d}") for number in range(PRODUCTS)]
        for product in products:
            for number in range(ITEMS):
                an_item(product, tag=f"{product.code}-{number:02d}", place=f"Rack {number % 6}")
        pattern = a_signed(a_wish(products[0], a_day_plan(products[0])))
        ids = {"w": workshop.id, "contract": pattern.id, "line": pattern.lines[0].id}
    admin = create_engine(url)
    with admin.begin() as connection:
        _book(connection, ids)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    admin.dispose()
    database.engine.dispose()
    return urls, email


# Booking k (0 to 6) of an item runs from day 2k at ten to the next day at four; the first two are out.
_K = f"((n - 1) % {BOOKINGS})"
_START = f"date_trunc('week', now()) + make_interval(days => 2 * {_K}, hours => 9)"
_END = f"date_trunc('week', now()) + make_interval(days => 2 * {_K} + 1, hours => 15)"


def _book(connection: Connection, ids: dict[str, int]) -> None:
    many = PRODUCTS * ITEMS * BOOKINGS
    connection.execute(text("SET session_replication_role = replica"))
    connection.execute(text("DELETE FROM allocation"))
    named = {"reference": "'C-W-' || lpad(n::text, 5, '0')", "starts_at": _START, "ends_at": _END, "status": "'active'"}
    copies(connection, "contract", ids, "contract", many, named)
    item = f"(SELECT id FROM item ORDER BY id OFFSET (n - 1) / {BOOKINGS} LIMIT 1)"
    of_contract = "(SELECT min(id) FROM contract WHERE reference = 'C-W-' || lpad(n::text, 5, '0'))"
    state = f"CASE WHEN {_K} < 2 THEN 'out' ELSE 'planned' END"
    dates = {"starts_at": _START, "ends_at": _END, "due_at": _END}
    copies(
        connection,
        "contract_line",
        ids,
        "line",
        many,
        {"contract_id": of_contract, "item_id": item, "status": state, **dates},
    )
    connection.execute(
        text("""
            INSERT INTO allocation (workshop_id, item_id, product_id, kind, starts_at, ends_at, blocked_from, blocked_until,
                                    is_pinned, contract_line_id)
            SELECT line.workshop_id, line.item_id, item.product_id, CASE line.status WHEN 'out' THEN 'use' ELSE 'reservation' END,
                   line.starts_at, line.ends_at, line.starts_at - interval '30 minutes', line.ends_at + interval '60 minutes',
                   true, line.id
              FROM contract_line line
              JOIN contract ON contract.workshop_id = line.workshop_id AND contract.id = line.contract_id
              JOIN item ON item.workshop_id = line.workshop_id AND item.id = line.item_id
             WHERE contract.reference LIKE 'C-W-%'
        """)
    )  # fmt: skip


_MEASURE = """() => {
    const [navigation] = performance.getEntriesByType('navigation');
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    return {
        load_ms: navigation.loadEventEnd - navigation.startTime,
        server_ms: navigation.responseStart - navigation.requestStart,
        paint_ms: paint ? paint.startTime : 0,
        sent: navigation.encodedBodySize,
        read: navigation.decodedBodySize,
        bars: document.querySelectorAll('.track .bar').length,
        elements: document.querySelectorAll('*').length,
    };
}"""


def loads(page: Page, address: str) -> list[Loaded]:
    """The page loaded several times; the first, with a cold server, is left out."""
    found = []
    for _round in range(ROUNDS + 1):
        page.goto(address, wait_until="load")
        page.wait_for_function("performance.getEntriesByType('navigation')[0].loadEventEnd > 0")
        found.append(Loaded(**page.evaluate(_MEASURE)))
    return found[1:]


def main() -> None:
    """Seed, serve, load, print one table."""
    VAR.mkdir(parents=True, exist_ok=True)
    console, table = Console(), Table("board", "loaded in", "worst", "server", "first paint", "page", "bars, elements")
    postgres = LocalPostgres(VAR / "postgres").start()
    try:
        urls, email = seed(postgres)
        environment = {
            "DATABASE_URL": urls.app, "SECRET_KEY": SECRET, "RONDE_ENV": "test", "FILES_DIR": str(VAR / "files"),
            "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        with served("service_app.wsgi:app", environment) as port, chromium() as browser:
            page = browser.new_context(locale="en-BE", **DESK).new_page()
            page.goto(f"http://127.0.0.1:{port}/sign-in")
            page.fill("[name=email]", email)
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_load_state()
            for name, query in (
                ("100 lanes × 7", ""),
                ("300 lanes × 7", "?size=300"),
                ("300 × 7, a month", "?size=300&view=month"),
            ):
                _row(table, name, loads(page, f"http://127.0.0.1:{port}/senne/board{query}"))
    finally:
        postgres.stop()
    console.print(table)


def _row(table: Table, name: str, found: list[Loaded]) -> None:
    times = sorted(each.load_ms for each in found)
    one = found[0]
    table.add_row(
        name, f"{statistics.median(times):.0f} ms", f"{times[-1]:.0f} ms",
        f"{statistics.median(each.server_ms for each in found):.0f} ms",
        f"{statistics.median(each.paint_ms for each in found):.0f} ms",
        f"{one.sent / 1024:.0f} kB sent, {one.read / 1024:.0f} kB read", f"{one.bars}, {one.elements}",
    )  # fmt: skip


if __name__ == "__main__":
    main()
