"""The pages on which a workshop words its letters: the kinds, one kind in a language, how it looks, a test to oneself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _

from service_app import refusals
from service_app.core import clock
from service_app.core.access import needs
from service_app.core.errors import Refusal
from service_app.core.forms import attempt, differences
from service_app.core.i18n import LANGUAGES, in_language
from service_app.core.web import SECURITY_HEADERS, actor, current, see
from service_app.notifications import operations, wording
from service_app.notifications.forms import OwnWordsForm
from service_app.notifications.kinds import KINDS, may_be_worded
from service_app.notifications.letters import examples
from service_app.notifications.staff import FRAMED
from service_app.workshops.tabs import tabs

pages = Blueprint("wordings", __name__, template_folder="templates")


@pages.get("/settings/letters/kinds")
@needs("settings:read")
def list_page() -> Any:
    """Every kind that can be worded, and in which languages it is."""
    return render_template(
        "notifications/wordings.html", kinds=[kind for kind in KINDS if may_be_worded(kind)], own=wording.all_own(),
        language_names=LANGUAGES, tabs=tabs("notifications.texts_page"),
    )  # fmt: skip


@pages.get("/settings/letters/kinds/<kind>/<language>")
@needs("settings:read")
def detail(kind: str, language: str) -> Any:
    """The words of a kind in a language, beside the house's."""
    wording.must_be_worded(kind, language)
    return _page(kind, language, OwnWordsForm.over(wording.own(kind, language)))


def _page(kind: str, language: str, form: Any, status: int = 200) -> Any:
    with in_language(language):
        house = examples.example(kind, current().workshop)
    page = render_template(
        "notifications/wording.html", form=form, kind=kind, language=language, house=house, language_names=LANGUAGES,
        fields=wording.fields_of(kind), is_own=wording.own(kind, language) is not None,
        differences=getattr(form, "both", []), tabs=tabs("notifications.texts_page"),
    )  # fmt: skip
    answer = Response(page, status=status)
    answer.headers["Content-Security-Policy"] = f"{SECURITY_HEADERS['Content-Security-Policy']}; frame-src 'self'"
    return answer


@pages.post("/settings/letters/kinds/<kind>/<language>")
@needs("settings:write")
def change(kind: str, language: str) -> Any:
    """Other words from now on."""
    form = OwnWordsForm()
    with attempt(form, refusals.sentence) as tried:
        wording.change(actor(), current().workshop, kind, language, form.seen, form.words())
    if tried.is_done:
        flash(_("Saved."), "done")
        return see("wordings.detail", kind=kind, language=language)
    if tried.refusal is not None and tried.refusal.code == "version.stale":
        form.both = differences(form, OwnWordsForm.over(wording.own(kind, language)))
    return _page(kind, language, form, tried.status)


@pages.route("/settings/letters/kinds/<kind>/<language>/shown", methods=["GET", "POST"])
@needs("settings:read")
def shown(kind: str, language: str) -> Any:
    """The letter with the words that are typed, framed without rights; nothing is written."""
    wording.must_be_worded(kind, language)
    form = OwnWordsForm() if request.method == "POST" else OwnWordsForm.over(wording.own(kind, language))
    try:
        words = wording.clean(kind, form.words())
    except Refusal as refusal:
        return Response(refusals.sentence(refusal), status=422, mimetype="text/plain", headers=FRAMED)
    with in_language(language):
        letter = examples.in_own_words(kind, current().workshop, words)
        page = render_template(
            "notifications/letter.html", letter=letter, workshop=current().workshop, language=language
        )
    return Response(page, mimetype="text/html", headers=FRAMED)


@pages.post("/settings/letters/kinds/<kind>/<language>/test")
@needs("settings:write")
def test(kind: str, language: str) -> Any:
    """Send it to oneself, in the words that are kept."""
    wording.must_be_worded(kind, language)
    email, account_id = current().account.email, current().account.id
    about = f"test:{account_id}:{kind}:{language}:{int(clock.now().timestamp())}"
    operations.write("letter_test", about, {"kind": kind}, email, language, "staff")
    flash(_("A test is on its way to %(email)s.", email=email), "done")
    return see("wordings.detail", kind=kind, language=language)


@pages.post("/settings/letters/kinds/<kind>/<language>/reset")
@needs("settings:write")
def reset(kind: str, language: str) -> Any:
    """The house's words again."""
    wording.reset(actor(), current().workshop, kind, language)
    flash(_("The house’s words again."), "done")
    return see("wordings.detail", kind=kind, language=language)
