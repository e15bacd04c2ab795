"""What else is played in `test_life_machine`: what is found when a thing comes back, who sees it differently and who decides,
kits and their components, and what is planned and never fetched.

The model is a figure a finding: what it was charged at, less what was found again, given in, waived or decided.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select

from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.charges.models import Charge
from service_app.charges.pricing import Terms
from service_app.contracts import contested
from service_app.contracts.allowed import OUT
from service_app.contracts.models import ContractLine, Damage, Inspection
from service_app.contracts.operations import cancelling, contests, dates, handovers, inspections, kits, lines, money
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Finding, Verdict
from service_app.core import access, clock
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.items.models import Item
from service_app.items.queries import components_of
from tests.contracts.further import Further
from tests.contracts.life import DAY
from tests.contracts.lives import PICK, ZONE, when, while_contract

ADA = access.staff("Ada Counter", 501, "counter")  # who inspects
BO = access.staff("Bo Manager", 502, "manager")  # who looks again
FINDINGS = (
    Finding("damage", "brake lever", Decimal("40.00"), charged_share=50),
    Finding("cleaning", "frame", Decimal("12.00")),
    Finding("damage", "tyre", Decimal("30.00"), is_wear=True),
)
CHARGED = {"brake lever": Decimal("20.00"), "frame": Decimal("12.00"), "tyre": Decimal(0)}
HALF = Decimal("0.5")


def has_parts(line: ContractLine) -> bool:
    """Whether the thing of a line is a kit."""
    return line.item is not None and bool(components_of(line.item))


class Looks(Further):
    """Rules beside those of `Further` and `Life`."""

    def __init__(self) -> None:
        super().__init__()
        # by (line, part): what it is to stand at; by line, while it is contested: what had been paid of it
        self.findings: dict[tuple[int, str], Decimal] = {}
        self.contested: dict[int, Decimal] = {}

    # coming back, and looked at

    @when(*OUT)
    @rule(pick=PICK, without=st.integers(0, 3))
    def take_back(self, pick: int, without: int) -> None:
        if line := self.line(pick):
            self.bring_back(line, without)

    def bring_back(self, line: ContractLine, without: int) -> bool:
        parts = components_of(line.item)
        found = Found(missing=[parts[without].tag] if without < len(parts) else ())
        if not self.attempt("take_back", lambda: handovers.take_back(ADA, line, found), event="line.returned"):
            return False
        if self.is_monthly(line):
            self._back(line, self.today)
        return True

    @when("returned")
    @rule(pick=PICK, many=st.integers(0, 3), next_use=st.sampled_from(["in_stock", "in_stock", "on_bench"]))
    def inspect(self, pick: int, many: int, next_use: str) -> None:
        if line := self.line(pick, "returned"):
            self.look_at(line, many, next_use)

    def look_at(self, line: ContractLine, many: int, next_use: str = "in_stock") -> bool:
        inspection = session().scalars(select(Inspection).where(Inspection.contract_line_id == line.id)).one()
        verdict = Verdict("B", next_use, FINDINGS[:many])
        lost = {part.tag: part.product.replacement_amount or Decimal(0) for part in kits.missing_from(line)}
        do = lambda: inspections.finish_inspection(ADA, inspection, verdict)  # noqa: E731
        if not self.attempt("inspect", do, event="inspection.finished"):
            return False
        costs = {finding.part: CHARGED[finding.part] for finding in verdict.findings} | lost
        self.findings |= {(line.id, part): amount for part, amount in costs.items()}
        return True

    # seen differently

    @when(*OUT)
    @rule(
        pick=PICK,
        many=st.integers(1, 3),
        paid=st.booleans(),
        then=st.sampled_from([None, "upheld", "changed", "dropped"]),
    )
    def bring_back_and_dispute(self, pick: int, many: int, paid: bool, then: str | None) -> None:
        """A whole quarrel in a row, which single steps seldom come to."""
        line = self.line(pick)
        if line is None or not self.bring_back(line, 0) or not self.look_at(line, many):
            return
        if paid:
            asked = {"method": "card", "use_deposit": bool(many % 2), "release_method": "transfer"}
            self.attempt("settle", lambda: money.settle_up(WORKER, self.contract, **asked))
        if self._contest(line) and then:
            self._decide(line, then)

    @when("closed")
    @rule(pick=PICK, customer=st.booleans())
    def contest(self, pick: int, customer: bool) -> None:
        if line := self.line(pick, "closed"):
            self._contest(line, access.customer("Nora") if customer else BO)

    def _contest(self, line: ContractLine, who: Actor = BO) -> bool:
        do = lambda: contests.contest_inspection(who, line, ANEW, words="It was so before.")  # noqa: E731
        if not self.attempt("contest", do, event="inspection.contested"):
            return False
        assert line.id not in self.contested, "once"
        self.contested[line.id] = self._paid(line)
        return True

    @when("closed", holds=contested.inspection_of)
    @rule(pick=PICK, outcome=st.sampled_from(contests.OUTCOMES))
    def decide_contest(self, pick: int, outcome: str) -> None:
        if line := self.line(pick, "closed"):
            self._decide(line, outcome)

    def _decide(self, line: ContractLine, outcome: str) -> None:
        reason = {"outcome": outcome, "reason": "Seen again.", "amounts": self._halves(line)}
        alone = self.attempt("by_the_inspector", lambda: contests.decide_contest(ADA, line, ANEW, **reason))
        assert not alone, "who inspected does not decide"
        if self.attempt(
            "decide_contest", lambda: contests.decide_contest(BO, line, ANEW, **reason), event="inspection.decided"
        ):
            self._decided(line, outcome)

    def _halves(self, line: ContractLine) -> dict[int, Decimal]:
        inspection = contested.inspection_of(line)
        return {stake.damage.id: stake.amount * HALF for stake in contested.stakes_of(inspection)} if inspection else {}

    @when("closed", holds=contested.inspection_of)
    @rule(pick=PICK)
    def give_in(self, pick: int) -> None:
        if not (line := self.line(pick, "closed")):
            return
        assert not self.attempt("by_another", lambda: contests.give_in(BO, line, ANEW, reason="Have it.")), (
            "they decide"
        )
        if self.attempt(
            "give_in", lambda: contests.give_in(ADA, line, ANEW, reason="Have it."), event="inspection.decided"
        ):
            self._decided(line, "dropped")

    def _decided(self, line: ContractLine, outcome: str) -> None:
        share = {"upheld": Decimal(1), "changed": HALF, "dropped": Decimal(0)}[outcome]
        for key in self.findings:
            if key[0] == line.id:
                self.findings[key] *= share
        del self.contested[line.id]

    def waived(self, charge: Charge) -> None:
        """A charge was let go; told by the rule that did it."""
        assert charge.contract_line_id not in self.contested or not charge.key.startswith("damage:"), "it is contested"
        part = charge.figures.get("part")
        if charge.key.startswith("damage:") and charge.contract_line_id is not None:
            self.findings[charge.contract_line_id, str(part)] = Decimal(0)

    def findings_are_right(self) -> None:
        """Every finding stands at what it should, and nothing of what is contested is collected meanwhile."""
        for line_id in {line_id for line_id, _part in self.findings}:
            line = self.row(ContractLine, line_id)
            stands = {part: Decimal(0) for key, part in self.findings if key == line_id}
            for row in self._charges(line):
                stands[str(row.figures["part"])] += credits.left_of_charge(row)
            assert stands == {part: amount for (key, part), amount in self.findings.items() if key == line_id}
            if line_id in self.contested:
                assert self._paid(line) <= self.contested[line_id], "collected before it was decided"
        open_ones = {contest.inspection.contract_line_id for each in self.contracts for contest in contested.contests_of(each)
                     if contest.status == "open"}  # fmt: skip
        assert open_ones == set(self.contested)

    def _charges(self, line: ContractLine) -> list[Charge]:
        keys = [
            contested.key_of(row)
            for row in session().scalars(
                select(Damage).join(Inspection, Inspection.id == Damage.inspection_id).where(
                    Inspection.contract_line_id == line.id
                )
            )
        ]  # fmt: skip
        rows = charges.charges_of(line.contract_id)
        return [row for row in rows if row.contract_line_id == line.id and row.key in keys and row.status != "waived"]

    def _paid(self, line: ContractLine) -> Decimal:
        rows = self._charges(line)
        return sum((credits.left_of_charge(row) - charges.open_amount(row) for row in rows), Decimal(0))

    # kits

    @when(*OUT, holds=has_parts)
    @rule(pick=PICK, which=st.integers(0, 1), other=PICK)
    def swap_component(self, pick: int, which: int, other: int) -> None:
        line = next(
            (line for line in self.contract.lines if line.status in ("out", "overdue") and self._parts(line)), None
        )
        line = line or self.line(pick)
        if line is None:
            return
        parts = self._parts(line) or [self.row(Item, key) for key in self.world.seats]
        spare = self.row(Item, self.world.seats[other % len(self.world.seats)])
        do = lambda: kits.swap_component(WORKER, line, ANEW, component=parts[which % len(parts)], item=spare)  # noqa: E731
        self.attempt("swap_component", do, event="line.component_swapped")

    @when("returned", "closed", holds=has_parts)
    @rule(pick=PICK, which=st.integers(0, 1))
    def find_component(self, pick: int, which: int) -> None:
        for line in self.contract.lines:
            if line.status in ("returned", "closed") and self._parts(line):
                self._find(line, self._parts(line)[which % len(self._parts(line))])

    @when(*OUT, holds=has_parts)
    @rule(looked_at=st.booleans())
    def lose_and_find_a_component(self, looked_at: bool) -> None:
        line = next(
            (line for line in self.contract.lines if line.status in ("out", "overdue") and self._parts(line)), None
        )
        if line is None or not self.bring_back(line, 0) or (looked_at and not self.look_at(line, 0)):
            return
        for part in self._parts(line)[:1]:
            self._find(line, part)

    def _parts(self, line: ContractLine) -> list[Item]:
        return list(components_of(line.item)) if line.item is not None else []

    def _find(self, line: ContractLine, part: Item) -> None:
        tag = part.tag
        do = lambda: kits.find_component(WORKER, line, ANEW, component=part)  # noqa: E731
        if self.attempt("find_component", do, event="line.component_found") and (line.id, tag) in self.findings:
            self.findings[line.id, tag] = Decimal(0)

    def components_are_with_their_kit(self) -> None:
        """A component that is out is with whoever has its kit."""
        for part in session().scalars(select(Item).where(Item.id.in_(self.world.seats))):
            kit = self.row(Item, part.kit_item_id) if part.kit_item_id is not None else None
            assert part.status != "out" or (kit is not None and kit.status == "out"), (part.tag, part.status)
            if part.status == "out":
                assert part.custodian_customer_id == kit.custodian_customer_id

    # planned, and never fetched

    @when("planned")
    @rule(pick=PICK, hours=st.sampled_from([-30, 1, 26, 80]), days=st.sampled_from([None, 30, 70]))
    def reschedule(self, pick: int, hours: int, days: int | None) -> None:
        line = self.line(pick, "planned")
        if line is None:
            return
        start = line.starts_at + timedelta(hours=hours)
        is_by_day = Terms.from_json(line.price).pricing != "monthly"
        ends = start + DAY * (days or 12) if days or is_by_day else None
        before, price = clock.local(line.starts_at, ZONE), dict(line.price)
        do = lambda: dates.reschedule_line(WORKER, line, ANEW, starts_at=start, ends_at=ends)  # noqa: E731
        if self.attempt("reschedule", do, event="line.rescheduled"):
            assert (line.starts_at, line.ends_at, line.price) == (start, ends, price), before

    @when("planned")
    @rule(pick=PICK)
    def nobody_came(self, pick: int) -> None:
        if line := self.line(pick, "planned"):
            fee, before = Terms.from_json(line.price).rules.no_show_amount, self._fees()
            if self.attempt("no_show", lambda: lines.no_show(WORKER, line, ANEW), event="line.not_fetched"):
                assert self._fees() == before + fee

    @while_contract("signed")
    @rule()
    def call_off(self) -> None:
        def do() -> Any:
            return cancelling.call_off(WORKER, self.contract, ANEW, reason="not needed")

        before = self._fees()
        if act := self.attempt("call_off", do, event="contract.cancelled"):
            assert all(line.status == "cancelled" for line in self.contract.lines)
            assert self._fees() == before + Decimal(act.outcome["fee"])

    def _fees(self) -> Decimal:
        rows = charges.charges_of(self.contract.id)
        return sum((row.amount for row in rows if row.kind == "fee"), Decimal(0))
