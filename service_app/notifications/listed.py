"""The list of letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy import Select, select

from service_app.core import i18n
from service_app.core.access import Actor
from service_app.core.i18n import LANGUAGES
from service_app.core.i18n import lazy as _l
from service_app.lists import cells
from service_app.lists.declared import Act, Column, Facet, Listing, Wanted, add, number
from service_app.notifications import doubtful, operations, queries, words
from service_app.notifications.models import Message


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    return queries.narrowed(found, *(wanted.get(name, "") for name in ("status", "kind", "audience", "language")))


def _at(letter: Message) -> datetime:
    return letter.sent_at or letter.created_at


def _when(letter: Message) -> Markup:
    address = url_for("notifications.detail", message_id=letter.id)
    return Markup('<a href="{}">{}</a>').format(address, i18n.moment_filter(_at(letter)))


def _again(actor: Actor, message_id: str, _given: Mapping[str, str]) -> None:
    operations.send_again(actor, number(message_id))


def _arrived(actor: Actor, message_id: str, _given: Mapping[str, str]) -> None:
    doubtful.note_arrived(actor, number(message_id))


LIST = add(
    Listing(
        key="letters",
        page="notifications.list_page",
        permission="letters:read",
        title=_l("Letters"),
        search=_l("Customer: name, e-mail, phone…"),
        rows=lambda: select(Message),
        narrow=_narrow,
        found_by=("customer", Message.customer_id),
        named=lambda letter: str(letter.id),
        name_column=Message.id,
        called=lambda letter: f"{words.KINDS[letter.kind]}, {letter.mailed_to}",
        detail=("notifications.detail", "message_id"),
        loaded=queries.FOR_A_LIST,
        sorts=queries.SORTS,
        order="-when",
        columns=(
            Column("when", _l("When"), _when, "when", cells.at_moment(_at)),
            Column("what", _l("What"), lambda row: words.KINDS[row.kind]),
            Column("to", _l("To"), lambda row: row.mailed_to, "to"),
            Column("subject", _l("Subject"), lambda row: row.subject or "", "subject"),
            Column("state", _l("State"), cells.state(lambda row: words.STATES[row.status])),
            Column("why", _l("Why"), lambda row: words.REASONS.get(row.reason, row.reason) if row.reason else "",
                   is_extra=True),
            Column("customer", _l("Customer"), lambda row: row.customer.name if row.customer else "", is_extra=True),
            Column("contract", _l("Contract"), cells.code(lambda row: row.contract and row.contract.reference),
                   is_extra=True),
            Column("via", _l("Way"), lambda row: words.VIA[row.via], is_extra=True),
            Column("language", _l("Language"), lambda row: LANGUAGES[row.language], is_extra=True),
        ),
        facets=(
            Facet("status", _l("State"), Message.status, {code: word for code, (_tone, word) in words.STATES.items()}),
            Facet("kind", _l("Kind"), Message.kind, words.KINDS),
            Facet("audience", _l("For whom"), Message.audience, words.AUDIENCES),
            Facet("language", _l("Language"), Message.language, LANGUAGES),
        ),
        acts=(
            Act("again", _l("Send again"), "letters:write", "send", _again, _l("on their way again.")),
            Act("arrived", _l("It arrived"), "letters:write", "circle-check", _arrived, _l("counted as sent.")),
        ),
        nothing=(
            _l("No letter yet."),
            _l("Offers, receipts and reminders go out by themselves and are listed here."),
        ),
    )
)  # fmt: skip
