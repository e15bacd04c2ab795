"""Everything that can be done with a contract, done at random over months, against a simple model: what is served is what
is charged, and nothing is charged, credited, held or written down twice.

`HYPOTHESIS_PROFILE=nightly` plays thousands of lives instead of a hundred.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from service_app.catalogue.models import Product
from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.charges.pricing import Terms
from service_app.contracts.allowed import OUT, has_open_outage, is_awaited
from service_app.contracts.models import Contract, ContractAct, ContractLine
from service_app.contracts.operations import dates, endings, lines, losses, money, pauses, swaps
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.offers import Signing, Wish
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import Database, session
from service_app.customers.models import Customer
from service_app.items.models import Allocation, Item
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.contracts.life import DAY, Story, span
from tests.contracts.lives import ACCEPTED, OWNER, PICK, ZONE, World, when, while_contract
from tests.contracts.looks import Looks

pytestmark = pytest.mark.slow

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "2000" if NIGHTLY else "100"))
PROFILE = settings(
    max_examples=EXAMPLES,
    stateful_step_count=30 if NIGHTLY else 14,
    derandomize=not NIGHTLY,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class Life(Looks):
    """One contract, from the hand-over on."""

    # dates

    @when(*OUT, holds=lambda line: line.ends_at)
    @rule(pick=PICK, days=st.sampled_from([1, 9, 33]), waive=st.booleans())
    def extend(self, pick: int, days: int, waive: bool) -> None:
        line = self.line(pick)
        if line and line.ends_at:
            self._move(line, "extend", dates.extend_line, ends_at=line.ends_at + DAY * days, waive_late=waive)

    @when(*OUT, holds=lambda line: line.ends_at)
    @rule(pick=PICK, days=st.sampled_from([1, 5, 20]))
    def shorten(self, pick: int, days: int) -> None:
        line = self.line(pick)
        if line and line.ends_at:
            self._move(line, "shorten", dates.shorten_line, ends_at=line.ends_at - DAY * days)

    def _move(self, line: ContractLine, name: str, operation: Any, **asked: Any) -> None:
        if self.attempt(name, lambda: operation(WORKER, line, ANEW, **asked)) and self.is_monthly(line):
            out = clock.local(line.out_at, ZONE).date()
            self.told(line).run_until(max(clock.local(asked["ends_at"], ZONE).date(), out) + DAY)

    @rule(pick=PICK, days=st.integers(-6, 4), back=st.booleans())
    def correct(self, pick: int, days: int, back: bool) -> None:
        line = self.line(pick, "out", "overdue", "returned", "closed")
        if line is None:
            return
        before = line.in_at if back else line.out_at
        if before is None:
            return
        asked = {"in_at" if back else "out_at": before + DAY * days + timedelta(minutes=1)}
        if self.attempt("correct_dates", lambda: dates.correct_dates(WORKER, line, ANEW, reason="wrong", **asked)):
            self._corrected(line, before, back)

    # resting

    @rule(later=st.sampled_from([0, 0, 3, 40]), days=st.sampled_from([None, 1, 7, 30]))
    def pause(self, later: int, days: int | None) -> None:
        start = self.today + DAY * later
        asked = {"from_on": start, "until_on": start + DAY * days if days else None}
        event = "contract.paused" if not later else "contract.pause_planned"
        act = self.attempt("pause", lambda: pauses.pause_contract(WORKER, self.contract, ANEW, **asked), event=event)
        if act:
            self.story.pauses.append((start, date.fromisoformat(act.outcome["until_on"])))

    @rule()
    def resume(self) -> None:
        if self.attempt("resume", lambda: pauses.resume_contract(WORKER, self.contract, ANEW)):
            kept = [each for each in self.story.pauses if each[0] < self.today]
            self.story.pauses = [(start, min(until, self.today)) for start, until in kept]

    # another thing, another plan

    @when(*OUT)
    @rule(pick=PICK, other=PICK, why=st.sampled_from(["defect", "wish"]), mode=st.sampled_from(swaps.MODES))
    def swap(self, pick: int, other: int, why: str, mode: str) -> None:
        line = self.line(pick)
        item = self.item(other) if line else None
        if line is None or item is None:
            return
        plan = None if item.product_id == line.product_id else self.plan(item.product_id, other)
        was_monthly, before = self.is_monthly(line), self.told(line).before_notice
        asked = {"item": item, "reason": why, "mode": mode, "plan": plan}
        if not self.attempt("swap", lambda: swaps.swap_item(WORKER, line, ANEW, **asked)):
            return
        if was_monthly:
            self.told(line).cut(self.today)
        new = max(line.contract.lines, key=lambda each: each.position)
        self.told(new).before_notice = before
        if new.status == "out" and self.is_monthly(new):
            self.told(new).begin(self.today, self.last_day(new))

    @when(*OUT)
    @rule(pick=PICK, other=PICK, when=st.sampled_from(["now", "period_end"]))
    def change_plan(self, pick: int, other: int, when: str) -> None:
        if not (line := self.line(pick)):
            return
        plan = self.plan(line.product_id, other)
        event = "line.plan_changed" if when == "now" else "line.plan_change_planned"
        do = lambda: swaps.change_plan(WORKER, line, ANEW, plan=plan, when=when)  # noqa: E731
        if self.attempt("change_plan", do, event=event) and when == "now":
            self._followed(line, self.today)

    @when(*OUT, holds=lambda line: line.next_plan_on)
    @rule(pick=PICK)
    def keep_plan(self, pick: int) -> None:
        if line := self.line(pick):
            self.attempt("keep_plan", lambda: swaps.keep_plan(WORKER, line, ANEW))

    # the end, and not the end

    @while_contract("active", "paused")
    @rule()
    def give_notice(self) -> None:
        if act := self.attempt("give_notice", lambda: endings.give_notice(WORKER, self.contract, ANEW)):
            self._noticed(self.contract, date.fromisoformat(act.outcome["ends_on"]))

    @while_contract("active", "paused")
    @rule(days=st.sampled_from([0, 1, 10, 40]))
    def end_early(self, days: int) -> None:
        on = self.today + DAY * days
        if self.attempt("end_early", lambda: endings.end_early(OWNER, self.contract, ANEW, ends_on=on)):
            self._noticed(self.contract, on)

    @while_contract("active")
    @rule()
    def do_not_renew(self) -> None:
        if act := self.attempt("do_not_renew", lambda: endings.do_not_renew(WORKER, self.contract, ANEW)):
            self._noticed(self.contract, date.fromisoformat(act.outcome["ends_on"]))

    @rule()
    def withdraw(self) -> None:
        if self.attempt("withdraw", lambda: endings.withdraw_contract(WORKER, self.contract, ANEW)):
            self._noticed(self.contract, self.today + DAY)

    @rule()
    def warn(self) -> None:
        self.attempt("warn", lambda: endings.warn(WORKER, self.contract, ANEW, reason="not paid"))

    @while_contract("active", "notice", "paused")
    @rule(warned=st.sampled_from([0, 1, 2, 2]))
    def end_for_cause(self, warned: int) -> None:
        for _again in range(warned):
            self.warn()
        if warned:
            self.wait(15)
        if self.attempt("end_for_cause", lambda: endings.end_for_cause(WORKER, self.contract, ANEW, reason="not paid")):
            self._noticed(self.contract, self.today + DAY)

    @while_contract("notice")
    @rule()
    def withdraw_notice(self) -> None:
        if not self.attempt("withdraw_notice", lambda: endings.withdraw_notice(WORKER, self.contract, ANEW)):
            return
        for line in self.contract.lines:
            if line.status in ("out", "overdue") and not is_awaited(line) and self.is_monthly(line):
                told = self.told(line)
                told.run_until(told.before_notice[0] if told.before_notice else self.last_day(line))

    @while_contract("active")
    @rule()
    def renew(self) -> None:
        self.attempt("renew", lambda: endings.renew_contract(WORKER, self.contract, ANEW))

    # lost, found, bought, broken

    @when(*OUT)
    @rule(pick=PICK, ago=st.integers(0, 5))
    def lose(self, pick: int, ago: int) -> None:
        if line := self.line(pick):
            on = self.today - DAY * ago
            if self.attempt("report_lost", lambda: losses.report_lost(WORKER, line, ANEW, on=on)):
                self.told(line).cut(on)

    @when("lost")
    @rule(pick=PICK, here=st.booleans())
    def find(self, pick: int, here: bool) -> None:
        if not (line := self.line(pick, "lost")):
            return
        if self.attempt("report_found", lambda: losses.report_found(WORKER, line, ANEW, is_here=here)):
            if line.contract.status == "ended":
                self.found_since.add(line.id)
            if not here:
                self._found(line)

    @when(*OUT)
    @rule(pick=PICK, use_deposit=st.sampled_from([None, False, False, True]))
    def buy(self, pick: int, use_deposit: bool | None) -> None:
        line = self.line(pick)
        if line and use_deposit is not None:
            self.settle(0, use_deposit)
        if line and self.attempt("buy_out", lambda: losses.buy_out(WORKER, line, ANEW, method="card")):
            self.told(line).cut(self.today)

    @when(*OUT)
    @rule(pick=PICK)
    def break_down(self, pick: int) -> None:
        if line := self.line(pick):
            self.attempt("report_outage", lambda: losses.report_outage(WORKER, line, ANEW))

    @when(*OUT, holds=has_open_outage)
    @rule(pick=PICK)
    def work_again(self, pick: int) -> None:
        if line := self.line(pick):
            self.attempt("end_outage", lambda: losses.end_outage(WORKER, line, ANEW))

    # money, lines, people

    @rule(pick=PICK, use_deposit=st.booleans())
    def settle(self, pick: int, use_deposit: bool) -> None:
        contract = self.contracts[pick % len(self.stories)]
        asked = {"method": "card", "use_deposit": use_deposit, "release_method": "transfer"}
        self.attempt("settle", lambda: money.settle_up(WORKER, contract, **asked))

    @rule(pick=PICK)
    def receive_deposit(self, pick: int) -> None:
        contract = self.contracts[pick % len(self.stories)]
        self.attempt(
            "receive_deposit", lambda: money.receive_deposit(WORKER, contract, "card"), event="deposit.received"
        )

    @rule(pick=PICK)
    def waive(self, pick: int) -> None:
        found = [row for row in charges.charges_of(self.contract.id) if row.status == "open"]
        if found:
            charge = found[pick % len(found)]
            do = lambda: money.waive(WORKER, self.contract, charge, "goodwill")  # noqa: E731
            if self.attempt("waive", do, event="charge.waived"):
                self.waived(charge)

    @rule(pick=PICK)
    def add_line(self, pick: int) -> None:
        product = self.row(Product, sorted(self.world.plans)[pick % 2])
        with clock.travelled(self.now):
            wish = Wish(product, self.plan(product.id, pick), self.now + timedelta(hours=2), None)
        self.attempt("add_line", lambda: lines.add_line(WORKER, self.contract, ANEW, wish=wish))

    @when("planned")
    @rule(pick=PICK)
    def remove_line(self, pick: int) -> None:
        if line := self.line(pick, "planned"):
            self.attempt("remove_line", lambda: lines.remove_line(WORKER, line, ANEW))

    @while_contract("active")
    @rule()
    def transfer(self) -> None:
        old = self.contract
        other = next(key for key in self.world.customers if key != old.customer_id)
        asked = {"customer": self.row(Customer, other), "signing": Signing("Amina Diallo")}
        moving = [line for line in old.lines if line.status == "out"]
        if len(self.stories) > 2 or not self.attempt(
            "transfer", lambda: lines.transfer_contract(WORKER, old, ANEW, **asked)
        ):
            return
        new = session().scalars(select(Contract).where(Contract.predecessor_id == old.id)).one()
        self.stories[new.id] = Story(anchor=self.stories[old.id].anchor)
        for line in moving:
            if self.is_monthly(line):
                told, until = self.told(line), self.told(line).until
                served = told.last_from is not None
                told.cut(self.today)
                follower = next(each for each in new.lines if each.predecessor_id == line.id)
                if served:
                    self.told(follower).begin(self.today, until)

    # what must hold

    @invariant()
    def all_is_right(self) -> None:
        if self.is_checked or not self.stories:
            return
        self.is_checked = True
        self.served_is_charged()
        self.money_is_right()
        self.things_are_in_one_place()
        self.what_was_done_stands()
        self.holders_are_right()
        self.findings_are_right()
        self.components_are_with_their_kit()

    def served_is_charged(self) -> None:
        for contract in self.contracts:
            for line in contract.lines:
                if self.is_monthly(line):
                    self._line_is_right(self.stories[contract.id], line)
                    self.use_is_right(self.stories[contract.id], line)

    def _line_is_right(self, story: Story, line: ContractLine) -> None:
        covered: Counter[date] = Counter()
        stands: Counter[tuple[date, date]] = Counter()
        forgiven: set[date] = set()
        for row in credits.standing_of(line.id, "recurring"):
            days = [day for start, until in row.days for day in span(start, until)]
            if row.charge.status == "waived":
                forgiven |= set(days)  # served or not, they cost nothing
                continue
            covered.update(days)
            month = story.month_of(row.charge.period_start)
            stands[month] += row.amount
        wanted = story.charged_days(self.told(line), self.today) - forgiven
        assert set(covered) == wanted, (line.position, sorted(set(covered) ^ wanted)[:3], len(set(covered) ^ wanted))
        assert max(covered.values(), default=1) == 1
        amount = Terms.from_json(line.price).month_amount
        days = Counter(story.month_of(day) for day in wanted)
        for month in set(stands) | set(days):
            assert stands[month] == story.price(amount, month, days[month]), (line.position, month)

    def money_is_right(self) -> None:
        for contract in self.contracts:
            left = [line for line in contract.lines if line.status in ("planned", *OUT, "returned")]
            late = [line for line in left if line.status == "returned" and line.id in self.found_since]
            assert contract.status != "ended" or left == late, "only what was found after the end is still looked at"
            given = credits.credits_of(contract.id)
            for charge in charges.charges_of(contract.id):
                taken = sum((row.amount for row in given if row.charge_id == charge.id), Decimal(0))
                assert taken <= charge.amount
                assert charges.open_amount(charge) >= 0
            now, deposit = money.balance(contract), charges.deposit_of(contract.id)
            assert min(now.open, now.to_give_back, now.deposit_due, now.deposit_held) >= 0
            is_due = now.open > 0 or now.to_give_back > 0 or now.deposit_due > 0
            assert (contract.money_status == "due") == is_due, (contract.money_status, now)
            if deposit is not None and deposit.status in ("due", "held"):
                gone = (
                    "retained",
                    "released",
                )  # kept for what was owed, or given back already but for what is contested
                taken = sum((row.amount for row in deposit.movements if row.kind in gone), Decimal(0))
                missing = deposit.amount - now.deposit_held
                assert (missing > taken) == (deposit.status == "due") or taken, (
                    deposit.amount,
                    now,
                    deposit.status,
                )

    def things_are_in_one_place(self) -> None:
        out = [line for each in self.contracts for line in each.lines if line.status in OUT]
        holding = {line.item_id: line for line in out}
        assert len(holding) == len(out)
        for item in session().scalars(select(Item).where(Item.id.in_(self.world.items))):
            assert (item.status == "out") == (item.id in holding), (item.status, item.tag)
            if item.id in holding:
                assert item.custodian_customer_id == holding[item.id].contract.customer_id
        uses = session().scalars(select(Allocation).where(Allocation.kind == "use")).all()
        now = [use for use in uses if use.blocked_until is None or use.blocked_until > self.now + timedelta(hours=2)]
        assert {use.contract_line_id for use in now} <= {line.id for line in out} | self.gone
        assert len({use.item_id for use in now}) == len(now)

    @property
    def gone(self) -> set[int]:
        """Lines whose thing is lost or sold keep it blocked."""
        return {line.id for each in self.contracts for line in each.lines if line.status in ("lost", "bought_out")}

    def what_was_done_stands(self) -> None:
        for row in session().scalars(select(ContractAct).order_by(ContractAct.id)):
            plain = (row.operation, row.body_sha256, str(row.outcome), row.at)
            assert self.written.setdefault(row.id, plain) == plain


def test_a_life_of_a_contract_charges_what_it_serves(database: Database, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 12, 1, 10, tzinfo=UTC)):
        Life.world = World(database, workshop)
    run_state_machine_as_test(Life, settings=PROFILE)
    if NIGHTLY:  # that each operation is accepted is not left to chance: see test_life_by_hand
        print(f"{EXAMPLES} lives; accepted: {dict(ACCEPTED.most_common())}")
