"""How the demo's workshops talk to people: some own words, text messages that are set up and switched off (a demo rings
nobody), what some customers chose, one piece of work that was set aside, a program of others that is told facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update

from service_app.core import clock, jobs
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.events import Event
from service_app.core.jobs import Job
from service_app.core.outgoing import Answer
from service_app.customers.models import Customer
from service_app.desk import background
from service_app.notifications import accounts, choosing, wording
from service_app.webhooks import operations as webhooks
from service_app.webhooks import sending
from service_app.webhooks.models import WebhookDelivery
from service_app.webhooks.operations import EndpointFacts
from service_app.workshops.models import Workshop

_WORDS = {
    "fr": wording.OwnWords("", "Bonne nouvelle : votre objet vous attend à l’atelier.", "À tout bientôt, {workshop}"),
    "nl": wording.OwnWords("", "Goed nieuws: uw ding wacht op u in het atelier.", "Tot gauw, {workshop}"),
    "en": wording.OwnWords("", "Good news: your thing waits for you at the workshop.", "See you soon, {workshop}"),
}
_BOOKS = {"fr": "Comptabilité", "nl": "Boekhouding", "en": "Bookkeeping"}
TOLD = ("contract.signed", "line.returned")
TOLD_DAYS = 12
_AWAY = Answer("refused", 503, "Service unavailable", 212)
_REASONS = {"fr": "Le client est déjà passé.", "nl": "De klant is al geweest.", "en": "The customer came by already."}


def word(boss: Actor, workshop: Workshop, customers: Sequence[Customer]) -> None:
    """Own words in the workshop's language, an account that is off, two choices, a job set aside."""
    language = workshop.language
    wording.change(boss, workshop, "repair_ready", language, 0, _WORDS[language])
    accounts.change(boss, workshop, 0, accounts.SmsFacts(
        provider="gateway", url="https://sms.example/send", username="", secret="", sender="Ronde", countries=("BE",),
        daily_count=50, daily_cents=400, cents_per_segment=8, is_on=False,
    ))  # fmt: skip
    choosing.keep_choice(customers[0], "repairs", "sms")
    choosing.keep_choice(customers[1], "visits", "sms")
    jobs.enqueue("contracts.document", channel="documents", payload={}, dedupe_key="demo:aside")
    which = (Job.kind == "contracts.document", Job.dedupe_key == "demo:aside")
    session().execute(update(Job).where(*which).values(state="dead", attempts=12, last_error="No such contract"))
    background.set_aside(boss, session().scalars(select(Job.id).where(*which)).one(), _REASONS[language])
    _tell_the_books(boss, workshop)


def _tell_the_books(boss: Actor, workshop: Workshop) -> None:
    """A program of the bookkeeper's that hears what was signed and handed back: the last facts it took, and one that it did
    not in three days, to be sent again. Its address is one that leads nowhere (RFC 2606): a demo calls nobody."""
    with clock.travelled(clock.now() - timedelta(days=TOLD_DAYS)):
        facts = EndpointFacts(_BOOKS[workshop.language], "https://books.example/ronde", TOLD)
        endpoint = webhooks.create_endpoint(boss, facts)
    lately = select(Event.id, Event.at).where(Event.name.in_(TOLD), Event.at > clock.now() - timedelta(days=TOLD_DAYS))
    found = session().execute(lately.where(Event.at <= clock.now()).order_by(Event.id)).all()
    # The demo travels to and fro in time; a log is read in one direction.
    known = [row for place, row in enumerate(found) if all(row.at <= after.at for after in found[place:])]
    for place, (event_id, at) in enumerate(known):
        with clock.travelled(at):
            delivery = WebhookDelivery(endpoint_id=endpoint.id, event_id=event_id)
            session().add(delivery)
            session().flush()
        answers = [_AWAY] * (len(sending.WAITS) + 1) if place == 0 else [Answer("taken", 204, "", 80 + 7 * place)]
        for attempt, answer in enumerate(answers, start=1):
            with clock.travelled(min(at + timedelta(hours=8) * (attempt - 1) + timedelta(seconds=4), clock.now())):
                sending.settle(delivery.id, answer, attempt)
