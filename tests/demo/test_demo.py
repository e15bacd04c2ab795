"""The demo cluster has something to show on every page and in every state."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text

from config.settings import Settings
from service_app import demo
from service_app.core import clock, tenancy
from service_app.core.db import session
from service_app.core.web import Ronde
from service_app.demo import cast
from service_app.desk.queries import the_day
from service_app.workshops.models import Workshop

pytestmark = pytest.mark.slow

A_TUESDAY = datetime(2026, 11, 24, 11, tzinfo=UTC)
KINDS = ("late", "coming_back", "going_out", "at_risk", "to_inspect", "care")
PAGES = ("", "contracts", "items", "products", "customers", "care", "letters", "jobs", "settings", "people", "imports", "scan",
         "scan/many",
         "appointments", "appointments/waiting", "planning/people", "planning/services", "board?lanes=people", "book",
         "scan/takes", "scan/takes/ST-0001", "reports", "take-backs", "collection-days", "rounds", "rounds/orders",
         "rounds/setup", "intakes", "economics", "refurbishments", "harvests", "cascade-reasons", "materials", "hubs",
         "settings/channels", "settings/letters/kinds", "digest", "settings/webhooks")  # fmt: skip


@pytest.fixture
def loaded(settings: Settings, empty: None) -> list[str]:
    with clock.travelled(A_TUESDAY):
        return list(demo.load(settings))


def found(admin: Engine, statement: str) -> set[str]:
    with admin.connect() as connection:
        return set(connection.scalars(text(statement)))


def test_demo_has_four_crafts_every_state_and_pages_that_answer(loaded: list[str], admin: Engine, app: Ronde) -> None:
    assert len(loaded) == len(cast.HOUSES) == 4
    assert found(admin, "SELECT DISTINCT status FROM contract") == {
        "draft", "sent", "expired", "signed", "active", "paused", "notice", "ended", "cancelled",
    }  # fmt: skip
    assert found(admin, "SELECT DISTINCT status FROM contract_line") >= {
        "planned",
        "out",
        "overdue",
        "returned",
        "closed",
        "lost",
        "replaced",
        "bought_out",
    }
    assert found(admin, "SELECT DISTINCT status FROM deposit") >= {"due", "held", "released", "partly_retained"}
    assert found(admin, "SELECT DISTINCT status FROM charge") == {"open", "settled", "waived"}
    assert found(admin, "SELECT DISTINCT status FROM appointment") >= {"booked", "done", "cancelled", "no_show"}
    assert found(admin, "SELECT DISTINCT kind FROM resource") == {"person", "bench", "vehicle"}
    assert found(admin, "SELECT DISTINCT status FROM item") >= {"in_stock", "out", "to_inspect", "on_bench"}
    assert found(admin, "SELECT DISTINCT kind FROM charge") >= {
        "rent", "recurring", "late", "damage", "missing", "one_off", "fee", "lost", "buy_out",
    }  # fmt: skip
    assert found(admin, "SELECT DISTINCT status FROM care_occurrence") >= {"planned", "notified", "done"}
    assert found(admin, "SELECT DISTINCT status FROM message") >= {"sent", "failed"}
    assert found(admin, "SELECT DISTINCT status FROM webhook_delivery") == {"taken", "failed"}
    assert found(admin, "SELECT DISTINCT status FROM webhook_endpoint") == {"on"}
    assert found(admin, "SELECT DISTINCT status FROM stock_take") == {"open", "finished"}
    assert found(admin, "SELECT DISTINCT result FROM stock_take_entry") == {"found", "unexpected", "missing"}
    assert found(admin, "SELECT DISTINCT status FROM takeback") >= {
        "eligible", "offered", "scheduled", "failed", "collected", "received", "sorted", "closed", "refused",
    }  # fmt: skip
    assert found(admin, "SELECT DISTINCT status FROM intake") == {"open", "closed"}
    assert found(admin, "SELECT DISTINCT status FROM refurbishment") >= {"working", "done"}
    assert found(admin, "SELECT DISTINCT status FROM harvest") == {"open", "closed"}
    assert found(admin, "SELECT DISTINCT status FROM item_report") == {"new", "handled"}
    assert found(admin, "SELECT DISTINCT status FROM transport_order") >= {
        "open", "planned", "promised", "done", "partly", "failed", "called_off",
    }  # fmt: skip
    assert found(admin, "SELECT DISTINCT status FROM round") >= {"optimised", "running", "done"}
    for person in cast.PEOPLE:
        client = app.test_client()
        assert client.post("/sign-in", data={"email": person.email, "password": cast.PASSWORD}).status_code == 303
        _every_page_answers(client, person)
    _today_has_work(app)


def _today_has_work(app: Ronde) -> None:
    """Every kind of ticket that Today can show stands there for somebody."""
    with app.app_context(), clock.travelled(A_TUESDAY):
        with app.database.transaction(tenancy.platform("test: the workshops")):
            houses = session().execute(select(Workshop.id, Workshop.zone)).all()
        days = []
        for workshop_id, zone in houses:
            with app.database.transaction(tenancy.workshop(workshop_id)):
                day = the_day(zone)
                days.extend(name for name in KINDS if getattr(day, name))
    assert set(days) == set(KINDS)


def _every_page_answers(client: FlaskClient, person: cast.Person) -> None:
    for slug in person.roles:
        for page in PAGES:
            assert client.get(f"/{slug}/{page}").status_code in (200, 403, 404), (person.name, slug, page)
    if "owner" in person.roles.values():
        slug = next(iter(person.roles))
        assert all(client.get(f"/{slug}/{page}").status_code == 200 for page in PAGES), person.name


def test_repair_mix_names_its_source() -> None:
    words = (cast.MIX.parent / "ATTRIBUTION.md").read_text("utf-8")
    assert "CC BY-SA 4.0" in words
    assert "Open Repair" in words
    assert sum(thing.items for thing in cast.appliances()) > 40
