"""Every operation on a running contract as a page: what it means, what is asked for it, and doing it.

One pair of views for all of them. Which there are, when, and by whom stands in `contracts.allowed`; how each is shown in
`faces`; what it does in `contracts.operations`.
"""

from __future__ import annotations

from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict
from wtforms import HiddenField

from service_app import refusals, told
from service_app.contracts import allowed, contested, queries
from service_app.contracts.act_forms import ActForm, HoldersForm
from service_app.contracts.allowed import Subject
from service_app.contracts.foreseen import Foreseen
from service_app.contracts.models import Contest
from service_app.contracts.operations.acts import OPERATIONS
from service_app.contracts.proposals import PROPOSED, get_proposal, propose, withdraw_proposal
from service_app.contracts.staff import pages
from service_app.contracts.staff.faces import FACES, Face
from service_app.core import files
from service_app.core.access import needs
from service_app.core.errors import NotFound, Refusal
from service_app.core.forms import attempt
from service_app.core.web import actor, offer_undo, see, upload


def _asked_for(reference: str, operation: str, position: int | None) -> tuple[str, Subject]:
    """The operation and what it is about. An unknown one is not found; one without the right is forbidden."""
    name = operation.replace("-", "_")
    row = allowed.TABLE.get(name)
    if row is None or name not in FACES:
        raise NotFound("not_found")
    actor().must(row.permission)
    if bool(row.line) != (position is not None):
        raise NotFound("not_found")
    contract = queries.get_contract(reference)
    return name, Subject(contract, queries.get_line(contract, position) if position is not None else None)


@pages.get("/contracts/<reference>/<operation>")
@pages.get("/contracts/<reference>/<int:position>/<operation>")
@needs("contract:read")
def act(reference: str, operation: str, position: int | None = None) -> Any:
    """What is asked for an operation, and what it would mean; or why it is not possible now."""
    name, subject = _asked_for(reference, operation, position)
    reason = allowed.why_not(name, actor(), subject)
    if reason is not None:
        return _impossible_page(name, subject, refusals.say(*reason))
    form = FACES[name].form(formdata=None)
    form.offer(subject)
    form.begin(subject)
    for field in (form[each] for each in request.args if each in form):
        if not isinstance(field, HiddenField):  # what the link that led here says already; never the key of the act
            field.process(request.args)
    return _act_page(name, subject, form)


@pages.post("/contracts/<reference>/<operation>")
@pages.post("/contracts/<reference>/<int:position>/<operation>")
@needs("contract:read")
def do(reference: str, operation: str, position: int | None = None) -> Any:
    """Do it; with `look` only say what it would mean."""
    name, subject = _asked_for(reference, operation, position)
    face = FACES[name]
    form = face.form(CombinedMultiDict([request.form, request.args]))
    form.offer(subject)
    if "look" in request.form or _changed_rows(form):
        return _act_page(name, subject, form)
    if not form.validate():
        return _act_page(name, subject, form, 422)
    if "propose" in request.form and name in PROPOSED:
        return _propose(name, subject, form)
    with attempt(form, refusals.sentence) as tried:
        OPERATIONS[name](actor(), subject.line or subject.contract, form.asked(), **form.body(subject))
    if tried.refusal is not None:
        return _refused_page(name, subject, form, tried.refusal)
    _say_done(face, subject, form)
    return see("contracts.detail", reference=reference)


def _propose(name: str, subject: Subject, form: ActForm) -> Any:
    """Not done but sent to the customer, to be signed first."""
    with attempt(form, refusals.sentence) as tried:
        propose(actor(), subject, name, form.body(subject))
    if tried.refusal is not None:
        return _refused_page(name, subject, form, tried.refusal)
    flash(_("It is on its way to %(name)s, to be signed.", name=subject.contract.customer.name), "done")
    return see("contracts.detail", reference=subject.contract.reference)


