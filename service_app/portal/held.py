"""Everything that is held about a customer, as one table: what the export of article 15 and 20 of the GDPR reads.

A row of HELD names a table and by which column it hangs on which table above. A table that can be reached from `customer` by
foreign keys and stands neither here nor in LEFT_OUT is found by a test: a new room says what it holds about people.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from sqlalchemy import RowMapping, select

from service_app.core import events, files
from service_app.core.db import Base, current_workshop_id, session
from service_app.customers.models import Customer

_ODD = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class Held:
    """A table, the column by which its rows hang on a row above, and columns that say nothing about a person."""

    table: str
    column: str
    above: str
    without: tuple[str, ...] = ()


HELD: tuple[Held, ...] = (
    Held("customer", "id", "", ("name_key",)),
    Held("customer_address", "customer_id", "customer"),
    Held("customer_note", "customer_id", "customer"),
    Held("consent", "customer_id", "customer"),
    Held("customer_request", "customer_id", "customer"),
    Held("portal_session", "customer_id", "customer", ("token_hash", "email_hash")),
    Held("contract", "customer_id", "customer"),
    Held("contract_line", "contract_id", "contract"),
    Held("contract_holder", "contract_id", "contract"),
    Held("contract_act", "contract_id", "contract", ("key", "body_sha256")),
    Held("contract_document", "contract_id", "contract"),
    Held("signature", "contract_id", "contract"),
    Held("proposal", "contract_id", "contract"),
    Held("pause", "contract_id", "contract"),
    Held("service_stretch", "contract_line_id", "contract_line"),
    Held("outage", "contract_line_id", "contract_line"),
    Held("handover", "contract_line_id", "contract_line"),
    Held("meter_reading", "contract_line_id", "contract_line"),
    Held("item_photo", "contract_line_id", "contract_line"),
    Held("inspection", "contract_line_id", "contract_line"),
    Held("damage", "inspection_id", "inspection"),
    Held("contest", "inspection_id", "inspection"),
    Held("charge", "contract_id", "contract"),
    Held("settlement", "charge_id", "charge"),
    Held("credit", "contract_id", "contract"),
    Held("refund", "credit_id", "credit"),
    Held("deposit", "contract_id", "contract"),
    Held("deposit_movement", "deposit_id", "deposit"),
    Held("customer_thing", "customer_id", "customer"),
    Held("repair_case", "customer_id", "customer", ("key",)),
    Held("repair_quote", "case_id", "repair_case"),
    Held("repair_photo", "case_id", "repair_case"),
    Held("supplier_claim", "case_id", "repair_case"),
    Held("appointment", "customer_id", "customer", ("known_to",)),
    Held("booking_draft", "appointment_id", "appointment"),
    Held("waiting_entry", "customer_id", "customer"),
    Held("care_visit", "customer_id", "customer", ("cost_amount",)),
    Held("care_photo", "visit_id", "care_visit"),
    Held("takeback", "customer_id", "customer", ("key", "address_key")),
    Held("material_paper", "takeback_id", "takeback"),
    Held("hub", "customer_id", "customer"),
    Held("hub_alert", "hub_id", "hub", ("address_key",)),
    Held("intake", "customer_id", "customer"),
    Held("intake_line", "intake_id", "intake"),
    Held("transport_order", "customer_id", "customer"),
    Held("message", "customer_id", "customer"),
    Held("delivery", "message_id", "message"),
    Held("provider_notice", "message_id", "message", ("key",)),
    Held("message_choice", "customer_id", "customer"),
    Held("push_subscription", "customer_id", "customer", ("endpoint", "endpoint_hash", "p256dh", "auth_sealed")),
    Held("inbound_message", "customer_id", "customer", ("key",)),
)

LEFT_OUT: dict[str, str] = {
    "allocation": "when a thing is promised or out: the same days stand on the contract's lines",
    "care_duty": "that a plan holds for a thing, whoever has it",
    "care_plan": "how often something is looked after",
    "care_occurrence": "the care of a thing, whoever has it",
    "custody_stretch": "in whose hand of ours a thing was on its way home",
    "harvest": "the taking apart of a thing of the workshop",
    "harvest_part": "which part came out of a thing of the workshop",
    "passing": "what two members of the cluster agreed about a thing that was given back or never lent; it names no customer",
    "next_life": "what was decided for a thing that was given back: what the customer said stands on the intake",
    "refurbishment": "how a thing of the workshop was made fit",
    "refurbishment_work": "what that took; who of the workshop worked says something of them",
    "item": "a thing of the workshop; which one a customer has stands on the contract's lines",
    "battery_reading": "what was read from the battery of a thing, whoever has it",
    "passport_access": "which repairer or recycler may look deeper into the passport of a thing",
    "item_entry": "the ledger of a thing of the workshop",
    "item_report": "what a stranger on the street said of a thing, who is not its customer; their contact is forgotten",
    "material_load": "which batch a take-back went into: what it was and weighed stands on the take-back",
    "kept_letter": "letters of a house without a mail server; what they said stands in `message`",
    "part_move": "which part of the stock went where: the customer's are named in their quotes",
    "part_use": "what a repair held of the stock, until it was fitted",
    "work_time": "how long somebody of the workshop worked: it says something of them, not of the customer",
    "setback": "what our own background work could not do, until it is done",
    "occupation": "who of the workshop is taken when; the same hours stand on the appointment",
    "portal_link": "secrets of ten minutes, deleted after a day",
    "stock_take_entry": "whether a thing of the workshop was here when it was counted",
}


def everything_about(person: Customer) -> dict[str, Any]:
    """{table: rows} of what is held about a customer, with the facts of their timeline; plain JSON."""
    found: dict[str, list[dict[str, Any]]] = {}
    for held in HELD:
        above = [person.id] if not held.above else [row["id"] for row in found[held.above]]
        found[held.table] = _rows(held, above)
    told = [
        {"at": _plain(fact.at), "what": fact.name, "by": fact.actor_kind, "data": fact.data}
        for fact in events.timeline(person, limit=10_000)
    ]
    return {**found, "timeline": told}


def write_zip(person: Customer, to: IO[bytes]) -> None:
    """The same as a ZIP: the JSON, and every file that it names (papers, photos, signatures) under `files/`. Its table
    `files` says which row's file stands where; one whose bytes are gone stands there without a path."""
    told = everything_about(person)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as packed:
        told["files"] = [_pack(packed, row) for row in _files_named_in(told)]
        packed.writestr(f"{person.reference}.json", json.dumps(told, ensure_ascii=False, indent=1))


