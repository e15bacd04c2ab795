"""A check of the care failed: a repair begins, linked by its key to the visit that found it."""

from __future__ import annotations

from flask_babel import gettext as _

from service_app.core.access import WORKER
from service_app.core.errors import Conflict
from service_app.core.i18n import words
from service_app.repairs import queries as repairs
from service_app.repairs.models import RepairCase
from service_app.repairs.operations import intake
from service_app.repairs.operations.intake import Ask
from service_app.workorders import checks, queries


def open_case(visit_id: int) -> RepairCase:
    """The repair of what failed at a visit, the one that is there when it is told again. A thing that is in repair already
    stays in that one repair: what was found is written into it. Refuses with `repair.open_already` when that one ended in this
    very moment: told again, a new one begins."""
    visit = queries.get_visit(visit_id)
    there = repairs.case_of_visit(visit.id)
    if there is not None:
        return there
    failed = [words(text) for text, result in checks.found_at(visit) if result == "fail"]
    fault = _("Found while it was looked after: %(checks)s", checks=", ".join(failed) or "…")
    try:
        return intake.ask_repair(WORKER, visit.customer, visit.item, Ask(str(fault)), key=f"care:{visit.id}")
    except Conflict as refusal:
        case = repairs.open_case_of(visit.item) if refusal.code == "repair.open_already" else None
        if case is None or not intake.add_finding(WORKER, case, visit, str(fault)):
            raise
        return case
