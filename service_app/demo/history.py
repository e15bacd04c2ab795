"""Months of a workshop: rentals as a queue of acts in the order of time, each through the operation a person would use.

What would happen after now stays undone, so that every state is there: drafts, offers, things out, late and waiting to be
looked at. An act that the house refuses (nothing free, still on the bench) ends its rental there, as in life.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import select, update

from config.settings import Settings
from service_app.catalogue.models import Plan
from service_app.charges import operations as charges
from service_app.contracts import documents
from service_app.contracts.models import Contract, ContractLine, Inspection
from service_app.contracts.operations import handovers, inspections, lateness, money, offers, service
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Finding, Verdict
from service_app.contracts.operations.offers import Signing, Wish
from service_app.core import access, clock
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.errors import Refusal
from service_app.core.jobs import Job
from service_app.core.money import ZERO
from service_app.customers.models import Customer
from service_app.demo import drawn
from service_app.demo.cast import House
from service_app.items import availability
from service_app.items.operations import put_in_stock
from service_app.notifications import operations as notifications
from service_app.notifications import sending
from service_app.notifications.sending import Outcome
from service_app.repairs import documents as forms
from service_app.workorders import operations as workorders
from service_app.workorders.checks import asked
from service_app.workorders.models import CareOccurrence
from service_app.workorders.operations.doing import Done
from service_app.workshops.models import Workshop

BEFORE_DAYS, AFTER_DAYS = 150, 16
LETTERS_OF_DAYS = 12
_TODAY = ("due_now", "waits", "late_now")
_SEEN_TODAY = ("due_now", "late_now", "to_inspect")

Act = Callable[[], None]

_DELIVERED: dict[str, Callable[[Any, Months], Any]] = {
    "notifications.write": lambda payload, _months: notifications.write_letter(payload["letter"], payload),
    "notifications.send": lambda payload, months: months.send(payload["message_id"]),
    "contracts.document": lambda payload, _months: documents.make_document(payload["contract_id"]),
    "contracts.papers": lambda payload, _months: documents.keep_up_after(payload),
    "repairs.form": lambda payload, _months: forms.make_form(payload),
}


@dataclass(frozen=True)
class Story:
    """How a rental goes: from when, how many days, and what is special about it."""

    plan: Plan
    customer: Customer
    start: date
    days: int | None
    fate: str = "usual"
    quantity: int = 1


class Months:
    """The queue of acts and who does them."""

    def __init__(
        self, house: House, workshop: Workshop, members: Sequence[Actor], plans: Sequence[Plan],
        customers: Sequence[Customer], chance: random.Random, settings: Settings,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.house, self.workshop, self.plans, self.customers, self.chance = house, workshop, plans, customers, chance
        self.counter = next((one for one in members if one.can("contract:settle")), members[0])
        self.bench = next((one for one in members if one.can("contract:inspect")), members[0])
        self.today = clock.today(workshop.zone)
        self.now = clock.now()
        self.count = 0
        self._queue: list[tuple[datetime, int, Act]] = []
        self._order = count()

    def live(self) -> None:
        """Do everything that lies before now, in its order."""
        for story in self._stories():
            self._begin(story)
        for days in range(0, BEFORE_DAYS, 7):
            self._at(self.today - timedelta(days=days), time(8, 30), self._look_around)
        while self._queue and self._queue[0][0] <= self.now:
            instant, _order, act = heapq.heappop(self._queue)
            with clock.travelled(instant):
                self._try(act)
                if instant < self.now - timedelta(days=LETTERS_OF_DAYS):
                    self._forget_letters()
                else:
                    self.deliver()
        self._look_around()

    def _try(self, act: Act) -> None:
        try:
            with session().begin_nested():
                act()
        except Refusal:
            session().expire_all()

    def _forget_letters(self) -> None:
        session().execute(
            update(Job)
            .where(Job.state == "ready")
            .values(state="cancelled")
            .execution_options(synchronize_session=False)
        )

    def deliver(self) -> None:
        """What the worker would have done that day: the letters, kept."""
        waiting = select(Job).where(Job.state == "ready", Job.kind.in_(_DELIVERED)).order_by(Job.id).limit(50)
        while found := session().scalars(waiting).all():
            for job in found:
                _DELIVERED[job.kind](job.payload, self)
                job.state, job.finished_at = "done", clock.now()
            session().flush()

    def send(self, message_id: int) -> None:
        """Render and keep one letter."""
        mail = sending.prepare(message_id, self.workshop.id, self.settings)
        if mail is not None and self.chance.random() < 0.06:
            refused = Outcome("refused", "550", "5.1.1 no such mailbox here")
            sending.settle(message_id, self.workshop.id, refused)
        elif mail is not None:
            sending.keep(message_id, self.workshop.id, mail)

    def _look_around(self) -> None:
        lateness.mark_overdue(WORKER)
        lateness.rescue_lines(WORKER)
        offers.expire_offers(WORKER)
        service.charge_recurring(WORKER)
        workorders.plan_care()
        workorders.announce_due_care(WORKER)
        self._do_care()

    def _do_care(self) -> None:
        old = select(CareOccurrence).where(CareOccurrence.status == "notified")
        old = old.where(CareOccurrence.due_on < clock.today(self.workshop.zone) - timedelta(days=4))
        for occurrence in session().scalars(old.limit(6)).all():
            if self.chance.random() < 0.8 and occurrence.visit is not None:
                passed = {check.key: "pass" for check in asked([occurrence])}
                workorders.finish_visit(self.bench, occurrence.visit, Done(results=passed))

    def _stories(self) -> Iterator[Story]:
        """A few that make today worth looking at, the subscriptions, and then as it comes."""
        daily = [plan for plan in self.plans if plan.pricing == "tiers"]
        monthly = [plan for plan in self.plans if plan.pricing == "monthly"]
        if daily:
            yield from self._around_today(daily)
        for plan in monthly:
            for _each in range(4):
                start = self._open_day(self.today - timedelta(days=self.chance.randrange(20, 140)))
                yield Story(
                    plan,
                    self._somebody(),
                    start,
                    None,
                    self.chance.choice(("usual", "usual", "ends")),
                    self.chance.randrange(1, 4),
                )
        if not daily:
            return
        for _each in range(self.house.rentals):
            start = self._open_day(self.today - timedelta(days=self.chance.randrange(-AFTER_DAYS, BEFORE_DAYS)))
            fate = self.chance.choices(
                ("usual", "late", "damage", "missing", "cancelled", "expired", "waived"), (60, 12, 10, 5, 5, 5, 3)
            )[0]
            yield Story(
                self.chance.choice(daily),
                self._somebody(),
                start,
                self.chance.choice((1, 2, 3, 3, 4, 7, 10)),
                fate,
                self.chance.choice((1, 1, 1, 2)),
            )

    def _around_today(self, plans: Sequence[Plan]) -> Iterator[Story]:
        for away, days, fate in (
            (-3, 3, "due_now"), (-2, 2, "due_now"), (0, 3, "waits"), (0, 5, "waits"), (-5, 3, "late_now"),
            (-9, 6, "late_now"), (-4, 3, "to_inspect"), (-6, 7, "usual"), (-2, 9, "usual"), (0, 4, "usual"),
            (0, 2, "usual"), (1, 3, "usual"), (5, 3, "unsigned"), (8, 2, "unsigned"),
            (9, 4, "draft"), (3, 2, "unsent"), (-14, 3, "waived"), (-16, 2, "damage"), (-18, 3, "late"),
            (-20, 3, "missing"), (-23, 2, "missing"),
        ):  # fmt: skip
            yield Story(
                self.chance.choice(plans),
                self._somebody(),
                self._open_day(self.today + timedelta(days=away)),
                days,
                fate,
            )

    def _somebody(self) -> Customer:
        return self.chance.choice(self.customers)

    def _open_day(self, day: date) -> date:
        while day.weekday() not in self.house.open_days:
            day += timedelta(days=1)
        return day

    def _at(self, day: date, hour: time, act: Act) -> None:
        heapq.heappush(self._queue, (clock.at_local(day, hour, self.workshop.zone), next(self._order), act))

    def _begin(self, story: Story) -> None:
        away = self.chance.randrange(2, 9) if story.days is None or story.start <= self.today else 1
        if story.fate in _TODAY:
            away = 21  # first come, so that nothing else takes the item
        drafted = min(
            story.start - timedelta(days=away), self.today - timedelta(days=1 if story.fate != "unsent" else 0)
        )
        self._at(drafted, time(9, self.chance.randrange(60)), lambda: self._draft(story, drafted))

    def _draft(self, story: Story, drafted: date) -> None:
        start = clock.at_local(story.start, time(17 if story.fate == "waits" else 10), self.workshop.zone)
        end = (
            clock.at_local(story.start + timedelta(days=story.days), time(16), self.workshop.zone)
            if story.days
            else None
        )
        wish = Wish(story.plan.product, story.plan, start, end)
        contract = offers.draft_contract(self.counter, story.customer, [wish] * story.quantity)
        self.count += 1
        if story.fate in ("draft", "unsent"):
            return
        offers.send_offer(self.counter, contract)
        if story.fate in ("unsigned", "expired"):
            return
        self._at(drafted, time(14, self.chance.randrange(60)), lambda: self._sign(story, contract))

    def _sign(self, story: Story, contract: Contract) -> None:
        name = story.customer.contact_name or story.customer.name
        offers.sign_offer(access.customer(name), contract, contract.offer_round, Signing(name, None, contract.language))
        if story.fate == "cancelled":
            self._at(story.start, time(9, 15), lambda: offers.cancel_contract(self.counter, contract, "Plans changed"))
            return
        if story.fate == "waits":
            return
        self._at(story.start, time(10, self.chance.randrange(30)), lambda: self._hand_over_or_cancel(story, contract))

    def _hand_over_or_cancel(self, story: Story, contract: Contract) -> None:
        """What cannot be handed over that day is called off, as one would at the counter."""
        try:
            with session().begin_nested():
                self._hand_over(story, contract)
        except Refusal:
            session().expire_all()
            offers.cancel_contract(self.counter, contract, "Nothing free that day")

    def _hand_over(self, story: Story, contract: Contract) -> None:
        if money.balance(contract).deposit_due > ZERO:
            money.receive_deposit(self.counter, contract, self.chance.choice(("card", "card", "cash")))
        for line in contract.lines:
            booking = availability.allocation_of(line.id, "reservation")
            if booking is None:
                continue
            meter = booking.item.meter
            checked = {step["code"]: True for step in line.product.out_checklist}
            found = Found(
                answers=checked, meter=meter, customer_name=story.customer.contact_name or story.customer.name,
                photos=self._photos(line.product.category, booking.item.tag) if story.fate in _SEEN_TODAY else (),
            )  # fmt: skip
            handovers.hand_over(self.counter, line, booking.item, found)
        if story.fate != "waived":
            self._pay(contract)
        self._plan_return(story, contract)

    def _photos(self, category: str, tag: str) -> list[tuple[bytes, str]]:
        """Two sides of what goes out, for what is looked at today."""
        return [(drawn.picture(f"{tag} {side}", category, self.house.brand), f"{tag}-{side}.png") for side in (1, 2)]

    def _pay(self, contract: Contract) -> None:
        """The rent is paid at the counter, mostly."""
        if self.chance.random() < 0.85:
            for charge in charges.charges_of(contract.id):
                owed = charges.open_amount(charge)
                if owed > ZERO:
                    charges.settle_charge(
                        self.counter, charge, owed, self.chance.choice(("card", "card", "cash", "transfer"))
                    )
            money.refresh_money(contract)

    def _plan_return(self, story: Story, contract: Contract) -> None:
        if story.days is None:
            self._live_by_the_month(story, contract)
            return
        if story.fate == "due_now":
            return
        if story.fate == "late_now":
            self._at(story.start + timedelta(days=story.days), time(17, 30), self._look_around)
            return
        late = self.chance.randrange(1, 4) if story.fate == "late" else 0
        if late:
            self._at(story.start + timedelta(days=story.days), time(17, 30), self._look_around)
        back = self._open_day(story.start + timedelta(days=story.days + late))
        for number, line in enumerate(contract.lines):
            self._at(back, time(15 if not late else 11, 10 + number), partial(self._take_back, story, line, back))

    def _live_by_the_month(self, story: Story, contract: Contract) -> None:
        for month in range(1, 6):
            day = story.start + timedelta(days=31 * month)
            self._at(day, time(10, 40), lambda: self._pay(contract))
        if story.fate == "ends":
            back = self._open_day(story.start + timedelta(days=self.chance.randrange(40, 110)))
            for line in contract.lines:
                self._at(back, time(15, 20), partial(self._take_back, story, line, back))

    def _take_back(self, story: Story, line: ContractLine, day: date) -> None:
        if line.item is None:
            return
        meter = line.item.meter + self.chance.randrange(5, 90) if line.item.meter is not None else None
        accessories = line.product.accessories
        missing = [accessories[-1]] if story.fate == "missing" and accessories else []
        inspection = handovers.take_back(self.counter, line, Found(meter=meter, missing=missing))
        if story.fate != "to_inspect":
            later = self._open_day(day + timedelta(days=self.chance.randrange(0, 2)))
            self._at(later, time(16, self.chance.randrange(40)), lambda: self._inspect(story, inspection, missing))

    def _inspect(self, story: Story, inspection: Inspection, missing: Sequence[str]) -> None:
        findings = [Finding("missing", part, Decimal(self.chance.randrange(12, 60))) for part in missing]
        if story.fate == "damage":
            part = self.chance.choice(("Feu arrière", "Poignée", "Pied", "Vitre", "Housse"))
            findings.append(
                Finding("damage", part, Decimal(self.chance.randrange(15, 90)), self.chance.choice((50, 100)))
            )
        worse = {"A": "B", "B": "C", "C": "C", "D": "D"}
        grade = worse[inspection.grade_before] if self.chance.random() < 0.2 else inspection.grade_before
        next_use = "on_bench" if story.fate == "damage" and self.chance.random() < 0.5 else "in_stock"
        inspections.finish_inspection(self.bench, inspection, Verdict(grade, next_use, findings))
        contract = inspection.line.contract
        if story.fate == "waived":
            for charge in charges.charges_of(contract.id):
                if charges.open_amount(charge) > ZERO and not charge.settlements:
                    money.waive(self.counter, contract, charge, "Goodwill")
        waits = self.chance.random() >= 0.9 and self.today - clock.today(self.workshop.zone) < timedelta(days=14)
        if all(line.status == "closed" for line in contract.lines) and not waits:
            money.settle_up(self.counter, contract, method="card", use_deposit=True, release_method="transfer")
        if next_use == "on_bench" and self.chance.random() < 0.7:
            self._at(clock.today(self.workshop.zone) + timedelta(days=3), time(12), lambda: self._mend(inspection))

    def _mend(self, inspection: Inspection) -> None:
        put_in_stock(self.bench, inspection.item)
