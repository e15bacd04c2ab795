"""The door, and what a signed-in person keeps about themself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service_app import refusals
from service_app.accounts import operations
from service_app.accounts.devices import device_name
from service_app.accounts.forms import PasswordForm, PreferencesForm, SignInForm
from service_app.accounts.signed_in import let_in, let_out, signed_in
from service_app.core import beside, i18n, web
from service_app.core.access import needs
from service_app.core.forms import attempt

door = Blueprint("accounts", __name__, template_folder="templates")
pages = Blueprint("me", __name__, template_folder="templates")
pages.add_app_template_filter(device_name)


@door.get("/sign-in")
@needs(None)
def sign_in() -> Any:
    """The door; who is in already goes on."""
    if web.current().account is not None:
        return redirect(url_for("me.home"))
    form = SignInForm(next=request.args.get("next", ""))
    return _door_page(form)


def _door_page(form: SignInForm, failed: bool = False) -> Any:
    return render_template("accounts/sign_in.html", form=form, failed=failed, cards=beside.cards("sign_in", form))


def offer_sign_ins(people: Iterable[tuple[str, str]], password: str) -> None:
    """Show (who, e-mail) as buttons under the door's form: for the demo, whose people share a password."""
    offered = {"people": list(people), "password": password}
    beside.add("sign_in", "accounts/offered.html", lambda _form: offered)


@door.post("/sign-in")
@needs(None)
def sign_in_post() -> Any:
    """Try an address and a password; the failed try is counted, so this answers without raising."""
    form = SignInForm()
    if not form.validate():
        return _door_page(form), 422
    token = operations.sign_in(
        email=form.email.data, password=form.password.data, ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )  # fmt: skip
    if token is None:
        form.form_errors.append(_("Address and password do not belong together. Check both."))
        return _door_page(form, failed=True), 422
    response = make_response(redirect(own_path(form.next.data) or url_for("me.home"), code=303))
    let_in(response, token)
    return response


def own_path(target: str | None) -> str | None:
    """The path when it is one of ours; an address of another site is dropped, however a browser may read it: two
    slashes, a backslash, a control character that it would leave out."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or not target.isprintable():
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


@door.post("/sign-out")
@needs(None)
def sign_out() -> Any:
    """End this session."""
    target = own_path(request.form.get("next")) or url_for("accounts.sign_in")
    response = make_response(redirect(target, code=303))
    let_out(response)
    return response


@pages.get("/")
@needs(None)
def home() -> Any:
    """Straight to the one workshop, else a choice."""
    here = web.current()
    if len(here.memberships) == 1 and not here.is_coordinator:
        return redirect(f"/{here.memberships[0].workshop.slug}/")
    return render_template("accounts/home.html")


@pages.post("/language")
@needs(None)
def change_language() -> Any:
    """The language of every page and letter to this person."""
    account, wanted = web.current().account, request.form.get("language", "")
    if wanted in i18n.LANGUAGES:
        operations.change_preferences(account, name=account.name, language=wanted, theme=account.theme)
    return redirect(own_path(request.form.get("next")) or url_for("me.home"), code=303)


@pages.get("/me")
@needs(None)
def detail() -> Any:
    """Name, language, password, and where one is signed in."""
    account = web.current().account
    return _me_page(PreferencesForm(formdata=None, obj=account), PasswordForm())


def _me_page(preferences: PreferencesForm, password: PasswordForm) -> str:
    person = signed_in()
    assert person is not None
    rows = operations.sessions_of(person.account)
    return render_template(
        "accounts/me.html", preferences=preferences, password=password, sessions=rows, own=person.row.token_hash
    )


@pages.post("/me")
@needs(None)
def change() -> Any:
    """Save name and language."""
    form = PreferencesForm()
    if not form.validate():
        return _me_page(form, PasswordForm()), 422
    account = web.current().account
    operations.change_preferences(
        account,
        name=form.name.data,
        language=form.language.data,
        theme=account.theme,
        single_keys=form.single_keys.data,
    )
    flash(_("Saved."), "done")
    return web.see("me.detail")


@pages.post("/me/password")
@needs(None)
def change_password() -> Any:
    """Save a new password; the other browsers are signed out."""
    form, person = PasswordForm(), signed_in()
    assert person is not None
    account = person.account
    preferences = PreferencesForm(formdata=None, obj=account)
    if not form.validate():
        return _me_page(preferences, form), 422
    with attempt(form, refusals.sentence) as tried:
        operations.change_password(account, form.old_password.data, form.password.data, person.row.token_hash)
    if not tried.is_done:
        return _me_page(preferences, form), tried.status
    flash(_("New password saved. Other browsers are signed out."), "done")
    return web.see("me.detail")


@pages.post("/me/sessions/end")
@needs(None)
def end_sessions() -> Any:
    """End one session, or all but this one."""
    person = signed_in()
    assert person is not None
    wanted = request.form.get("session", "")
    if wanted:
        operations.end_session(person.account, wanted)
    else:
        operations.end_other_sessions(person.account, person.row.token_hash)
    flash(_("Signed out there."), "done")
    return web.see("me.detail")
