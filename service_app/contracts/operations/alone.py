"""Each contract by itself: what goes wrong with one of many never stops the others (workflows 5.7).

A planner walks its rows with `each_alone`: one savepoint a row. What fails leaves a `Setback` with its cause, which staff
read beside the background work and on the contract; it rests for an hour and is tried again, or at once when somebody says
so. What is done takes its setback away. So a run needs no list of its own, and a failing contract holds up no batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import joinedload

from service_app.contracts.models import Contract, ContractLine, Setback
from service_app.core import clock
from service_app.core.db import current_workshop_id, kept, session
from service_app.core.errors import NotFound, Refusal

log = structlog.get_logger()

Row = TypeVar("Row", Contract, ContractLine)
RESTS = timedelta(hours=1)


def each_alone(planner: str, rows: Sequence[Row], do: Callable[[Row], Any]) -> int:
    """Do it to each row, in its order; how many it was done to. `do` answers False when there was nothing to do after
    all. A database that is away, and a lock that two wait for, are nobody's setback: the next run comes soon."""
    stumbled = set(session().scalars(select(Setback.contract_id).where(Setback.planner == planner))) if rows else set()
    done, failed, mended = 0, set[int](), set[int]()
    for row, contract_id in [(row, _contract_of(row)) for row in rows]:
        try:
            with session().begin_nested():
                did = do(row)
                session().flush()
        except Exception as error:
            _refuse_passing(error)
            session().expire_all()  # what `move` wrote past the unit of work is not taken back with the savepoint
            failed.add(contract_id)
            log.warning("set_back", planner=planner, contract=contract_id, error=type(error).__name__, exc_info=error)
            if not isinstance(error, OperationalError):
                _write_down(planner, contract_id, error)
        else:
            done += did is not False
            mended.add(contract_id)
    _forget(planner, (stumbled & mended) - failed)
    return done


def _contract_of(row: Contract | ContractLine) -> int:
    return row.id if isinstance(row, Contract) else row.contract_id


def _refuse_passing(error: Exception) -> None:
    """Without its connection a transaction has nothing left to go on with."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        raise error


def _write_down(planner: str, contract_id: int, error: Exception) -> None:
    now = clock.now()
    is_refusal = isinstance(error, Refusal)
    cause: dict[str, Any] = {
        "code": error.code if isinstance(error, Refusal) else type(error).__name__,
        "data": {name: str(value) for name, value in error.data.items()} if isinstance(error, Refusal) else {},
        "error": "" if is_refusal else str(error)[:500],
        "last_at": now,
        "again_at": now + RESTS,
    }
    given = {"workshop_id": current_workshop_id(), "contract_id": contract_id, "planner": planner}
    statement = insert(Setback).values(given | cause).on_conflict_do_update(
        index_elements=["workshop_id", "contract_id", "planner"], set_=cause | {"times": Setback.times + 1}
    )  # fmt: skip
    session().execute(statement, execution_options={"scoped_by_hand": True})


def _forget(planner: str, contract_ids: set[int]) -> None:
    if contract_ids:
        gone = delete(Setback).where(Setback.planner == planner, Setback.contract_id.in_(contract_ids))
        session().execute(gone.execution_options(synchronize_session=False))


def resting(planner: str) -> Select[int]:
    """The ids of the contracts that a planner leaves alone for now."""
    return select(Setback.contract_id).where(Setback.planner == planner, Setback.again_at > clock.now())


_OF_CONTRACT = kept(select(Setback).where(Setback.contract_id == bindparam("contract_id")).order_by(Setback.id))


def setbacks_of(contract: Contract) -> Sequence[Setback]:
    """What the background work could not do for a contract."""
    return session().scalars(_OF_CONTRACT, {"contract_id": contract.id}).all()


def list_setbacks(most: int = 100) -> Sequence[Setback]:
    """The same of every contract, the oldest first."""
    found = select(Setback).options(joinedload(Setback.contract)).order_by(Setback.id).limit(most)
    return session().scalars(found).all()


def try_again(setback_id: int) -> None:
    """Let the next run try it. Refuses with NotFound what is done meanwhile."""
    row = session().scalars(select(Setback).where(Setback.id == setback_id)).first()
    if row is None:
        raise NotFound("not_found")
    row.again_at = clock.now()
    session().flush()
