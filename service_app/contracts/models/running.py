"""What stands beside a contract for a while: an amendment that waits for the customer's signature, and what the background
work could not do for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.contracts.models.agreements import Contract, ContractLine
from service_app.core.db import Base, Recorded
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to


class Proposal(WorkshopRow, Stateful, Recorded, Base):
    """An operation that the workshop proposes and the customer has to sign before it is done. `body` is what it is asked
    with (codes, dates and figures), `snapshot` the amendment in the customer's words as it was shown, `figures` what it
    would bring; `sha256` (hex) is over these three. The signature stands here, for it is of this and of nothing else."""

    __tablename__ = "proposal"
    __states__ = {"status": {"open": ("signed", "withdrawn"), "signed": (), "withdrawn": ()}}
    __table_args__ = (
        points_to("contract", "contract_id"),
        points_to("contract_line", "contract_line_id"),
        points_to("contract_act", "act_id"),
        points_to("stored_file", "drawing_file_id"),
        Index("ix_proposal_contract", "workshop_id", "contract_id", "id"),
        Index("ix_proposal_open", "workshop_id", "contract_id", postgresql_where=text("status = 'open'")),
    )

    contract_id: Mapped[int] = mapped_column(BigInteger)
    contract_line_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default="open", default="open")
    operation: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    snapshot: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    figures: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    sha256: Mapped[str]
    language: Mapped[str]
    by_name: Mapped[str] = mapped_column(server_default="", default="")
    expires_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    signer_name: Mapped[str] = mapped_column(server_default="", default="")
    drawing_file_id: Mapped[int | None] = mapped_column(BigInteger)
    ip: Mapped[str | None]
    user_agent: Mapped[str | None]
    act_id: Mapped[int | None] = mapped_column(BigInteger)

    contract: Mapped[Contract] = one("Contract", "contract_id", "Proposal")
    line: Mapped[ContractLine | None] = one("ContractLine", "contract_line_id", "Proposal")


class Setback(WorkshopRow, Recorded, Base):
    """What a planner could not do for a contract: the cause, as a refusal's code with its data or as an error's class and
    words, how often, and when it is tried again. Gone once it is done."""

    __tablename__ = "setback"
    __table_args__ = (
        points_to("contract", "contract_id"),
        UniqueConstraint("workshop_id", "contract_id", "planner"),
        Index("ix_setback_planner", "workshop_id", "planner", "again_at"),
    )

    contract_id: Mapped[int] = mapped_column(BigInteger)
    planner: Mapped[str]
    code: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    error: Mapped[str] = mapped_column(server_default="", default="")
    times: Mapped[int] = mapped_column(server_default="1", default=1)
    last_at: Mapped[datetime]
    again_at: Mapped[datetime]

    contract: Mapped[Contract] = one("Contract", "contract_id", "Setback")
