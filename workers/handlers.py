"""ONE table: job kind -> the operation that does it.

`Within` runs in the one transaction that also finishes the job. `Outside` talks to another machine and so takes care of
its own transactions and of the end of the job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service_app.bookings.operations import setup as bookings_setup
from service_app.contracts import documents
from service_app.core.access import WORKER
from service_app.core.jobs import Claimed
from service_app.imports import operations as imports
from service_app.lists import operations as lists
from service_app.materials import letters as _material_letters  # noqa: F401  tells the letters room what it writes
from service_app.materials import papers
from service_app.notifications import digests as _digests  # noqa: F401  tells the letters room what it writes
from service_app.notifications import operations as notifications
from service_app.notifications import visits
from service_app.notifications.letters import examples as _examples  # noqa: F401  likewise
from service_app.recovery.operations import hands
from service_app.recovery.operations import ledger as recovery_ledger
from service_app.repairs import documents as repair_forms
from service_app.repairs import from_care
from service_app.repairs import letters as _repair_letters  # noqa: F401  tells the letters room what it writes
from service_app.repairs.operations import intake as repair_intake
from service_app.rounds.operations import days as round_days
from service_app.takebacks import doors, fetching
from service_app.takebacks import letters as _takeback_letters  # noqa: F401  tells the letters room what it writes
from service_app.webhooks import operations as hooks
from service_app.workorders.operations import answers, calls
from workers import letters, passings, pushes, rounds, texts, webhooks
from workers.process import Process

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Within:
    """An operation over the payload, inside the job's own transaction."""

    do: Callable[[Payload], Any]


@dataclass(frozen=True)
class Outside:
    """A handler that ends its job itself; `too_late` says what else is over when the job's time ran out."""

    do: Callable[[Process, Claimed], None]
    too_late: Callable[[Claimed], None]


HANDLERS: dict[str, Within | Outside] = {
    "notifications.write": Within(lambda payload: notifications.write_letter(payload["letter"], payload)),
    "notifications.send": Outside(letters.send, letters.too_late),
    "notifications.text": Outside(texts.send, texts.too_late),
    "notifications.push": Outside(pushes.send, texts.too_late),
    hooks.JOB: Outside(webhooks.send, webhooks.too_late),
    imports.JOB: Within(lambda payload: imports.work_as_job(payload["import_run_id"])),
    lists.JOB: Within(lambda payload: lists.work_on(payload["bulk_run_id"])),
    "bookings.furnish": Within(lambda payload: bookings_setup.furnish_for(payload["member_id"])),
    "bookings.serve_waiting": Within(lambda _payload: visits.serve_waiting()),
    "contracts.document": Within(lambda payload: documents.make_document(payload["contract_id"])),
    "contracts.papers": Within(documents.keep_up_after),
    "materials.certify": Within(papers.certify_after),
    "materials.papers": Within(lambda payload: papers.keep_traceability(payload["material_batch_id"])),
    "takebacks.order": Within(lambda payload: fetching.order_for(payload["takeback_id"])),
    "takebacks.hear": Within(fetching.hear),
    "takebacks.swapped": Within(doors.hear),
    round_days.JOB: Outside(rounds.plan, rounds.too_late),
    "recovery.pass": Outside(passings.carry, passings.too_late),
    "recovery.hand": Within(hands.hear),
    "recovery.enter": Within(lambda payload: recovery_ledger.enter(payload["event_id"])),
    "repairs.form": Within(repair_forms.make_form),
    "care.call_for": Within(
        lambda payload: calls.call_for_care(payload["item_id"], payload["because"], payload["event_id"])
    ),
    "care.stayed_away": Within(lambda payload: answers.stayed_away(WORKER, payload["appointment_id"])),
    "care.called_off": Within(lambda payload: answers.called_off(payload["appointment_id"])),
    "repairs.from_care": Within(lambda payload: from_care.open_case(payload["care_visit_id"])),
    "repairs.call_off": Within(lambda payload: repair_intake.call_off_with(payload["appointment_id"])),
}
