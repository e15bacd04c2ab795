"""Contracts in the middle of their lives: paused, under notice, swapped, bought, lost, credited, handed on, with a kit.

They are of one product of their own and are lived before the other months, so that nothing else takes their things; each
act is done on its day by the operation a person would use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial

from service_app.catalogue.models import Plan, Product
from service_app.catalogue.plan_operations import PlanFacts, create_plan
from service_app.catalogue.rules import PlanRules
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import (
    dates,
    endings,
    handovers,
    inspections,
    lines,
    losses,
    money,
    offers,
    pauses,
    service,
    swaps,
)
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Verdict
from service_app.contracts.operations.lines import Holder
from service_app.contracts.operations.offers import Signing, Wish
from service_app.contracts.queries import inspection_of
from service_app.core import access, clock
from service_app.core.access import Actor
from service_app.customers.models import Customer
from service_app.demo.cast import Thing
from service_app.items import availability
from service_app.items.models import Item
from service_app.items.operations import join_kit

PLACE = "senne"
BIKE = Thing(
    "EB", ("Vélo électrique de ville", "Elektrische stadsfiets", "Electric city bike"), "vélo électrique",
    14, "59", "200", "Gazelle", "2100",
    (1850, 650, 1100, 24_000), {"aluminium": 58, "steel": 16, "rubber": 8, "li_ion_battery": 9}, ("battery",), "km",
    ("Aller au travail toute l’année", "Het hele jaar naar het werk", "Ride to work all year"), "Vélo",
    ("bike mechanics", "e-bike"),
    "refurbish", ("antivol", "deux clés", "chargeur"), (("Freins", "Remmen", "Brakes"),), 6, "km",
)  # fmt: skip
SEAT = Thing(
    "SE", ("Siège enfant", "Kinderzitje", "Child seat"), "accessoire", 4, "6", "20", "Polisport", "95",
    (350, 300, 700, 4_200), {"abs": 70, "polyester": 20}, (), "month",
    ("Emmener un enfant", "Een kind meenemen", "Take a child along"),
    "Vélo", (), "redeploy",
)  # fmt: skip
RULES = PlanRules(
    kind="subscription", one_off_amount=Decimal(25), solidarity_percent=30, early_refund="unused", early_end_style="recomputed",
    renewal="automatic", renewal_months=6, pause_days_per_year=60, swaps_per_year=2, swap_fee_amount=Decimal(15),
    buy_out_from_months=3, buy_out_base="aged", buy_out_share_percent=50, service_hours=48,
)  # fmt: skip


def a_year_plan(boss: Actor, product: Product) -> Plan:
    """The same bike, cheaper for whoever binds themselves for a year."""
    name = {"fr": "Un an", "nl": "Een jaar", "en": "A year"}
    facts = PlanFacts(
        code=f"{product.code}-A", name=name, pricing="monthly", monthly_amount=Decimal(49), deposit_amount=Decimal(200),
        min_term_months=12, notice_days=30, rules=RULES,
    )  # fmt: skip
    return create_plan(boss, product, facts)


@dataclass
class Lives:
    """Who acts, on which plans, from which day on."""

    boss: Actor
    counter: Actor
    plan: Plan
    year: Plan
    customers: Sequence[Customer]
    today: date
    zone: str
    count: int = 0

    def on(self, days_ago: int, act: Callable[[], object]) -> None:
        """Do something on its day."""
        with clock.travelled(clock.at_local(self.today - timedelta(days=days_ago), time(11, 20), self.zone)):
            act()

    def begin(self, days_ago: int, plan: Plan | None = None, item: Item | None = None) -> Contract:
        """A contract signed, handed over and paid on its day."""
        customer, made = self.customers[self.count % len(self.customers)], []
        self.count += 1
        self.on(days_ago, lambda: made.append(self._go_out(customer, plan or self.plan, item)))
        return made[0]

    def _go_out(self, customer: Customer, plan: Plan, item: Item | None) -> Contract:
        name = customer.contact_name or customer.name
        contract = offers.draft_contract(self.counter, customer, [Wish(plan.product, plan, clock.now(), None)])
        offers.send_offer(self.counter, contract)
        offers.sign_offer(access.customer(name), contract, contract.offer_round, Signing(name, None, contract.language))
        money.receive_deposit(self.counter, contract, "card")
        line = contract.lines[0]
        booked = availability.allocation_of(line.id, "reservation")
        if item is not None or booked is not None:
            chosen = item or booked.item  # type: ignore[union-attr]
            handovers.hand_over(self.counter, line, chosen, Found(meter=chosen.meter, customer_name=name))
        self._settle(contract)
        return contract

    def _settle(self, contract: Contract) -> None:
        money.settle_up(self.counter, contract, method="transfer", use_deposit=False, release_method="transfer")

    def _spare(self) -> Item:
        return next(item for item in availability.bookable_items(self.plan.product) if _is_free(item))

    def pass_all(self) -> None:
        """All of them."""
        me, paused, noticed = self.counter, self.begin(95, self.year), self.begin(120)
        self.on(
            12,
            lambda: pauses.pause_contract(
                me, paused, ANEW, self.today - timedelta(days=12), self.today + timedelta(days=20)
            ),
        )
        self.on(6, lambda: endings.give_notice(me, noticed, ANEW))
        self._go_wrong()
        planned, handed_on, shared = self.begin(40), self.begin(100, self.year), self.begin(15)
        self.on(2, lambda: swaps.change_plan(me, planned.lines[0], ANEW, self.year))
        taker = self.customers[-1]
        self.on(
            30, lambda: lines.transfer_contract(me, handed_on, ANEW, taker, Signing(taker.contact_name or taker.name))
        )
        self.on(9, lambda: lines.change_holders(me, shared, ANEW, [Holder("Camille Renard", "camille@example.be")]))
        more = Wish(
            self.plan.product, self.plan, clock.at_local(self.today + timedelta(days=2), time(10), self.zone), None
        )
        self.on(1, lambda: lines.add_line(me, shared, ANEW, more))
        for contract in (paused, noticed, planned, shared):
            self.on(1, partial(self._pay, contract))

    def _go_wrong(self) -> None:
        """What is swapped, mended, lost, bought and written down late."""
        me, swapped, mended = self.counter, self.begin(60), self.begin(75)
        self.on(18, lambda: self._pay(swapped))
        self.on(17, lambda: swaps.swap_item(me, swapped.lines[0], ANEW, self._spare(), "size"))
        self.on(16, lambda: self._look_at(swapped.lines[0]))
        self.on(15, lambda: losses.report_outage(me, mended.lines[0], ANEW, "Le moteur ne répond plus"))
        self.on(15, lambda: self._pay(mended))
        self.on(9, lambda: losses.end_outage(me, mended.lines[0], ANEW))
        lost, bought, broken = self.begin(70), self.begin(140), self.begin(33)
        self.on(
            4, lambda: losses.report_lost(me, lost.lines[0], ANEW, self.today - timedelta(days=4), "PV BR.12.L4.031")
        )
        self.on(5, lambda: self._pay(bought))
        self.on(5, lambda: losses.buy_out(me, bought.lines[0], ANEW, "card"))
        self.on(1, lambda: losses.report_outage(me, broken.lines[0], ANEW, "Frein avant"))
        went = clock.at_local(self.today - timedelta(days=32), time(16), self.zone)
        self.on(30, lambda: dates.correct_dates(self.boss, broken.lines[0], ANEW, "Noté un jour trop tôt", went))

    def _pay(self, contract: Contract) -> None:
        service.charge_recurring(self.counter)
        self._settle(contract)

    def _look_at(self, line: ContractLine) -> None:
        inspections.finish_inspection(self.counter, inspection_of(line), Verdict("B"))

    def kits(self, seats: Sequence[Item]) -> None:
        """A bike with two seats that is out, and one that came back with a seat missing."""
        first = self._spare()
        self.on(50, lambda: self._join(seats[:2], first))
        self.begin(22, item=first)
        second = self._spare()
        self.on(50, lambda: self._join(seats[2:3], second))
        back = self.begin(45, item=second)
        missing = Found(missing=[seats[2].tag])
        self.on(3, lambda: self._pay(back))
        self.on(3, lambda: handovers.take_back(self.counter, back.lines[0], missing))
        self.on(2, lambda: self._look_at(back.lines[0]))

    def _join(self, parts: Sequence[Item], kit: Item) -> None:
        for part in parts:
            join_kit(self.counter, part, kit)


def _is_free(item: Item) -> bool:
    return item.status == "in_stock" and not availability.is_taken(item, clock.now() - timedelta(days=160), None)
