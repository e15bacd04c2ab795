"""Reads of what comes home: intakes, inputs of the cascade, refurbishments, harvests, and what a thing brought and cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from service_app.catalogue.models import Product
from service_app.contracts.models import Inspection
from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import NotFound
from service_app.core.money import ZERO
from service_app.items.models import Item, ItemEntry
from service_app.materials.models import MaterialBatch
from service_app.recovery import words
from service_app.recovery.cascade import Inputs
from service_app.recovery.models import (
    CascadeRates,
    CascadeReason,
    CustodyStretch,
    Harvest,
    Intake,
    IntakeLine,
    NextLife,
    PartFit,
    Passing,
    Refurbishment,
    RefurbishmentWork,
)
from service_app.recovery.rates import USUAL, Rates
from service_app.recovery.worth import retention, worth
from service_app.repairs import queries as repairs
from service_app.repairs.models import Part
from service_app.workshops.models import Workshop
from service_app.workshops.queries import get_workshop, list_neighbours

WITH_LINES = (
    selectinload(Intake.lines).joinedload(IntakeLine.item).joinedload(Item.product),
    joinedload(Intake.customer),
)


def _one(found: Any) -> Any:
    if found is None:
        raise NotFound("not_found")
    return found


def get_intake(reference: str) -> Intake:
    """The intake of a reference with its lines. Refuses with NotFound."""
    found = select(Intake).where(Intake.reference == reference).options(*WITH_LINES)
    intake: Intake = _one(session().scalars(found, execution_options={"populate_existing": True}).first())
    return intake


def get_line(intake: Intake, line_id: int) -> IntakeLine:
    """A line of an intake. Refuses with NotFound."""
    line: IntakeLine = _one(next((line for line in intake.lines if line.id == line_id), None))
    return line


def intake_of_takeback(takeback_id: int) -> IntakeLine | None:
    """The line on which a take-back is announced already."""
    return session().scalars(select(IntakeLine).where(IntakeLine.takeback_id == takeback_id)).first()


def line_of(item: Item) -> IntakeLine | None:
    """The newest line on which a thing came in."""
    found = select(IntakeLine).where(IntakeLine.item_id == item.id, IntakeLine.came_at.is_not(None))
    return session().scalars(found.order_by(IntakeLine.id.desc())).first()


def open_inspection_of(item: Item) -> Inspection | None:
    """The look at a thing that a contract still waits for."""
    found = select(Inspection).where(Inspection.item_id == item.id, Inspection.status != "final")
    return session().scalars(found.order_by(Inspection.id.desc())).first()


def was_inspected_since(item: Item, instant: Any) -> bool:
    """Whether a contract's inspection has counted this loop."""
    found = select(Inspection.id).where(Inspection.item_id == item.id, Inspection.final_at >= instant)
    return session().scalar(found.limit(1)) is not None


def in_hand(item: Item) -> CustodyStretch | None:
    """Whose hand a thing is in on its way home; None when it is not."""
    found = select(CustodyStretch).where(CustodyStretch.item_id == item.id, CustodyStretch.until_at.is_(None))
    return session().scalars(found).first()


def reasons() -> dict[str, Any]:
    """{code: words} of why somebody may choose lower than the best: the workshop's own behind the usual ones."""
    own = session().scalars(select(CascadeReason).order_by(CascadeReason.code)).all()
    found = dict(words.REASONS)
    for row in own:
        found.pop(row.code, None)
        if row.is_active:
            found[row.code] = row.words
    return found


def cents(amount: Decimal | None) -> int:
    """An amount in whole cents."""
    return int((amount or ZERO) * 100)


def amount(whole_cents: int) -> Decimal:
    """Cents as an amount."""
    return Decimal(whole_cents) / 100


