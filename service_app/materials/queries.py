"""Reads of batches, and the register of what left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import func, or_, select

from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.materials import codes
from service_app.materials.models import MaterialBatch, MaterialFraction, MaterialLoad, MaterialTransfer
from service_app.takebacks.models import Takeback

OPEN = ("open", "weighed", "allocated")


def get_batch(reference: str) -> MaterialBatch:
    """The batch of a reference. Refuses with NotFound."""
    found = session().scalar(select(MaterialBatch).where(MaterialBatch.reference == reference))
    if found is None:
        raise NotFound("not_found")
    return found


def get_fraction(batch: MaterialBatch, key: int) -> MaterialFraction:
    """A fraction of a batch. Refuses with NotFound."""
    found = session().scalar(
        select(MaterialFraction).where(MaterialFraction.id == key, MaterialFraction.batch_id == batch.id)
    )
    if found is None:
        raise NotFound("not_found")
    return found


def loads_of(batch: MaterialBatch) -> Sequence[MaterialLoad]:
    """What went in, in its order."""
    return session().scalars(
        select(MaterialLoad).where(MaterialLoad.batch_id == batch.id).order_by(MaterialLoad.id)
    ).all()  # fmt: skip


def loaded_g(batch: MaterialBatch) -> int:
    """The sum of what went in."""
    return int(session().scalar(select(func.sum(MaterialLoad.mass_g)).where(MaterialLoad.batch_id == batch.id)) or 0)


def load_of(takeback: Takeback) -> MaterialLoad | None:
    """Where a take-back went, by itself or, being waste, as the thing that it is."""
    own = session().scalar(select(MaterialLoad).where(MaterialLoad.takeback_id == takeback.id))
    if own is not None or takeback.item_id is None or takeback.decision != "waste":
        return own
    return load_of_item(takeback.item_id)


def load_of_item(item_id: int) -> MaterialLoad | None:
    """Where a thing went as material."""
    return session().scalar(select(MaterialLoad).where(MaterialLoad.item_id == item_id))


def takebacks_in(batch: MaterialBatch) -> Sequence[int]:
    """The take-backs whose thing went in, by themselves or as the thing that they are."""
    found = select(Takeback.id).join(
        MaterialLoad,
        or_(MaterialLoad.takeback_id == Takeback.id,
            (MaterialLoad.item_id == Takeback.item_id) & (Takeback.decision == "waste")),
    )  # fmt: skip
    return session().scalars(found.where(MaterialLoad.batch_id == batch.id).distinct().order_by(Takeback.id)).all()


def fractions_of(batch: MaterialBatch) -> Sequence[MaterialFraction]:
    """Its parts, in their order."""
    wanted = select(MaterialFraction).where(MaterialFraction.batch_id == batch.id).order_by(MaterialFraction.id)
    return session().scalars(wanted).all()


def fractions_in(transfer: MaterialTransfer) -> Sequence[MaterialFraction]:
    """What left with a transfer, in its order."""
    wanted = select(MaterialFraction).where(MaterialFraction.transfer_id == transfer.id).order_by(MaterialFraction.id)
    return session().scalars(wanted).all()


def get_transfer(batch: MaterialBatch, reference: str) -> MaterialTransfer:
    """A transfer of a batch. Refuses with NotFound."""
    wanted = select(MaterialTransfer).where(
        MaterialTransfer.batch_id == batch.id, MaterialTransfer.reference == reference
    )
    found = session().scalar(wanted)
    if found is None:
        raise NotFound("not_found")
    return found


def transfers_of(batch: MaterialBatch) -> Sequence[MaterialTransfer]:
    """What left of a batch, in its order."""
    wanted = select(MaterialTransfer).where(MaterialTransfer.batch_id == batch.id).order_by(MaterialTransfer.id)
    return session().scalars(wanted).all()


def closed_batch_of(takeback: Takeback) -> MaterialBatch | None:
    """The batch that a take-back went into, once all of it has left."""
    load = load_of(takeback)
    batch = session().get(MaterialBatch, (load.workshop_id, load.batch_id)) if load is not None else None
    return batch if batch is not None and batch.status == "closed" else None


def waiting() -> Sequence[Takeback]:
    """Take-backs that are waste and in no batch."""
    wanted = (
        select(Takeback).outerjoin(
            MaterialLoad, or_(MaterialLoad.takeback_id == Takeback.id, MaterialLoad.item_id == Takeback.item_id)
        ).where(Takeback.decision == "waste", MaterialLoad.id.is_(None)).order_by(Takeback.id)
    )  # fmt: skip
    return session().scalars(wanted).all()


REGISTER = (
    "document", "handed_on", "recoverer", "recoverer_number", "batch", "waste_code", "hazardous", "description", "mass_g",
    "estimated", "recoverer_address", "transporter", "transporter_address", "transporter_number", "treatment", "properties",
)  # fmt: skip


def register(first: date | None = None, last: date | None = None) -> Iterator[tuple[str, ...]]:
    """What left, a row a fraction, in the order of the days; see REGISTER."""
    wanted = (
        select(MaterialTransfer, MaterialFraction, MaterialBatch.reference)
        .join(MaterialFraction, MaterialFraction.transfer_id == MaterialTransfer.id)
        .join(MaterialBatch, MaterialBatch.id == MaterialTransfer.batch_id)
        .order_by(MaterialTransfer.handed_on, MaterialTransfer.id, MaterialFraction.id)
    )
    if first is not None:
        wanted = wanted.where(MaterialTransfer.handed_on >= first)
    if last is not None:
        wanted = wanted.where(MaterialTransfer.handed_on <= last)
    for moved, fraction, batch in session().execute(wanted):
        code = codes.find(fraction.waste_code, moved.handed_on)
        yield (
            moved.reference, moved.handed_on.isoformat(), moved.recoverer, moved.recoverer_number, batch,
            fraction.waste_code, "yes" if code and code.is_hazardous else "no", code.description if code else "",
            str(fraction.mass_g), "yes" if fraction.is_estimated else "no", moved.recoverer_address, moved.transporter,
            moved.transporter_address, moved.transporter_number, moved.treatment, moved.properties,
        )  # fmt: skip
