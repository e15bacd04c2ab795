"""The staff's pages about imports: a file in, its columns said, checked, run, and the refused rows back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from service_app import refusals
from service_app.core import listing, sheets
from service_app.core.access import needs
from service_app.core.forms import attempt
from service_app.core.web import actor, see
from service_app.imports import operations, queries
from service_app.imports.kinds import KINDS
from service_app.imports.listed import LIST
from service_app.imports.models import ImportRun
from service_app.imports.refused import refused_file
from service_app.imports.rows import CREATE_PRODUCTS
from service_app.imports.words import STATES
from service_app.lists import shown

pages = Blueprint("imports", __name__, template_folder="templates")

ROWS_SHOWN = 50
pages.app_context_processor(lambda: {"import_states": STATES, "import_kinds": KINDS, "say": refusals.say})


@pages.get("/imports")
@needs("import:run")
def list_page() -> Any:
    """The runs, and the way in for a file."""
    return _list_page(FlaskForm())


def _list_page(form: Any, status: int = 200, problem: str = "") -> Any:
    return shown.page(LIST, "imports/list.html", status, form=form, problem=problem)


@pages.post("/imports")
@needs("import:run")
def upload() -> Any:
    """Take a file in; its columns are proposed."""
    form, sent = FlaskForm(), request.files.get("file")
    with attempt(form, refusals.sentence) as tried:
        content = sent.read() if sent is not None else b""
        run = operations.upload(actor(), request.form.get("kind", ""), content, (sent.filename if sent else "") or "")
    if tried.refusal is not None:
        return _list_page(form, tried.status, refusals.sentence(tried.refusal))
    return see("imports.detail", reference=run.reference)


@pages.get("/imports/example/<kind>")
@needs("import:run")
def example(kind: str) -> Any:
    """A file with the columns that are understood and one row."""
    fields = KINDS[kind].fields if kind in KINDS else ()
    if not fields:
        return _list_page(FlaskForm(), 404)
    told = [field for field in fields if field.example]
    content = sheets.as_csv([str(field.label) for field in told], [[field.example for field in told]])
    return _download(b"".join(content), f"{kind}.csv")


@pages.get("/imports/<reference>")
@needs("import:run")
def detail(reference: str) -> Any:
    """Where a run stands: its columns, its progress, or what became of each row."""
    return _detail_page(queries.get_run(reference))


def _detail_page(run: ImportRun, status: int = 200, problem: str = "") -> Any:
    number = listing.page_number()
    refused = list(queries.refused_rows(run, (number - 1) * ROWS_SHOWN, ROWS_SHOWN)) if run.rejected else []
    return render_template(
        "imports/detail.html",
        run=run,
        kind=KINDS[run.kind],
        samples=queries.sample_columns(run),
        refused=refused,
        why=queries.count_refusals(run) if run.rejected else [],
        number=number,
        has_more=number * ROWS_SHOWN < run.rejected,
        form=FlaskForm(),
        problem=problem,
        create_products=CREATE_PRODUCTS,
    ), status


@pages.get("/imports/<reference>/progress")
@needs("import:run")
def progress(reference: str) -> Any:
    """The progress card, asked for while a pass goes on."""
    return render_template("imports/_progress.html", run=queries.get_run(reference))


@pages.post("/imports/<reference>/begin")
@needs("import:run")
def begin(reference: str) -> Any:
    """Keep which column is which field, and begin: a check that writes nothing, or the real thing."""
    run, form = queries.get_run(reference), FlaskForm()
    mapping = {column: request.form.get(f"column-{place}", "") for place, column in enumerate(run.columns)}
    with attempt(form, refusals.sentence) as tried:
        options = {CREATE_PRODUCTS: True} if CREATE_PRODUCTS in request.form else {}
        operations.choose_mapping(actor(), run, mapping, options)
        operations.begin(actor(), run, "running" if request.form.get("pass") == "running" else "checking")
        operations.enqueue_work(run)
    if tried.refusal is not None:
        return _detail_page(run, tried.status, refusals.sentence(tried.refusal))
    return see("imports.detail", reference=reference)


@pages.post("/imports/<reference>/cancel")
@needs("import:run")
def cancel(reference: str) -> Any:
    """Stop it; the rows that are in stay."""
    operations.cancel(actor(), queries.get_run(reference))
    flash(_("Stopped. The rows that came in stay."), "done")
    return see("imports.detail", reference=reference)


@pages.get("/imports/<reference>/refused")
@needs("import:run")
def refused(reference: str) -> Response:
    """The refused rows as a file, to be mended and brought back."""
    run = queries.get_run(reference)
    name, content = refused_file(run)
    return _download(content, f"{run.reference}-{name}")


def _download(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype=sheets.MEDIA_TYPES[name.rpartition(".")[2]])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
