"""Something of ours in place of theirs, as long as theirs lies here."""

from __future__ import annotations

from service_app.contracts.models import ContractLine
from service_app.contracts.operations import handovers, loans
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.offers import Signing
from service_app.core import events
from service_app.core.access import Actor
from service_app.core.errors import Conflict
from service_app.items.models import Item
from service_app.repairs import queries
from service_app.repairs.models import RepairCase
from service_app.repairs.operations.intake import about


def lend(actor: Actor, case: RepairCase, item: Item, signer_name: str) -> ContractLine:
    """Lend an item until the thing is collected: a contract of its own that costs nothing (`contracts.operations.loans`).

    Refuses what lies here for nobody (`repair.nobody_to_lend_to`), a second loan while the first is out
    (`repair.lent_already`), and what `loans.lend` refuses. Leaves repair.lent.
    """
    actor.must("work:write")
    queries.lock_case(case)
    if case.customer is None:
        raise Conflict("repair.nobody_to_lend_to", reference=case.reference)
    if (out := queries.loan_out(case)) is not None:
        raise Conflict("repair.lent_already", tag=out.item.tag if out.item is not None else "")
    line = loans.lend(actor, case.customer, item, Signing(signer_name, language=case.customer.language))
    case.loan_line_id = line.id
    events.record("repair.lent", actor, [*about(case), line.contract], {"tag": item.tag})
    return line


def end_loan(actor: Actor, case: RepairCase, is_back: bool = False) -> None:
    """The thing was collected or is not coming back: what was lent has come back with it, or is due now."""
    line = queries.loan_out(case)
    if line is None:
        return
    if is_back:
        handovers.take_back(actor, line, Found())
    else:
        loans.call_in(actor, line)
