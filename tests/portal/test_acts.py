"""What a customer does alone: every act of the table, its cost shown before, once however often it is sent, and only on
what is theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.catalogue.rules import PlanRules
from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.contracts import allowed
from service_app.contracts.models import Contract, ContractAct
from service_app.contracts.operations import dates, endings, pauses, swaps
from service_app.contracts.operations.acts import ANEW, OPERATIONS, Asked
from service_app.contracts.rehearsal import rehearse
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO
from service_app.portal import acts, queries
from service_app.portal.models import CustomerRequest
from service_app.portal.operations import asking
from tests.factories.catalogue import a_monthly_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.portal import a_subscription, come_in
from tests.factories.rentals import a_signed, a_wish, again, an_active

ZONE = "Europe/Brussels"
PAUSING = PlanRules(pause_days_per_year=60)


@dataclass
class Mine:
    """A signed-in customer's browser and the address of one contract."""

    browser: FlaskClient
    contract: Contract

    @property
    def path(self) -> str:
        return f"/senne/my/contracts/{self.contract.reference}"

    def see(self, act: str, **typed: str) -> str:
        """The page of an act, with what was typed in its address."""
        answer = self.browser.get(f"{self.path}/{act}", query_string=typed)
        assert answer.status_code == 200, answer.status_code
        return answer.text

    def form(self, act: str, **typed: str) -> dict[str, str]:
        """The hidden fields of the form that confirms."""
        page = self.see(act, **typed)
        posted = page.rsplit('method="post"', 1)[1]
        found = dict(re.findall(r'<input[^>]*?name="(\w+)"[^>]*?value="([^"]*)"', posted))
        return {name: value for name, value in found.items() if name != "csrf_token"}

    def do(self, act: str, **typed: str) -> int:
        """Look, then confirm."""
        return self.browser.post(f"{self.path}/{act}", data=self.form(act, **typed) | typed).status_code


@pytest.fixture
def mine(app, workshop, scope):
    """`mine(contract_maker)` is a browser of the customer of a new contract."""

    def make(maker=an_active, **facts) -> Mine:
        with scope(workshop):
            customer = a_customer(email="mine@example.be", language="en")
            contract = maker(customer=customer, **facts)
        return Mine(come_in(app.test_client(), "mine@example.be"), contract)

    return make


def said(amount: Decimal) -> str:
    """As English is written in Belgium."""
    return f"{abs(amount):.2f}".replace(".", ",")


def day(more: int) -> str:
    return (clock.today(ZONE) + timedelta(days=more)).isoformat()


def test_the_table_of_faces_is_what_the_decision_table_lets_customers_do():
    assert set(acts.FACES) == {name for name, row in allowed.TABLE.items() if row.customer}
    assert {name for name, face in acts.FACES.items() if face.operation in OPERATIONS} == set(acts.FACES)


def test_keeping_it_longer_shows_its_cost_and_then_costs_that(mine, workshop, scope):
    page = mine()
    later = (page.contract.lines[0].ends_at + timedelta(days=4)).date().isoformat()
    shown = page.see("1/extend", ends_on=later)
    with scope(workshop):
        contract = again(page.contract)
        line = contract.lines[0]
        ends_at = line.ends_at + timedelta(days=4)
        price = dates.price_of_extension(line, ends_at)
        so_far = len(charges.charges_of(contract.id))
    assert price is not None
    assert said(price.amount) in shown
    assert page.do("1/extend", ends_on=later) == 303
    with scope(workshop):
        contract = again(page.contract)
        made = charges.charges_of(contract.id)[so_far:]
        assert [row.amount for row in made] == [price.amount]
        assert contract.lines[0].ends_at == ends_at


def test_looking_changes_nothing(mine, workshop, scope):
    page = mine()
    with scope(workshop):
        before = (again(page.contract).version, len(charges.charges_of(page.contract.id)))
    page.see("1/extend", ends_on=day(9))
    with scope(workshop):
        contract = again(page.contract)
        assert (contract.version, len(charges.charges_of(contract.id))) == before
        assert session().scalars(select(ContractAct)).all() == []


