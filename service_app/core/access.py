"""Who is acting and what they may do.

Permissions are `resource:action`; a role is a set of them. `@needs("contract:write")` names the right of a view; the
guard of its blueprint (see `web`) finds out who asks, in which workshop, and checks it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from service_app.core.errors import Forbidden

View = TypeVar("View", bound=Callable[..., object])

_READ = {
    "today:read",
    "contract:read",
    "item:read",
    "product:read",
    "customer:read",
    "appointment:read",
    "work:read",
    "recovery:read",
    "round:read",
    "money:read",
    "impact:read",
}
_COUNTER = {
    "today:read",
    "contract:read",
    "contract:write",
    "contract:handover",
    "contract:settle",
    "item:read",
    "item:write",
    "product:read",
    "customer:read",
    "customer:write",
    "appointment:read",
    "appointment:write",
    "work:read",
    "work:write",
    "recovery:read",
    "recovery:write",
    "round:read",
    "round:ride",
}
_MANAGER = (
    _READ
    | _COUNTER
    | {
        "product:write",
        "contract:inspect",
        "contract:correct",
        "import:run",
        "settings:read",
        "settings:write",
        "jobs:read",
        "letters:read",
        "letters:write",
        "round:write",
        "customer:merge",
    }
)

ROLES: dict[str, frozenset[str]] = {
    "owner": frozenset(_MANAGER | {"member:read", "member:write", "jobs:write"}),
    "manager": frozenset(_MANAGER | {"member:read", "jobs:write"}),
    "counter": frozenset(_COUNTER | {"contract:inspect", "letters:read", "letters:write"}),
    "technician": frozenset(
        {
            "today:read",
            "item:read",
            "item:write",
            "product:read",
            "appointment:read",
            "appointment:write",
            "work:read",
            "work:write",
            "contract:read",
            "contract:inspect",
            "contract:handover",
            "recovery:read",
            "recovery:write",
        }
    ),
    "driver": frozenset(
        {
            "today:read",
            "appointment:read",
            "round:read",
            "round:ride",
            "item:read",
            "contract:handover",
            "contract:read",
        }
    ),
    "accountant": frozenset(
        {
            "today:read",
            "contract:read",
            "customer:read",
            "item:read",
            "product:read",
            "money:read",
            "money:write",
            "contract:settle",
            "impact:read",
        }
    ),
    "auditor": frozenset(_READ | {"settings:read", "member:read", "jobs:read", "letters:read"}),
}

CLUSTER_ROLES: dict[str, frozenset[str]] = {"coordinator": frozenset({"cluster:read", "cluster:write"})}

PERMISSIONS: frozenset[str] = frozenset().union(*ROLES.values(), *CLUSTER_ROLES.values())


@dataclass(frozen=True)
class Actor:
    """Who does an act: a member of staff, a customer through a link, or the worker itself."""

    kind: str
    name: str = ""
    account_id: int | None = None
    role: str | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)

    def can(self, permission: str) -> bool:
        """Whether this actor has the permission."""
        return permission in self.permissions

    def must(self, permission: str) -> None:
        """Refuse with Forbidden `access.missing_right` when the permission is not there."""
        if not self.can(permission):
            raise Forbidden("access.missing_right", permission=permission, role=self.role)


WORKER = Actor(kind="worker", permissions=PERMISSIONS)


def staff(name: str, account_id: int, role: str) -> Actor:
    """A member of staff acting in a role."""
    return Actor(kind="staff", name=name, account_id=account_id, role=role, permissions=ROLES[role])


def coordinator(name: str, account_id: int) -> Actor:
    """The coordinator of the cluster: adds workshops, sees no workshop's data."""
    permissions = CLUSTER_ROLES["coordinator"]
    return Actor(kind="coordinator", name=name, account_id=account_id, role="coordinator", permissions=permissions)


def customer(name: str) -> Actor:
    """A customer acting through a signed link; it grants nothing but the one act of that link."""
    return Actor(kind="customer", name=name)


def needs(permission: str | None) -> Callable[[View], View]:
    """Mark a view with the permission it needs; None means that passing the blueprint's guard is enough."""
    if permission is not None and permission not in PERMISSIONS:
        raise ValueError(f"no role has the permission {permission}")

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark
