"""What came back is scanned in, compared with what was announced, looked at, and closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from service_app.catalogue.models import Product
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import handovers, inspections
from service_app.contracts.operations.handovers import Found
from service_app.core import clock, events, search
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.i18n import words
from service_app.core.states import move
from service_app.items import operations as items
from service_app.items.models import GRADES, Item
from service_app.items.operations import ItemFacts
from service_app.materials import operations as materials
from service_app.recovery import queries
from service_app.recovery.differences import difference
from service_app.recovery.models import FINDINGS, HEAVIEST_G, Intake, IntakeLine
from service_app.recovery.operations import hands
from service_app.repairs.queries import held_line
from service_app.rounds.models import Round
from service_app.scanning import codes
from service_app.scanning.operations import whereabouts
from service_app.scanning.queries import items_of_code
from service_app.takebacks import hazards
from service_app.takebacks import operations as takebacks
from service_app.takebacks.models import Takeback
from service_app.workshops.operations import next_reference
from service_app.workshops.queries import get_workshop

MOST_TEXT = 1000
ON_ITS_WAY = ("collected", "partly", "failed", "received")


@dataclass(frozen=True)
class Look:
    """What somebody saw of a thing: a finding, its grade, grams, hazards, a remark."""

    finding: str = "ok"
    grade: str = ""
    mass_g: int | None = None
    hazards: tuple[str, ...] = ()
    remark: str = ""


def _year() -> int:
    return clock.today(get_workshop(current_workshop_id()).zone).year


def open_intake(actor: Actor, announced_by: Takeback | Contract | Round | None = None, note: str = "") -> Intake:
    """Something came in: the lines that a take-back, a contract or a round announces, or none. A take-back is taken in once;
    opened again, the intake there is. Refuses a take-back that is not on its way (`intake.not_coming`). Leaves
    intake.opened."""
    intake = Intake(reference="", source="unknown", note=note.strip()[:MOST_TEXT])
    lines: list[IntakeLine] = []
    if isinstance(announced_by, Takeback):
        session().execute(select(Takeback.id).where(Takeback.id == announced_by.id).with_for_update(key_share=True))
        known = queries.intake_of_takeback(announced_by.id)
        if known is not None:
            return known.intake
        _refuse_elsewhere(announced_by)
        intake.source, intake.takeback_id, intake.customer_id = "takeback", announced_by.id, announced_by.customer_id
        lines = [_of_takeback(announced_by)]
    elif isinstance(announced_by, Contract):
        intake.source, intake.contract_id, intake.customer_id = "contract", announced_by.id, announced_by.customer_id
        lines = list(_of_contract(announced_by))
    elif isinstance(announced_by, Round):
        intake.source, intake.round_id = "round", announced_by.id
        lines = list(_of_round(announced_by))
    intake.reference = next_reference(f"IN-{_year()}")
    session().add(intake)
    session().flush()
    for line in lines:
        line.intake_id = intake.id
        session().add(line)
    session().flush()
    session().expire(intake, ["lines"])
    search.index("intake", intake.id, [intake.reference, *(line.what for line in lines)])
    events.record("intake.opened", actor, about(intake), {"source": intake.source, "announced": len(lines)})
    return intake


def _refuse_elsewhere(takeback: Takeback) -> None:
    is_brought = takeback.status == "eligible" and takeback.way == "drop_off"
    if takeback.status not in ON_ITS_WAY and not is_brought:
        raise Conflict("intake.not_coming", field="reference", reference=takeback.reference)


def _of_takeback(takeback: Takeback) -> IntakeLine:
    what = words(takeback.item.product.name) if takeback.item is not None else takeback.what
    return IntakeLine(
        item_id=takeback.item_id, takeback_id=takeback.id, what=what[:MOST_TEXT], is_announced=True,
        hazards=list(takeback.hazards), is_wipe_needed=takeback.is_wipe_needed,
    )  # fmt: skip


def _of_contract(contract: Contract) -> Iterable[IntakeLine]:
    for line in contract.lines:
        is_away = line.status in ("out", "overdue", "returned")
        if line.item is not None and is_away and not _goes_on(contract, line):
            yield IntakeLine(item_id=line.item_id, what=words(line.item.product.name), is_announced=True)


def _goes_on(contract: Contract, line: ContractLine) -> bool:
    """Whether a line goes on while another of its contract comes home: it came by a swap, and the old thing is not in yet."""
    if line.status == "returned" or contract.status in ("notice", "ended"):
        return False
    swapped = {other.predecessor_id for other in contract.lines if other.change_reason == "swap"}
    awaited = [other for other in contract.lines if other.id in swapped and other.status != "closed"]
    return bool(awaited) and line not in awaited


def _of_round(ride: Round) -> Iterable[IntakeLine]:
    for stop in ride.stops:
        for order in stop.orders:
            room, _colon, key = order.subject.partition(":")
            if room != "takeback" or not key.isdecimal():
                continue
            takeback = session().get(Takeback, (ride.workshop_id, int(key)))
            if takeback is not None and takeback.status in ON_ITS_WAY and not queries.intake_of_takeback(takeback.id):
                yield _of_takeback(takeback)


def about(intake: Intake, line: IntakeLine | None = None) -> list[Any]:
    """What an event of it is about."""
    item = line.item if line is not None else None
    return [thing for thing in (intake, intake.customer, item) if thing is not None]


def scan(actor: Actor, intake: Intake, scanned: str) -> IntakeLine:
    """A code is here. One of ours passes into our hand: what is out on a contract is returned, what was lost is found, what
    stood in stock goes to the bench until its next life is chosen. What is announced is ticked, what is not is extra; a code
    of nobody's is written down as not ours. Scanned twice it is scanned once. Refuses nothing readable (`intake.code`), a
    code of several things (`intake.several`). Leaves intake.scanned."""
    _refuse_closed(intake)
    code = codes.read(scanned)
    if code is None:
        raise Invalid("intake.code", field="code")
    named = [item for item in items_of_code(code) if item.status not in ("retired", "sold")]
    if len(named) > 1:
        raise Invalid("intake.several", field="code", code_read=code.text)
    if not named:
        known = next((line for line in intake.lines if line.code == code.text), None)
        return known or _came(actor, intake, IntakeLine(intake_id=intake.id, code=code.text, what=code.text))
    item = named[0]
    line = next((line for line in intake.lines if line.item_id == item.id), None)
    if line is not None and line.came_at is not None:
        return line
    _bring_in(actor, item)
    line = line or IntakeLine(intake_id=intake.id, item_id=item.id, what=words(item.product.name))
    line.code = code.text
    return _came(actor, intake, line)


def put_down(actor: Actor, intake: Intake, what: str) -> IntakeLine:
    """Something without a code is here that nobody announced. Refuses no words for it. Leaves intake.scanned."""
    _refuse_closed(intake)
    if not what.strip():
        raise Invalid("field.required", field="what")
    return _came(actor, intake, IntakeLine(intake_id=intake.id, what=what.strip()[:MOST_TEXT]))


def tick(actor: Actor, intake: Intake, line: IntakeLine) -> IntakeLine:
    """An announced thing is here whose code cannot be read, or which has none. Leaves intake.scanned."""
    _refuse_closed(intake)
    if line.came_at is not None:
        return line
    if line.item is not None:
        _bring_in(actor, line.item)
    return _came(actor, intake, line)


def _came(actor: Actor, intake: Intake, line: IntakeLine) -> IntakeLine:
    line.came_at, line.came_by = clock.now(), actor.name
    session().add(line)
    session().flush()
    session().expire(intake, ["lines"])
    data = {"tag": line.item.tag if line.item is not None else "", "is_announced": line.is_announced}
    event_id = events.record("intake.scanned", actor, about(intake, line), data)
    if line.item is not None:
        hands.pass_to(line.item, "hub", event_id)
    return line


def _bring_in(actor: Actor, item: Item) -> None:
    if item.status == "out":
        held = held_line(item)
        if held is None:
            raise Conflict("intake.kit", field="code", tag=item.tag)
        handovers.take_back(actor, held, Found(tag=item.tag))
    elif item.status == "lost":
        whereabouts.find_item(actor, item)
    elif item.status == "in_stock":
        items.put_on_bench(actor, item)


def look_at(actor: Actor, intake: Intake, line: IntakeLine, look: Look) -> None:
    """Graded, weighed, its hazards told. A return that is as it should be is inspected with it; a damaged one waits for its
    inspection, where damage gets its price. Refuses what is not here (`intake.not_here`), a grade, finding or hazard that
    is none, a mass without sense. Leaves intake.graded."""
    if line.came_at is None:
        raise Conflict("intake.not_here", what=line.what)
    _refuse_look(look)
    line.finding, line.grade, line.remark = look.finding, look.grade or None, look.remark.strip()[:MOST_TEXT]
    line.mass_g = look.mass_g
    line.hazards = sorted({*line.hazards, *look.hazards})
    line.is_wipe_needed = line.is_wipe_needed or hazards.needs_wipe(line.hazards)
    line.version += 1
    is_inspected = line.item is not None and bool(look.grade) and _grade(actor, line.item, look)
    data = {"grade": look.grade, "finding": look.finding, "is_inspected": is_inspected}
    events.record("intake.graded", actor, about(intake, line), data)


def _refuse_look(look: Look) -> None:
    if look.finding not in FINDINGS[1:]:
        raise Invalid("choice.unknown", field="finding", value=look.finding)
    if look.grade and look.grade not in GRADES:
        raise Invalid("choice.unknown", field="grade", value=look.grade)
    if look.mass_g is not None and not 0 < look.mass_g <= HEAVIEST_G:
        raise Invalid("takeback.load", field="kg", most=HEAVIEST_G // 1000)
    if unknown := [code for code in look.hazards if code not in hazards.CODES]:
        raise Invalid("choice.unknown", field="hazards", value=unknown[0])


def _grade(actor: Actor, item: Item, look: Look) -> bool:
    """Its grade; whether that finished the inspection that its contract waited for, which is a fact of its own."""
    inspection = queries.open_inspection_of(item) if item.status == "to_inspect" else None
    if inspection is None:
        items.grade_item(actor, item, look.grade)
    elif look.finding == "ok":
        verdict = inspections.Verdict(look.grade, "on_bench", remark=look.remark)
        inspections.finish_inspection(actor, inspection, verdict)
        return True
    return False


def wipe(actor: Actor, intake: Intake, line: IntakeLine, by: str) -> str:
    """The data on it is gone, under a certificate number, which is the answer; asked again, the one there is. Refuses no
    name, and what bears none (`intake.no_data`). Leaves intake.wiped."""
    if line.wipe_certificate:
        return line.wipe_certificate
    if not line.is_wipe_needed:
        raise Conflict("intake.no_data")
    if not by.strip():
        raise Invalid("field.required", field="by")
    line.wiped_by, line.wipe_certificate = by.strip()[:120], next_reference(f"WIPE-{_year()}")
    line.version += 1
    events.record("intake.wiped", actor, about(intake, line), {"certificate": line.wipe_certificate})
    return line.wipe_certificate


def quarantine(actor: Actor, intake: Intake, line: IntakeLine, reason: str) -> None:
    """Contaminated: into a batch of its own that goes nowhere before somebody says why it may. Refuses what is not here or
    was not weighed (`intake.weigh`), what a contract still waits to inspect (`intake.inspect`), no reason. Leaves
    intake.quarantined."""
    if line.batch_id is not None:
        return
    if line.came_at is None:
        raise Conflict("intake.not_here", what=line.what)
    if line.mass_g is None:
        raise Conflict("intake.weigh", what=line.what)
    if line.item is not None and queries.open_inspection_of(line.item) is not None:
        raise Conflict("intake.inspect", tag=line.item.tag)
    batch = materials.open_batch(actor, line.what)
    load = materials.load_by_hand(actor, batch, line.what, line.mass_g, is_estimated=False, item=line.item)
    load.takeback_id = line.takeback_id  # its mass is here, and waits for no other batch
    materials.quarantine(actor, batch, reason)
    line.batch_id = batch.id
    line.version += 1
    events.record("intake.quarantined", actor, about(intake, line), {"batch": batch.reference})


def give_back(actor: Actor, intake: Intake, line: IntakeLine, name: str) -> None:
    """Not ours: somebody has it again. Refuses what is ours (`intake.ours`), and no name. Leaves intake.given_back."""
    if line.item_id is not None:
        raise Conflict("intake.ours", what=line.what)
    if not name.strip():
        raise Invalid("field.required", field="name")
    line.given_back_to = name.strip()[:200]
    line.version += 1
    events.record("intake.given_back", actor, about(intake, line))


def adopt(actor: Actor, intake: Intake, line: IntakeLine, product: Product) -> Item:
    """Something without a tag is ours from now on, on the bench: its cascade can be asked. Refuses what has one
    (`intake.ours`), what is not here, what was given back. Leaves item.created and intake.adopted."""
    if line.item_id is not None:
        raise Conflict("intake.ours", what=line.what)
    if line.came_at is None or line.given_back_to:
        raise Conflict("intake.not_here", what=line.what)
    item = items.take_in_item(actor, product, ItemFacts(grade=line.grade or "C", remark=line.remark))
    items.put_on_bench(actor, item)
    line.item_id, line.version = item.id, line.version + 1
    session().flush()
    session().expire(line, ["item"])
    event_id = events.record("intake.adopted", actor, about(intake, line), {"tag": item.tag})
    hands.pass_to(item, "hub", event_id)
    return item


def close(actor: Actor, intake: Intake) -> list[IntakeLine]:
    """All that came is scanned: each line says its difference, those that have one are the answer, and the take-backs that
    came are received with their weight. What the driver reported as contaminated goes into quarantine by itself. Refuses a
    thing nobody looked at (`intake.look`), and as `quarantine`. Leaves intake.closed."""
    _refuse_closed(intake)
    session().execute(select(Intake.id).where(Intake.id == intake.id).with_for_update())
    unseen = next((line for line in intake.lines if line.came_at is not None and not line.finding), None)
    if unseen is not None:
        raise Conflict("intake.look", what=unseen.what)
    for line in intake.lines:
        line.difference = difference(line.is_announced, line.came_at is not None, line.finding)
        if line.takeback_id is not None and line.came_at is not None:
            _receive(actor, line)
    intake.closed_by, intake.closed_at = actor.name, clock.now()
    move(intake, "closed")
    session().flush()
    differing = [line for line in intake.lines if line.difference]
    counted = {
        code: sum(line.difference == code for line in differing) for code in {row.difference for row in differing}
    }
    events.record("intake.closed", actor, about(intake), {"differences": counted})
    return differing


def _receive(actor: Actor, line: IntakeLine) -> None:
    takeback = session().get_one(Takeback, (line.workshop_id, line.takeback_id))
    if takeback.contamination:
        quarantine(actor, line.intake, line, takeback.contamination)
    if takeback.status != "received":
        takebacks.receive(actor, takeback, line.mass_g)


def _refuse_closed(intake: Intake) -> None:
    if intake.status == "closed":
        raise Conflict("intake.closed", reference=intake.reference)
