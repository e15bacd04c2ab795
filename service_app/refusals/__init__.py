"""The code of a refusal -> the sentence a person reads: one table, a file for each part of the house. `%(name)s` is filled
from the refusal's data.

A sentence says what is and what to do. A code without a sentence is found by a house test.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service_app.core import i18n
from service_app.core.errors import Refusal
from service_app.refusals.care import CARE
from service_app.refusals.files import FILES
from service_app.refusals.home import HOME
from service_app.refusals.house import HOUSE
from service_app.refusals.renting import RENTING
from service_app.refusals.repairing import REPAIRING
from service_app.refusals.rounds import ROUNDS

SENTENCES: dict[str, Any] = {**HOUSE, **RENTING, **REPAIRING, **FILES, **CARE, **HOME, **ROUNDS}


def sentence(refusal: Refusal) -> str:
    """The refusal in the reader's language."""
    return say(refusal.code, refusal.data)


# A state that a refusal names, by its table and axis, as people call it; the rooms' words are handed over by create_app.
_states: dict[tuple[str, str], Mapping[str, Any]] = {}


def name_states(words: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """{(table, axis): {state: (tone, word)}}, see `states_said`."""
    _states.update(words)


def say(code: str, data: Mapping[str, Any]) -> str:
    """A code with its data, as a row of a table keeps them, in the reader's language."""
    text = SENTENCES.get(code)
    if text is None:
        return code
    words = {name: _said(value) for name, value in data.items()}
    known = _states.get((data.get("thing", ""), data.get("axis", "")), {})
    if data.get("state") in known:
        words["state"] = str(known[data["state"]][1])
    return str(text) % words


def _said(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{i18n.short_day(value)} {i18n.hour(value)}"
    return ", ".join(str(each) for each in value) if isinstance(value, (list, tuple)) else value
