"""The engine, the session and the column types.

`Database.transaction(scope)` is the only way to a session: returned = committed, raised = rolled back. Inside it,
`session()` is the current session; operations never pass it along and never commit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, cast

import psycopg
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Engine,
    Insert,
    MetaData,
    Numeric,
    Select,
    Table,
    Text,
    create_engine,
    event,
    func,
    insert,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    UserDefinedOption,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.types import TypeDecorator

from service_app.core import clock
from service_app.core.errors import ScopeMissing, ScopeViolation
from service_app.core.tenancy import Scope, WorkshopRow

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; a naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value


class Base(DeclarativeBase):
    """The declarative base; annotations map to the column types of this house."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {
        str: Text(),
        datetime: Instant(),
        Decimal: Numeric(12, 2),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        dict[str, str]: JSONB(),
        list[str]: JSONB(),
    }


class Versioned:
    """Mixin: a row version that each change raises; forms carry it and a stale one is refused."""

    version: Mapped[int] = mapped_column(default=1, server_default="1", sort_order=90)


class Recorded:
    """Mixin: when the row was made, by the clock of the acts, so that history written later keeps its days."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"), sort_order=91)


_current: ContextVar[Session] = ContextVar("current_session")


def session() -> Session:
    """The session of the transaction we are in."""
    try:
        return _current.get()
    except LookupError:
        raise ScopeMissing("no transaction is open: use Database.transaction(scope)") from None


def scope() -> Scope:
    """The scope of the current session."""
    found: Scope = session().info["scope"]
    return found


def current_workshop_id() -> int:
    """The workshop we act in; a platform scope has none and raises."""
    workshop_id = scope().workshop_id
    if workshop_id is None:
        raise ScopeMissing("this needs the scope of a workshop")
    return workshop_id


class Database:
    """An engine of the runtime role and the transactions over it."""

    def __init__(self, url: str, *, pool_size: int = 10, wall: bool = True, application_name: str = "ronde") -> None:
        """`wall=False` switches the ORM's wall off; only the tests that prove the database's wall do so."""
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=4,
            pool_pre_ping=False,
            pool_recycle=1800,
            pool_timeout=5,
            hide_parameters=True,
            connect_args={
                "connect_timeout": 5,
                "application_name": application_name,
                "options": "-c statement_timeout=15000 -c lock_timeout=5000 -c timezone=UTC -c jit=off",
            },
        )
        event.listen(self.engine, "handle_error", _name_nobody)
        self.session_class: type[Session] = type("WorkshopSession", (Session,), {})
        event.listen(self.session_class, "after_begin", _enter_scope)
        if wall:
            event.listen(self.session_class, "do_orm_execute", _confine)
            event.listen(self.session_class, "before_flush", _own_new_rows)

    @contextmanager
    def transaction(self, scope: Scope | None) -> Iterator[Session]:
        """Open a session in `scope`, make it the current one, commit at the end or roll back on an exception."""
        db_session = self.session_class(self.engine, expire_on_commit=False, info={"scope": scope, "after": []})
        token = _current.set(db_session)
        try:
            yield db_session
            db_session.commit()
        except BaseException:
            db_session.expunge_all()  # what was read stays readable: the error page says where one is and who
            db_session.rollback()
            raise
        finally:
            _current.reset(token)
            db_session.close()
        for call in db_session.info["after"]:
            call()

    def refuse_if_privileged(self) -> None:
        """Stop a process that runs as owner or superuser: the database's wall would not hold for it."""
        with self.engine.begin() as connection:
            row = connection.execute(text(_PRIVILEGE_QUESTION)).one()
        if row.is_privileged:
            raise ScopeViolation(
                f"the database role {row.role!r} owns the tables or bypasses row security; "
                "set DATABASE_URL to the runtime role that `ronde migrate` makes"
            )


_PRIVILEGE_QUESTION = """
    SELECT current_user AS role,
           (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)
           OR EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user) AS is_privileged
"""


# What PostgreSQL could not read as what it should be stands quoted behind a colon.
_QUOTED = re.compile(r': ".*', re.DOTALL)