def test_sending_twice_is_done_once(mine, workshop, scope):
    page = mine()
    sent = page.form("1/extend", ends_on=day(9))
    answers = [page.browser.post(f"{page.path}/1/extend", data=sent).status_code for _time in range(2)]
    assert answers == [303, 303]
    with scope(workshop):
        assert len(session().scalars(select(ContractAct)).all()) == 1


def test_a_page_that_is_stale_is_shown_again_with_what_stands_now(mine, workshop, scope):
    page = mine()
    sent = page.form("1/extend", ends_on=day(12))
    with scope(workshop):
        line = again(page.contract).lines[0]
        dates.extend_line(WORKER, line, ANEW, line.ends_at + timedelta(days=1))
    answer = page.browser.post(f"{page.path}/1/extend", data=sent)
    assert answer.status_code == 409
    assert "Somebody else changed this" in answer.text


def test_a_day_that_cannot_be_had_is_said_before_anybody_confirms(mine):
    page = mine()
    assert "Choose a moment after the present end" in page.see("1/extend", ends_on=day(-3))
    assert "within the next five years" in page.see("1/extend", ends_on="9999-12-31")
    assert "Not a valid date" in page.see("1/extend", ends_on="yesterday")


def test_a_pause_is_shown_and_done_and_ended(mine, workshop, scope):
    page = mine(a_subscription, rules=PAUSING)
    assert "14 days" in page.see("pause")
    assert page.do("pause", from_on=day(0), until_on=day(10)) == 303
    with scope(workshop):
        assert again(page.contract).status == "paused"
    assert "paused" in page.browser.get(page.path).text
    assert page.do("resume") == 303
    with scope(workshop):
        assert again(page.contract).status == "active"


def test_a_longer_pause_than_the_plan_has_is_refused_with_what_is_left(mine):
    page = mine(a_subscription, rules=PAUSING)
    assert "Only 60 days of pause are left" in page.see("pause", from_on=day(0), until_on=day(90))


def test_notice_shows_the_quote_and_can_be_taken_back(mine, workshop, scope):
    page = mine(a_subscription, notice_days=30)
    with scope(workshop):
        contract = again(page.contract)
        quote = endings.termination_quote(contract, clock.today(ZONE))
    shown = page.see("give_notice")
    assert said(quote.deposit_held) in shown
    assert page.do("give_notice") == 303
    with scope(workshop):
        contract = again(page.contract)
        assert (contract.status, contract.ends_on) == ("notice", quote.ends_on)
    assert page.do("withdraw_notice") == 303
    with scope(workshop):
        assert again(page.contract).status == "active"


def test_ending_before_the_term_shows_its_fee_and_charges_that(mine, workshop, scope):
    rules = PlanRules(early_end_style="fixed", early_end_amount=Decimal("40"))
    page = mine(a_subscription, rules=rules, min_term_months=6, notice_days=30)
    with scope(workshop):
        quote = endings.termination_quote(
            again(page.contract), clock.today(ZONE), clock.today(ZONE) + timedelta(days=11)
        )
    fee = quote.fees[0].amount
    assert said(fee) in page.see("end_early", last_on=day(10))
    assert page.do("end_early", last_on=day(10)) == 303
    with scope(workshop):
        contract = again(page.contract)
        assert contract.ends_on == quote.ends_on
        assert [row.amount for row in charges.charges_of(contract.id) if row.kind == "fee"] == [fee]


def test_another_plan_now_shows_the_difference_and_charges_that(mine, workshop, scope):
    page = mine(a_subscription)
    with scope(workshop):
        line = again(page.contract).lines[0]
        cheaper = a_monthly_plan(line.product, code="CHEAP", monthly_amount=Decimal("49"), min_term_months=None)
        difference = swaps.price_of_swap(line, cheaper, clock.today(ZONE))
    assert said(difference) in page.see("1/change_plan", plan="CHEAP", when="now")
    assert page.do("1/change_plan", plan="CHEAP", when="now") == 303
    with scope(workshop):
        contract = again(page.contract)
        assert contract.lines[-1].plan.code == "CHEAP"
        charged = sum((row.amount for row in charges.charges_of(contract.id)), ZERO)
        given = sum((row.amount for row in credits.credits_of(contract.id)), ZERO)
        assert charged - given - Decimal("79") == difference


def test_another_plan_at_the_end_of_the_month_can_be_called_off(mine, workshop, scope):
    page = mine(a_subscription)
    with scope(workshop):
        a_monthly_plan(again(page.contract).lines[0].product, code="OTHER", min_term_months=None)
    assert page.do("1/change_plan", plan="OTHER", when="period_end") == 303
    assert page.do("1/keep_plan") == 303
    with scope(workshop):
        assert again(page.contract).lines[0].next_plan_on is None


def test_a_problem_is_reported_once(mine, workshop, scope):
    page = mine(a_subscription)
    assert page.do("1/report_outage", symptom="The brake squeaks") == 303
    with scope(workshop):
        assert [row.symptom for row in again(page.contract).lines[0].outages] == ["The brake squeaks"]
    assert "reported already" in page.see("1/report_outage")
    assert "reported, we get in touch" in page.browser.get("/senne/my/").text


def test_a_problem_without_words_is_asked_again(mine):
    page = mine(a_subscription)
    answer = page.browser.post(f"{page.path}/1/report_outage", data={"symptom": "  ", "version": "1", "key": "k"})
    assert answer.status_code == 422
    assert "Say in a few words" in answer.text


def test_the_meter_is_read_by_the_customer(mine, workshop, scope):
    page = mine(a_subscription)
    assert page.do("1/read_meter", value="120") == 303
    with scope(workshop):
        assert again(page.contract).lines[0].item.meter == 120
    answer = page.browser.post(f"{page.path}/1/read_meter", data=page.form("1/read_meter") | {"value": "80"})
    assert answer.status_code == 422
    assert "The last reading was 120" in answer.text


def test_a_swap_is_asked_and_a_person_does_it(mine, workshop, scope, client):
    page = mine(a_subscription)
    assert page.do("1/swap", reason="defect", remark="The motor hums") == 303
    assert "another thing in its place" in page.browser.get("/senne/my/").text
    assert "The motor hums" in client.get("/senne/requests").text
    assert "The motor hums" in client.get(f"/senne/contracts/{page.contract.reference}").text
    with scope(workshop):
        row = session().scalars(select(CustomerRequest)).one()
        assert asking.is_defect(row)
        number = row.id
    assert client.post(f"/senne/requests/{number}/done").status_code == 303
    assert "The motor hums" not in client.get("/senne/requests").text
    assert client.post(f"/senne/requests/{number}/done").status_code == 409
    assert "another thing in its place" not in page.browser.get("/senne/my/").text


def test_what_a_swap_into_another_thing_costs_stands_in_its_choice(mine, workshop, scope):
    with scope(workshop):
        bigger = a_product(name={"en": "Long cargo bike"})
        a_monthly_plan(bigger, code="LONG", monthly_amount=Decimal("99"), min_term_months=None)
        bigger.exchange_group = "bikes"
        group = bigger.exchange_group
    page = mine(a_subscription)
    with scope(workshop):
        line = again(page.contract).lines[0]
        line.product.exchange_group = group
        session().flush()
        more = swaps.price_of_swap(line, queries.plans_to_swap_to(line)[0], clock.today(ZONE))
    shown = page.see("1/swap")
    assert "Long cargo bike" in shown
    assert said(more) in shown


def test_a_swap_into_what_is_not_offered_is_refused(workshop, scope):
    with scope(workshop):
        line = a_subscription().lines[0]
        actor = access.customer("Nora")
        with pytest.raises(Invalid):
            asking.ask_swap(actor, line, "wish", a_monthly_plan(a_product()))
        with pytest.raises(Invalid):
            asking.ask_swap(actor, line, "boredom")
        assert asking.ask_swap(actor, line, "wish").id == asking.ask_swap(actor, line, "size").id


