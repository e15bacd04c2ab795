"""A claim on the supplier beside a repair: one open at a time, its steps, and what comes of it counted where it belongs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.items.models import ItemEntry
from service_app.repairs import queries
from service_app.repairs.models import RepairCase
from service_app.repairs.operations import claims, stock
from service_app.repairs.operations.claims import Asked, Came
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_product
from tests.factories.rentals import an_item
from tests.factories.repairs import a_diagnosed, a_part, a_ready, an_approved


def asked(remedy: str = "replacement", **facts: object) -> Asked:
    given = {"supplier": "Pièces du Midi", "reason": "The element burnt through after a month"} | facts
    return Asked(remedy=remedy, answer_by=clock.now().date() + timedelta(days=14), **given)  # type: ignore[arg-type]


def granted(case: RepairCase, remedy: str = "replacement") -> None:
    claims.ask_supplier(WORKER, case, asked(remedy))
    claims.write_answer(WORKER, case, is_accepted=True, remedy=remedy, their_number="RMA 7731")


def test_a_replacement_serves_the_repair_that_waits_for_it(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        part = a_part(on_hand=0)
        case = an_approved()
        use = stock.want_part(case, part, 1)
        granted(case)
        claims.settle_claim(WORKER, case, Came(part=part, pieces=2))
        claim = queries.claims_of(case)[0]
        assert (claim.status, claim.their_number, claim.pieces) == ("settled", "RMA 7731", 2)
        assert (use.status, part.on_hand, stock.free_of(part)) == ("reserved", 2, 1)
        assert claim.reference == f"{case.reference}-1"
        assert claims.ask_supplier(WORKER, case, asked()).reference == f"{case.reference}-2"


def test_money_that_comes_back_lowers_what_our_own_thing_cost_once(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        item = an_item(a_product())
        case = a_diagnosed(None, item)
        granted(case, "refund")
        with pytest.raises(Invalid, match=r"claim\.amount_needed"):
            claims.settle_claim(WORKER, case, Came())
        claims.settle_claim(WORKER, case, Came(Decimal("18.40")))
        with pytest.raises(Conflict, match=r"claim\.none_open"):
            claims.settle_claim(WORKER, case, Came(Decimal("18.40")))
        rows = (
            session().scalars(select(ItemEntry).where(ItemEntry.item_id == item.id, ItemEntry.kind == "repair")).all()
        )
        assert [(row.amount, row.source) for row in rows] == [(Decimal("18.40"), f"claim:{case.reference}-1")]


def test_each_step_in_its_order_and_one_open_at_a_time(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        case = a_diagnosed()
        with pytest.raises(Conflict, match=r"claim\.none_open"):
            claims.write_answer(WORKER, case, is_accepted=True, remedy="refund")
        for name in ("supplier", "reason"):
            with pytest.raises(Invalid, match=r"field\.required"):
                claims.ask_supplier(WORKER, case, asked(**{name: " "}))
        claims.ask_supplier(WORKER, case, asked())
        with pytest.raises(Conflict, match=r"claim\.open_already"):
            claims.ask_supplier(WORKER, case, asked())
        with pytest.raises(Conflict, match=r"claim\.not_accepted"):
            claims.settle_claim(WORKER, case, Came(Decimal(5)))
        with pytest.raises(Invalid, match=r"repair\.reason_needed"):
            claims.write_answer(WORKER, case, is_accepted=False, remedy="")
        claims.write_answer(WORKER, case, is_accepted=False, remedy="", answer="Wear and tear")
        assert (queries.claims_of(case)[0].status, queries.open_claim(case)) == ("refused", None)
        granted(case)
        with pytest.raises(Conflict, match=r"claim\.answered"):
            claims.write_answer(WORKER, case, is_accepted=True, remedy="refund")
        claims.withdraw_claim(WORKER, case, "Found another way")
        assert [claim.status for claim in queries.claims_of(case)] == ["refused", "withdrawn"]


def test_at_the_bench_from_the_page_of_the_case(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        case = a_ready()
        reference, part = case.reference, a_part(on_hand=0).code
    at = f"/senne/repairs/{reference}"
    assert f"{at}/do/claim" in client.get(at).text
    form = {"supplier": "Pièces du Midi", "reason": "Burnt", "remedy": "replacement", "answer_by": ""}
    wrong = client.post(f"{at}/do/claim", data=form)
    assert wrong.status_code == 422
    assert "Pièces du Midi" in wrong.text, "nothing typed is lost"
    until = (clock.now().date() + timedelta(days=9)).isoformat()
    assert client.post(f"{at}/do/claim", data=form | {"answer_by": until}).status_code == 303
    assert reference in client.get("/senne/repairs?status=claimed").text
    answer = {"is_accepted": "yes", "remedy": "replacement", "their_number": "RMA 7731"}
    assert client.post(f"{at}/do/claim_answer", data=answer).status_code == 303
    assert "RMA 7731" in client.get(at).text
    assert client.post(f"{at}/do/claim_came", data={"part": part, "pieces": "1"}).status_code == 303
    page = client.get(at).text
    assert f"{reference}-1" in page
    assert f"{at}/do/claim_came" not in page
    assert reference not in client.get("/senne/repairs?status=claimed").text
    assert "1" in client.get(f"/senne/parts/{part}").text
