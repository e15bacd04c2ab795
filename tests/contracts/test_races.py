"""Two people at once, on two real connections: one is served, the other is told what happened. Nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from service_app.catalogue.rules import PlanRules
from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.contracts import contested, proposals
from service_app.contracts.allowed import Subject
from service_app.contracts.models import Contract, ContractAct, ContractLine, Proposal
from service_app.contracts.operations import (
    contests,
    dates,
    endings,
    handovers,
    inspections,
    money,
    offers,
    pauses,
    service,
    swaps,
)
from service_app.contracts.operations.acts import ANEW, Asked
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Finding, Verdict
from service_app.contracts.operations.offers import Signing
from service_app.core import access, clock, tenancy
from service_app.core.access import WORKER
from service_app.core.db import Database, session
from service_app.core.errors import Conflict
from service_app.core.events import Event
from service_app.core.web import Ronde
from service_app.items.models import Item
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_monthly_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_draft, a_sent, a_wish, an_active, an_item
from workers.process import Process
from workers.sweeps import sweep

pytestmark = [pytest.mark.fault, pytest.mark.slow]

NOW = datetime(2027, 3, 1, 10, tzinfo=UTC)
Deed = Callable[[], Any]


class Race:
    """Both read, then both go; what each of them got."""

    def __init__(self, app: Ronde, database: Database, workshop: Workshop) -> None:
        self.app, self.database, self.workshop = app, database, workshop
        self.line = threading.Barrier(2, timeout=20)

    def run(self, *deeds: Callable[[], Deed]) -> list[str]:
        """`done`, or the code of the refusal, sorted; each deed is prepared in its own transaction, then done."""
        results: list[str] = []
        threads = [threading.Thread(target=self._one, args=(deed, results)) for deed in deeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)
        return sorted(results)

    def _one(self, prepare: Callable[[], Deed], results: list[str]) -> None:
        try:
            here = self.database.transaction(tenancy.workshop(self.workshop.id))
            with self.app.app_context(), clock.travelled(NOW), here:  # words are the thread's own
                deed = prepare()
                self.line.wait()
                deed()
            results.append("done")
        except Conflict as refusal:
            results.append(refusal.code)
        except StaleDataError:  # the edge answers it as a stale version
            results.append("version.stale")
        except Exception as error:  # what the edge would answer with 500
            results.append(f"{type(error).__name__}: {error}")


@pytest.fixture
def race(app: Ronde, database: Database, workshop: Workshop) -> Race:
    return Race(app, database, workshop)


def read(kind: type[Any], key: int) -> Any:
    return session().scalars(select(kind).where(kind.id == key)).one()


def monthly(scope: Scoped, workshop: Workshop, items: int = 3, **rules: Any) -> tuple[int, int, list[int]]:
    """A running monthly contract: its id, its line's, and the items still in stock."""
    with scope(workshop), clock.travelled(NOW - timedelta(days=5)):
        product = a_product()
        plan = a_monthly_plan(product)
        plan.rules = PlanRules(pause_days_per_year=60, **rules).to_json()
        found = [an_item(product) for _each in range(items)]
        contract = an_active(a_wish(product, plan, days=400, start=clock.now() + timedelta(hours=1)))
        line = contract.lines[0]
        return contract.id, line.id, [item.id for item in found if item.id != line.item_id]


def test_an_offer_is_signed_once(race: Race, scope: Scoped) -> None:
    with scope(race.workshop), clock.travelled(NOW):
        key = a_sent().id

    def sign() -> Deed:
        contract = read(Contract, key)
        return lambda: offers.sign_offer(access.customer("Nora"), contract, 1, Signing("Nora Lemmens"))

    results = race.run(sign, sign)
    assert results[0] == "done" or results[1] == "done"
    assert results.count("done") == 1, results
    assert not [each for each in results if ":" in each], results


