"""A letter of a kind as it looks, for who words it: shaped like the last one of that kind that went out, to a customer of
our own making, with a button that leads nowhere and nothing enclosed."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from service_app.core.db import session
from service_app.core.errors import Refusal
from service_app.core.i18n import language
from service_app.notifications import letters, wording
from service_app.notifications.letters.parts import Letter, NotNeeded, dear
from service_app.notifications.models import Message
from service_app.notifications.words import KINDS
from service_app.workshops.models import Workshop
from service_app.workshops.queries import house_defaults

NAME = "Nora Lemmens"
REFERENCE = "C-2026-0042"


def example(kind: str, workshop: Workshop) -> Letter:
    """The house's own letter of a kind, in the language at hand."""
    letter = _like_the_last(kind, workshop) or Letter(
        str(KINDS[kind]), "", [_("Here stands what the letter is about.")], [(_("What"), "CB-02")], (_("Answer"), "#")
    )
    own = house_defaults()
    greeting = own.letter_greeting.get(language())
    return replace(
        letter, greeting=greeting.replace("{name}", NAME) if greeting else dear(NAME), attachments=[], invitation=None,
        button=(letter.button[0], "#") if letter.button else None,
        closing=own.letter_closing.get(language(), ""), footer=own.letter_footer.get(language(), ""),
    )  # fmt: skip


def in_own_words(kind: str, workshop: Workshop, words: wording.OwnWords) -> Letter:
    """The same with words of the workshop."""
    reference = REFERENCE if wording.names_a_contract(kind) else ""
    values = {"name": NAME, "workshop": workshop.name, "reference": reference}
    return wording.dressed(example(kind, workshop), words, values)


def _like_the_last(kind: str, workshop: Workshop) -> Letter | None:
    """Composed like the last one, and whatever composing it wrote is taken back."""
    found = select(Message).where(
        Message.kind == kind, Message.audience == "customer", Message.customer_id.is_not(None)
    )
    last = session().scalars(found.order_by(Message.id.desc()).limit(1)).first()
    if last is None:
        return None
    looking = session().begin_nested()
    try:
        return letters.of_kind(last, workshop)
    except (NotNeeded, Refusal, LookupError, NoResultFound, AssertionError):
        return None
    finally:
        looking.rollback()


def test_letter(message: Message, workshop: Workshop) -> Letter:
    """What a member of staff sends to themself: the letter of a kind in the words that are kept."""
    kind, code = message.payload["kind"], message.language
    kept = wording.own(kind, code)
    words = wording.OwnWords(kept.subject, kept.intro, kept.closing) if kept is not None else wording.OwnWords()
    letter = in_own_words(kind, workshop, words)
    return replace(letter, subject=_("[Test] %(subject)s", subject=letter.subject))


letters.add("letter_test", test_letter)
