"""Signatures, hand-overs, inspections with what they found and how it was contested, documents."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.contracts.models.agreements import ContractLine
from service_app.core.db import Base, Recorded, Versioned
from service_app.core.files import StoredFile
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, many, one, points_to
from service_app.items.models import GRADES, Item

DOCUMENT_KINDS = (
    "offer", "contract", "amendment", "hand_over", "return", "termination_quote", "termination", "deposit", "withdrawal",
)  # fmt: skip


SEVERITIES = ("light", "moderate", "heavy")


class Signature(WorkshopRow, Recorded, Base):
    """That somebody signed: name, typed or drawn, the terms (version and hash) and the offer as it stood."""

    __tablename__ = "signature"
    __table_args__ = (
        points_to("contract", "contract_id"),
        points_to("terms", "terms_id"),
        points_to("stored_file", "drawing_file_id"),
        CheckConstraint("method IN ('typed', 'drawn')", name="method"),
        CheckConstraint("(method = 'drawn') = (drawing_file_id IS NOT NULL)", name="drawing"),
        Index("ix_signature_contract", "workshop_id", "contract_id"),
    )

    contract_id: Mapped[int] = mapped_column(BigInteger)
    offer_round: Mapped[int]
    signer_name: Mapped[str]
    method: Mapped[str]
    drawing_file_id: Mapped[int | None] = mapped_column(BigInteger)
    language: Mapped[str]
    terms_id: Mapped[int] = mapped_column(BigInteger)
    terms_sha256: Mapped[str]
    offer_sha256: Mapped[str]
    at: Mapped[datetime]
    ip: Mapped[str | None]
    user_agent: Mapped[str | None]


class Handover(WorkshopRow, Recorded, Base):
    """An item going out or coming back: who, when, the checklist's answers, meter, what was missing, who signed for it.
    Photos hang on the item, with the line's id and the occasion. `key` makes sending it twice harmless; `tapped_at` is the
    hour by the device it was tapped on, kept beside our own; `stood` what its sheet is drawn from (see `standing`), empty
    on rows of before."""

    __tablename__ = "handover"
    __table_args__ = (
        points_to("contract_line", "contract_line_id"),
        points_to("item", "item_id"),
        points_to("stored_file", "signature_file_id"),
        CheckConstraint("direction IN ('out', 'in')", name="direction"),
        UniqueConstraint("workshop_id", "contract_line_id", "direction"),
        UniqueConstraint("workshop_id", "key"),
    )

    contract_line_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int] = mapped_column(BigInteger)
    direction: Mapped[str]
    at: Mapped[datetime]
    by_name: Mapped[str]
    customer_name: Mapped[str] = mapped_column(server_default="", default="")
    answers: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    missing: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    meter: Mapped[int | None]
    remark: Mapped[str] = mapped_column(server_default="", default="")
    key: Mapped[str | None]
    tapped_at: Mapped[datetime | None]
    signature_file_id: Mapped[int | None] = mapped_column(BigInteger)
    stood: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)


class Inspection(WorkshopRow, Versioned, Stateful, Recorded, Base):
    """The look at an item that came back; nobody gets it again before this is final."""

    __tablename__ = "inspection"
    __states__ = {"status": {"open": ("final",), "final": ()}}
    __table_args__ = (
        points_to("contract_line", "contract_line_id"),
        points_to("item", "item_id"),
        UniqueConstraint("workshop_id", "contract_line_id"),
        CheckConstraint(f"grade_before IN {GRADES} AND (grade_after IS NULL OR grade_after IN {GRADES})", name="grade"),
        Index("ix_inspection_open", "workshop_id", "id", postgresql_where=text("status = 'open'")),
    )

    reference: Mapped[str]
    contract_line_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default="open", default="open")
    grade_before: Mapped[str]
    grade_after: Mapped[str | None]
    next_use: Mapped[str | None]
    answers: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    remark: Mapped[str] = mapped_column(server_default="", default="")
    by_name: Mapped[str | None]
    final_at: Mapped[datetime | None]

    line: Mapped[ContractLine] = one("ContractLine", "contract_line_id", "Inspection")
    item: Mapped[Item] = one("Item", "item_id", "Inspection")
    damages: Mapped[list[Damage]] = many("Damage", "inspection_id", "Inspection", order_by="Damage.id")


class Damage(WorkshopRow, Recorded, Base):
    """Something found at the inspection: damage, a missing part, or dirt; normal wear costs nothing. `severity` stands
    where the cost was proposed from the product's prices."""

    __tablename__ = "damage"
    __table_args__ = (
        points_to("inspection", "inspection_id"),
        CheckConstraint("kind IN ('damage', 'missing', 'cleaning')", name="kind"),
        CheckConstraint(f"severity IN {SEVERITIES}", name="severity"),
        CheckConstraint("cost_amount >= 0 AND charged_share BETWEEN 0 AND 100", name="shape"),
        Index("ix_damage_inspection", "workshop_id", "inspection_id"),
    )

    inspection_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    part: Mapped[str]
    is_wear: Mapped[bool] = mapped_column(server_default="false", default=False)
    cost_amount: Mapped[Decimal]
    charged_share: Mapped[int] = mapped_column(server_default="100", default=100)
    severity: Mapped[str | None]


class Contest(WorkshopRow, Stateful, Recorded, Base):
    """The customer sees it differently what an inspection charged, in their words and with a photo when they sent one; once
    for each inspection. Somebody other than who inspected says whether it `upheld`, `changed` or `dropped` the amounts, with
    the reason that the customer reads. While it is open nothing of it is collected."""

    __tablename__ = "contest"
    __states__ = {"status": {"open": ("upheld", "changed", "dropped"), "upheld": (), "changed": (), "dropped": ()}}
    __table_args__ = (
        points_to("inspection", "inspection_id"),
        points_to("stored_file", "photo_file_id"),
        UniqueConstraint("workshop_id", "inspection_id"),
        Index("ix_contest_open", "workshop_id", "id", postgresql_where=text("status = 'open'")),
    )

    inspection_id: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default="open", default="open")
    words: Mapped[str]
    photo_file_id: Mapped[int | None] = mapped_column(BigInteger)
    by_name: Mapped[str] = mapped_column(server_default="", default="")
    reason: Mapped[str] = mapped_column(server_default="", default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(server_default="", default="")

    inspection: Mapped[Inspection] = one("Inspection", "inspection_id", "Contest")
    photo: Mapped[StoredFile | None] = one("StoredFile", "photo_file_id", "Contest")


class ContractDocument(WorkshopRow, Recorded, Base):
    """A document of a contract as it was made, kept by its hash, with the data it was made from: the same snapshot makes
    the same paper again. `number` counts the documents of a kind (of the contract itself: the round of the offer)."""

    __tablename__ = "contract_document"
    __table_args__ = (
        points_to("contract", "contract_id"),
        points_to("stored_file", "file_id"),
        CheckConstraint(f"kind IN {DOCUMENT_KINDS}", name="kind"),
        UniqueConstraint("workshop_id", "contract_id", "kind", "number"),
    )

    contract_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    number: Mapped[int]
    language: Mapped[str]
    snapshot: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    file_id: Mapped[int] = mapped_column(BigInteger)

    file: Mapped[StoredFile] = one("StoredFile", "file_id", "ContractDocument")
