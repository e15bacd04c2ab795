"""The staff's day: Today, finding anything, background work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from service_app import navigation, refusals
from service_app.contracts.models import ContractLine
from service_app.contracts.operations import alone, calls
from service_app.contracts.queries import get_contract
from service_app.core import beside, clock, standing, web
from service_app.core.access import needs
from service_app.core.errors import Invalid, NotFound, ScopeMissing
from service_app.core.forms import attempt
from service_app.core.i18n import language, words
from service_app.core.jobs import ChannelPause
from service_app.desk import background, queries, start
from service_app.desk.forms import FirstProductForm
from service_app.desk.words import CALLS, CHANNELS, JOB_STATES, PAUSES, WORKS
from service_app.lists import finding
from service_app.notifications import traffic
from service_app.workshops.operations import defaults

pages = Blueprint("desk", __name__, template_folder="templates")


def _troubles() -> tuple[standing.Trouble, ...]:
    """The channels in trouble, for the banner on every page of the staff; none on the page of an error, which is drawn when
    the transaction is over."""
    here = web.current()
    try:
        return standing.at_a_glance() if here.workshop is not None and here.can("today:read") else ()
    except ScopeMissing:
        return ()


def _pause_said(pause: ChannelPause | standing.Trouble) -> str:
    """Why a channel is in trouble, with what the other side said in its own words."""
    code, colon, said = pause.reason.partition(": ")
    return f"{PAUSES[code]} {said}" if colon and code in PAUSES else pause.reason


pages.add_app_template_filter(_pause_said, "pause_said")
pages.app_context_processor(lambda: {"channel_troubles": _troubles, "channel_words": CHANNELS})


@pages.get("/")
@needs("today:read")
def today() -> Any:
    """Coming back, going out, to inspect, care due: one button each. An open page asks every few seconds with the tag of
    what it shows, and gets nothing as long as nothing happened."""
    workshop = web.current().workshop
    today = clock.today(workshop.zone)
    tag, without = queries.first_look(today, language())
    if web.wants_fragment() and request.args.get("tag") == tag:
        return Response(status=204)
    begun = start.the_start() if web.current().can("settings:write") else None
    return render_template(
        "desk/_day.html" if web.wants_fragment() else "desk/today.html",
        day=queries.the_day(workshop.zone),
        today=today,
        tag=tag,
        cards=beside.cards("today", workshop, without),
        outcomes=CALLS,
        start=begun if begun is not None and begun.is_shown else None,
        days_late=lambda line: _days_late(line, today),
    )


@pages.post("/called/<reference>")
@needs("contract:write")
def called(reference: str) -> Any:
    """Somebody called the customer; what came of it."""
    contract = get_contract(reference)
    calls.note_call(web.actor(), contract, request.form.get("outcome", ""))
    flash(_("%(name)s was called about %(code)s.", name=contract.customer.name, code=contract.reference), "done")
    return web.see("desk.today")


def _days_late(line: ContractLine, today: date) -> int:
    """Days as people count them: what was due on Monday is two days late on Wednesday, whatever the hour."""
    return (today - clock.local(line.due_at, web.current().workshop.zone).date()).days if line.due_at else 0


@dataclass(frozen=True)
class Option:
    """One line of the palette."""

    code: str
    title: str
    kind: Any
    url: str
    detail: str = ""

    def is_called(self, query: str) -> bool:
        """Whether the query is this very code, as a label or a scanner gives it."""
        return bool(self.code) and self.code.casefold() == query.strip().lstrip("#").casefold()


@pages.get("/find")
@needs("today:read")
def find() -> Any:
    """The palette's answer, or a page of its own. A code that names one thing exactly goes straight there."""
    query = request.args.get("q", "")
    entries = _options(query)
    if web.wants_fragment():
        return render_template("desk/found.html", entries=entries)
    if entries and entries[0].is_called(query):
        return redirect(entries[0].url)
    return render_template("desk/find.html", entries=entries, query=query)


def _options(query: str) -> list[Option]:
    """Acts behind `>`, codes behind `#`, people behind `@`; everything without a sign, acts last. What bears
    the very code comes first."""
    wanted = query.strip()
    if wanted.startswith(">"):
        return _acts(wanted[1:])
    things = sorted(_things(wanted), key=lambda entry: not entry.is_called(wanted))
    return things + (_acts(wanted) if wanted and wanted[0] not in "#@" else [])


def _acts(text: str) -> list[Option]:
    return [Option("", act.label, _("act"), act.url) for act in navigation.acts(text)]


