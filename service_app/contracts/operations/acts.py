"""What every operation on a running contract has in common, said once.

`@operation("pause")` makes a function over an `Act` one of the operations of `contracts.allowed`. Called as
`pause(actor, contract or line, asked, …)` it locks the contract, finds out whether the same wish (its key) was done
already, refuses a stale version and what the decision table does not allow, does the act, raises the contract's version,
brings its money in step, and writes the act down. Staff pages, the portal and the workers call the same function.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from sqlalchemy import select

from service_app.contracts import allowed, standing
from service_app.contracts.models import Contract, ContractAct, ContractLine
from service_app.contracts.operations.money import Mark, brought_since, end_if_done, mark, refresh_money
from service_app.core import clock
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.workshops.queries import get_workshop

Asking = ParamSpec("Asking")


@dataclass(frozen=True)
class Asked:
    """How an operation was asked for: the version of the contract that the person saw, and a key that makes asking twice
    harmless. None: the caller holds what is true already (a worker, a test). `proposal`: the workshop proposed it and the
    customer signed it, so that whose right it is was asked before."""

    version: int | None = None
    key: str | None = None
    proposal: int | None = None


ANEW = Asked()


@dataclass
class Act:
    """An operation being done. `outcome` is what it did, as codes, dates and figures: it stands on the act's row, and
    documents and undo read it there. `before` is how the money stood, so that the outcome names what it brought."""

    actor: Actor
    contract: Contract
    subject: ContractLine | None
    outcome: dict[str, Any] = field(default_factory=dict)
    before: Mark | None = None

    @property
    def line(self) -> ContractLine:
        """The line it is about."""
        if self.subject is None:
            raise Invalid("allowed.line_needed", field="line")
        return self.subject

    @property
    def zone(self) -> str:
        """The workshop's zone."""
        return get_workshop(self.contract.workshop_id).zone

    @property
    def today(self) -> date:
        """The civil day it is at the workshop."""
        return clock.today(self.zone)


Operation = Callable[..., ContractAct]
OPERATIONS: dict[str, Operation] = {}


def operation(
    name: str,
) -> Callable[
    [Callable[Concatenate[Act, Asking], None]],
    Callable[Concatenate[Actor, Contract | ContractLine, Asked, Asking], ContractAct],
]:
    """Make a function the operation of this name in the decision table."""

    def make(
        do: Callable[Concatenate[Act, Asking], None],
    ) -> Callable[Concatenate[Actor, Contract | ContractLine, Asked, Asking], ContractAct]:
        @wraps(do)
        def run(
            actor: Actor, about: Contract | ContractLine, asked: Asked, *args: Asking.args, **body: Asking.kwargs
        ) -> ContractAct:
            act = _begin(actor, about)
            plain = _plain({"operation": name, "line": act.subject.position if act.subject else None, **body})
            known = _known(asked, plain)
            if known is not None:
                return known
            if asked.version is not None and asked.version != act.contract.version:
                raise Conflict("version.stale", thing="contract")
            allowed.must(name, WORKER if asked.proposal else actor, allowed.Subject(act.contract, act.subject))
            with session().begin_nested():  # refused halfway: nothing of it stays
                do(act, *args, **body)
            if asked.proposal is not None:
                act.outcome["proposal"] = asked.proposal
            return write_down(act, name, asked, plain)

        OPERATIONS[name] = run
        return run

    return make


def _begin(actor: Actor, about: Contract | ContractLine) -> Act:
    contract = about if isinstance(about, Contract) else about.contract
    lock(contract)
    return Act(actor, contract, about if isinstance(about, ContractLine) else None, before=mark(contract))


def lock(contract: Contract) -> None:
    """Operations on a contract follow one another; what was read before the wait is read again."""
    session().flush()
    session().execute(select(Contract.id).where(Contract.id == contract.id).with_for_update())
    session().refresh(contract)
    for line in contract.lines:
        session().refresh(line)


def _known(asked: Asked, plain: Mapping[str, Any]) -> ContractAct | None:
    if asked.key is None:
        return None
    known = session().scalars(select(ContractAct).where(ContractAct.key == asked.key)).first()
    if known is not None and known.body_sha256 != _sha256(plain):
        raise Invalid("act.other_wish")
    return known


def write_down(act: Act, name: str, asked: Asked = ANEW, plain: dict[str, Any] | None = None) -> ContractAct:
    """The end of every act, and of what a contract does by itself when a day has come: a further version, its money in
    step, and a row with what was done, what it charged, gave back and changed of the deposit, and what stood then."""
    plain = plain or {"operation": name, "line": act.subject.position if act.subject else None}
    act.contract.version += 1
    session().flush()
    refresh_money(act.contract)
    end_if_done(act.actor, act.contract)
    if act.before is not None:
        act.outcome |= brought_since(act.contract, act.before)
    row = ContractAct(
        contract_id=act.contract.id,
        contract_line_id=act.subject.id if act.subject is not None else None,
        operation=name,
        key=asked.key,
        body_sha256=_sha256(plain),
        body=plain,
        outcome=_plain(act.outcome),
        stood=standing.of_contract(act.contract) if name in standing.PAPERED else {},
        at=clock.now(),
        by_kind=act.actor.kind,
        by_name=act.actor.name,
    )
    session().add(row)
    session().flush()
    return row


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plainly(value) for name, value in values.items()}


def _plainly(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, (list, tuple)):
        return [_plainly(each) for each in value]
    if isinstance(value, bytes):  # a photo: told apart by its content, and kept as a file
        return hashlib.sha256(value).hexdigest()
    if value is None or isinstance(value, (str, int, bool)):
        return value
    # A row is named by its id, a value by its fields.
    return {type(value).__name__: value.id} if hasattr(value, "id") else _plain(vars(value))


def _sha256(plain: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def acts_of(contract: Contract) -> list[ContractAct]:
    """What was done on a contract, the newest first."""
    found = select(ContractAct).where(ContractAct.contract_id == contract.id).order_by(ContractAct.id.desc())
    return list(session().scalars(found))
