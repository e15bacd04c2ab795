"""Pricing a month of 50,000 contracts without writing: lines a second, memory, and the same figures when replayed."""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console
from sqlalchemy import Engine, func, select, text

from migrations.setup import RuntimeUrls
from service_app.cli.months import run
from service_app.contracts.pricing_run import Totals
from service_app.core import clock, tenancy
from service_app.core.db import Database, session
from tests.bench import world
from tests.factories import workshops as people
from tests.factories.catalogue import a_monthly_plan, a_product
from tests.factories.rentals import a_wish, an_active, an_item

MONTH = date(2026, 11, 1)


@dataclass(frozen=True)
class Measured:
    """What the run came to."""

    per_second: float
    lines: int
    grown_kb: int
    is_same: bool
    sha256: str


def price(urls: RuntimeUrls, admin: Engine, console: Console, many: int = world.CONTRACTS) -> Measured:
    """Seed a workshop of its own, price its month twice, and compare."""
    database = Database(urls.worker)
    workshop_id = _seed(Database(urls.app), admin, many)
    with database.transaction(tenancy.workshop(workshop_id)):
        seconds, memory, totals = _timed(console)
        _seconds, grown, again = _timed(Console(quiet=True))
    database.engine.dispose()
    return Measured(totals.lines / seconds, totals.lines, grown - memory, totals.sha256 == again.sha256, totals.sha256)


def _timed(console: Console) -> tuple[float, int, Totals]:
    """Seconds of one core, ours and the database's together (what else the machine does does not count); peak memory."""
    asked = session().execute(select(func.pg_backend_pid()), execution_options={"scoped_by_hand": True})
    backend = asked.scalar_one()
    begun = time.process_time() + _spent(backend)
    totals = run(MONTH, console)
    seconds = time.process_time() + _spent(backend) - begun
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, totals


def _spent(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _seed(database: Database, admin: Engine, many: int) -> int:
    """Contracts after the pattern of one: every anchor day, every tenth ended, every seventh paused for ten days, most of
    them charged for the month already."""
    workshop = people.make_workshop(database, slug="mois", name="Atelier du mois")
    with database.transaction(tenancy.workshop(workshop.id)):
        product = a_product()
        an_item(product)
        plan = a_monthly_plan(product)
        pattern = an_active(a_wish(product, plan, days=900, start=clock.now() + timedelta(hours=1)))
        ids = {"contract": pattern.id, "line": pattern.lines[0].id, "w": workshop.id}
    database.engine.dispose()
    with admin.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        world.copies(connection, "contract", ids, "contract", many, {
            "reference": "'M-' || lpad(n::text, 7, '0')", "anchor_day": "1 + n % 31", "status": "'active'",
        })  # fmt: skip
        world.copies(connection, "contract_line", ids, "line", many, {
            "contract_id": "(SELECT min(id) FROM contract WHERE reference = 'M-' || lpad(n::text, 7, '0'))", "item_id": "NULL",
            "price": "jsonb_set(p.price, '{monthly_amount}', to_jsonb((20 + n % 60)::text || '.90'))",
        })  # fmt: skip
        for statement in (_STRETCHES, _PAUSES, _CHARGES):
            connection.execute(text(statement), {"w": workshop.id, "pattern": pattern.id})
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return workshop.id


_STRETCHES = """
    INSERT INTO service_stretch (workshop_id, contract_line_id, from_on, until_on)
    SELECT :w, id, date '2026-01-01' + (id % 300)::int,
           CASE WHEN id % 10 = 0 THEN date '2026-01-01' + (id % 300)::int + 40 + (id % 200)::int END
    FROM contract_line WHERE workshop_id = :w AND contract_id <> :pattern"""
_PAUSES = """
    INSERT INTO pause (workshop_id, contract_id, from_on, until_on)
    SELECT :w, id, date '2026-11-05', date '2026-11-15' FROM contract
    WHERE workshop_id = :w AND id % 7 = 0 AND id <> :pattern"""
_CHARGES = """
    INSERT INTO charge (workshop_id, contract_id, contract_line_id, kind, key, amount, currency, rule, period_start, period_end)
    SELECT :w, l.contract_id, l.id, 'recurring', 'bench', (l.price ->> 'monthly_amount')::numeric, 'EUR', 'month',
           date '2026-11-01' + (least(c.anchor_day, 30) - 1),
           date '2026-12-01' + (c.anchor_day - 1)
    FROM contract_line l JOIN contract c ON c.workshop_id = l.workshop_id AND c.id = l.contract_id
    WHERE l.workshop_id = :w AND l.id % 3 > 0 AND l.contract_id <> :pattern"""
