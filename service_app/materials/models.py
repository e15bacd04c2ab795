"""Batches of material, what went into them, their fractions, and the transfers with which these leave."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded, Versioned
from service_app.core.files import StoredFile
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to
from service_app.items.models import Item
from service_app.takebacks.models import Takeback

HEAVIEST_G = 50_000_000


class MaterialBatch(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """A batch: in_g is its whole mass once it is weighed, loss_g what its fractions lack of it once it is allocated
    (negative: they are more). Grams. `explanation`: why it does not close within the tolerance. `quarantine`: why it goes
    nowhere; empty when it is free."""

    __tablename__ = "material_batch"
    __states__ = {"status": {"open": ("weighed",), "weighed": ("allocated",), "allocated": ("closed",), "closed": ()}}
    __table_args__ = (
        UniqueConstraint("workshop_id", "reference"),
        CheckConstraint(f"in_g BETWEEN 1 AND {HEAVIEST_G}", name="mass"),
        CheckConstraint("status = 'open' OR in_g IS NOT NULL", name="weighed"),
        CheckConstraint("status NOT IN ('allocated', 'closed') OR loss_g IS NOT NULL", name="balanced"),
        CheckConstraint("status <> 'closed' OR quarantine = ''", name="free"),
        Index("ix_material_batch_status", "workshop_id", "status", "id"),
    )

    reference: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="open", default="open")
    what: Mapped[str]
    in_g: Mapped[int | None] = mapped_column(BigInteger)
    is_estimated: Mapped[bool] = mapped_column(server_default="false", default=False)
    loss_g: Mapped[int | None] = mapped_column(BigInteger)
    explanation: Mapped[str] = mapped_column(server_default="", default="")
    quarantine: Mapped[str] = mapped_column(server_default="", default="")


class MaterialLoad(WorkshopRow, Recorded, Base):
    """What went in: a take-back that is waste, once, or a load by hand; `item_id` where that was a thing with a passport.
    Grams."""

    __tablename__ = "material_load"
    __table_args__ = (
        points_to("material_batch", "batch_id"),
        points_to("takeback", "takeback_id"),
        points_to("item", "item_id"),
        UniqueConstraint("workshop_id", "takeback_id"),
        UniqueConstraint("workshop_id", "item_id"),
        CheckConstraint(f"mass_g BETWEEN 1 AND {HEAVIEST_G}", name="mass"),
        Index("ix_material_load_batch", "workshop_id", "batch_id"),
    )

    batch_id: Mapped[int] = mapped_column(BigInteger)
    takeback_id: Mapped[int | None] = mapped_column(BigInteger)
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    what: Mapped[str]
    mass_g: Mapped[int] = mapped_column(BigInteger)
    is_estimated: Mapped[bool] = mapped_column(server_default="false", default=False)

    takeback: Mapped[Takeback | None] = one("Takeback", "takeback_id", "MaterialLoad")
    item: Mapped[Item | None] = one("Item", "item_id", "MaterialLoad")


class MaterialTransfer(WorkshopRow, Recorded, Base):
    """Fractions that left for a recoverer on a day, under the number of the document that went with them. `transporter` ''
    is the workshop itself; `treatment` is an operation of the directive's annexes (R3, D1); `properties` say what is
    hazardous about it, where something is."""

    __tablename__ = "material_transfer"
    __table_args__ = (
        points_to("material_batch", "batch_id"),
        UniqueConstraint("workshop_id", "reference"),
        CheckConstraint("recoverer <> '' AND recoverer_number <> ''", name="recoverer"),
        Index("ix_material_transfer_batch", "workshop_id", "batch_id"),
    )

    reference: Mapped[str]
    batch_id: Mapped[int] = mapped_column(BigInteger)
    recoverer: Mapped[str]
    recoverer_number: Mapped[str]
    handed_on: Mapped[date]
    recoverer_address: Mapped[str] = mapped_column(server_default="", default="")
    transporter: Mapped[str] = mapped_column(server_default="", default="")
    transporter_address: Mapped[str] = mapped_column(server_default="", default="")
    transporter_number: Mapped[str] = mapped_column(server_default="", default="")
    treatment: Mapped[str] = mapped_column(server_default="", default="")
    properties: Mapped[str] = mapped_column(server_default="", default="")


class MaterialFraction(WorkshopRow, Recorded, Base):
    """A part of a batch: grams, weighed or estimated, under a waste code."""

    __tablename__ = "material_fraction"
    __table_args__ = (
        points_to("material_batch", "batch_id"),
        points_to("material_transfer", "transfer_id"),
        CheckConstraint(f"mass_g BETWEEN 1 AND {HEAVIEST_G}", name="mass"),
        Index("ix_material_fraction_batch", "workshop_id", "batch_id"),
        Index("ix_material_fraction_transfer", "workshop_id", "transfer_id"),
    )

    batch_id: Mapped[int] = mapped_column(BigInteger)
    waste_code: Mapped[str]
    mass_g: Mapped[int] = mapped_column(BigInteger)
    is_estimated: Mapped[bool] = mapped_column(server_default="false", default=False)
    transfer_id: Mapped[int | None] = mapped_column(BigInteger)

    transfer: Mapped[MaterialTransfer | None] = one("MaterialTransfer", "transfer_id", "MaterialFraction")


class MaterialPaper(WorkshopRow, Recorded, Base):
    """A paper as it was made, kept by its hash with the data it was made from: the traceability document of a transfer, once a
    language, or the certificate of a take-back, anew when more is known of what became of it (`number`)."""

    __tablename__ = "material_paper"
    __table_args__ = (
        points_to("material_transfer", "transfer_id"),
        points_to("takeback", "takeback_id"),
        points_to("stored_file", "file_id"),
        CheckConstraint("kind IN ('traceability', 'certificate')", name="kind"),
        CheckConstraint(
            "(kind = 'traceability') = (transfer_id IS NOT NULL) AND (kind = 'certificate') = (takeback_id IS NOT NULL)",
            name="about",
        ),
        UniqueConstraint("workshop_id", "transfer_id", "language"),
        UniqueConstraint("workshop_id", "takeback_id", "number"),
    )

    kind: Mapped[str]
    transfer_id: Mapped[int | None] = mapped_column(BigInteger)
    takeback_id: Mapped[int | None] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(server_default="1", default=1)
    language: Mapped[str]
    snapshot: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    file_id: Mapped[int] = mapped_column(BigInteger)

    file: Mapped[StoredFile] = one("StoredFile", "file_id", "MaterialPaper")
