"""ONE table: the states of a table and axis -> their tone and word. A refusal names a state with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service_app.bookings import words as of_bookings
from service_app.contracts import words as of_contracts
from service_app.imports import words as of_imports
from service_app.items import words as of_items
from service_app.materials import words as of_materials
from service_app.notifications import words as of_letters
from service_app.recovery import words as of_recovery
from service_app.repairs import words as of_repairs
from service_app.reports import words as of_reports
from service_app.rounds import words as of_rounds
from service_app.scanning import words as of_scanning
from service_app.takebacks import words as of_takebacks
from service_app.webhooks import words as of_webhooks
from service_app.workorders import words as of_care

STATES: dict[tuple[str, str], Mapping[str, Any]] = {
    ("item", "status"): of_items.STATES,
    ("contract", "status"): of_contracts.CONTRACT,
    ("contract", "money_status"): of_contracts.MONEY,
    ("contract_line", "status"): of_contracts.LINE,
    ("deposit", "status"): of_contracts.DEPOSIT,
    ("message", "status"): of_letters.STATES,
    ("import_run", "status"): of_imports.STATES,
    ("stock_take", "status"): of_scanning.TAKES,
    ("item_report", "status"): of_reports.STATES,
    ("appointment", "status"): of_bookings.STATES,
    ("waiting_entry", "status"): of_bookings.WAITING,
    ("repair_case", "status"): of_repairs.STATES,
    ("repair_case", "money_status"): of_repairs.MONEY,
    ("repair_quote", "status"): of_repairs.QUOTES,
    ("part_use", "status"): of_repairs.USES,
    ("supplier_claim", "status"): of_repairs.CLAIMS,
    ("care_occurrence", "status"): of_care.STATES,
    ("takeback", "status"): of_takebacks.STATES,
    ("material_batch", "status"): of_materials.STATES,
    ("intake", "status"): of_recovery.STATES,
    ("refurbishment", "status"): of_recovery.WORK,
    ("harvest", "status"): of_recovery.HARVESTS,
    ("passing", "status"): of_recovery.PASSINGS,
    ("webhook_endpoint", "status"): of_webhooks.ENDPOINT,
    ("webhook_delivery", "status"): of_webhooks.DELIVERY,
    ("transport_order", "status"): of_rounds.ORDERS,
    ("round", "status"): of_rounds.ROUNDS,
    ("round_stop", "status"): of_rounds.STOPS,
}
