"""The staff's pages about letters: what went to whom, what did not and why, and the kept ones to read."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _

from service_app import refusals
from service_app.bookings.models import Appointment
from service_app.contracts.models import Contract
from service_app.core import beside
from service_app.core.access import needs
from service_app.core.errors import NotFound
from service_app.core.forms import attempt, differences
from service_app.core.i18n import DEFAULT_LANGUAGE, LANGUAGES, in_language
from service_app.core.web import SECURITY_HEADERS, actor, current, see
from service_app.customers.models import Customer
from service_app.customers.queries import get_by_reference
from service_app.lists import shown as list_shown
from service_app.notifications import doubtful, incoming, operations, queries, suppression, words
from service_app.notifications.forms import LetterTextsForm
from service_app.notifications.letters.house import example_letter
from service_app.notifications.listed import LIST
from service_app.notifications.models import Message
from service_app.workshops.operations.defaults import change_letter_texts, clean_letter_texts
from service_app.workshops.queries import house_defaults
from service_app.workshops.tabs import tabs

pages = Blueprint("notifications", __name__, template_folder="templates")

pages.app_context_processor(
    lambda: {
        "letter_states": words.STATES,
        "letter_kinds": words.KINDS,
        "letter_reasons": words.REASONS,
        "letter_outcomes": words.OUTCOMES,
        "letter_suppressed": words.SUPPRESSED,
        "letter_via": words.VIA,
        "letter_topics": words.TOPICS,
        "letter_necessary": words.NECESSARY,
    }
)

pages.add_app_template_filter(lambda kind: str(words.KINDS[kind]), "letter_said")

FRAMED = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"}


# Whoever holds the link inside one of these is let in as somebody.
_KEYS = ("invitation", "reset", "portal_link")


def _kept(message: Message) -> EmailMessage | None:
    """The letter as it was kept, for who may read it: a key to the house only for who says who works here."""
    if message.kind in _KEYS and not current().can("member:write"):
        return None
    return queries.kept_of(message)


def _beside_contract(contract: Contract) -> dict[str, Any] | None:
    if not current().can("letters:read"):
        return None
    found, answers = queries.letters_of_contract(contract), queries.answers_of_contract(contract)
    return {"letters": found, "answers": answers} if found or answers else None


beside.add("contract", "notifications/contract_card.html", _beside_contract)


def _beside_appointment(appointment: Appointment) -> dict[str, Any] | None:
    """What its customer answered to the letters about it, or pressed at the invitation in them."""
    found = queries.answers_about("appointment", appointment.id) if current().can("letters:read") else ()
    return {"answers": found, "letters": ()} if found else None


# The same card as of a contract, whose list of letters is left out.
beside.add("appointment", "notifications/contract_card.html", _beside_appointment)

ON_TODAY = 10


def _beside_customer(customer: Customer) -> dict[str, Any] | None:
    """The whole conversation, newest first: what went out and how it fared, and what came back."""
    if not current().can("letters:read"):
        return None
    letters, answers = queries.letters_of_customer(customer), queries.answers_of_customer(customer)
    silent = suppression.suppressed(customer.email) if customer.email else None
    if not letters and not answers and silent is None:
        return None
    both: list[Any] = [*letters, *answers]
    said = sorted(both, key=lambda one: one.created_at, reverse=True)
    return {"said": said, "silent": silent, "customer": customer, "may_write": current().can("customer:write")}


def _on_today(_workshop: Any) -> dict[str, Any] | None:
    """Whom to call because a letter did not arrive, and what customers answered."""
    if not current().can("letters:read"):
        return None
    untold, answers = suppression.to_call(ON_TODAY), queries.unread_answers(ON_TODAY)
    calls: dict[int, list[Message]] = {}
    for message in untold:
        calls.setdefault(message.customer_id or 0, []).append(message)
    shown = {"calls": list(calls.values()), "answers": answers, "may_write": current().can("customer:write")}
    return shown if untold or answers else None


def _in_doubt_today(_workshop: Any) -> dict[str, Any] | None:
    """What nobody knows to have arrived."""
    if not current().can("letters:read"):
        return None
    found = doubtful.in_doubt(ON_TODAY)
    return {"letters": found, "count": doubtful.count_in_doubt()} if found else None


beside.add("customer", "notifications/customer_card.html", _beside_customer)
beside.add("today", "notifications/today_section.html", _on_today)
beside.add("today", "notifications/doubtful_section.html", _in_doubt_today, doubtful.SIGN)


@pages.get("/letters")
@needs("letters:read")
def list_page() -> Any:
    """Letters, newest first."""
    return list_shown.page(LIST, "lists/page.html")


@pages.get("/letters/<int:message_id>")
@needs("letters:read")
def detail(message_id: int) -> Any:
    """A letter: its attempts, and itself when it was kept."""
    message = queries.get_letter(message_id)
    kept = _kept(message)
    body = kept.get_body(("plain",)) if kept is not None else None
    page = render_template(
        "notifications/detail.html",
        message=message,
        contract=queries.contract_of(message),
        attempts=queries.deliveries_of(message),
        kept=kept,
        text=body.get_content() if body is not None else "",
        attachments=[part.get_filename() for part in kept.iter_attachments()] if kept is not None else [],
    )
    answer = Response(page)
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    answer.headers["Content-Security-Policy"] = f"{policy}; frame-src 'self'"
    return answer


@pages.get("/letters/<int:message_id>/shown")
@needs("letters:read")
def shown(message_id: int) -> Response:
    """The HTML of a kept letter, framed without rights."""
    kept = _kept(queries.get_letter(message_id))
    body = kept.get_body(("html",)) if kept is not None else None
    if body is None:
        raise NotFound("not_found")
    return Response(body.get_content(), mimetype="text/html", headers=FRAMED)


@pages.get("/letters/<int:message_id>/attachments/<int:number>")
@needs("letters:read")
def attachment(message_id: int, number: int) -> Response:
    """What came with a kept letter."""
    kept = _kept(queries.get_letter(message_id))
    parts = list(kept.iter_attachments()) if kept is not None else []
    if number >= len(parts):
        raise NotFound("not_found")
    headers = {"Content-Disposition": f'attachment; filename="{parts[number].get_filename()}"'}
    return Response(parts[number].get_content(), mimetype=parts[number].get_content_type(), headers=headers)


@pages.post("/letters/<int:message_id>/again")
@needs("letters:write")
def again(message_id: int) -> Any:
    """Send it once more."""
    operations.send_again(actor(), message_id)
    flash(_("It goes out again within seconds."), "done")
    return see("notifications.detail", message_id=message_id)


@pages.post("/letters/<int:message_id>/arrived")
@needs("letters:write")
def arrived(message_id: int) -> Any:
    """Somebody asked: it is there."""
    doubtful.note_arrived(actor(), message_id)
    flash(_("It counts as sent."), "done")
    return see("notifications.detail", message_id=message_id)


@pages.post("/letters/suppressed/<int:suppression_id>/lift")
@needs("customer:write")
def lift(suppression_id: int) -> Any:
    """Write to an address again."""
    row = suppression.lift(actor(), suppression_id)
    flash(_("Letters go to %(address)s again.", address=row.address), "done")
    if request.form.get("back") == "jobs":
        return see("desk.jobs_page")
    return _to_customer(request.form.get("customer", ""))


@pages.post("/letters/told/<reference>")
@needs("customer:write")
def told(reference: str) -> Any:
    """Somebody told the customer what did not arrive."""
    customer = get_by_reference(reference)
    suppression.note_told(actor(), customer)
    flash(_("%(name)s knows.", name=customer.name), "done")
    return see("desk.today")


@pages.post("/letters/answers/<int:answer_id>/read")
@needs("customer:write")
def read(answer_id: int) -> Any:
    """An answer was read."""
    answer = incoming.mark_read(actor(), answer_id)
    return _to_customer(answer.customer.reference)


def _to_customer(reference: str) -> Any:
    if not reference:
        return see("desk.today")
    return see("customers.detail", reference=get_by_reference(reference).reference, _anchor="messages")


@pages.get("/settings/letters")
@needs("settings:read")
def texts_page() -> Any:
    """What letters to customers begin with, close with and say at their foot."""
    return _texts_page(LetterTextsForm.over(house_defaults()))


def _texts_page(form: Any, status: int = 200) -> Any:
    both = getattr(form, "both", [])
    page = render_template(
        "notifications/texts.html", form=form, tabs=tabs("notifications.texts_page"), language_names=LANGUAGES,
        differences=both,
    )  # fmt: skip
    answer = Response(page, status=status)
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    answer.headers["Content-Security-Policy"] = f"{policy}; frame-src 'self'"
    return answer


@pages.post("/settings/letters")
@needs("settings:write")
def change_texts() -> Any:
    """Other words from now on."""
    form = LetterTextsForm()
    with attempt(form, refusals.sentence) as tried:
        change_letter_texts(actor(), current().workshop, form.seen, form.texts())
    if tried.is_done:
        flash(_("Saved."), "done")
        return see("notifications.texts_page")
    if tried.refusal is not None and tried.refusal.code == "version.stale":
        form.both = differences(form, LetterTextsForm.over(house_defaults()))
    return _texts_page(form, tried.status)


@pages.route("/settings/letters/<language>", methods=["GET", "POST"])
@needs("settings:read")
def preview_texts(language: str) -> Any:
    """A letter as a customer would get it, with the words that are typed; nothing is written."""
    form = LetterTextsForm() if request.method == "POST" else LetterTextsForm.over(house_defaults())
    code = language if language in LANGUAGES else DEFAULT_LANGUAGE
    words = {name: texts.get(code, "") for name, texts in clean_letter_texts(form.texts()).items()}
    with in_language(code):
        page = render_template(
            "notifications/letter.html", letter=example_letter(words), workshop=current().workshop, language=code
        )
    return Response(page, mimetype="text/html", headers=FRAMED)
