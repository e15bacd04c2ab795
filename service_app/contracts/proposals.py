"""Amendments that the customer signs: staff propose an operation, and it is done when it was signed.

A proposal is rehearsed when it is made and again when it is signed: what the operation would bring is the same both
times, or it is refused and proposed anew. So nobody signs one figure and pays another, and nothing is kept blocked
meanwhile. The paper that is signed is the amendment itself, put into the customer's words once; the same blocks, with the
signature in their place, are kept when it was done.

Only what changes what the customer pays is proposed: a later end, another plan, one thing more. A change of plan from today
on is not: what it costs is another figure tomorrow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from service_app.catalogue.models import Plan
from service_app.contracts.allowed import Subject
from service_app.contracts.documents import amendments
from service_app.contracts.models import Contract, ContractAct, Proposal
from service_app.contracts.operations.acts import OPERATIONS, Asked, lock
from service_app.contracts.operations.offers import Signing, Wish
from service_app.contracts.rehearsal import Rehearsed, rehearse
from service_app.core import clock, events, files
from service_app.core.access import WORKER, Actor
from service_app.core.db import kept, session
from service_app.core.errors import Conflict, Invalid, NotFound
from service_app.core.i18n import in_language
from service_app.core.states import move, move_axes
from service_app.workshops.queries import get_workshop

Body = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """How what an operation is asked with is kept, and had again."""

    keep: Callable[[Mapping[str, Any]], Body]
    take: Callable[[Mapping[str, Any]], Body]


def _plan(plan_id: int) -> Plan:
    return session().scalars(select(Plan).where(Plan.id == plan_id)).one()


def _keep_wish(body: Mapping[str, Any]) -> Body:
    wish: Wish = body["wish"]
    return {
        "plan": wish.plan.id, "starts_at": wish.starts_at.isoformat(),
        "ends_at": wish.ends_at.isoformat() if wish.ends_at is not None else None,
        "reduction": wish.reduction, "reduction_percent": wish.reduction_percent,
    }  # fmt: skip


def _take_wish(kept_body: Mapping[str, Any]) -> Body:
    plan, ends_at = _plan(kept_body["plan"]), kept_body["ends_at"]
    start, end = datetime.fromisoformat(kept_body["starts_at"]), datetime.fromisoformat(ends_at) if ends_at else None
    return {"wish": Wish(plan.product, plan, start, end, kept_body["reduction"], kept_body["reduction_percent"])}


PROPOSED: dict[str, Kind] = {
    "extend": Kind(
        lambda body: {"ends_at": body["ends_at"].isoformat(), "waive_late": bool(body.get("waive_late"))},
        lambda kept_body: {**kept_body, "ends_at": datetime.fromisoformat(kept_body["ends_at"])},
    ),
    "change_plan": Kind(
        lambda body: {"plan": body["plan"].id, "when": body["when"]},
        lambda kept_body: {**kept_body, "plan": _plan(kept_body["plan"])},
    ),
    "add_line": Kind(_keep_wish, _take_wish),
}


def propose(actor: Actor, subject: Subject, operation: str, body: Mapping[str, Any]) -> Proposal:
    """Ask the customer to sign an operation; the link goes out by letter and stands in their pages. It waits as long as an
    offer does. Refuses what the operation itself refuses, one that begins today (`proposal.not_now`), and a second one
    while the first waits (`proposal.waits`). Leaves contract.amendment_proposed."""
    contract = subject.contract
    lock(contract)
    if operation not in PROPOSED:
        raise NotFound("not_found")
    if body.get("when") == "now":
        raise Invalid("proposal.not_now", field="when")
    for row in open_proposals(contract):
        if row.expires_at > clock.now():
            raise Conflict("proposal.waits")
        move(row, "withdrawn")
    with in_language(contract.language):
        rehearsed, snapshot = _rehearse(actor, subject, operation, body)
    if rehearsed.refusal is not None:
        raise rehearsed.refusal
    plain, figures = PROPOSED[operation].keep(body), _figures(contract, rehearsed)
    row = Proposal(
        contract_id=contract.id, contract_line_id=subject.line.id if subject.line is not None else None, operation=operation,
        body=plain, snapshot=snapshot, figures=figures, sha256=_sha256(plain, figures, snapshot), language=contract.language,
        by_name=actor.name, expires_at=clock.now() + timedelta(days=get_workshop(contract.workshop_id).offer_days),
    )  # fmt: skip
    session().add(row)
    session().flush()
    events.record("contract.amendment_proposed", actor, [contract, contract.customer, row], {"operation": operation})
    return row


def _rehearse(
    actor: Actor, subject: Subject, operation: str, body: Mapping[str, Any]
) -> tuple[Rehearsed, dict[str, Any]]:
    """What the operation would bring, and the amendment as it would read."""
    found: dict[str, Any] = {}

    def do() -> ContractAct:
        act = OPERATIONS[operation](actor, subject.line or subject.contract, Asked(), **body)
        found.update(amendments.content(subject.contract, act, _number(subject.contract), amendments.unsigned()))
        del found["act"]
        return act

    return rehearse(subject.contract, do), found


def _number(contract: Contract) -> int:
    """How many amendments a contract has."""
    made = select(ContractAct).where(ContractAct.contract_id == contract.id)
    return sum(1 for act in session().scalars(made) if amendments.is_one(act))


def _figures(contract: Contract, rehearsed: Rehearsed) -> dict[str, Any]:
    """What must not be another when it is signed."""
    outcome = {name: value for name, value in rehearsed.outcome.items() if name not in ("charges", "credits")}
    rows = [[row.kind, str(row.amount), row.rule] for row in rehearsed.rows]
    return {"rows": rows, "deposit": str(rehearsed.deposit_more), "number": _number(contract), "outcome": outcome}


def _sha256(*parts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def sign_proposal(actor: Actor, proposal: Proposal, signing: Signing) -> ContractAct:
    """The customer signed: the operation is done, now, and its amendment bears the signature.

    Refuses one that is signed, withdrawn or too old (`proposal.over`), a blank name, what the operation refuses by now,
    and figures that are no longer those that were shown (`proposal.changed`). Leaves the event of the operation.
    """
    lock(proposal.contract)
    session().refresh(proposal)
    if proposal.status != "open" or proposal.expires_at <= clock.now():
        raise Conflict("proposal.over")
    if len(signing.signer_name.strip()) < 2:
        raise Invalid("signature.name_needed", field="signer_name")
    subject, kind = Subject(proposal.contract, proposal.line), PROPOSED[proposal.operation]
    with in_language(proposal.language):
        rehearsed, _snapshot = _rehearse(WORKER, subject, proposal.operation, kind.take(proposal.body))
    if rehearsed.refusal is not None:
        raise rehearsed.refusal
    if _figures(proposal.contract, rehearsed) != proposal.figures:
        raise Conflict("proposal.changed")
    _write_signature(proposal, signing)
    asked = Asked(key=f"proposal:{proposal.id}", proposal=proposal.id)
    act = OPERATIONS[proposal.operation](actor, subject.line or subject.contract, asked, **kind.take(proposal.body))
    proposal.act_id = act.id
    session().flush()
    return act


def _write_signature(proposal: Proposal, signing: Signing) -> None:
    drawing = files.store_picture(signing.drawing, "signature.png") if signing.drawing else None
    session().flush()
    move_axes(
        proposal, {"status": "signed"}, signed_at=clock.now(), signer_name=signing.signer_name.strip()[:200],
        drawing_file_id=drawing.id if drawing is not None else None, ip=signing.ip,
        user_agent=(signing.user_agent or "")[:300] or None,
    )  # fmt: skip


def withdraw_proposal(actor: Actor, proposal: Proposal) -> None:
    """It is no longer asked. Refuses with Conflict what is signed already. Leaves contract.amendment_withdrawn."""
    actor.must("contract:write")
    move(proposal, "withdrawn")
    contract = proposal.contract
    events.record("contract.amendment_withdrawn", actor, [contract, contract.customer, proposal])


_OPEN = kept(
    select(Proposal)
    .where(Proposal.contract_id == bindparam("contract_id"), Proposal.status == "open")
    .order_by(Proposal.id)
)


def open_proposals(contract: Contract) -> Sequence[Proposal]:
    """What waits for the customer's signature, or waited in vain."""
    return session().scalars(_OPEN, {"contract_id": contract.id}).all()


def waiting(contract: Contract) -> Proposal | None:
    """What can be signed now, or None."""
    return next((row for row in open_proposals(contract) if row.expires_at > clock.now()), None)


def get_proposal(proposal_id: int) -> Proposal:
    """A proposal; refuses with NotFound."""
    row = session().scalars(select(Proposal).where(Proposal.id == proposal_id)).first()
    if row is None:
        raise NotFound("link.unknown")
    return row
