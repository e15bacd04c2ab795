"""Every operation on a running contract through its page: what is shown before, what is done, what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from service_app.catalogue.operations import Handling
from service_app.catalogue.rules import PlanRules
from service_app.charges import credits
from service_app.contracts import allowed
from service_app.contracts.models import Contract, ContractLine, Outage
from service_app.contracts.operations import endings, handovers, losses, money, pauses
from service_app.contracts.operations.acts import ANEW, acts_of
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.offers import Wish
from service_app.contracts.staff.faces import FACES
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.items import availability
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_monthly_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_signed, a_wish, again, an_active, an_item

RULES = PlanRules(
    kind="subscription", pause_days_per_year=60, swap_fee_amount=Decimal("12"), buy_out_from_months=0, service_hours=24,
    early_end_style="fixed", early_end_amount=Decimal("40"), renewal="automatic", renewal_months=6,
)  # fmt: skip


def a_subscription(*, rules: PlanRules = RULES, paid: bool = True, **facts: Any) -> Contract:
    """By the month, out since today, with two more of the kind in stock and a second plan."""
    product = a_product(**facts)
    plan = a_monthly_plan(product, rules=rules)
    a_monthly_plan(product, code=f"{product.code}-FREE", monthly_amount=Decimal("95"), min_term_months=None)
    for _each in range(3):
        an_item(product)
    contract = an_active(Wish(product, plan, clock.now(), None))
    if paid:
        money.settle_up(WORKER, contract, method="card", use_deposit=False)
    return contract


def page_of(client: FlaskClient, contract: Contract, act: str, line: int | None = 1) -> tuple[str, dict[str, Any], str]:
    """The address of an operation, what its hidden fields carry, and its page."""
    place = f"/{line}" if line is not None else ""
    address = f"/senne/contracts/{contract.reference}{place}/{act}"
    answer = client.get(address)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200, text[-3000:]
    hidden = dict(re.findall(r'<input id="(version|shown_at|key)"[^>]*value="([^"]*)"', text))
    assert set(hidden) == {"version", "shown_at", "key"}
    return address, hidden, text


def did(client: FlaskClient, contract: Contract, act: str, line: int | None = 1, **typed: Any) -> None:
    """Open the page, type, send; it must be done."""
    address, hidden, _text = page_of(client, contract, act, line)
    answer = client.post(address, data=hidden | typed)
    assert answer.status_code == 303, re.findall(
        r'class="(?:error|notice)[^"]*".*?</', answer.get_data(as_text=True), re.S
    )


def looked(client: FlaskClient, contract: Contract, act: str, line: int | None = 1, **typed: Any) -> str:
    """What a page says something would mean."""
    address, hidden, _text = page_of(client, contract, act, line)
    answer = client.post(address, data=hidden | typed | {"look": "1"})
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def today() -> Any:
    return clock.today("Europe/Brussels")


def test_every_operation_of_the_table_has_a_face() -> None:
    assert set(FACES) == set(allowed.TABLE)


def test_contract_page_shows_what_can_be_done_and_why_the_rest_cannot(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_subscription()
        here = f"/senne/contracts/{contract.reference}"
    text = client.get(here).get_data(as_text=True)
    for possible in ("/pause", "/give-notice", "/1/swap", "/1/change-plan", "/1/buy-out", "/add-line", "/transfer"):
        assert f'href="{here}{possible}"' in text
    assert f'href="{here}/1/extend"' not in text
    assert "It has no end that could be moved." in text
    assert "The right to withdraw is for people who signed at a distance." in text
    assert f"{here}/resume" not in text


def test_extension_carries_version_and_key_so_that_sending_twice_does_it_once(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = an_active()
        end = contract.lines[0].ends_at
        assert end is not None
    address, hidden, _text = page_of(client, contract, "extend")
    typed = {"ends_on": (end + timedelta(days=2)).date().isoformat(), "ends_at": "11:00"}
    assert client.post(address, data=hidden | typed).status_code == 303
    assert client.post(address, data=hidden | typed).status_code == 303
    with scope(workshop):
        assert [act.operation for act in acts_of(again(contract))] == ["extend"]


def test_stale_form_says_what_changed_and_keeps_what_was_typed(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_subscription()
    address, hidden, _text = page_of(client, contract, "pause", None)
    with scope(workshop):
        endings.warn(WORKER, again(contract), ANEW, "Pay in time")
    first = (today() + timedelta(days=3)).isoformat()
    answer = client.post(address, data=hidden | {"from_on": first})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "What changed meanwhile:" in text
    assert "Formal notice given" in text
    assert first in text
    with scope(workshop):
        assert again(contract).status == "active"


def test_refusal_stands_on_its_field(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = a_subscription()
    address, hidden, _text = page_of(client, contract, "pause", None)
    answer = client.post(address, data=hidden | {"from_on": (today() - timedelta(days=3)).isoformat()})
    assert answer.status_code == 422
    assert 'id="from_on-error"' in answer.get_data(as_text=True)
    answer = client.post(address, data=hidden | {"from_on": "", "until_on": ""})
    assert answer.status_code == 422
    assert 'id="from_on-error"' in answer.get_data(as_text=True)


def test_pause_shows_what_it_saves_and_is_undone_from_its_toast(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_subscription()
    first = (today() + timedelta(days=2)).isoformat()
    text = looked(client, contract, "pause", None, from_on=first, until_on=(today() + timedelta(days=12)).isoformat())
    assert "Days of pause left this year" in text
    assert "Saved" in text
    did(client, contract, "pause", None, from_on=first)
    page = client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)
    assert "A pause is planned" in page
    assert "/resume" in page
    assert client.post(f"/senne/contracts/{contract.reference}/resume").status_code == 303
    with scope(workshop):
        assert len(acts_of(again(contract))) == 2
        assert client.get(f"/senne/contracts/{contract.reference}").status_code == 200


def test_paused_contract_says_so_and_goes_on_with_one_press(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_subscription()
        pauses.pause_contract(WORKER, contract, ANEW, from_on=today())
    page = client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)
    assert "Paused since" in page
    seen = re.search(r'name="version" value="(\d+)"', page)
    assert seen is not None
    pressed = {"version": seen[1], "key": "pressed-once"}
    assert client.post(f"/senne/contracts/{contract.reference}/resume", data=pressed).status_code == 303
    assert client.post(f"/senne/contracts/{contract.reference}/resume", data=pressed).status_code == 303
    with scope(workshop):
        assert again(contract).status == "active"


def test_swap_chooses_a_free_thing_shows_its_cost_and_links_both_lines(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_subscription()
        line = contract.lines[0]
        tag = next(item.tag for item in _stock(line) if item.id != line.item_id)
        old = line.item.tag if line.item else ""
    _address, _hidden, text = page_of(client, contract, "swap")
    assert f'value="{tag}"' in text
    text = looked(client, contract, "swap", item=tag, reason="wish", mode="simultaneous")
    assert "Fee for the swap" in text
    assert "12,00" in text or "12.00" in text
    did(client, contract, "swap", tag=tag.lower(), reason="defect", mode="simultaneous")
    page = client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)
    assert f"in the place of {old} (1)" in page
    assert f"goes on as {tag} (2)" in page


def _stock(line: ContractLine) -> Any:
    return availability.bookable_items(line.product)


def test_swap_to_another_product_of_the_group_needs_its_plan(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        group = Handling(exchange_group="bikes", replacement_amount=Decimal("900"))
        other = a_product(handling=group)
        plan = a_monthly_plan(other, monthly_amount=Decimal("99")).code
        a_monthly_plan(other, code="DEARER", monthly_amount=Decimal("120"))
        tag = an_item(other).tag
        contract = a_subscription(handling=group)
    address, hidden, _text = page_of(client, contract, "swap")
    sent = hidden | {"tag": tag, "reason": "defect", "mode": "simultaneous"}
    answer = client.post(address, data=sent)
    assert answer.status_code == 422
    assert 'id="plan-error"' in answer.get_data(as_text=True)
    assert "In the month that runs" in looked(
        client, contract, "swap", tag=tag, reason="defect", mode="advance", plan=plan
    )
    assert client.post(address, data=sent | {"plan": plan}).status_code == 303


def test_plan_changes_at_the_end_of_the_month_and_can_be_kept(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_subscription()
        plan = f"{contract.lines[0].product.code}-FREE"
    assert "In the month that runs" in looked(client, contract, "change-plan", plan=plan, when="now")
    did(client, contract, "change-plan", plan=plan, when="period_end")
    page = client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)
    assert "By the month from" in page
    assert "/1/keep-plan" in page
    assert client.post(f"/senne/contracts/{contract.reference}/1/keep-plan").status_code == 303
    did(client, contract, "change-plan", plan=plan, when="now")
    with scope(workshop):
        assert [line.status for line in again(contract).lines] == ["replaced", "out"]


def test_lost_is_priced_before_and_undone_from_its_toast(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_subscription()
    assert "at its age" in looked(client, contract, "report-lost", on=today().isoformat())
    did(client, contract, "report-lost", on=today().isoformat(), remark="PV 123")
    page = client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)
    assert "lost" in page
    undo = f"/senne/contracts/{contract.reference}/1/report-found?is_here=no"
    assert undo in page
    assert client.post(undo).status_code == 303
    with scope(workshop):
        assert again(contract).lines[0].status == "out"


def test_found_here_is_taken_back_and_credited(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = a_subscription()
        losses.report_lost(WORKER, contract.lines[0], ANEW, on=today())
    assert "The customer gets back" in looked(client, contract, "report-found", is_here="yes")
    did(client, contract, "report-found", is_here="yes")
    with scope(workshop):
        assert again(contract).lines[0].status == "returned"


def test_buying_shows_how_its_price_is_counted_first(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = a_subscription()
    _address, _hidden, text = page_of(client, contract, "buy-out")
    assert "of what was paid for using it" in text
    assert "Never less than" in text
    did(client, contract, "buy-out", method="card")
    page = client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)
    assert "bought" in page


def test_buying_too_early_says_from_when(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = a_subscription(rules=PlanRules(buy_out_from_months=6))
    assert "It can be bought from" in page_of(client, contract, "buy-out")[2]


def test_outage_is_reported_and_credited_when_it_works_again(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_subscription()
    did(client, contract, "report-outage", symptom="No light")
    assert "out of order" in client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)
    assert "Within what is agreed" in page_of(client, contract, "end-outage")[2]
    with scope(workshop):
        session().query(Outage).one().began_at = clock.now() - timedelta(days=3, hours=23)
    assert "The customer gets back" in page_of(client, contract, "end-outage")[2]
    did(client, contract, "end-outage")
    page = client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)
    assert "out of order for 3 days" in page
    assert "To be given back" in page
    settled = client.post(
        f"/senne/contracts/{contract.reference}/settle", data={"method": "card", "release_method": "cash"}
    )
    assert settled.status_code == 303
    with scope(workshop):
        assert [row.refunds[0].method for row in credits.credits_of(contract.id)] == ["cash"]
    assert "paid back in cash" in client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)


def test_meter_is_read_and_never_goes_back(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = a_subscription()
    did(client, contract, "read-meter", value="120")
    address, hidden, text = page_of(client, contract, "read-meter")
    assert "Last reading 120." in text
    assert client.post(address, data=hidden | {"value": "90"}).status_code == 422


def test_dates_are_corrected_with_a_reason(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = an_active()
        out = clock.local(contract.lines[0].out_at or clock.now(), "Europe/Brussels") - timedelta(hours=3)
    address, hidden, _text = page_of(client, contract, "correct-dates")
    typed = {"out_at": out.strftime("%Y-%m-%dT%H:%M")}
    assert client.post(address, data=hidden | typed).status_code == 422
    assert client.post(address, data=hidden | typed | {"reason": "Written down late"}).status_code == 303
    with scope(workshop):
        assert clock.local(again(contract).lines[0].out_at or clock.now(), "Europe/Brussels").hour == out.hour


def test_a_thing_is_added_reserved_and_taken_off_again(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = a_subscription()
        plan = contract.lines[0].plan.code
    assert "Deposit more" in looked(
        client, contract, "add-line", None, plan=plan, starts_on=today().isoformat(), starts_at="17:00"
    )
    start = (today() + timedelta(days=1)).isoformat()
    did(client, contract, "add-line", None, plan=plan, starts_on=start, starts_at="10:00")
    page = client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)
    assert "The deposit went up:" in page
    did(client, contract, "remove-line", 2)
    with scope(workshop):
        assert [line.status for line in again(contract).lines] == ["out", "cancelled"]


def test_another_product_of_the_group_is_given_at_the_price_that_was_signed(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        group = Handling(exchange_group="bikes")
        product, other = a_product(handling=group), a_product(handling=group)
        an_item(product)
        tag = an_item(other).tag
        contract = a_signed(a_wish(product, a_day_plan(product)))
    did(client, contract, "substitute", tag=tag)
    assert tag in client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)


def test_notice_is_quoted_first_given_and_taken_back(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = a_subscription()
    _address, _hidden, text = page_of(client, contract, "give-notice", None)
    assert "Last day" in text
    assert "Deposit held, given back at the end" in text
    did(client, contract, "give-notice", None)
    page = client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)
    assert "under notice" in page
    assert "Notice was given: it ends on" in page
    assert client.post(f"/senne/contracts/{contract.reference}/withdraw-notice").status_code == 303
    with scope(workshop):
        assert again(contract).status == "active"


def test_ending_early_shows_fee_and_what_was_paid_ahead_line_by_line(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_subscription()
    _address, _hidden, text = page_of(client, contract, "end-early", None)
    assert "Fee for ending early" in text
    assert "paid ahead and not used" in text
    assert "fixed fee" in text
    did(client, contract, "end-early", None, ends_on=(today() + timedelta(days=1)).isoformat())
    assert "/withdraw-notice" in client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)


def test_shortening_gives_back_what_the_plan_gives_back(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        contract = an_active(a_wish(product, a_day_plan(product, rules=PlanRules(early_refund="unused")), days=6))
        end = contract.lines[0].ends_at
        assert end is not None
    typed = {"ends_on": (end - timedelta(days=4)).date().isoformat(), "ends_at": "17:00"}
    assert "The customer gets back" in looked(client, contract, "shorten", **typed)
    did(client, contract, "shorten", **typed)
    with scope(workshop):
        assert credits.credits_of(contract.id)


def test_withdrawal_on_behalf_of_the_customer_gives_back_all_but_the_days_used(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_subscription()
        contract.is_distance = True
    assert "paid ahead and not used" in page_of(client, contract, "withdraw", None)[2]
    did(client, contract, "withdraw", None, statement="I withdraw")
    with scope(workshop):
        assert again(contract).end_reason == "withdrawn"


def test_for_cause_needs_its_formal_notices(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = a_subscription()
    did(client, contract, "warn", None, reason="Not paid")
    assert "Not paid" in page_of(client, contract, "warn", None)[2]
    address, hidden, _text = page_of(client, contract, "end-for-cause", None)
    answer = client.post(address, data=hidden | {"reason": "Still not paid"})
    assert answer.status_code == 409
    assert "1 of 2 formal notices" in answer.get_data(as_text=True)


@pytest.mark.parametrize("act", ["renew", "do-not-renew"])
def test_term_is_renewed_or_not(act: str, workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = a_subscription()
    did(client, contract, act, None)
    with scope(workshop):
        assert again(contract).status == ("active" if act == "renew" else "notice")


def test_contract_is_handed_to_another_customer_and_both_link_to_each_other(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract, other = a_subscription(), a_customer(name="Sofie Maes").reference
    address, hidden, _text = page_of(client, contract, "transfer", None)
    typed = {"customer": other, "signer_name": "Sofie Maes"}
    assert client.post(address, data=hidden | typed).status_code == 422
    assert "Nobody here goes by" in looked(client, contract, "transfer", None, customer="nobody", both_agree="y")
    assert client.post(address, data=hidden | typed | {"both_agree": "y"}).status_code == 303
    with scope(workshop):
        new = session().query(Contract).filter(Contract.predecessor_id == contract.id).one().reference
    assert "Goes on as" in client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)
    assert "Taken over from" in client.get(f"/senne/contracts/{new}").get_data(as_text=True)


def test_holders_are_rows_that_grow(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = a_subscription()
    typed = {"holders-0-name": "Amina Diallo", "holders-0-phone": "0470"}
    address, hidden, _text = page_of(client, contract, "change-holders", None)
    assert "holders-1-name" in client.post(address, data=hidden | typed | {"more": "1"}).get_data(as_text=True)
    did(client, contract, "change-holders", None, **typed)
    assert "Amina Diallo" in client.get(f"/senne/contracts/{contract.reference}").get_data(as_text=True)
    assert client.post(address, data=hidden | {"holders-0-phone": "0470", "version": "3"}).status_code in (409, 422)


def test_each_operation_opens_to_the_roles_that_have_its_right(
    workshop: Workshop, scope: Scoped, sign_in: Callable[..., FlaskClient]
) -> None:
    with scope(workshop):
        here = f"/senne/contracts/{a_subscription().reference}"
    wrong = []
    for role, rights in access.ROLES.items():
        browser = sign_in(workshop, role)
        for name, row in allowed.TABLE.items():
            address = f"{here}{'/1' if row.line else ''}/{name.replace('_', '-')}"
            for status in (browser.get(address).status_code, browser.post(address, data={"look": "1"}).status_code):
                if (status == 403) != (row.permission not in rights) or status >= 500:
                    wrong.append((role, name, status))
    assert wrong == []


def test_what_is_no_operation_is_not_found(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        here = f"/senne/contracts/{a_subscription().reference}"
    for address in ("/explode", "/1/pause", "/swap", "/9/swap"):
        assert client.get(f"{here}{address}").status_code == 404
        assert client.post(f"{here}{address}").status_code == 404


def test_impossible_operation_says_why_instead_of_a_form(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = an_active()
        handovers.take_back(WORKER, contract.lines[0], Found())
    answer = client.get(f"/senne/contracts/{contract.reference}/1/swap")
    assert answer.status_code == 409
    assert "It is back already." in answer.get_data(as_text=True)