def _things(query: str) -> list[Option]:
    can = web.current().can
    hits = queries.find(query, contracts=can("contract:read"), items=can("item:read"), customers=can("customer:read"))
    found = [
        Option(row.reference, row.customer.name, _("contract"), url_for("contracts.detail", reference=row.reference))
        for row in hits.contracts
    ]
    found += [
        Option(row.tag, words(row.product.name), _("item"), url_for("items.detail", tag=row.tag), row.serial)
        for row in hits.items
    ]
    found += [
        Option(row.reference, row.name, _("customer"), url_for("customers.detail", reference=row.reference))
        for row in hits.customers
    ]
    if not query.startswith("@"):
        found += [Option(row.code, row.title, row.kind, row.url) for row in finding.find(query, can)]
    return found


@pages.get("/start")
@needs("settings:read")
def start_page() -> str:
    """The guided start, also when Today no longer shows it."""
    return render_template("desk/start.html", start=start.the_start())


@pages.post("/start/<step>/skip")
@needs("settings:write")
def skip_step(step: str) -> Any:
    """Pass over a step, or take it up again."""
    if step not in defaults.STEPS:
        raise NotFound("not_found")
    again = "again" in request.form
    defaults.skip_step(web.actor(), step, again=again)
    return web.see("desk.start_page" if again else "desk.today")


@pages.post("/start/away")
@needs("settings:write")
def put_away() -> Any:
    """Show the guided start no longer; it can be had back."""
    again = request.values.get("again") == "1"
    defaults.put_start_away(web.actor(), again=again)
    if not again:
        web.offer_undo(_("The guided start is put away. It is under Settings."), "desk.put_away", again=1)
    return web.see("desk.today")


@pages.get("/start/product")
@needs("product:write")
def new_product() -> Any:
    """The shortest form of a product with its price."""
    return _product_page(FirstProductForm(formdata=None))


def _product_page(form: FirstProductForm, status: int = 200) -> Any:
    return render_template("desk/first_product.html", form=form), status


@pages.post("/start/product")
@needs("product:write")
def create_product() -> Any:
    """A product with a plan; what products here begin with is filled in."""
    form = FirstProductForm()
    if not form.validate():
        return _product_page(form, 422)
    with attempt(form, refusals.sentence) as tried:
        product = start.make_product(web.actor(), web.current().workshop.language, form.name.data, form.plan)
    if not tried.is_done:
        return _product_page(form, tried.status)
    flash(_("%(code)s can be rented out. Take in the first one of it.", code=product.code), "done")
    return web.see("items.new", product=product.code)


@pages.get("/jobs")
@needs("jobs:read")
def jobs_page() -> str:
    """What waits, what is stuck, whether the sweeps run, and what to do about each."""
    dead, aside_jobs = background.dead_jobs(), background.set_aside_jobs()
    return render_template(
        "desk/jobs.html", state=background.state(), dead=dead, works=WORKS, channels=CHANNELS,
        stuck=background.stuck_by_kind(), aside_jobs=aside_jobs, job_states=JOB_STATES,
        in_doubt=background.in_doubt([*dead, *aside_jobs]), setbacks=alone.list_setbacks(),
        longest_reason=background.LONGEST_REASON,
    )  # fmt: skip


@pages.post("/jobs/<int:job_id>/again")
@needs("jobs:write")
def drive_again(job_id: int) -> Any:
    """Give a stuck job another run."""
    is_done = background.drive_again(web.actor(), job_id)
    flash(_("It runs again within seconds.") if is_done else _("It was not stuck any more."), "done")
    return web.see("desk.jobs_page")


@pages.post("/jobs/again")
@needs("jobs:write")
def drive_kind_again() -> Any:
    """The same for every job of a kind that gave up."""
    count = background.drive_kind_again(web.actor(), request.form.get("kind", ""))
    flash(ngettext("%(num)s job runs again within seconds.", "%(num)s jobs run again within seconds.", count), "done")
    return web.see("desk.jobs_page")


@pages.post("/jobs/<int:job_id>/aside")
@needs("jobs:write")
def set_aside(job_id: int) -> Any:
    """Give a stuck job up, with the reason."""
    try:
        is_done = background.set_aside(web.actor(), job_id, request.form.get("reason", ""))
    except Invalid as refusal:
        flash(refusals.sentence(refusal), "failed")
        return web.see("desk.jobs_page")
    flash(_("Set aside.") if is_done else _("It was not stuck any more."), "done")
    return web.see("desk.jobs_page")


@pages.post("/jobs/channels/<channel>/resume")
@needs("jobs:write")
def resume_channel(channel: str) -> Any:
    """Try a paused channel again now."""
    traffic.resume(web.actor(), channel)
    flash(_("It is tried again within seconds."), "done")
    return web.see("desk.jobs_page")


@pages.post("/jobs/setbacks/<int:setback_id>/again")
@needs("jobs:write")
def plan_again(setback_id: int) -> Any:
    """Let the next run try a contract again that was left alone."""
    alone.try_again(setback_id)
    flash(_("It is tried again with the next run, within ten minutes."), "done")
    return web.see("desk.jobs_page")
