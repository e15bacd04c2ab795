"""How the demo's workshops talk to people: some own words, text messages that are set up and switched off (a demo rings
nobody), what some customers chose, one piece of work that was set aside."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from service_app.core import jobs
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.jobs import Job
from service_app.customers.models import Customer
from service_app.desk import background
from service_app.notifications import accounts, choosing, wording
from service_app.workshops.models import Workshop

_WORDS = {
    "fr": wording.OwnWords("", "Bonne nouvelle : votre objet vous attend à l’atelier.", "À tout bientôt, {workshop}"),
    "nl": wording.OwnWords("", "Goed nieuws: uw ding wacht op u in het atelier.", "Tot gauw, {workshop}"),
    "en": wording.OwnWords("", "Good news: your thing waits for you at the workshop.", "See you soon, {workshop}"),
}
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
