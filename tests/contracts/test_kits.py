"""Kits: components go where their kit goes, are missed, found again, and swapped by themselves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from service_app.catalogue.operations import Handling
from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.contracts.models import Contract
from service_app.contracts.operations import handovers, inspections, kits, losses, money
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Finding, Verdict
from service_app.contracts.queries import inspection_of
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.errors import Conflict, Refusal
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.items.models import Item
from service_app.items.operations import join_kit, put_on_bench
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.rentals import a_signed, a_wish, again, an_active, an_item, hand_all_over


def a_kit(*parts: str) -> tuple[Item, list[Item]]:
    """A bike with a child seat and a charger that belong to it; a seat costs 80.00 new."""
    kit, seat = an_item(a_product()), a_product(handling=Handling(replacement_amount=Decimal("80")))
    found = [an_item(seat, tag=tag) for tag in parts or ("SEAT-1", "SEAT-2")]
    for part in found:
        join_kit(WORKER, part, kit)
    return kit, found


def out_with(kit: Item) -> Contract:
    """The kit is out with a customer."""
    return an_active(a_wish(kit.product, a_day_plan(kit.product), start=clock.now()))


def states(*items: Item) -> list[str]:
    return [item.status for item in items]


def test_component_goes_out_and_comes_back_with_its_kit(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        kit, parts = a_kit()
        contract = out_with(kit)
        assert states(kit, *parts) == ["out", "out", "out"]
        assert {part.custodian_customer_id for part in parts} == {contract.customer_id}
        handovers.take_back(WORKER, contract.lines[0], Found())
        assert states(kit, *parts) == ["to_inspect"] * 3
        inspections.finish_inspection(WORKER, inspection_of(contract.lines[0]), Verdict("B"))
        assert states(kit, *parts) == ["in_stock"] * 3


def test_component_is_never_promised_by_itself(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        _kit, parts = a_kit()
        alone = an_item(parts[0].product)
        assert [item.tag for item in availability.bookable_items(alone.product)] == [alone.tag]
        assert availability.count_free(alone.product, Stretch(clock.now(), None)) == 1


def test_what_is_booked_or_a_kit_itself_or_away_joins_no_kit(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        kit, parts = a_kit()
        other = an_item(a_product())
        for item, to, code in (
            (kit, other, "kit.has_components"),
            (other, parts[0], "kit.in_a_kit"),
            (kit, kit, "kit.itself"),
        ):
            with pytest.raises(Refusal) as refused:
                join_kit(WORKER, item, to)
            assert refused.value.code == code
        booked = an_item(a_product())
        a_signed(a_wish(booked.product, a_day_plan(booked.product)))
        with pytest.raises(Conflict, match=r"item\.promised"):
            join_kit(WORKER, booked, kit)
        join_kit(WORKER, parts[0], None)
        assert availability.bookable_items(parts[0].product) == [parts[0]]


def test_kit_does_not_go_out_while_a_component_is_on_the_bench(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        kit, parts = a_kit()
        contract = a_signed(a_wish(kit.product, a_day_plan(kit.product), start=clock.now()))
        put_on_bench(WORKER, parts[0])
        with pytest.raises(Conflict, match=r"kit\.part_not_ready"):
            hand_all_over(contract)


def test_missing_component_is_lost_charged_at_what_a_new_one_costs_and_credited_when_found(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        kit, parts = a_kit()
        contract = out_with(kit)
        line = contract.lines[0]
        handovers.take_back(WORKER, line, Found(missing=["SEAT-2", "lock"]))
        assert states(kit, *parts) == ["to_inspect", "to_inspect", "lost"]
        inspections.finish_inspection(WORKER, inspection_of(line), Verdict("B"))
        missing = [row for row in charges.charges_of(contract.id) if row.kind == "missing"]
        assert [(row.figures["part"], str(row.amount)) for row in missing] == [("SEAT-2", "80.00")]
        money.settle_up(WORKER, contract, method="card", use_deposit=False, release_method="card")
        assert contract.status == "ended"
        kits.find_component(WORKER, line, ANEW, component=parts[1])
        assert states(parts[1]) == ["on_bench"]
        assert [str(row.amount) for row in credits.credits_of(contract.id)] == ["80.00"]
        assert str(money.balance(contract).to_give_back) == "80.00"
        with pytest.raises(Conflict, match=r"allowed\.nothing_lost"):
            kits.find_component(WORKER, line, ANEW, component=parts[1])


def test_inspector_may_judge_a_missing_component_otherwise(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        kit, _parts = a_kit()
        contract = out_with(kit)
        handovers.take_back(WORKER, contract.lines[0], Found(missing=["SEAT-1"]))
        verdict = Verdict("B", findings=[Finding("missing", "SEAT-1", Decimal("80"), charged_share=50)])
        inspections.finish_inspection(WORKER, inspection_of(contract.lines[0]), verdict)
        assert [str(row.amount) for row in charges.charges_of(contract.id) if row.kind == "missing"] == ["40.00"]


def test_component_alone_is_swapped_while_the_kit_stays_out(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        kit, parts = a_kit()
        contract, other = out_with(kit), an_item(parts[0].product)
        stranger = an_item(a_product())
        before = len(charges.charges_of(contract.id))
        with pytest.raises(Conflict, match=r"swap\.other_group"):
            kits.swap_component(WORKER, contract.lines[0], ANEW, component=parts[0], item=stranger)
        kits.swap_component(WORKER, contract.lines[0], ANEW, component=parts[0], item=other)
        assert states(kit, parts[0], other) == ["out", "on_bench", "out"]
        assert (parts[0].kit_item_id, other.kit_item_id) == (None, kit.id)
        assert len(charges.charges_of(contract.id)) == before


def test_component_is_lost_found_and_sold_with_its_kit(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        kit, parts = a_kit()
        contract = out_with(kit)
        losses.report_lost(WORKER, contract.lines[0], ANEW, on=clock.today("Europe/Brussels"))
        assert states(*parts) == ["lost", "lost"]
        losses.report_found(WORKER, contract.lines[0], ANEW, is_here=False)
        assert states(*parts) == ["out", "out"]
        assert [row.custodian_customer_id for row in parts] == [contract.customer_id] * 2


def test_kit_is_shown_going_out_coming_back_and_on_its_own_page(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        kit, parts = a_kit()
        contract = a_signed(a_wish(kit.product, a_day_plan(kit.product), start=clock.now()))
        tag, here, alone = kit.tag, f"/senne/contracts/{contract.reference}/1", an_item(parts[0].product).tag
    assert "SEAT-1" in client.get(f"/senne/items/{tag}").get_data(as_text=True)
    assert client.post(f"/senne/items/{alone}/kit", data={"kit": "NONE"}).status_code == 422
    assert client.post(f"/senne/items/{alone}/kit", data={"kit": tag}).status_code == 303
    assert client.post(f"/senne/items/{alone}/kit", data={"kit": ""}).status_code == 303
    assert "Goes with it" in client.get(f"{here}/hand-over").get_data(as_text=True)
    with scope(workshop):
        hand_all_over(again(contract))
    assert "Components that are missing" in client.get(f"{here}/take-back").get_data(as_text=True)
    assert client.post(f"{here}/take-back", data={"missing": ["SEAT-2"]}).status_code == 303
    page = client.get(f"{here}/inspect").get_data(as_text=True)
    assert 'value="SEAT-2"' in page
    assert 'value="80.00"' in page
    assert client.post(f"{here}/inspect", data={"grade": "B", "next_use": "in_stock"}).status_code == 303
    page = client.get(f"{here}/find-component").get_data(as_text=True)
    assert "The customer gets back" in page
    assert client.post(f"{here}/find-component", data={"component": "SEAT-2"}).status_code == 303
