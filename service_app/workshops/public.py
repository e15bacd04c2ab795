"""The street's pages: the workshop's colour, the door for who was invited, and for who forgot the password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service_app import refusals
from service_app.accounts import operations as accounts
from service_app.accounts.models import Account
from service_app.accounts.queries import find_account
from service_app.accounts.signed_in import let_in
from service_app.core import brand, db, i18n, links
from service_app.core.access import needs
from service_app.core.forms import attempt
from service_app.core.web import current, see
from service_app.workshops import queries
from service_app.workshops.forms import ROLE_NAMES, ForgotForm, JoinForm, ResetForm
from service_app.workshops.models import Invitation
from service_app.workshops.operations import people

pages = Blueprint("workshops_public", __name__, template_folder="templates")


@pages.get("/<workshop>/brand.css")
@needs(None)
def brand_css() -> Response:
    """The one custom property from which the workshop's colours follow. The address carries the colour, so it may be
    kept."""
    answer = Response(brand.stylesheet(current().workshop.brand), mimetype="text/css")
    answer.headers["Cache-Control"] = "public, max-age=604800"
    return answer


@pages.get("/join/<token>")
@needs(None)
def join(token: str) -> Any:
    """Who is invited, by whom, as what; and how to come in."""
    return _join_page(_invitation(token), JoinForm(formdata=None))


def _invitation(token: str) -> Invitation:
    """The invitation of a link; from here on the request is inside its workshop."""
    workshop_id, invitation_id = links.read(people.JOIN, token)
    db.narrow(workshop_id)
    current().workshop = queries.get_workshop(workshop_id)
    return people.open_invitation(token, invitation_id)


def _join_page(invitation: Invitation, form: JoinForm, status: int = 200) -> Any:
    page = render_template(
        "workshops/join.html",
        invitation=invitation,
        role=ROLE_NAMES[invitation.role],
        form=form,
        has_account=find_account(invitation.email) is not None,
    )
    return page, status


@pages.post("/join/<token>")
@needs(None)
def accept(token: str) -> Any:
    """Come in: with the account that is signed in, or with a new one."""
    invitation = _invitation(token)
    if current().account is not None:
        return _come_in(current().account, invitation)
    form = JoinForm()
    if not form.validate():
        return _join_page(invitation, form, 422)
    with attempt(form, refusals.sentence) as tried:
        account = accounts.create_account(
            email=invitation.email, name=form.name.data, password=form.password.data, language=i18n.language()
        )
        people.accept_invitation(account, invitation)
    if not tried.is_done:
        return _join_page(invitation, form, tried.status)
    return _let_in(account)


def _come_in(account: Account, invitation: Invitation) -> Any:
    """Join; who works here already is led on, and the invitation stays for whom it was meant."""
    if people.works_here(account.email):
        flash(_("You work here already."))
    else:
        people.accept_invitation(account, invitation)
    return see("desk.today", workshop=current().workshop.slug)


def _let_in(account: Account) -> Response:
    token = accounts.open_session(account, ip=request.remote_addr or "", user_agent=request.user_agent.string)
    response = make_response(redirect(url_for("desk.today", workshop=current().workshop.slug), code=303))
    let_in(response, token)
    return response


@pages.get("/forgot")
@needs(None)
def forgot() -> Any:
    """Which address is it?"""
    return render_template("workshops/forgot.html", form=ForgotForm(email=request.args.get("email", "")))


@pages.post("/forgot")
@needs(None)
def ask_reset() -> Any:
    """Send a letter, if there is somebody to send it to; the answer is the same."""
    form = ForgotForm()
    if not form.validate():
        return render_template("workshops/forgot.html", form=form), 422
    people.ask_password_reset(form.email.data, request.remote_addr or "")
    flash(_("If this address has an account, a letter with a link is on its way. The link works for an hour."))
    return see("accounts.sign_in")


@pages.get("/reset/<token>")
@needs(None)
def reset(token: str) -> Any:
    """Choose a new password."""
    account = accounts.account_of_reset(token)
    return render_template("workshops/reset.html", form=ResetForm(formdata=None), account=account)


@pages.post("/reset/<token>")
@needs(None)
def keep_password(token: str) -> Any:
    """Keep it; every browser is signed out, and one signs in anew."""
    account, form = accounts.account_of_reset(token), ResetForm()
    if not form.validate():
        return render_template("workshops/reset.html", form=form, account=account), 422
    with attempt(form, refusals.sentence) as tried:
        accounts.reset_password(account, form.password.data)
    if not tried.is_done:
        return render_template("workshops/reset.html", form=form, account=account), tried.status
    flash(_("New password saved. Sign in with it."))
    return see("accounts.sign_in")
