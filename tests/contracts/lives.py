"""The stage of `test_life_machine`: a workshop, one contract on it, its clock and its workers, and the model that is told
what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)
from sqlalchemy import select

from service_app.catalogue.models import Plan, Product
from service_app.catalogue.operations import Handling
from service_app.catalogue.rules import PlanRules
from service_app.charges import operations as charges
from service_app.charges.pricing import Terms
from service_app.contracts.allowed import is_awaited
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import (
    endings,
    handovers,
    lateness,
    money,
    pauses,
    service,
    swaps,
)
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.offers import Wish
from service_app.core import access, clock, tenancy
from service_app.core.access import WORKER
from service_app.core.db import Database, session
from service_app.core.errors import Conflict, Forbidden, Invalid
from service_app.core.events import Event
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.items.operations import join_kit
from service_app.workshops.models import Workshop
from tests.contracts.life import DAY, Line, Story, first_run
from tests.factories.catalogue import a_day_plan, a_monthly_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_signed, an_item, free_item

ZONE = "Europe/Brussels"
# Anchors on the 31st, both changes of the clock, the leap day.
BEGINNINGS = [date(2027, 1, 31), date(2027, 3, 20), date(2027, 10, 20), date(2027, 12, 31), date(2028, 2, 29)]
PLANS: dict[str, dict[str, Any]] = {
    "free": {"min_term_months": None},
    "term": {"monthly_amount": Decimal("64.90"), "min_term_months": 3},
    "asked": {"monthly_amount": Decimal("31.37"), "min_term_months": 2, "deposit_amount": Decimal("80")},
    "used": {"monthly_amount": Decimal("9.00"), "min_term_months": None},
}
RULES = {
    "free": PlanRules(pause_days_per_year=60, swap_fee_amount=Decimal("5.00"), no_show_amount=Decimal("7.00")),
    "term": PlanRules(
        pause_days_per_year=45, early_end_style="remaining", early_end_percent=50, renewal="automatic", renewal_months=2,
        buy_out_from_months=1, swaps_per_year=2,
    ),
    "asked": PlanRules(
        renewal="asked", bill_until_return=False, early_end_style="fixed", early_end_amount=Decimal("40.00"),
        early_refund="unused", service_hours=24, cancel_free_hours=48, cancel_percent=30,
    ),
    "used": PlanRules(kind="use", use_amount=Decimal("0.10"), use_included=40, pause_days_per_year=60),
}  # fmt: skip
DONE = {
    "extend": "contract.changed", "shorten": "contract.changed", "swap": "line.swapped", "keep_plan": "line.plan_kept",
    "report_lost": "line.lost", "report_found": "line.found", "buy_out": "line.bought_out", "add_line": "line.added",
    "report_outage": "line.out_of_order", "end_outage": "line.works_again", "correct_dates": "contract.corrected",
    "resume": "contract.resumed", "give_notice": "contract.noticed", "end_early": "contract.noticed",
    "withdraw_notice": "contract.notice_withdrawn", "withdraw": "contract.withdrawn", "renew": "contract.renewed",
    "end_for_cause": "contract.noticed", "warn": "contract.warned", "remove_line": "line.removed",
    "do_not_renew": "contract.noticed", "transfer": "contract.transferred",
}  # fmt: skip
OWNER = access.Actor(kind="staff", name="Olive Owner", role="owner", permissions=access.ROLES["owner"])
ACCEPTED: Counter[str] = Counter()
PICK = st.integers(0, 7)


def when(*statuses: str, holds: Callable[[Any], Any] = bool) -> Any:
    """A rule that is only tried while a line stands so, and something holds for it: a life is too short for refusals
    alone. What is refused is still asked for often enough, by rules that have no such condition."""
    return precondition(lambda life: bool(life.stories) and any(
        holds(line) for line in life.contract.lines if line.status in statuses
    ))  # fmt: skip


def while_contract(*statuses: str) -> Any:
    """The same for the state of the contract."""
    return precondition(lambda life: bool(life.stories) and life.contract.status in statuses)


class RolledBack(Exception):
    """The life is over; nothing of it stays."""


class World:
    """What every life begins with, made once: two products of a group, four monthly plans and one by the day each; the
    first bike is a kit."""

    def __init__(self, database: Database, workshop: Workshop) -> None:
        self.database, self.workshop = database, workshop
        products = [a_product() for _each in range(2)]
        for product in products:
            product.exchange_group = "cargo"
        self.plans = {product.id: [*self._monthly(product), a_day_plan(product).id] for product in products}
        self.items = [an_item(product, acquired_on=date(2026, 1, 5)).id for product in products for _each in range(4)]
        self.seats = self._kit(self.items[0])
        self.customers = [a_customer().id, a_customer().id]

    @staticmethod
    def _kit(bike_id: int) -> list[int]:
        """Two child seats that go with the first bike, and two that stand by."""
        bike = session().scalars(select(Item).where(Item.id == bike_id)).one()
        seat = a_product(handling=Handling(replacement_amount=Decimal("80")))
        seats = [an_item(seat, acquired_on=date(2026, 1, 5)) for _each in range(4)]
        for each in seats[:2]:
            join_kit(WORKER, each, bike)
        return [each.id for each in seats]

    def _monthly(self, product: Product) -> list[int]:
        found = []
        for name, facts in PLANS.items():
            plan = a_monthly_plan(product, code=f"{product.code}-{name}", **facts)
            plan.rules = RULES[name].clean().to_json()
            found.append(plan.id)
        return found


class Stage(RuleBasedStateMachine):
    """One contract (and the one it may be transferred to), from the hand-over on."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(self._never_kept())
        self.now = datetime(2027, 1, 1, tzinfo=UTC)
        self.stories: dict[int, Story] = {}
        self.is_checked = False
        self.found_since: set[int] = set()  # lines whose thing turned up after their contract had ended
        self.written: dict[int, tuple[Any, ...]] = {}

    @contextmanager
    def _never_kept(self) -> Iterator[None]:
        try:
            with self.world.database.transaction(tenancy.workshop(self.world.workshop.id)):
                yield
                raise RolledBack
        except RolledBack:
            return

    def teardown(self) -> None:
        self.stack.close()

    # what is there

    def row(self, kind: type[Any], key: int) -> Any:
        return session().get_one(kind, (self.world.workshop.id, key))

    @property
    def today(self) -> date:
        return clock.local(self.now, ZONE).date()

    @property
    def contracts(self) -> list[Contract]:
        return [self.row(Contract, key) for key in self.stories]

    @property
    def contract(self) -> Contract:
        return self.contracts[-1]

    @property
    def story(self) -> Story:
        return self.stories[self.contract.id]

    def line(self, pick: int, *statuses: str) -> ContractLine | None:
        found = [line for line in self.contract.lines if line.status in (statuses or ("out", "overdue"))]
        return found[pick % len(found)] if found else None

    def item(self, pick: int) -> Item | None:
        here = select(Item).where(Item.status == "in_stock", Item.id.in_(self.world.items))
        found = session().scalars(here.order_by(Item.id)).all()
        return found[pick % len(found)] if found else None

    def plan(self, product_id: int, pick: int) -> Plan:
        return self.row(Plan, self.world.plans[product_id][pick % 4])

    def told(self, line: ContractLine) -> Line:
        return self.stories[line.contract_id].lines.setdefault(line.id, Line())

    # doing

    @contextmanager
    def at(self) -> Iterator[None]:
        self.now += timedelta(minutes=20)
        with clock.travelled(self.now):
            yield

    def attempt(self, name: str, do: Callable[[], Any], *, event: str | None = None) -> Any:
        """Do it as a request would: wholly, or refused and nothing of it stays. What is accepted leaves its event once."""
        event = event or DONE.get(name)
        before = self._count(event)
        with self.at():
            try:
                with session().begin_nested():
                    done = do() or True
            except (Conflict, Invalid, Forbidden):
                session().expire_all()  # as the edge does: what `move` wrote is not taken back with the savepoint
                return None
        ACCEPTED[name] += 1
        self.is_checked = False
        session().expire_all()
        assert event is None or self._count(event) == before + 1, name
        return done

    def _count(self, event: str | None) -> int:
        return len(session().scalars(select(Event.id).where(Event.name == event)).all()) if event else 0

    @initialize(
        begin=st.sampled_from(BEGINNINGS), first=PICK, second=PICK, ends=st.sampled_from([None, None, 40, 100]),
        away=st.booleans(), daily=st.booleans(), waits=st.sampled_from([False, False, False, True]),
    )  # fmt: skip
    def begin(
        self, begin: date, first: int, second: int, ends: int | None, away: bool, daily: bool, waits: bool
    ) -> None:
        """Two monthly lines, now and then a third by the day; deposit in, and all, some or nothing handed over."""
        self.now = clock.at_local(begin, time(9), ZONE)
        with clock.travelled(self.now):
            products = [self.row(Product, key) for key in self.world.plans]
            until = self.now + timedelta(days=ends) if ends else None
            wishes = [
                Wish(product, self.plan(product.id, pick), self.now + timedelta(hours=1), until)
                for product, pick in zip(products, (first, second), strict=True)
            ]
            if daily:
                plan = self.row(Plan, self.world.plans[products[0].id][-1])
                wishes.append(Wish(products[0], plan, self.now + timedelta(hours=1), self.now + timedelta(days=12)))
            contract = a_signed(*wishes, customer=self.row(Customer, self.world.customers[0]))
            contract.is_distance = away
            self.stories[contract.id] = Story()
            money.receive_deposit(WORKER, contract, "card")
        for line in contract.lines[: 0 if waits else 3 if daily else 1 + second % 2]:
            self.hand_over_line(line)

    def hand_over_line(self, line: ContractLine) -> None:
        def do() -> None:
            handovers.hand_over(WORKER, line, free_item(line), Found())

        if self.attempt("hand_over", do, event="line.handed_over") and self.is_monthly(line):
            story = self.stories[line.contract_id]
            story.anchor = story.anchor or self.today.day  # the first to go out sets it, however late that is
            self.told(line).begin(self.today, self.last_day(line))

    def is_monthly(self, line: ContractLine) -> bool:
        return Terms.from_json(line.price).pricing == "monthly"

    def last_day(self, line: ContractLine) -> date | None:
        """The day after the last that was agreed, by the line's end and a notice."""
        ends = clock.local(line.ends_at, ZONE).date() if line.ends_at else None
        last = None if ends is None else max(ends, self.today) + DAY
        if line.contract.status == "notice":
            last = min(last or date.max, line.contract.ends_on)
        return last

    @when("planned")
    @rule(pick=PICK)
    def hand_over(self, pick: int) -> None:
        if line := self.line(pick, "planned"):
            if charges.deposit_of(line.contract_id) and money.balance(line.contract).deposit_due:
                self.attempt("receive_deposit", lambda: money.receive_deposit(WORKER, line.contract, "card"))
            self.hand_over_line(line)

    @rule(days=st.sampled_from([0, 1, 1, 3, 14, 15, 29, 31, 45]))
    def wait(self, days: int) -> None:
        """Time goes by, and then the workers run once: what fell due meanwhile is late."""
        self.now = clock.at_local(self.today + DAY * days, max(time(10), clock.local(self.now, ZONE).time()), ZONE)
        with self.at():
            self._turn()
        self.is_checked = False
        session().expire_all()

    def _turn(self) -> None:
        late = {line.id for each in self.contracts for line in each.lines if line.status == "out"}
        lateness.mark_overdue(WORKER)
        for contract in self.contracts:
            for line in contract.lines:
                if line.id in late and line.status == "overdue":
                    self._kept(line)
        pauses.turn_pauses(WORKER)
        changing = [(line, line.next_plan_on) for each in self.contracts for line in each.lines if line.next_plan_on]
        swaps.apply_plan_changes(WORKER)
        for line, on in changing:
            if line.status == "replaced":
                self._followed(line, on)
        running = [(each, each.status) for each in self.contracts]
        endings.turn_terms(WORKER)
        for contract, before in running:
            if contract.status in ("notice", "ended") and before not in ("notice", "ended") and contract.ends_on:
                self._noticed(contract, contract.ends_on)
        for _twice in range(2):
            service.charge_recurring(WORKER)

    def _kept(self, line: ContractLine) -> None:
        terms, told = Terms.from_json(line.price), self.told(line)
        if not self.is_monthly(line) or not terms.rules.bill_until_return or line.contract.end_reason == "withdrawn":
            return
        if told.last_from is not None and told.until is None:
            return
        if told.last_from is not None and not is_awaited(line):
            told.run_until(None)  # from the day after its last, however late it is noticed
        elif line.due_at is not None:
            told.begin(max(filter(None, (clock.local(line.due_at, ZONE).date() + DAY, told.until))))

    def _followed(self, line: ContractLine, on: date) -> None:
        """Its successor is served from this day on."""
        self.told(line).cut(on)
        new = next(other for other in line.contract.lines if other.predecessor_id == line.id)
        self.told(new).begin(on, self.last_day(new))

    def _noticed(self, contract: Contract, ends_on: date) -> None:
        story = self.stories[contract.id]
        story.pauses = [each for each in story.pauses if each[0] <= self.today]
        for line in contract.lines:
            if line.status in ("out", "overdue") and not is_awaited(line) and self.is_monthly(line):
                told = self.told(line)
                told.before_notice = (told.until,)
                told.cut(ends_on)

    def _found(self, line: ContractLine) -> None:
        if not self.is_monthly(line) or is_awaited(line):
            return
        told, terms, contract = self.told(line), Terms.from_json(line.price), line.contract
        begin = max([self.today, *(day + DAY for day in told.days)])
        out, ends = (
            clock.local(line.out_at, ZONE).date(),
            clock.local(line.ends_at, ZONE).date() if line.ends_at else None,
        )
        until = max(ends, out) + DAY if ends else None
        if contract.status == "notice":
            until = min(until or date.max, contract.ends_on)
        if until is None or until > begin:
            told.begin(begin, until)
        elif terms.rules.bill_until_return and contract.end_reason != "withdrawn":
            told.begin(begin)

    def _corrected(self, line: ContractLine, before: datetime, back: bool) -> None:
        told, old = self.told(line), clock.local(before, ZONE).date()
        if not self.is_monthly(line):
            return
        if not back:
            first, until = min(told.days, default=None), None
            if first is None:
                return
            run = first_run(told.days)
            until = max(run) + DAY
            started = clock.local(line.out_at, ZONE).date()
            told.days = (told.days - run) | {started + DAY * n for n in range((until - started).days)}
            told.last_from = started if told.last_from == first else told.last_from
            return
        new, terms = clock.local(line.in_at, ZONE).date(), Terms.from_json(line.price)
        later = new > old and told.until == old + DAY and line.contract.end_reason != "withdrawn"
        if later and terms.rules.bill_until_return:
            told.run_until(new + DAY)
        self._back(line, new)

    def _back(self, line: ContractLine, on: date) -> None:
        contract, until = line.contract, on + DAY
        if contract.status == "notice" and Terms.from_json(line.price).rules.early_refund == "none":
            until = max(until, contract.ends_on)
        self.told(line).cut(until)
