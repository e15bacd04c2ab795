"""An act on its page, for the signed-in customer and for who holds the link of a letter: what it asks, what it costs, and
the one operation when it is confirmed.

A preview is a GET whose fields stand in the address; confirming posts the same fields with the version that was seen and
a key. The statement of a withdrawal is posted twice, for it holds a name: the first answer asks for confirmation.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from flask import render_template, request
from flask_babel import gettext, ngettext

from service_app import refusals
from service_app.contracts import allowed
from service_app.contracts.allowed import Subject
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations.acts import Asked
from service_app.contracts.rehearsal import Rehearsed, rehearse
from service_app.core.access import Actor
from service_app.core.errors import NotFound, Refusal
from service_app.core.forms import attempt
from service_app.portal import costs
from service_app.portal.acts import FACES, Face, subject_of
from service_app.portal.forms import ActForm


@dataclass(frozen=True)
class Opened:
    """An act about something, asked by somebody, at an address of its own; `back` is where one comes from, or '' for who
    holds a link and has no other page."""

    face: Face
    subject: Subject
    actor: Actor
    here: str
    back: str = ""

    @property
    def about(self) -> Contract | ContractLine:
        """What the operation takes."""
        return self.subject.line or self.subject.contract

    @property
    def reason(self) -> allowed.Reason | None:
        """Why it cannot be done now, or None."""
        return allowed.why_not(self.face.operation, self.actor, self.subject)


def open_act(
    operation: str, contract: Contract, position: int | None, actor: Actor, here: str, back: str = ""
) -> Opened:
    """The act of an address; refuses with NotFound what is no act of a customer, or about nothing there is."""
    face = FACES.get(operation)
    line = next((line for line in contract.lines if line.position == position), None)
    if face is None or (position is not None and line is None):
        raise NotFound("not_found")
    subject = subject_of(face, contract, line)
    if subject is None:
        raise NotFound("not_found")
    return Opened(face, subject, actor, here, back)


def show(opened: Opened) -> Any:
    """The page: what it asks, and what it costs with what stands in the address."""
    typed = request.args if set(request.args) - {"lang"} else None
    form = opened.face.form(typed, meta={"csrf": False})
    form.begin(opened.subject)
    is_whole = typed is None or form.validate()
    return _page(opened, form, is_whole)


def confirm(opened: Opened) -> tuple[bool, Any]:
    """Do it. (True, None) when it is done; else (False, the page to answer with)."""
    form = opened.face.form()
    form.begin(opened.subject)
    if not form.validate():
        return False, _page(opened, form, False, status=422)
    if opened.face.is_statement and "confirmed" not in request.form:
        return False, _page(opened, form, True, is_asked=True)
    with attempt(form, refusals.sentence) as tried:
        opened.face.do(opened.actor, opened.about, _asked(opened, form), **form.wishes(opened.subject))
    if tried.refusal is None:
        return True, None
    return False, _page(opened, form, False, status=tried.status, refusal=tried.refusal)


def _asked(opened: Opened, form: ActForm) -> Asked:
    """What the person saw, and the key of this form; a key is worth something for its own contract only."""
    seen, key = str(form.version.data or ""), form.key.data
    version = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
    return Asked(version, f"portal:{opened.subject.contract.id}:{key[:64]}" if key else None)


def _page(
    opened: Opened, form: ActForm, is_whole: bool, *, status: int = 200, refusal: Refusal | None = None, is_asked: bool = False
) -> Any:  # fmt: skip
    subject, contract = opened.subject, opened.subject.contract
    reason = opened.reason
    wishes = form.wishes(subject) if is_whole and reason is None and not opened.face.is_free else None
    rehearsed = _rehearsed(opened, wishes) if wishes is not None else None
    is_ending = opened.face.operation in ("give_notice", "end_early") and rehearsed is not None
    quote = costs.quote_of(subject, wishes or {}) if is_ending and rehearsed and rehearsed.refusal is None else None
    form.version.data, form.key.data = str(contract.version), secrets.token_urlsafe(16)
    return render_template(
        "portal/act.html",
        opened=opened, face=opened.face, contract=contract, line=subject.line, form=form, reason=reason,
        rehearsed=rehearsed, quote=quote, refusal=refusal, is_asked=is_asked,
        quote_rows=costs.ending_rows(quote, contract.currency) if quote is not None else [],
        facts=costs.facts(opened.face.operation, subject, wishes) if wishes and rehearsed else
        costs.facts(opened.face.operation, subject, {}) if rehearsed and not form.asks else [],
        near_days=_near_days(opened.subject) if opened.face.operation == "extend" else [],
        statement=wishes.get("statement") if wishes and is_asked else "",
    ), status  # fmt: skip


def _near_days(subject: Subject) -> list[tuple[str, str]]:
    """(day, in words) of the ends that are chosen most, from the present one or from today."""
    form = FACES["extend"].form(None, meta={"csrf": False})
    form.begin(subject)
    first = form.ends_on.data
    if first is None:
        return []
    steps = (
        (0, ngettext("%(num)s day more", "%(num)s days more", 1)),
        (2, ngettext("%(num)s day more", "%(num)s days more", 3)),
        (6, gettext("a week more")),
    )
    return [((first + timedelta(days=more)).isoformat(), str(label)) for more, label in steps]


def _rehearsed(opened: Opened, wishes: Mapping[str, Any]) -> Rehearsed:
    do = partial(opened.face.do, opened.actor, opened.about, Asked(opened.subject.contract.version, None), **wishes)
    return rehearse(opened.subject.contract, do)
