"""What can go wrong in the domain, as codes and data; sentences are chosen at the edge (`service_app.refusals`)."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """The domain says no. `code` names why, `data` fills the sentence, `field` points at the input concerned."""

    status = 422

    def __init__(self, code: str, *, field: str | None = None, **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.data = data

    def __str__(self) -> str:
        return f"{self.code} {self.data}" if self.data else self.code


class Invalid(Refusal):
    """Input that cannot be accepted as it stands; tied to a field where there is one."""


class NotFound(Refusal):
    """There is no such thing in this workshop (also when it exists in another)."""

    status = 404


class Forbidden(Refusal):
    """The person may not do this here; `permission` in data names the missing right."""

    status = 403


class Conflict(Refusal):
    """Somebody else was first, or the state moved on; the data may carry alternatives."""

    status = 409


class TooMany(Refusal):
    """A limit was reached; `seconds` in data says when to try again."""

    status = 429


class ScopeMissing(RuntimeError):
    """A statement was about to run without a workshop or a recorded platform scope. A programming error."""


class ScopeViolation(RuntimeError):
    """A row or statement of another workshop turned up inside a workshop's scope. A programming error."""