def test_an_amendment_that_two_sign_at_once_is_done_once_and_told_once(
    race: Race, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(race.workshop), clock.travelled(NOW - timedelta(days=2)):
        product = a_product()
        an_item(product)
        who = a_customer(email="nora@example.be", language="en")
        contract = an_active(a_wish(product, a_day_plan(product), days=9, start=NOW - timedelta(days=1)), customer=who)
        line = contract.lines[0]
        before, later = line.ends_at, line.ends_at + timedelta(days=2)
        body = {"ends_at": later, "waive_late": False}
        key = proposals.propose(WORKER, Subject(contract, line), "extend", body).id
        contract_id, line_id, version = contract.id, line.id, contract.version

    def sign(name: str) -> Callable[[], Deed]:
        def prepare() -> Deed:
            row = read(Proposal, key)
            assert row.line.ends_at == before, "both read what stood before the other"
            return lambda: proposals.sign_proposal(access.customer(name), row, Signing(name))

        return prepare

    assert race.run(sign("Nora Lemmens"), sign("Awa Diallo")) == ["done", "proposal.over"]
    with scope(race.workshop), clock.travelled(NOW):
        row, line = read(Proposal, key), read(ContractLine, line_id)
        acts = session().scalars(select(ContractAct).where(ContractAct.contract_id == contract_id)).all()
        assert [(act.operation, act.by_name, act.id) for act in acts] == [("extend", row.signer_name, row.act_id)]
        assert (row.status, line.ends_at, line.contract.version) == ("signed", later, version + 1)
        assert session().scalars(select(Event.name).where(Event.name == "contract.changed")).all() == [
            "contract.changed"
        ]
    for _time in range(2):
        sweep(process, "planning")
    with scope(race.workshop):
        written = select(Message).where(Message.contract_id == contract_id, Message.kind == "amended")
        assert len(session().scalars(written).all()) == 1


def contested_line(scope: Scoped, workshop: Workshop, *, is_contested: bool) -> tuple[int, int]:
    """A rental whose inspection charged 20.00, which the deposit covers: its contract's id, and its line's."""
    with scope(workshop), clock.travelled(NOW - timedelta(days=2)):
        product = a_product()
        an_item(product)
        contract = an_active(a_wish(product, a_day_plan(product), days=1, start=clock.now() + timedelta(hours=1)))
        line = contract.lines[0]
        found = Verdict("C", "in_stock", [Finding("damage", "bell", Decimal(20))])
        inspections.finish_inspection(WORKER, handovers.take_back(WORKER, line, Found()), found)
        if is_contested:
            contests.contest_inspection(access.customer("Nora"), line, ANEW, words="It rang.")
        return contract.id, line.id


def test_what_is_contested_is_decided_once(race: Race, scope: Scoped) -> None:
    key, line_id = contested_line(scope, race.workshop, is_contested=True)

    def decide(outcome: str) -> Callable[[], Deed]:
        def prepare() -> Deed:
            line = read(ContractLine, line_id)
            who = access.staff(outcome, 1, "manager")
            return lambda: contests.decide_contest(who, line, ANEW, outcome=outcome, reason="So it is.")

        return prepare

    assert race.run(decide("upheld"), decide("dropped")) == ["allowed.not_contested", "done"]
    with scope(race.workshop):
        row = contested.contests_of(read(Contract, key))[0]
        assert row.status == row.decided_by
        assert len(credits.credits_of(key)) == (row.status == "dropped")


def test_who_contests_while_the_till_settles_comes_before_it_or_after_it(race: Race, scope: Scoped) -> None:
    key, line_id = contested_line(scope, race.workshop, is_contested=False)

    def contest() -> Deed:
        line = read(ContractLine, line_id)
        return lambda: contests.contest_inspection(access.customer("Nora"), line, ANEW, words="It rang.")

    def settle() -> Deed:
        contract = read(Contract, key)
        return lambda: money.settle_up(WORKER, contract, method="card", use_deposit=True, release_method="card")

    assert race.run(contest, settle) == ["done", "done"]
    with scope(race.workshop):
        now, deposit = money.balance(read(Contract, key)), charges.deposit_of(key)
        assert deposit is not None
        kept = sum(row.amount for row in deposit.movements if row.charge_id is not None)
        if now.contested:  # it came before: its amount waits, and as much of the deposit
            assert (now.contested, now.deposit_held >= 20) == (Decimal(20), True)
        else:
            assert (now.open, deposit.status) == (Decimal(0), "partly_retained")
            assert kept >= 20


def test_one_thing_is_not_extended_and_promised_at_once(race: Race, scope: Scoped) -> None:
    with scope(race.workshop), clock.travelled(NOW - timedelta(days=2)):
        product = a_product()
        plan = a_day_plan(product)
        an_item(product)
        contract = an_active(a_wish(product, plan, days=3, start=clock.now() + timedelta(hours=1)))
        line_id, ends_at = contract.lines[0].id, contract.lines[0].ends_at
        next_id = a_draft(a_wish(product, plan, days=3, start=ends_at + timedelta(days=2))).id

    def extend() -> Deed:
        line = read(ContractLine, line_id)
        return lambda: dates.extend_line(WORKER, line, ANEW, ends_at=ends_at + timedelta(days=4))

    def reserve() -> Deed:
        contract = read(Contract, next_id)
        return lambda: offers.send_offer(WORKER, contract)

    assert race.run(extend, reserve) == ["availability.none", "done"]


def test_a_contract_is_renewed_or_ended_not_both_blindly(race: Race, scope: Scoped) -> None:
    key, _line, _items = monthly(scope, race.workshop, renewal="automatic", renewal_months=3)

    def seen(operation: Any, **body: Any) -> Callable[[], Deed]:
        def prepare() -> Deed:
            contract = read(Contract, key)
            asked = Asked(version=contract.version)
            return lambda: operation(WORKER, contract, asked, **body)

        return prepare

    assert race.run(seen(endings.renew_contract), seen(endings.give_notice)) == ["done", "version.stale"]


def test_the_second_swap_sees_that_there_was_one(race: Race, scope: Scoped) -> None:
    _key, line_id, items = monthly(scope, race.workshop)

    def swap(item_id: int) -> Callable[[], Deed]:
        def prepare() -> Deed:
            line, item = read(ContractLine, line_id), read(Item, item_id)
            return lambda: swaps.swap_item(WORKER, line, ANEW, item=item, reason="defect")

        return prepare

    assert race.run(swap(items[0]), swap(items[1])) == ["allowed.line_returned", "done"]


def test_one_thing_does_not_replace_two(race: Race, scope: Scoped) -> None:
    _key, line_id, items = monthly(scope, race.workshop)
    with scope(race.workshop), clock.travelled(NOW):
        plan = read(ContractLine, line_id).plan
        item = an_item(plan.product)
        other = an_active(a_wish(plan.product, plan, days=300, start=NOW + timedelta(hours=1)))
        spare = next(each for each in [*items, item.id] if each != other.lines[0].item_id)
        lines = [line_id, other.lines[0].id]

    def swap(key: int) -> Callable[[], Deed]:
        def prepare() -> Deed:
            line, item = read(ContractLine, key), read(Item, spare)
            return lambda: swaps.swap_item(WORKER, line, ANEW, item=item, reason="defect")

        return prepare

    results = race.run(swap(lines[0]), swap(lines[1]))
    assert results.count("done") == 1, results
    assert not [each for each in results if ": " in each], results


def test_a_contract_is_paused_once(race: Race, scope: Scoped) -> None:
    key, _line, _items = monthly(scope, race.workshop)

    def pause() -> Deed:
        contract = read(Contract, key)
        return lambda: pauses.pause_contract(WORKER, contract, ANEW, from_on=NOW.date())

    assert race.run(pause, pause) == ["allowed.contract_paused", "done"]


def test_the_same_wish_sent_twice_is_done_once_and_answered_twice(race: Race, scope: Scoped) -> None:
    key, _line, _items = monthly(scope, race.workshop)

    def pause() -> Deed:
        contract = read(Contract, key)
        asked = Asked(version=contract.version, key="pause-once")
        return lambda: pauses.pause_contract(WORKER, contract, asked, from_on=NOW.date())

    assert race.run(pause, pause) == ["done", "done"]
    with scope(race.workshop):
        acts = session().scalars(select(ContractAct).where(ContractAct.operation == "pause")).all()
        assert len(acts) == 1


def test_who_saw_an_older_version_is_told_so(race: Race, scope: Scoped) -> None:
    key, line_id, _items = monthly(scope, race.workshop)

    def warn() -> Deed:
        contract = read(Contract, key)
        asked = Asked(version=contract.version)
        return lambda: endings.warn(WORKER, contract, asked, reason="not paid")

    def extend() -> Deed:
        line = read(ContractLine, line_id)
        asked = Asked(version=line.contract.version)
        return lambda: dates.extend_line(WORKER, line, asked, ends_at=line.ends_at + timedelta(days=9))

    assert race.run(warn, extend) == ["done", "version.stale"]


def test_the_worker_and_a_person_do_not_wait_for_each_other(race: Race, scope: Scoped) -> None:
    key, _line, _items = monthly(scope, race.workshop)

    def pause() -> Deed:
        contract = read(Contract, key)
        return lambda: pauses.pause_contract(WORKER, contract, ANEW, from_on=NOW.date())

    assert race.run(pause, lambda: lambda: service.charge_recurring(WORKER)) == ["done", "done"]
