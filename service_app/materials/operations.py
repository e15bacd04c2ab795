"""The acts on a batch of material, from the first load until its last fraction has left. Masses in grams."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from service_app.core import clock, events, search
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.states import move
from service_app.items.models import Item
from service_app.materials import balance, codes, queries
from service_app.materials.models import HEAVIEST_G, MaterialBatch, MaterialFraction, MaterialLoad, MaterialTransfer
from service_app.takebacks.models import Takeback
from service_app.workshops.operations import next_reference
from service_app.workshops.queries import get_workshop

MOST_TEXT = 1000


def open_batch(actor: Actor, what: str) -> MaterialBatch:
    """A batch that loads may go into. Leaves material_batch.opened."""
    batch = MaterialBatch(reference=next_reference(f"B-{_today().year}"), what=_said(what, "what")[:200])
    session().add(batch)
    session().flush()
    search.index("material_batch", batch.id, [batch.reference, batch.what])
    events.record("material_batch.opened", actor, [batch], {})
    return batch


def load_takeback(actor: Actor, batch: MaterialBatch, takeback: Takeback) -> MaterialLoad:
    """A take-back that was decided to be waste goes in, with its weight; into one batch only. A contaminated one takes its
    batch into quarantine. Refuses one that is not waste (`batch.not_waste`) or is in a batch (`batch.loaded`)."""
    if takeback.decision != "waste" or takeback.came_g is None:
        raise Invalid("batch.not_waste", field="takeback")
    if queries.load_of(takeback) is not None:
        raise Conflict("batch.loaded", field="takeback")
    load = _load(actor, batch, MaterialLoad(
        batch_id=batch.id, takeback_id=takeback.id, item_id=takeback.item_id, what=takeback.what, mass_g=takeback.came_g,
        is_estimated=takeback.is_estimated,
    ))  # fmt: skip
    if takeback.contamination and not batch.quarantine:
        quarantine(actor, batch, takeback.contamination)
    return load


def load_by_hand(
    actor: Actor, batch: MaterialBatch, what: str, mass_g: int, *, is_estimated: bool, item: Item | None = None
) -> MaterialLoad:  # fmt: skip
    """A load without a take-back goes in; `item` where it is a thing with a passport, once (`batch.loaded`)."""
    _refuse_mass(mass_g)
    if item is not None and queries.load_of_item(item.id) is not None:
        raise Conflict("batch.loaded", field="takeback")
    return _load(actor, batch, MaterialLoad(
        batch_id=batch.id, item_id=item.id if item is not None else None, what=_said(what, "what")[:MOST_TEXT],
        mass_g=mass_g, is_estimated=is_estimated,
    ))  # fmt: skip


def _load(actor: Actor, batch: MaterialBatch, load: MaterialLoad) -> MaterialLoad:
    _must_be(batch, "open", may_be_held=True)
    session().add(load)
    session().flush()
    events.record("material_batch.loaded", actor, [batch], {"mass_g": load.mass_g})
    return load


def weigh(actor: Actor, batch: MaterialBatch, mass_g: int | None) -> None:
    """The whole is weighed; without a weight the sum of the loads stands, marked as estimated. Refuses an empty batch
    (`batch.empty`) and a weight in another unit (`batch.slip`). Leaves material_batch.weighed."""
    _must_be(batch, "open")
    expected = queries.loaded_g(batch)
    if not expected:
        raise Conflict("batch.empty")
    if mass_g is not None:
        _refuse_mass(mass_g)
        _refuse_slip(mass_g, expected)
    batch.in_g, batch.is_estimated = expected if mass_g is None else mass_g, mass_g is None
    move(batch, "weighed")
    events.record("material_batch.weighed", actor, [batch], {"mass_g": batch.in_g, "is_estimated": batch.is_estimated})


def add_fraction(
    actor: Actor, batch: MaterialBatch, code: str, mass_g: int, *, is_estimated: bool
) -> MaterialFraction:  # fmt: skip
    """A part of the batch under a waste code of today. Refuses an unknown code and one that is not in force
    (`batch.code`), and a part a hundred times the whole (`batch.slip`). Leaves material_batch.sorted."""
    _must_be(batch, "weighed")
    _refuse_mass(mass_g)
    if codes.find(code, _today()) is None:
        raise Invalid("batch.code", field="waste_code")
    if mass_g >= (batch.in_g or 0) * balance.SLIP:
        raise Invalid("batch.slip", field="kg")
    fraction = MaterialFraction(batch_id=batch.id, waste_code=code, mass_g=mass_g, is_estimated=is_estimated)
    session().add(fraction)
    session().flush()
    events.record("material_batch.sorted", actor, [batch], {"waste_code": code, "mass_g": mass_g})
    return fraction


def remove_fraction(actor: Actor, batch: MaterialBatch, fraction_id: int) -> None:
    """A fraction that was typed wrongly is taken out again, before it is allocated. Leaves material_batch.unsorted."""
    _must_be(batch, "weighed")
    fraction = queries.get_fraction(batch, fraction_id)
    session().delete(fraction)
    session().flush()
    events.record("material_batch.unsorted", actor, [batch], {"waste_code": fraction.waste_code})


def allocate(actor: Actor, batch: MaterialBatch, explanation: str = "") -> None:
    """The fractions and the loss are the mass of the batch. Refuses none (`batch.fractions`), and a loss beyond the
    tolerance without an explanation (`batch.balance`). Leaves material_batch.allocated."""
    _must_be(batch, "weighed")
    fractions = queries.fractions_of(batch)
    if not fractions:
        raise Conflict("batch.fractions")
    found = balance.of(batch.in_g or 0, (each.mass_g for each in fractions))
    if not found.is_within and not explanation.strip():
        raise Invalid("batch.balance", field="explanation")
    batch.loss_g, batch.explanation = found.loss_g, explanation.strip()[:MOST_TEXT]
    move(batch, "allocated")
    events.record("material_batch.allocated", actor, [batch], {"loss_g": found.loss_g})


@dataclass(frozen=True)
class Way:
    """What the papers of a transfer say besides: addresses, who carries it (nobody named: the workshop itself), the
    treatment that awaits it, and what is hazardous about it."""

    recoverer_address: str = ""
    transporter: str = ""
    transporter_address: str = ""
    transporter_number: str = ""
    treatment: str = ""
    properties: str = ""


def transfer(
    actor: Actor, batch: MaterialBatch, fraction_ids: Collection[int], recoverer: str, number: str, handed_on: date,
    way: Way | None = None,
) -> MaterialTransfer:  # fmt: skip
    """Fractions leave for a recoverer (name and registration number) under a document number of ours; with the last one
    the batch is closed. Refuses none chosen, one that has left already (`batch.left`), a day to come or long ago
    (`batch.day`), a code that is not in force on that day (`batch.code`), and hazardous waste without a word on what is
    hazardous about it (`batch.properties`), where a way is given. Leaves material_batch.transferred, and .closed."""
    _must_be(batch, "allocated")
    chosen = [queries.get_fraction(batch, key) for key in sorted(set(fraction_ids))]
    if not chosen:
        raise Invalid("field.required", field="fractions")
    if any(each.transfer_id is not None for each in chosen):
        raise Conflict("batch.left", field="fractions")
    if not _today() - timedelta(days=31) <= handed_on <= _today():
        raise Invalid("batch.day", field="handed_on")
    found = [codes.find(each.waste_code, handed_on) for each in chosen]
    if any(code is None for code in found):
        raise Invalid("batch.code", field="handed_on")
    if way is not None and not way.properties.strip() and any(code is not None and code.is_hazardous for code in found):
        raise Invalid("batch.properties", field="properties")
    said = {name: value.strip()[:300] for name, value in vars(way or Way()).items()}
    made = MaterialTransfer(
        reference=next_reference(f"D-{handed_on.year}"), batch_id=batch.id, handed_on=handed_on,
        recoverer=_said(recoverer, "recoverer")[:200], recoverer_number=_said(number, "recoverer_number")[:60],
        **said,
    )  # fmt: skip
    session().add(made)
    session().flush()
    for each in chosen:
        each.transfer_id = made.id
    session().flush()
    events.record("material_batch.transferred", actor, [batch], {"document": made.reference})
    if all(each.transfer_id is not None for each in queries.fractions_of(batch)):
        move(batch, "closed")
        events.record("material_batch.closed", actor, [batch], {"loss_g": batch.loss_g})
    return made


def quarantine(actor: Actor, batch: MaterialBatch, reason: str) -> None:
    """A contaminated load: the batch goes nowhere until it is released. Leaves material_batch.quarantined."""
    if batch.status == "closed":
        raise Conflict("batch.closed")
    batch.quarantine = _said(reason, "reason")[:MOST_TEXT]
    events.record("material_batch.quarantined", actor, [batch], {"reason": batch.quarantine})


def release(actor: Actor, batch: MaterialBatch, reason: str) -> None:
    """It may go on, and why. Leaves material_batch.released."""
    said = _said(reason, "reason")[:MOST_TEXT]
    if batch.quarantine:
        batch.quarantine = ""
        events.record("material_batch.released", actor, [batch], {"reason": said})


def _must_be(batch: MaterialBatch, status: str, *, may_be_held: bool = False) -> None:
    """Lock the batch and refuse another state (`batch.step`) or quarantine (`batch.quarantine`)."""
    session().refresh(batch, with_for_update=True)
    if batch.status != status:
        raise Conflict("batch.step")
    if batch.quarantine and not may_be_held:
        raise Conflict("batch.quarantine")


def _refuse_mass(mass_g: int) -> None:
    if not 0 < mass_g <= HEAVIEST_G:
        raise Invalid("batch.mass", field="kg", most=HEAVIEST_G // 1000)


def _refuse_slip(mass_g: int, expected_g: int) -> None:
    if balance.is_slip(mass_g, expected_g):
        raise Invalid("batch.slip", field="kg")


def _said(value: str, field: str) -> str:
    if not value.strip():
        raise Invalid("field.required", field=field)
    return value.strip()


def _today() -> date:
    return clock.today(get_workshop(current_workshop_id()).zone)