@pages.post("/contracts/<reference>/proposals/<int:proposal_id>/withdraw")
@needs("contract:write")
def withdraw_proposed(reference: str, proposal_id: int) -> Any:
    """It is no longer asked to be signed."""
    contract = queries.get_contract(reference)
    row = get_proposal(proposal_id)
    if row.contract_id != contract.id:
        raise NotFound("not_found")
    withdraw_proposal(actor(), row)
    flash(_("The amendment is taken back; its link no longer signs."), "done")
    return see("contracts.detail", reference=reference)


def _changed_rows(form: ActForm) -> bool:
    if not isinstance(form, HoldersForm) or "more" not in request.form:
        return False
    form.holders.append_entry()
    return True


def _say_done(face: Face, subject: Subject, form: ActForm) -> None:
    """A toast; with a button that takes it back where the table knows the way back and it can be gone now."""
    if face.undo is None:
        flash(face.done, "done")
        return
    name, told_too = face.undo
    if allowed.why_not(name, actor(), subject) is not None:
        flash(face.done, "done")
        return
    place = {"position": subject.line.position} if subject.line is not None else {}
    code = subject.contract.reference
    offer_undo(str(face.done), "contracts.do", reference=code, operation=name.replace("_", "-"), **place, **told_too)


def _refused_page(name: str, subject: Subject, form: ActForm, refusal: Refusal) -> Any:
    changed = []
    if refusal.code == "version.stale":
        seen = form.seen_at()
        changed = [entry for entry in told.timeline(subject.contract) if seen is None or entry.at > seen]
    reason = allowed.why_not(name, actor(), subject)
    if reason is not None:
        return _impossible_page(name, subject, refusals.say(*reason), changed, refusal.status)
    return _act_page(name, subject, form, refusal.status, changed)


def _impossible_page(name: str, subject: Subject, reason: str, changed: Any = (), status: int = 409) -> Any:
    return render_template(
        "contracts/act.html", name=name, face=FACES[name], contract=subject.contract, line=subject.line, reason=reason,
        changed=changed, here=_address(name, subject),
    ), status  # fmt: skip


def _act_page(name: str, subject: Subject, form: ActForm, status: int = 200, changed: Any = ()) -> Any:
    known, problem = _foreseen(name, subject, form)
    form.stamp(subject.contract.version)
    return render_template(
        "contracts/act.html", name=name, face=FACES[name], contract=subject.contract, line=subject.line, form=form,
        foreseen=known, problem=problem, changed=changed, here=_address(name, subject), reason="",
        contest=_contest(subject) if name in ("decide_contest", "give_in") else None,
        can_propose=name in PROPOSED and bool(subject.contract.customer.email),
    ), status  # fmt: skip


def _contest(subject: Subject) -> Contest | None:
    inspection = contested.inspection_of(subject.line) if subject.line is not None else None
    return contested.contest_of(inspection) if inspection is not None else None


@pages.get("/contracts/<reference>/<int:position>/contest/photo")
@needs("contract:read")
def contest_photo(reference: str, position: int) -> Response:
    """The photo that the customer sent with what they contest."""
    contract = queries.get_contract(reference)
    row = _contest(Subject(contract, queries.get_line(contract, position)))
    if row is None or row.photo is None:
        raise NotFound("not_found")
    answer = upload(files.read(row.photo), row.photo.media_type)
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer


def _foreseen(name: str, subject: Subject, form: ActForm) -> tuple[Foreseen, str]:
    """What it would mean as far as the form says so; else what is wrong, once somebody typed something."""
    try:
        return FACES[name].foresee(subject, form.body(subject)), ""
    except Refusal as refusal:
        is_typed = "look" in request.form and refusal.code != "field.required"
        return Foreseen(), refusals.sentence(refusal) if is_typed or (
            not form.is_submitted() and not refusal.field
        ) else ""


def _address(name: str, subject: Subject) -> str:
    position = subject.line.position if subject.line is not None else None
    operation = name.replace("_", "-")
    return url_for("contracts.do", reference=subject.contract.reference, operation=operation, position=position)
