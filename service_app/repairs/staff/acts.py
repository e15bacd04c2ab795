"""Doing something with a case: a page with its form, or one button (`faces`); the clock and the parts."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request
from flask_wtf import FlaskForm

from service_app import refusals
from service_app.core.access import needs
from service_app.core.errors import Conflict, NotFound, Refusal
from service_app.core.forms import attempt, refused
from service_app.core.web import actor, see
from service_app.repairs import queries
from service_app.repairs.models import TASKS, RepairCase
from service_app.repairs.operations import bench, stock
from service_app.repairs.staff import pages
from service_app.repairs.staff.cases import case_page
from service_app.repairs.staff.faces import FACES, Face, open_faces


def _face(name: str, case: RepairCase) -> Face:
    """The act by its name. Refuses one there is none of, a missing right, and one that is not open any more."""
    face = FACES.get(name)
    if face is None:
        raise NotFound("not_found")
    actor().must(face.permission)
    if name not in open_faces(case, actor()):
        raise Conflict("repair.too_late", reference=case.reference)
    return face


@pages.get("/repairs/<reference>/do/<name>")
@needs("work:write")
def ask(reference: str, name: str) -> Any:
    """The form of an act."""
    case = queries.get_case(reference)
    try:
        face = _face(name, case)
    except Conflict as refusal:
        return case_page(case, refusals.sentence(refusal), refusal.status)
    form = face.form() if face.form is not None else FlaskForm()
    face.begin(case, form)
    return render_template("repairs/act.html", case=case, name=name, face=face, form=form)


@pages.post("/repairs/<reference>/do/<name>")
@needs("work:write")
def act(reference: str, name: str) -> Any:
    """Done, or the form again with what is wrong."""
    case = queries.get_case(reference)
    try:
        face = _face(name, case)
    except Conflict as refusal:
        return case_page(case, refusals.sentence(refusal), refusal.status)
    if face.form is None:
        return _direct(case, face)
    form = face.form()
    typed = dict(request.form)
    if "number" in typed:
        form.number.data = typed["number"]
    _begin_again(face, case, form)
    with attempt(form, refusals.sentence) as tried:
        if not form.validate():
            tried.refusal = _unreadable(form)
        else:
            face.do(actor(), case, form)
    if not tried.is_done:
        return render_template("repairs/act.html", case=case, name=name, face=face, form=form), tried.status
    flash(str(face.done), "ok")
    return see("repairs.detail", reference=reference)


def _begin_again(face: Face, case: RepairCase, form: Any) -> None:
    """The choices and fields that depend on the case, without what was typed being replaced."""
    typed = {name: field.data for name, field in form._fields.items()}
    face.begin(case, form)
    for name, field in form._fields.items():
        field.data = typed[name]


def _unreadable(form: FlaskForm) -> Refusal:
    return next(
        (Refusal("input.unreadable", field=field.name) for field in form if field.errors), Refusal("form.expired")
    )


def _direct(case: RepairCase, face: Face) -> Any:
    refusal = refused(lambda: face.do(actor(), case, None))
    if refusal is not None:
        return case_page(queries.get_case(case.reference), refusals.sentence(refusal), refusal.status)
    flash(str(face.done), "ok")
    return see("repairs.detail", reference=case.reference)


@pages.post("/repairs/<reference>/clock")
@needs("work:write")
def run_clock(reference: str) -> Any:
    """Start this person's clock on a task, or stop it."""
    case = queries.get_case(reference)
    task = request.form.get("task", "")
    if task == "stop":
        bench.stop_clock(actor())
        return see("repairs.detail", reference=reference)
    is_learner = "learner" in request.form
    refusal = refused(lambda: bench.start_clock(actor(), case, task if task in TASKS else "", is_learner=is_learner))
    if refusal is not None:
        return case_page(queries.get_case(reference), refusals.sentence(refusal), refusal.status)
    return see("repairs.detail", reference=reference)


@pages.post("/repairs/<reference>/parts/<int:use_id>")
@needs("work:write")
def part(reference: str, use_id: int) -> Any:
    """Fitted, or not after all."""
    case = queries.get_case(reference)
    use = queries.get_use(case, use_id)
    back, serial = "back" in request.form, request.form.get("serial", "")
    refusal = refused(
        lambda: stock.put_back(actor(), case, use) if back else stock.use_part(actor(), case, use, serial)
    )
    if refusal is not None:
        return case_page(queries.get_case(reference), refusals.sentence(refusal), refusal.status)
    return see("repairs.detail", reference=reference)
