"""`move` is the only writer of a status.

A model declares its axes in `__states__`: {"status": {"draft": ("sent", "cancelled"), …}}; the first key is the state
of a new row, a key with no targets is an end. Direct assignment raises. The migration puts the same edges in
`state_edge`, where a trigger refuses what this table does not know; a house test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from sqlalchemy import CursorResult, Table, Update, bindparam, event, inspect, update
from sqlalchemy.orm import NO_VALUE, Mapper
from sqlalchemy.orm.attributes import set_committed_value

from service_app.core.db import Base, scope, session
from service_app.core.errors import Conflict, ScopeViolation

Edges = dict[str, tuple[str, ...]]


class Stateful:
    """Mixin of a model that has at least one state axis."""

    __states__: dict[str, Edges] = {}
    __begins__: dict[str, tuple[str, ...]] = {}  # where else than in the first state a row may begin, by axis

    def may_move(self, to: str, axis: str = "status") -> bool:
        """Whether `to` is one declared step away."""
        return to in self.__states__[axis].get(getattr(self, axis), ())


def first_state(model: type[Stateful], axis: str = "status") -> str:
    """The state in which a row begins."""
    return next(iter(model.__states__[axis]))


def move(thing: Any, to: str, axis: str = "status") -> str:
    """Move a row along a declared edge and return the state it left; what else was changed of the row goes with it.

    Refuses with Conflict `state.not_allowed` when there is no such edge, and `state.moved_on` when somebody else
    moved the row since it was read. Raises the row's version where it has one.
    """
    return move_axes(thing, {axis: to})[axis]


def move_axes(thing: Any, moves: dict[str, str], **with_it: Any) -> dict[str, str]:
    """`move` along several axes {axis: to} in one statement, with what else becomes of the row; the states it left, by
    axis. What is given here and not set before leaves nothing for a flush to look through."""
    left = {axis: str(getattr(thing, axis)) for axis in moves}
    for axis, to in moves.items():
        if not thing.may_move(to, axis):
            raise Conflict("state.not_allowed", thing=thing.__tablename__, axis=axis, state=left[axis], to=to)
    if scope().workshop_id not in (None, thing.workshop_id):
        raise ScopeViolation(f"a {type(thing).__name__} of another workshop")
    values: dict[str, Any] = _changed(thing) | with_it | moves
    if _waits(thing):
        session().flush()
    if "version" in thing.__table__.c:
        values["version"] = thing.version + 1
    where = {"its_workshop": thing.workshop_id, "its_id": thing.id} | {
        f"left_{axis}": was for axis, was in left.items()
    }
    update_it = _update(thing.__table__, tuple(left))
    done = session().execute(update_it, values | where, execution_options={"scoped_by_hand": True})
    if cast("CursorResult[Any]", done).rowcount != 1:
        axis, came_from = next(iter(left.items()))
        raise Conflict("state.moved_on", thing=thing.__tablename__, axis=axis, state=came_from, to=moves[axis])
    for name, value in values.items():
        set_committed_value(thing, name, value)
    return left


@cache
def _update(table: Table, axes: tuple[str, ...]) -> Update:
    """The UPDATE of one very row, as long as it is where it was; a Core statement, for the ORM would be twice as dear."""
    same = [table.c[axis] == bindparam(f"left_{axis}") for axis in axes]
    its_key = (table.c.workshop_id == bindparam("its_workshop"), table.c.id == bindparam("its_id"))
    return update(table).where(*its_key, *same)


def _waits(thing: Any) -> bool:
    """Whether something else is to be written first: an empty flush costs as much as the statement."""
    now = session()
    if now.new or now.deleted or inspect(thing).committed_state:
        return True
    return any(row is not thing for row in now.dirty)


def _changed(thing: Any) -> dict[str, Any]:
    """The columns of a stored row that were changed and not written yet: taken over by the statement that moves it."""
    state = inspect(thing)
    if not state.persistent:
        return {}
    found = {name: getattr(thing, name) for name in state.committed_state if name in state.mapper.column_attrs}
    for name, value in found.items():
        set_committed_value(thing, name, value)
    return found


def declared_edges() -> Iterator[tuple[str, str, str, str]]:
    """Every (table, axis, from, to) of every model; the states in which a new row may begin have from ''."""
    for mapper in Base.registry.mappers:
        model = mapper.class_
        begins = getattr(model, "__begins__", {})
        for axis, edges in getattr(model, "__states__", {}).items():
            for first in (next(iter(edges)), *begins.get(axis, ())):
                yield model.__tablename__, axis, "", first
            for came_from, targets in edges.items():
                for to in targets:
                    yield model.__tablename__, axis, came_from, to


def _refuse_direct_write(thing: Any, value: Any, old: Any, initiator: Any) -> None:
    if old is not NO_VALUE and old is not None and old != value:
        raise AttributeError(f"{initiator.key} of {type(thing).__name__} is written by states.move only")


@event.listens_for(Mapper, "mapper_configured")
def _guard_axes(_mapper: Mapper[Any], model: type) -> None:
    for axis in getattr(model, "__states__", {}):
        event.listen(getattr(model, axis), "set", _refuse_direct_write, active_history=True)
