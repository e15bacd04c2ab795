"""What else is played in `test_life_machine`: meters and what their use costs, other things for planned lines, holders,
amendments that are signed, and who acts on what they saw before."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select

from service_app.catalogue.models import Product
from service_app.charges import credits
from service_app.charges.models import Charge
from service_app.charges.pricing import Terms
from service_app.contracts import proposals, queries
from service_app.contracts.allowed import OUT, Subject
from service_app.contracts.models import ContractAct, ContractLine, Proposal
from service_app.contracts.operations import endings, lines, losses, swaps
from service_app.contracts.operations.acts import ANEW, Asked
from service_app.contracts.operations.lines import Holder
from service_app.contracts.operations.offers import Signing, Wish
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.items.models import Item
from tests.contracts.life import DAY, Story
from tests.contracts.lives import PICK, ZONE, Stage, when


class Further(Stage):
    """Rules beside those of `Life`."""

    def __init__(self) -> None:
        super().__init__()
        self.readings: dict[int, list[tuple[datetime, int]]] = {}
        self.holders: dict[int, list[str]] = {}
        self.keys = 0

    @when(*OUT)
    @rule(pick=PICK, more=st.integers(-3, 400))
    def read_meter(self, pick: int, more: int) -> None:
        line = self.line(pick)
        item = self.row(Item, line.item_id) if line else None
        if line is None or item is None:
            return
        value = max((item.meter or 0) + more, 0)
        if self.attempt("read_meter", lambda: losses.note_meter(WORKER, line, ANEW, value=value), event="line.metered"):
            assert more >= 0 or value >= max((seen for _at, seen in self.readings.get(item.id, ())), default=0)
            self.readings.setdefault(item.id, []).append((self.now, value))

    def counted(self, item_id: int, first: date, until: date) -> int:
        """What a meter counted from the first day until the day before the last, as a person would say it."""
        start, end = (clock.day_bounds(day, ZONE)[0] for day in (first, until))
        seen = self.readings.get(item_id, [])
        newest = max((value for at, value in seen if at < end), default=None)
        before = max((value for at, value in seen if at < start), default=min((v for _at, v in seen), default=0))
        return max(newest - before, 0) if newest is not None else 0

    def use_is_right(self, story: Story, line: ContractLine) -> None:
        """The use of every month that is over stands charged at what the meter counted on the days served."""
        rules, terms = Terms.from_json(line.price).rules, Terms.from_json(line.price)
        if rules.use_amount is None:
            return
        months: Counter[tuple[date, date]] = Counter()
        for day in story.charged_days(self.told(line), self.today):
            months[story.month_of(day)] += 1
        stands: Counter[tuple[date, date]] = Counter()
        forgiven = set()
        for row in session().scalars(select(Charge).where(Charge.contract_line_id == line.id, Charge.kind == "use")):
            month = story.month_of(date.fromisoformat(row.key[:10]) - DAY)
            stands[month] += credits.left_of_charge(row)
            if row.status == "waived":
                forgiven.add(month)
        for month in (set(months) | set(stands)) - forgiven:
            if line.status in ("out", "overdue") and month[1] > self.today:
                continue  # not counted before it is over
            served = sorted(d for d in story.charged_days(self.told(line), self.today) if month[0] <= d < month[1])
            wanted = self._use_of(terms, line, served, (month[1] - month[0]).days)
            assert stands[month] == wanted, (line.position, month, stands[month], wanted)

    def _use_of(self, terms: Terms, line: ContractLine, served: list[date], whole: int) -> Decimal:
        if not served or terms.rules.use_amount is None:
            return Decimal(0)
        units = self.counted(line.item_id or 0, served[0], served[-1] + DAY)
        return terms.rules.use_amount * max(units - terms.rules.use_included * len(served) // whole, 0)

    @when("planned")
    @rule(pick=PICK, other=PICK)
    def substitute(self, pick: int, other: int) -> None:
        line, item = self.line(pick, "planned"), self.item(other)
        if line is not None and item is not None:
            self.attempt(
                "substitute", lambda: swaps.substitute_item(WORKER, line, ANEW, item=item), event="line.substituted"
            )

    @rule(names=st.lists(st.sampled_from(["Ada", "Bo", "Cy", " "]), max_size=3))
    def change_holders(self, names: list[str]) -> None:
        asked = [Holder(name) for name in names]
        do = lambda: lines.change_holders(WORKER, self.contract, ANEW, holders=asked)  # noqa: E731
        if self.attempt("change_holders", do, event="contract.holders"):
            self.holders[self.contract.id] = names

    def holders_are_right(self) -> None:
        for contract in self.contracts:
            found = [row.name for row in queries.holders_of(contract)]
            assert sorted(found) == sorted(self.holders.get(contract.id, [])), found

    @rule()
    def act_on_what_was_seen_before(self) -> None:
        asked = Asked(version=self.contract.version - 1)
        done = self.attempt("stale", lambda: endings.warn(WORKER, self.contract, asked, reason="stale"))
        assert done is None, "somebody saw another contract"

    @rule(again=st.sampled_from(["not paid", "not returned"]))
    def ask_twice(self, again: str) -> None:
        self.keys += 1
        asked = Asked(key=f"key:{self.keys}")
        first = self.attempt("warn", lambda: endings.warn(WORKER, self.contract, asked, reason="not paid"))
        if not first:
            return
        before, version = self._acts(), self.contract.version
        second = self.attempt("again", lambda: endings.warn(WORKER, self.contract, asked, reason=again))
        assert (second.id if second else None) == (first.id if again == "not paid" else None)
        assert (self._acts(), self.contract.version) == (before, version), "asked twice is done once"

    def _acts(self) -> int:
        return len(session().scalars(select(ContractAct.id).where(ContractAct.contract_id == self.contract.id)).all())

    @rule(pick=PICK)
    def propose(self, pick: int) -> None:
        product = self.row(Product, sorted(self.world.plans)[pick % 2])
        wish = Wish(product, self.plan(product.id, pick), self.now + timedelta(hours=3), None)
        do = lambda: proposals.propose(WORKER, Subject(self.contract), "add_line", {"wish": wish})  # noqa: E731
        before = len(self.contract.lines)
        if self.attempt("propose", do, event="contract.amendment_proposed"):
            assert len(self.contract.lines) == before, "nothing is done before it is signed"

    @rule(pick=PICK)
    def sign(self, pick: int) -> None:
        found = session().scalars(select(Proposal).where(Proposal.status == "open").order_by(Proposal.id)).all()
        if not found:
            return
        row, signing = found[pick % len(found)], Signing("Nora Lemmens")
        before = len(row.contract.lines)
        do = lambda: proposals.sign_proposal(access.customer("Nora"), row, signing)  # noqa: E731
        done = self.attempt("sign", do, event="line.added")
        assert len(row.contract.lines) == before + bool(done)
        assert (row.status == "signed") == bool(done)