def _name_nobody(context: ExceptionContext) -> None:
    """Leave out of an error what names values of the row (DETAIL, CONTEXT): it is logged, and kept with the job that failed,
    where people read who need not know whose e-mail address it was. What happened, and to which constraint, is said first."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if isinstance(error, (psycopg.Error, DBAPIError)) and error.args:
            said = str(error.args[0]).partition("\n")[0]
            error.args = (_QUOTED.sub("", said) if isinstance(context.original_exception, psycopg.DataError) else said,)


def after_commit(call: Any) -> None:
    """Run `call()` once the current transaction has committed; never when it rolls back."""
    session().info["after"].append(call)


def narrow(workshop_id: int) -> None:
    """Confine the current session to a workshop, from the platform scope in which the request began."""
    narrowed(workshop_id)
    _announce(session())


def narrowed(workshop_id: int) -> None:
    """`narrow` after a statement that carried `telling("workshop", …)`: the database knows already."""
    info = session().info
    info["scope"] = info["scope"].narrowed(workshop_id)


def act_as(account_id: int) -> None:
    """Name the account that acts, so that the database shows it its own memberships."""
    acting(account_id)
    _announce(session())


def acting(account_id: int) -> None:
    """`act_as` after a statement that carried `telling("account", …)`."""
    info = session().info
    known: Scope = info["scope"]
    info["scope"] = Scope(known.workshop_id, known.reason, account_id)


def append(model: type[WorkshopRow], **values: Any) -> None:
    """Write a row of the workshop that nobody here goes on with, at once: a third of what it costs through a flush."""
    row = {"workshop_id": current_workshop_id()} | values
    table = cast("Table", model.__table__)  # type: ignore[attr-defined]
    session().execute(_insert_into(table), row, execution_options={"scoped_by_hand": True})


@cache
def _insert_into(table: Table) -> Insert:
    return insert(table)


def kept(statement: Select[Any]) -> Select[Any]:
    """A statement made once for a module, its values as `bindparam`: it is confined once for each workshop, and not built,
    copied and named anew for each execution, which costs more than to read a row."""
    return statement.execution_options(kept=True)


def telling(what: str, key: Any) -> ColumnElement[str]:
    """A column that tells the database which 'workshop' or 'account' it is about: a read that finds out saves the statement
    that would say so. Worked out for the rows that pass the WHERE and no others."""
    return func.set_config(f"app.{what}_id", sql_cast(key, Text), True)


def _enter_scope(db_session: Session, transaction: SessionTransaction, connection: Any) -> None:
    if transaction.nested:
        return  # inside a savepoint what was told stands
    known: Scope | None = db_session.info.get("scope")
    if known is None:
        raise ScopeMissing("a statement without a scope; use workshop(id) or platform(reason)")
    if known.workshop_id or known.account_id:
        _tell(connection, known)  # nothing to tell otherwise: a setting never outlives its transaction


def _announce(db_session: Session) -> None:
    _tell(db_session.connection(), db_session.info["scope"])


def _tell(connection: Any, scope: Scope) -> None:
    connection.execute(
        text("SELECT set_config('app.workshop_id', :w, true), set_config('app.account_id', :a, true)"),
        {"w": str(scope.workshop_id or ""), "a": str(scope.account_id or "")},
    )


def _confine(state: ORMExecuteState) -> None:
    known = state.session.info["scope"]
    if known is None or known.workshop_id is None:
        return  # without any scope the transaction does not begin, see _enter_scope
    workshop_id = known.workshop_id
    if not state.is_orm_statement:
        if not state.execution_options.get("scoped_by_hand"):
            raise ScopeViolation("a Core or text statement inside a workshop must be marked scoped_by_hand")
        return
    if state.is_insert:
        _own_inserted(state, workshop_id)
    elif not (state.is_relationship_load and workshop_id in _confinements(state)):
        confine = _confined_once if state.execution_options.get("kept") else _confined
        state.statement = confine(state.statement, workshop_id)


class _Confined(UserDefinedOption):
    """Marks a statement, and what is loaded along the relationships of its rows, as confined to its workshop already: the
    criteria travel the same way, and need not be written twice."""

    propagate_to_loaders = True


def _confinements(state: ORMExecuteState) -> list[Any]:
    return [option.payload for option in state.user_defined_options if isinstance(option, _Confined)]


def _confined(statement: Any, workshop_id: int) -> Any:
    return statement.options(_of_workshop(workshop_id), _Confined(workshop_id))


_confined_once = lru_cache(maxsize=2048)(_confined)


@lru_cache(maxsize=1024)
def _of_workshop(workshop_id: int) -> ORMOption:
    """The predicate of a workshop, kept: making it anew for each statement is half of what it costs."""
    return with_loader_criteria(WorkshopRow, lambda cls: cls.workshop_id == workshop_id, include_aliases=True)


def _own_inserted(state: ORMExecuteState, workshop_id: int) -> None:
    given = state.parameters
    rows = cast("list[dict[str, Any]]", given if isinstance(given, list) else [given] if given else [])
    for row in rows:
        if row.setdefault("workshop_id", workshop_id) != workshop_id:
            raise ScopeViolation("an inserted row belongs to another workshop")
    if not rows and not state.execution_options.get("scoped_by_hand"):
        raise ScopeViolation("an INSERT with its values inside must be marked scoped_by_hand")


def _own_new_rows(db_session: Session, _context: Any, _instances: Any) -> None:
    workshop_id = db_session.info["scope"].workshop_id
    for row in list(db_session.new) + list(db_session.dirty) + list(db_session.deleted):
        if not isinstance(row, WorkshopRow):
            continue
        if row.workshop_id is None and workshop_id is not None:
            row.workshop_id = workshop_id
        if row.workshop_id != workshop_id and workshop_id is not None:
            raise ScopeViolation(f"a {type(row).__name__} of another workshop")


__all__ = [
    "Base",
    "Database",
    "Instant",
    "Recorded",
    "Versioned",
    "act_as",
    "acting",
    "after_commit",
    "append",
    "current_workshop_id",
    "date",
    "kept",
    "narrow",
    "narrowed",
    "scope",
    "session",
    "telling",
]
