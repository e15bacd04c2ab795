"""A workshop's own words for a kind of letter: plain text with a few named fields, checked when it is saved.

A field is a name in braces, {name}. It is put in once: what a customer is called is never read as a field again, and the
page that serves text and HTML escapes what comes out as it escapes everything. What a letter must say (its facts, the
house's paragraphs, the button) stays: own words come before it and after it, or stand in its subject.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from service_app.core import events, versions
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid, NotFound
from service_app.core.i18n import LANGUAGES
from service_app.notifications.channel_models import LetterText
from service_app.notifications.kinds import may_be_worded, names_a_contract
from service_app.notifications.letters.parts import Letter, customer_of
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop

LONGEST = {"subject": 150, "intro": 1500, "closing": 1000}
_FIELD = re.compile(r"\{([^{}]*)\}")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")


@dataclass(frozen=True)
class OwnWords:
    """What was typed; empty: the house's own."""

    subject: str = ""
    intro: str = ""
    closing: str = ""


def fields_of(kind: str) -> tuple[str, ...]:
    """The names a text of this kind may hold in braces."""
    return ("name", "workshop", "subject", *(("reference",) if names_a_contract(kind) else ()))


def clean(kind: str, words: OwnWords) -> OwnWords:
    """The words as they are kept. Refuses `text.too_long`, and with `text.unknown_field` a name in braces that is no field
    of this kind, each on its field."""
    found = {}
    for name, most in LONGEST.items():
        text = _UNSEEN.sub("", getattr(words, name).replace("\r\n", "\n")).strip()
        if name == "subject":
            text = " ".join(text.split())
        if len(text) > most:
            raise Invalid("text.too_long", field=name, most=most)
        for field in _FIELD.findall(text):
            if field not in fields_of(kind):
                known = ", ".join(f"{{{each}}}" for each in fields_of(kind))
                raise Invalid("text.unknown_field", field=name, name=f"{{{field}}}", known=known)
        found[name] = text
    return OwnWords(**found)


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its fields put in, each once; what is no field stays as it is."""
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), text)


def dressed(letter: Letter, words: OwnWords | LetterText | None, values: Mapping[str, str]) -> Letter:
    """A letter with own words around what it says."""
    if words is None:
        return letter
    known = {"subject": letter.subject} | dict(values)
    intro = [part.strip() for part in filled(words.intro, known).split("\n\n") if part.strip()]
    return replace(
        letter,
        subject=filled(words.subject, known) or letter.subject,
        paragraphs=[*intro, *letter.paragraphs],
        closing=filled(words.closing, known) or letter.closing,
    )


def worded(letter: Letter, message: Message, workshop: Workshop) -> Letter:
    """A letter to a customer with the workshop's own words for its kind in its language, where there are some."""
    words = own(message.kind, message.language) if may_be_worded(message.kind) else None
    if words is None:
        return letter
    return dressed(letter, words, values_of(message, workshop))


def values_of(message: Message, workshop: Workshop) -> dict[str, str]:
    """What the fields stand for in a message."""
    customer = customer_of(message)
    reference = message.contract.reference if message.contract is not None else ""
    return {"name": customer.contact_name or customer.name, "workshop": workshop.name, "reference": reference}


def own(kind: str, language: str) -> LetterText | None:
    """The workshop's own words for a kind in a language, or None."""
    found = select(LetterText).where(LetterText.kind == kind, LetterText.language == language)
    return session().scalars(found).first()


def all_own() -> dict[tuple[str, str], LetterText]:
    """Every text of the workshop's own, by kind and language."""
    return {(row.kind, row.language): row for row in session().scalars(select(LetterText))}


def must_be_worded(kind: str, language: str) -> None:
    """Refuse with NotFound a kind that no workshop words itself, or a language nobody speaks here."""
    if not may_be_worded(kind) or language not in LANGUAGES:
        raise NotFound("not_found")


def change(actor: Actor, workshop: Workshop, kind: str, language: str, seen: int, words: OwnWords) -> None:
    """Other words from now on; all empty is a reset. Refuses as `clean`, and a stale version. Leaves workshop.changed."""
    actor.must("settings:write")
    must_be_worded(kind, language)
    wanted = clean(kind, words)
    row = own(kind, language)
    if row is None and seen:
        raise Conflict("version.stale", thing="letter_text", version=0)
    if row is not None:
        versions.take(row, seen)
    if wanted == OwnWords():
        _remove(row)
    else:
        row = row or LetterText(workshop_id=current_workshop_id(), kind=kind, language=language)
        for name in LONGEST:
            setattr(row, name, getattr(wanted, name))
        session().add(row)
    session().flush()
    events.record(
        "workshop.changed", actor, [workshop], {"fields": ["letter_text"], "kind": kind, "language": language}
    )


def reset(actor: Actor, workshop: Workshop, kind: str, language: str) -> bool:
    """The house's words again; whether there were others. Twice changes nothing more. Leaves workshop.changed."""
    actor.must("settings:write")
    must_be_worded(kind, language)
    row = own(kind, language)
    if row is None:
        return False
    _remove(row)
    session().flush()
    about: dict[str, Any] = {"fields": ["letter_text"], "kind": kind, "language": language}
    events.record("workshop.changed", actor, [workshop], about)
    return True


def _remove(row: LetterText | None) -> None:
    if row is not None:
        session().delete(row)