def years_of(item: Item) -> int:
    """Its full years: since it was made, or came in."""
    today = clock.now().date()
    if item.year_made:
        return max(today.year - item.year_made, 0)
    return max((today - item.acquired_on).days // 365, 0)


def rates() -> Rates:
    """What the workshop lets the cascade count with; the usual rates while it never said."""
    kept = session().scalars(select(CascadeRates)).first()
    return Rates(**{field.name: getattr(kept, field.name) for field in fields(Rates)}) if kept is not None else USUAL


def value_of(item: Item, grade: str | None = None, given: Rates | None = None) -> int:
    """What a thing is expected to be worth in cents, at its grade or another."""
    return worth(cents(item.product.replacement_amount), grade or item.grade, years_of(item), given or rates())


def inputs_of(item: Item, line: IntakeLine | None = None) -> Inputs:
    """What the cascade is asked with about a thing, as it stands now."""
    given = rates()
    grade_after = min(item.grade, given.target)
    cost, source = refurbish_cost(item, grade_after, given)
    mass_g = (line.mass_g if line is not None else None) or item.product.mass_g or 0
    value_now = value_of(item, given=given)
    hour = cents(repairs.terms().hour_cost_amount)
    return Inputs(
        grade=item.grade, grade_after=grade_after, value_now=value_now, value_after=value_of(item, grade_after, given),
        loops_left=given.loops(item.grade), loops_after=given.loops(grade_after), margin=margin_of(item.product),
        refurbish_cost=cost, refurbish_from=source, parts=parts_worth(item.product, given),
        harvest_cost=hour * given.harvest_minutes // 60,
        member_gives=value_now * given.member_share // 100 if partners() else 0, transport=given.transport_cents,
        material=mass_g * given.material_kg_cents // 1000, disposal=mass_g * given.disposal_kg_cents // 1000,
        is_contaminated=line is not None and line.batch_id is not None,
        is_unwiped=line is not None and line.is_wipe_needed and not line.wiped_by, rates_version=given.version,
    )  # fmt: skip


def partners() -> list[Workshop]:
    """The other members of the cluster, but who left it, by name."""
    here = get_workshop(current_workshop_id())
    return [each for each in list_neighbours(here) if each.left_on is None]


def refurbish_cost(item: Item, grade_after: str, given: Rates) -> tuple[int, str]:
    """What making a thing fit costs in cents, and where that is from: the mean of what its product's refurbishments cost
    (history), or a share of the value new for each grade (estimate)."""
    done = select(func.avg(Refurbishment.cost_cents)).join(Refurbishment.item)
    mean = session().scalar(done.where(Item.product_id == item.product_id, Refurbishment.status == "done"))
    if mean is not None:
        return int(mean), "history"
    climbs = ord(item.grade) - ord(grade_after)
    return cents(item.product.replacement_amount) * given.climb_share * max(climbs, 0) // 100, "estimate"


def margin_of(product: Product) -> int:
    """What a loop of a product left over so far, in cents: income less costs but what the things themselves cost, by loops;
    0 before the first."""
    of_product = select(Item.id).where(Item.product_id == product.id)
    sums = select(func.sum(ItemEntry.amount)).where(
        ItemEntry.item_id.in_(of_product), ItemEntry.kind.not_in(("acquisition", "buy_out", "resale"))
    )
    loops = session().scalar(select(func.sum(Item.loops)).where(Item.product_id == product.id)) or 0
    return max(cents(session().scalar(sums)), 0) // loops if loops else 0


def fitting_parts(product: Product) -> Sequence[Part]:
    """The parts that fit a product, by code."""
    found = select(Part).where(Part.id.in_(select(PartFit.part_id).where(PartFit.product_id == product.id)))
    return session().scalars(found.order_by(Part.code)).all()


def fits_of(part: Part) -> Sequence[PartFit]:
    """The products that a part fits: its family."""
    found = select(PartFit).where(PartFit.part_id == part.id).options(joinedload(PartFit.product))
    return session().scalars(found.order_by(PartFit.id)).all()


def parts_worth(product: Product, given: Rates) -> int:
    """What the used parts of a thing are worth, one of each that fits it, in cents."""
    return sum(cents(part.cost_amount) for part in fitting_parts(product)) * given.used_share // 100


def lives_of(item: Item, most: int = 10) -> Sequence[NextLife]:
    """What was chosen for a thing, newest first."""
    found = select(NextLife).where(NextLife.item_id == item.id).order_by(NextLife.id.desc())
    return session().scalars(found.limit(most)).all()


def get_refurbishment(reference: str) -> Refurbishment:
    """The refurbishment of a reference. Refuses with NotFound."""
    found = select(Refurbishment).where(Refurbishment.reference == reference)
    row: Refurbishment = _one(
        session().scalars(found.options(joinedload(Refurbishment.item).joinedload(Item.product))).first()
    )
    return row


def work_of(order: Refurbishment) -> Sequence[RefurbishmentWork]:
    """What went into it, in order."""
    found = select(RefurbishmentWork).where(RefurbishmentWork.refurbishment_id == order.id)
    return session().scalars(found.order_by(RefurbishmentWork.id).options(joinedload(RefurbishmentWork.part))).all()


def open_refurbishment_of(item: Item) -> Refurbishment | None:
    """The one that runs on a thing."""
    found = select(Refurbishment).where(Refurbishment.item_id == item.id)
    return session().scalars(found.where(Refurbishment.status.not_in(("done", "cancelled")))).first()


def get_harvest(reference: str) -> Harvest:
    """The harvest of a reference with its parts. Refuses with NotFound."""
    found = select(Harvest).where(Harvest.reference == reference)
    loaded = (joinedload(Harvest.item).joinedload(Item.product), selectinload(Harvest.parts))
    row: Harvest = _one(
        session().scalars(found.options(*loaded), execution_options={"populate_existing": True}).first()
    )
    return row


def harvest_of(item: Item) -> Harvest | None:
    """The harvest of a donor."""
    return session().scalars(select(Harvest).where(Harvest.item_id == item.id)).first()


def part_coded(code: str) -> Part:
    """The part of a code. Refuses with NotFound."""
    part: Part = _one(session().scalars(select(Part).where(Part.code == code.strip().upper())).first())
    return part


@dataclass(frozen=True)
class Economy:
    """What a thing is worth and what it brought, in cents: paid for it, recovered so far (income of every kind), spent on
    it, worth now; retention in percent, None where nothing was paid."""

    acquired: int
    recovered: int
    spent: int
    now: int
    loops: int

    @property
    def result(self) -> int:
        """Lifetime profit: the sum of the ledger."""
        return self.recovered - self.spent - self.acquired

    @property
    def retention(self) -> int | None:
        """(Recovered + now) / paid; None where nothing was paid."""
        return retention(self.recovered, self.now, self.acquired)


def economy_of(item: Item) -> Economy:
    """The economy of a thing, from its ledger and its grade; one statement."""
    bought = ItemEntry.kind == "acquisition"
    sums = select(
        func.sum(ItemEntry.amount).filter(bought),
        func.sum(ItemEntry.amount).filter(~bought, ItemEntry.amount > 0),
        func.sum(ItemEntry.amount).filter(~bought, ItemEntry.amount < 0),
    ).where(ItemEntry.item_id == item.id)
    paid, income, costs = session().execute(sums).one()
    is_ours = item.status not in ("retired", "sold", "lost")
    return Economy(-cents(paid), cents(income), -cents(costs), value_of(item) if is_ours else 0, item.loops)


@dataclass(frozen=True)
class Totals:
    """The whole ledger of a workshop, as amounts."""

    income: Decimal
    costs: Decimal
    loops: int

    @property
    def result(self) -> Decimal:
        """Income less costs."""
        return self.income + self.costs


def totals() -> Totals:
    """The sums under the list of products."""
    sums = select(
        func.sum(ItemEntry.amount).filter(ItemEntry.amount > 0), func.sum(ItemEntry.amount).filter(ItemEntry.amount < 0)
    )
    income, costs = session().execute(sums.select_from(ItemEntry)).one()
    loops = session().scalar(select(func.sum(Item.loops)).select_from(Item)) or 0
    return Totals(income or ZERO, costs or ZERO, loops)


def filling_batches() -> Sequence[MaterialBatch]:
    """The batches that a rest may go into, the newest first."""
    found = select(MaterialBatch).where(MaterialBatch.status == "open", MaterialBatch.quarantine == "")
    return session().scalars(found.order_by(MaterialBatch.id.desc()).limit(50)).all()


def get_passing(reference: str) -> Passing:
    """What goes to another member, or comes from one, by its reference. Refuses with NotFound."""
    found = select(Passing).where(Passing.reference == reference)
    row: Passing = _one(session().scalars(found, execution_options={"populate_existing": True}).first())
    return row


def open_passing_of(item: Item) -> Passing | None:
    """The offer of a thing to another member that waits for an answer, or is being written."""
    found = select(Passing).where(Passing.item_id == item.id, Passing.direction == "out")
    return session().scalars(found.where(Passing.status.in_(("planned", "offered")))).first()


# Whether another member waits for an answer.
AWAITED = exists().where(Passing.direction == "in", Passing.status == "offered")


def offers_to_answer() -> Sequence[Passing]:
    """What other members offer, and nobody here has said yes or no to; the first first."""
    found = select(Passing).where(Passing.direction == "in", Passing.status == "offered")
    return session().scalars(found.options(joinedload(Passing.partner)).order_by(Passing.id)).all()


def passed_on(item: Item) -> Passing | None:
    """How a thing went to another member."""
    found = select(Passing).where(Passing.item_id == item.id, Passing.direction == "out", Passing.status == "passed")
    return session().scalars(found).first()


def came_from(item: Item) -> Passing | None:
    """How a thing came from another member."""
    found = select(Passing).where(Passing.item_id == item.id, Passing.direction == "in", Passing.status == "passed")
    return session().scalars(found).first()