def _files_named_in(told: Mapping[str, Any]) -> Sequence[files.StoredFile]:
    ids = {
        value
        for rows in told.values()
        for row in rows
        for name, value in row.items()
        if name.endswith("file_id") and value is not None
    }
    return (
        session()
        .scalars(select(files.StoredFile).where(files.StoredFile.id.in_(ids)).order_by(files.StoredFile.id))
        .all()
    )


def _pack(packed: zipfile.ZipFile, row: files.StoredFile) -> dict[str, Any]:
    """A name that a person gave it never leaves the folder of the ZIP."""
    path: str | None = f"files/{row.id}-{_ODD.sub('-', row.name).strip('-.') or 'file'}"
    try:
        packed.writestr(zipfile.ZipInfo(str(path), date_time=row.created_at.timetuple()[:6]), files.read(row))
    except FileNotFoundError:
        path = None
    return {"id": row.id, "path": path, "name": row.name, "media_type": row.media_type, "sha256": row.sha256}


def _rows(held: Held, above: Sequence[int]) -> list[dict[str, Any]]:
    if not above:
        return []
    table = Base.metadata.tables[held.table]
    wanted = select(table).where(table.c.workshop_id == current_workshop_id(), table.c[held.column].in_(above))
    rows = session().execute(wanted.order_by(table.c.id), execution_options={"scoped_by_hand": True}).mappings()
    return [_as_json(row, ("workshop_id", *held.without)) for row in rows]


def _as_json(row: RowMapping, without: Sequence[str]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items() if name not in without}


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
