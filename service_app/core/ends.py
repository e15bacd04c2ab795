"""What else ends with a job that gives up or is set aside, and begins anew when somebody runs it again.

The row of a job says that nobody works on it any more; what it was about says so too, or it would stand as waiting for ever.
A room says what that is for its own kinds, as it is loaded; a kind without a word ends alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Act = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class _Ends:
    given_up: Act
    again: Act


_of: dict[str, _Ends] = {}


def say(kind: str, *, given_up: Act, again: Act) -> None:
    """What ends with a job of a kind, and what begins anew with it; each is called with its payload, in its workshop, in the
    transaction that changes its row, and must bear a payload whose thing is gone."""
    _of[kind] = _Ends(given_up, again)


def given_up(kind: str, payload: Mapping[str, Any]) -> None:
    """A job gave up, or was set aside."""
    if kind in _of:
        _of[kind].given_up(payload)


def again(kind: str, payload: Mapping[str, Any]) -> None:
    """A job that gave up, or was set aside, is run again."""
    if kind in _of:
        _of[kind].again(payload)
