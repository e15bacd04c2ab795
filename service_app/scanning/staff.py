"""The staff's pages for scanning: one thing, and many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from service_app import refusals
from service_app.contracts.models import Contract
from service_app.contracts.queries import get_contract
from service_app.core import listing, web
from service_app.core.access import needs
from service_app.core.errors import Invalid, NotFound
from service_app.core.forms import attempt
from service_app.core.web import actor, current, see
from service_app.items.models import Item
from service_app.items.queries import get_item
from service_app.lists import queries as queries_of_runs
from service_app.lists.models import BulkRun
from service_app.lists.shown import told_of
from service_app.scanning import codes, hits, listed, queries, words
from service_app.scanning.codes import Code
from service_app.scanning.forms import BatchForm
from service_app.scanning.operations import batch, whereabouts

pages = Blueprint("scanning", __name__, template_folder="templates")
pages.app_context_processor(lambda: {"take_states": words.TAKES, "take_results": words.RESULTS})

MOST_AT_ONCE = 40
MOST_AS_A_JOB = 500
MOST_LABELS = 60


def scanner_page(template: str, status: int = 200, **values: Any) -> Any:
    """A page that reads codes with the camera: the decoder is WebAssembly, and compiling it is the one thing that the
    content security policy has to allow here and nowhere else. It allows no script that is not ours."""
    answer = make_response(render_template(template, **values), status)
    answer.headers["Content-Security-Policy"] = web.SECURITY_HEADERS["Content-Security-Policy"].replace(
        "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
    )
    return answer


@dataclass(frozen=True)
class Found:
    """What a scanned text came to: one thing, several to choose from, a thing of another workshop, or nothing."""

    scanned: str = ""
    code: Code | None = None
    hit: hits.Hit | None = None
    several: Sequence[Item] = ()
    elsewhere: Any = None


def look_up(scanned: str) -> Found:
    """Find out what was scanned."""
    code = codes.read(scanned)
    if code is None:
        return Found()
    named = queries.items_of_code(code)
    if len(named) == 1:
        return Found(scanned, code, hit=hits.hit_of(named[0]))
    return Found(scanned, code, several=named, elsewhere=queries.other_workshop_of(code))


@pages.get("/scan")
@needs("item:read")
def scan() -> Any:
    """Scan or type a code; a hit shows what the thing expects now."""
    found = look_up(listing.asked("code"))
    if web.wants_fragment():
        return render_template("scanning/_hit.html", found=found)
    return scanner_page("scanning/scan.html", found=found)


@pages.post("/scan/<tag>/here")
@needs("item:write")
def here(tag: str) -> Any:
    """Something that was lost here is here again."""
    item = get_item(tag)
    whereabouts.find_item(actor(), item)
    flash(_("%(tag)s is here again, on the bench.", tag=item.tag), "done")
    return see("scanning.scan", code=item.tag)


@pages.get("/scan/many")
@needs("item:read")
def many() -> Any:
    """Scan many, then do one thing with all of them."""
    return _many_page(_form())


@pages.get("/scan/many/look")
@needs("item:read")
def look() -> Any:
    """One line of the tally: what a code is."""
    return render_template("scanning/_tally_line.html", found=look_up(listing.asked("code")))


def _acts() -> list[str]:
    return [name for name in words.ACTS if name == "labels" or current().can(batch.ACTS[name][0])]


def _form() -> BatchForm:
    form = BatchForm()
    form.offer(_acts())
    return form


def _many_page(form: BatchForm, status: int = 200, problem: str = "") -> Any:
    return scanner_page("scanning/many.html", status, form=form, places=queries.places(), problem=problem)


@pages.post("/scan/many")
@needs("item:read")
def do_with_many() -> Any:
    """Do it with each, and say of each what became of it; more than a few are a job, with a page that says how far it is,
    and what can be taken back is kept as one, with its way back."""
    form, wanted = _form(), codes.read_all(request.form.get("codes", ""))
    most = MOST_LABELS if form.act.data == "labels" else MOST_AS_A_JOB
    if not wanted or len(wanted) > most:
        text = _("Scan at least one thing first.") if not wanted else _("Do at most %(most)s at once.", most=most)
        form.codes.errors = [text]
        return _many_page(form, 422)
    named = [(code, queries.items_of_code(code)) for code in wanted]
    things = list({item.id: item for _code, items in named for item in items if len(items) == 1}.values())
    unknown = [code for code, items in named if len(items) != 1]
    if form.act.data == "labels":
        return see("items.choose_labels", tag=[item.tag for item in things])
    outcomes: list[batch.Outcome] = []
    run: BulkRun | None = None
    with attempt(form, refusals.sentence) as tried:
        given = batch.Wanted(form.place.data or "", _contract(form))
        if len(wanted) > MOST_AT_ONCE or listed.can_be_undone(form.act.data or ""):
            run = listed.begin(actor(), form.act.data or "", things, unknown, given)
        else:
            outcomes = batch.do_all(actor(), form.act.data or "", things, given)
    if not tried.is_done:
        return _many_page(form, tried.status)
    if run is not None:
        return see("scanning.batch_page", run_id=run.id)
    rows = [_told(outcome, form.act.data) for outcome in outcomes]
    return render_template("scanning/done.html", act=words.ACTS[form.act.data], rows=rows, unknown=unknown)


@pages.get("/scan/many/runs/<int:run_id>")
@needs("item:read")
def batch_page(run_id: int) -> Any:
    """How far a long batch is; what was scanned for it is off the list of this telephone."""
    return render_template("scanning/batch.html", **told_of(queries_of_runs.get_run(run_id, actor())))


def _contract(form: BatchForm) -> Contract | None:
    if form.act.data != "hand_over" or not form.contract.data:
        return None
    try:
        return get_contract(form.contract.data)
    except NotFound as error:
        raise Invalid("scan.no_such_contract", field="contract", reference=form.contract.data) from error


@dataclass(frozen=True)
class Row:
    """One thing of a batch: what became of it in a sentence, and where to go on."""

    item: Item
    is_done: bool
    sentence: str
    url: str = ""
    label: str = ""
    amount: Any = None


def _told(outcome: batch.Outcome, act: str) -> Row:
    item, line, facts = outcome.item, outcome.line, outcome.facts
    if outcome.refusal is not None:
        return Row(
            item, False, refusals.sentence(outcome.refusal), url_for("scanning.scan", code=item.tag), _("See it")
        )
    place: dict[str, Any] = {}
    name = ""
    if line is not None:
        name = line.contract.customer.name
        place = {"reference": line.contract.reference, "position": line.position}
    if act == "take_back":
        text = _("Back from %(name)s. Inspection %(code)s is open.", name=name, code=facts["inspection"])
        may = current().can("contract:inspect")
        return Row(item, True, text, url_for("contracts.inspect", **place) if may else "", _("Inspect"), facts["late"])
    if act == "hand_over":
        text = _("Out with %(name)s.", name=name)
        return Row(item, True, text, url_for("contracts.detail", reference=place["reference"]), _("See the contract"))
    return Row(item, True, _("It is here again."), url_for("scanning.scan", code=item.tag), _("Go on"))


from service_app.scanning import taking  # noqa: E402, F401  (it hangs its views on `pages`)