def test_withdrawing_takes_two_steps_and_is_acknowledged(mine, workshop, scope):
    page = mine(a_subscription)
    first = page.form("withdraw")
    second = page.browser.post(
        f"{page.path}/withdraw", data=first | {"name": "Nora Lemmens", "contact": "me@example.be"}
    )
    assert second.status_code == 200
    assert f"I, Nora Lemmens, withdraw from contract {page.contract.reference}." in second.text
    assert "Confirm withdrawal" in second.text
    with scope(workshop):
        assert again(page.contract).status == "active"
    fields = dict(re.findall(r'<input type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', second.text)) | dict(
        re.findall(r'name="(version|key)" type="hidden" value="([^"]*)"', second.text)
    )
    assert fields["confirmed"] == "1"
    assert page.browser.post(f"{page.path}/withdraw", data=fields | _hidden(second.text)).status_code == 303
    with scope(workshop):
        contract = again(page.contract)
        act = session().scalars(select(ContractAct)).one()
        assert (contract.status, contract.end_reason) == ("notice", "withdrawn")
        assert act.outcome["statement"] == f"I, Nora Lemmens, withdraw from contract {contract.reference}."
        assert act.outcome["contact"] == "me@example.be"


def _hidden(page: str) -> dict[str, str]:
    found = re.findall(r"<input[^>]*>", page)
    named = {re.search(r'name="(\w+)"', one)[1]: re.search(r'value="([^"]*)"', one) for one in found if 'name="' in one}
    return {name: value[1] for name, value in named.items() if value and name in ("version", "key")}


def test_the_right_to_withdraw_is_not_offered_when_there_is_none(mine):
    page = mine()
    assert "Withdraw" not in page.browser.get(page.path).text
    assert "for people who signed at a distance" in page.see("withdraw")


def test_every_thing_has_its_buttons_or_the_reason_why_not(mine):
    page = mine()
    shown = page.browser.get("/senne/my/").text
    assert f"{page.path}/1/extend" in shown
    assert f"{page.path}/pause" not in shown
    assert "This is for contracts by the month only." in shown
    assert f"{page.path}/1/report_outage" in shown


def test_what_staff_alone_may_do_has_no_page(mine):
    page = mine()
    for act in ("1/buy_out", "1/shorten", "transfer", "end_for_cause", "nonsense", "1/pause", "extend", "9/extend"):
        assert page.browser.get(f"{page.path}/{act}").status_code == 404, act
        assert page.browser.post(f"{page.path}/{act}").status_code == 404, act


def test_rehearsing_every_act_leaves_no_trace(workshop, scope):
    with scope(workshop):
        contract = a_subscription(rules=PAUSING, notice_days=30)
        actor = access.customer("Nora")
        today = clock.today(ZONE)
        before = _rows(contract)
        for do in (
            lambda: pauses.pause_contract(actor, contract, Asked(), from_on=today, until_on=today + timedelta(days=5)),
            lambda: endings.give_notice(actor, contract, Asked()),
            lambda: endings.withdraw_contract(actor, contract, Asked(), statement="x"),
        ):
            assert rehearse(contract, do).refusal is None
            assert _rows(contract) == before
        assert isinstance(
            rehearse(contract, lambda: pauses.resume_contract(actor, contract, Asked())).refusal, Conflict
        )


def _rows(contract: Contract) -> tuple[object, ...]:
    contract = again(contract)
    return (
        contract.status, contract.version, contract.lines[0].status, contract.lines[0].due_at,
        len(charges.charges_of(contract.id)), len(credits.credits_of(contract.id)),
        len(session().scalars(select(ContractAct)).all()),
    )  # fmt: skip


def test_a_key_of_another_contract_is_another_key(mine, workshop, scope, app):
    page = mine()
    with scope(workshop):
        other = an_active(customer=a_customer(email="other@example.be"))
    theirs = Mine(come_in(app.test_client(), "other@example.be"), other)
    assert page.browser.post(f"{page.path}/1/extend", data=page.form("1/extend") | {"key": "same"}).status_code == 303
    assert (
        theirs.browser.post(f"{theirs.path}/1/extend", data=theirs.form("1/extend") | {"key": "same"}).status_code
        == 303
    )
    with scope(workshop):
        assert len(session().scalars(select(ContractAct)).all()) == 2


def test_an_item_promised_to_somebody_else_is_said_before(mine, workshop, scope):
    page = mine()
    with scope(workshop):
        line = again(page.contract).lines[0]
        for _each in range(2):
            a_signed(a_wish(line.product, line.plan, start=line.ends_at + timedelta(days=4)))
    assert "Nothing of this kind is free then." in page.see("1/extend", ends_on=day(20))
