"""Two walls between workshops, each sufficient alone.

The first is in the ORM (here and in `db`): every session carries a scope, `workshop(id)` or a recorded
`platform(reason)`; without one no statement runs. Inside a workshop's scope every ORM statement gets the predicate
`workshop_id = …`, new rows get the workshop, rows of another are refused, and a Core or text statement must declare
`execution_options(scoped_by_hand=True)`, i.e. that it names the workshop itself.

The second is in the database: composite keys, so no row can point into another workshop, and forced row-level
security over `app.workshop_id`, set in each transaction. After a transaction that setting is '' and not NULL, hence
the NULLIF.

A session may narrow from platform to one workshop, never go on to a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Identity
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from service_app.core.errors import ScopeViolation

log = structlog.get_logger()


@dataclass(frozen=True)
class Scope:
    """What a session may see: one workshop, or the platform for a stated reason; the account where one acts."""

    workshop_id: int | None
    reason: str | None = None
    account_id: int | None = None

    def narrowed(self, workshop_id: int) -> Scope:
        """This scope, confined to a workshop; a second, different workshop is refused."""
        if self.workshop_id not in (None, workshop_id):
            raise ScopeViolation(f"one session, one workshop: {self.workshop_id} then {workshop_id}")
        return replace(self, workshop_id=workshop_id)


def workshop(workshop_id: int, account_id: int | None = None) -> Scope:
    """The scope of one workshop."""
    return Scope(workshop_id=workshop_id, account_id=account_id)


def platform(reason: str, account_id: int | None = None) -> Scope:
    """The scope of the platform itself, for a reason that is logged. It sees no workshop's rows in the database."""
    log.debug("platform_scope", reason=reason)
    return Scope(workshop_id=None, reason=reason, account_id=account_id)


class WorkshopRow:
    """Mixin of every table that belongs to a workshop: primary key (workshop_id, id)."""

    @declared_attr
    def workshop_id(cls) -> Mapped[int]:
        return mapped_column(BigInteger, ForeignKey("workshop.id"), primary_key=True, sort_order=-20)

    @declared_attr
    def id(cls) -> Mapped[int]:
        return mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-19)


def points_to(table: str, column: str) -> ForeignKeyConstraint:
    """The composite foreign key (workshop_id, column) -> table(workshop_id, id)."""
    return ForeignKeyConstraint(["workshop_id", column], [f"{table}.workshop_id", f"{table}.id"])


def one(target: str, column: str, owner: str, **options: Any) -> Any:
    """A many-to-one over a composite key; only `column` is written, so no two relationships fight over workshop_id."""
    join = f"and_({target}.workshop_id == {owner}.workshop_id, {target}.id == foreign({owner}.{column}))"
    return relationship(target, primaryjoin=join, **options)


def many(target: str, column: str, owner: str, **options: Any) -> Any:
    """The other side of `one`: the rows of `target` whose `column` names this row."""
    join = f"and_({target}.workshop_id == {owner}.workshop_id, foreign({target}.{column}) == {owner}.id)"
    return relationship(target, primaryjoin=join, **options)


CURRENT_WORKSHOP = "NULLIF(current_setting('app.workshop_id', true), '')::bigint"
CURRENT_ACCOUNT = "NULLIF(current_setting('app.account_id', true), '')::bigint"


def wall_statements(table: str) -> list[str]:
    """The SQL that puts a table behind the database's wall, for migrations; quoted names, one policy."""
    own = f"workshop_id = {CURRENT_WORKSHOP}"
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY own_workshop ON "{table}" USING ({own}) WITH CHECK ({own})',
    ]
