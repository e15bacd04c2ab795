"""What a workshop wants otherwise than the house: for new products, in letters, and of its guided start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.i18n import LANGUAGES
from service_app.workshops.models import HouseDefaults, Workshop
from service_app.workshops.queries import house_defaults

LONGEST_BUFFER = 14 * 24 * 60
LONGEST = {"letter_greeting": 120, "letter_closing": 1000, "letter_footer": 300}
STEPS = ("hours", "terms", "product", "item", "customer", "offer")


@dataclass(frozen=True)
class LetterTexts:
    """What letters to customers begin with, close with and say at their foot: {language: text}. Where a language has no
    text, the house's own greeting, no closing and no further foot."""

    letter_greeting: Mapping[str, str]
    letter_closing: Mapping[str, str]
    letter_footer: Mapping[str, str]


@dataclass(frozen=True)
class ProductDefaults:
    """What a new product begins with; a checklist that is None is the house's own."""

    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    out_checklist: Sequence[Mapping[str, Any]] | None = None
    in_checklist: Sequence[Mapping[str, Any]] | None = None


def change_product_defaults(actor: Actor, workshop: Workshop, seen: int, wanted: ProductDefaults) -> None:
    """What new products begin with from now on; those there are stay as they are. Refuses a buffer outside 0-14 days and
    a stale version. Leaves workshop.changed."""
    for name in ("buffer_before_minutes", "buffer_after_minutes"):
        if not 0 <= getattr(wanted, name) <= LONGEST_BUFFER:
            raise Invalid("number.out_of_range", field=name, least=0, most=LONGEST_BUFFER)
    checks = {name: getattr(wanted, name) for name in ("out_checklist", "in_checklist")}
    _change(actor, workshop, seen, {
        "buffer_before_minutes": wanted.buffer_before_minutes,
        "buffer_after_minutes": wanted.buffer_after_minutes,
        **{name: None if steps is None else [dict(step) for step in steps] for name, steps in checks.items()},
    })  # fmt: skip


def change_letter_texts(actor: Actor, workshop: Workshop, seen: int, texts: LetterTexts) -> None:
    """What letters say from now on. Refuses `text.too_long` and a stale version. Leaves workshop.changed."""
    _change(actor, workshop, seen, clean_letter_texts(texts))


def clean_letter_texts(texts: LetterTexts) -> dict[str, dict[str, str]]:
    """The texts as they are kept, with their lines. Refuses `text.too_long` on `<text>-<language>`."""
    found: dict[str, dict[str, str]] = {}
    for name, most in LONGEST.items():
        given = getattr(texts, name)
        found[name] = {code: _tidy(given.get(code, "")) for code in LANGUAGES if _tidy(given.get(code, ""))}
        for code, text in found[name].items():
            if len(text) > most:
                raise Invalid("text.too_long", field=f"{name}-{code}", most=most)
    return found


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _change(actor: Actor, workshop: Workshop, seen: int, values: Mapping[str, Any]) -> None:
    actor.must("settings:write")
    row = _own_row()
    if row.version != seen:
        raise Conflict("version.stale", thing="house_defaults", version=row.version)
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    if not changed:
        return
    for name in changed:
        setattr(row, name, values[name])
    row.version += 1
    _keep(row)
    events.record("workshop.changed", actor, [workshop], {"fields": changed})


def _own_row() -> HouseDefaults:
    row = house_defaults()
    if row.id is not None:
        session().refresh(row, with_for_update=True)
    return row


def _keep(row: HouseDefaults) -> None:
    session().add(row)
    session().flush()


def skip_step(actor: Actor, step: str, *, again: bool = False) -> None:
    """Pass over a step of the guided start, or take it up `again`."""
    actor.must("settings:write")
    if step not in STEPS:
        raise Invalid("choice.unknown", field="step", value=step)
    row = _own_row()
    row.start_skipped = [
        each for each in STEPS if (each in row.start_skipped or each == step) and not (again and each == step)
    ]
    _keep(row)


def put_start_away(actor: Actor, *, again: bool = False) -> None:
    """Show the guided start no longer, or `again`."""
    actor.must("settings:write")
    row = _own_row()
    row.start_put_away_at = None if again else clock.now()
    _keep(row)
