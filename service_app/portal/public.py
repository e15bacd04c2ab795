"""The customer's door: ask for a link, come in by it or by its code; and the links of letters, each for one act."""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask import session as cookie_session

from service_app import refusals
from service_app.contracts import links
from service_app.contracts.queries import get_contract_by_id
from service_app.core import access
from service_app.core.access import needs
from service_app.core.errors import NotFound
from service_app.core.i18n import language, speak
from service_app.core.web import current, see
from service_app.portal import doing, guards, shown
from service_app.portal.forms import AddressForm, CodeForm
from service_app.portal.models import PortalLink
from service_app.portal.operations import entering

door = Blueprint("portal_door", __name__, template_folder="templates")
shown.install(door)
_NEXT = "portal_next"
_PLAIN = re.compile(r"[\w/?=&%.+:-]*")


@door.get("/my/sign-in")
@needs(None)
def sign_in() -> Any:
    """Which address is it? Who is in already goes on."""
    if current().customer is not None:
        return redirect(_own(request.args.get("next")) or url_for("portal.things"))
    return render_template("portal/sign_in.html", form=AddressForm(next=request.args.get("next", "")))


def _own(target: str | None) -> str | None:
    """A page of this customer's own rooms, or None."""
    begin, path = f"/{current().workshop.slug}/my/", target or ""
    is_ours = path.startswith(begin) and ".." not in path and _PLAIN.fullmatch(path.removeprefix(begin)) is not None
    return path if is_ours else None


@door.post("/my/sign-in")
@needs(None)
def ask() -> Any:
    """Send a letter, if there is somebody to send it to; the answer is the same, and so is the work."""
    form = AddressForm()
    if not form.validate():
        return render_template("portal/sign_in.html", form=form), 422
    browser = secrets.token_urlsafe(32)
    entering.ask_link(form.email.data, browser, request.remote_addr or "", language())
    cookie_session[_NEXT] = _own(form.next.data)
    answer = make_response(redirect(url_for("portal_door.code"), code=303))
    guards.give_cookie(answer, "asks", browser, guards.ASKING_SECONDS)
    return answer


@door.get("/my/sign-in/code")
@needs(None)
def code() -> Any:
    """A letter is on its way: open its link here, or type its code."""
    return _code_page(CodeForm(), entering.link_of_browser(_browser() or ""))


@door.post("/my/sign-in/code")
@needs(None)
def enter_code() -> Any:
    """In with the six digits; a wrong one counts, so this answers without raising."""
    form, link = CodeForm(), entering.link_of_browser(_browser() or "")
    if link is None or not form.validate():
        return _code_page(form, link, 422)
    return _try(link, form.code.data, form)


def _browser() -> str | None:
    return request.cookies.get(guards.cookie_name("asks"))


def _code_page(form: CodeForm, link: PortalLink | None, status: int = 200, token: str = "") -> Any:
    return render_template("portal/code.html", form=form, link=link, token=token), status


@door.get("/my/in/<token>")
@needs(None)
def letter(token: str) -> Any:
    """The link of the letter. It shows a button, for mail servers open links to look at them; another browser than the one
    that asked types the code."""
    link = entering.open_link(token)
    if "language" not in cookie_session:
        speak(link.language)
    if entering.is_asked_by(link, _browser()):
        return render_template("portal/come_in.html", token=token)
    return _code_page(CodeForm(), link, token=token)


@door.post("/my/in/<token>")
@needs(None)
def come_in(token: str) -> Any:
    """In, once."""
    link, form = entering.open_link(token), CodeForm()
    if entering.is_asked_by(link, _browser()):
        return _try(link, None, form)
    if not form.validate():
        return _code_page(form, link, 422, token)
    return _try(link, form.code.data, form, token)


def _try(link: PortalLink, typed: str | None, form: CodeForm, token: str = "") -> Any:
    value = entering.come_in(
        link, _browser(), typed, ip=request.remote_addr or "", user_agent=request.user_agent.string
    )
    if value is not None:
        return _let_in(value)
    form.code.errors = [refusals.say("portal.wrong_code", {})]
    return _code_page(form, link if entering.is_open(link) else None, 422, token)


def _let_in(value: str) -> Response:
    before, target = guards.resumed(), cookie_session.get(_NEXT)
    if before is not None:
        entering.end_session(before.customer, before.id)
    guards.forget_form()
    answer = make_response(redirect(_own(target) or url_for("portal.things"), code=303))
    guards.take_cookie(answer, "asks")
    guards.give_cookie(answer, "my", value, int(entering.ABSOLUTE.total_seconds()))
    return answer


@door.post("/my/sign-out")
@needs(None)
def sign_out() -> Any:
    """End this session."""
    row = guards.resumed()
    if row is not None:
        entering.end_session(row.customer, row.id)
    guards.forget_form()
    answer = make_response(redirect(url_for("portal_door.sign_in"), code=303))
    guards.take_cookie(answer, "my")
    return answer


@door.get("/my/do/<token>")
@needs(None)
def linked(token: str) -> Any:
    """One act on one thing, from a letter."""
    return doing.show(_opened(token))


@door.post("/my/do/<token>")
@needs(None)
def do_linked(token: str) -> Any:
    """Done, without signing in."""
    opened = _opened(token)
    is_done, page = doing.confirm(opened)
    return see("portal_door.linked_done", token=token) if is_done else page


@door.get("/my/do/<token>/done")
@needs(None)
def linked_done(token: str) -> Any:
    """What stands now."""
    opened = _opened(token)
    return render_template("portal/done.html", opened=opened, line=opened.subject.line)


def _opened(token: str) -> doing.Opened:
    act = links.read_act(token, current().workshop.id)
    contract = get_contract_by_id(act.contract_id)
    if contract.status == "draft":
        raise NotFound("link.gone")
    if "language" not in cookie_session:
        speak(contract.language)
    actor = access.customer(contract.customer.name)
    return doing.open_act(act.operation, contract, act.position, actor, url_for("portal_door.linked", token=token))
