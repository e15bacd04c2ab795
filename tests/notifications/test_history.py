"""What a mail server may answer, judged by the whole history: every due letter arrives or says why not, and only what
nobody could know arrives twice, under the same Message-ID."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import select, text

from service_app.core.db import session
from service_app.notifications.models import Delivery, Message
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent, a_wish, an_item
from tests.mail import Sink
from workers import sweeps
from workers.process import Process

ANSWERS = {
    "plain": [],
    "busy": ["421 too busy"],
    "grey": ["451 greylisted", "451 greylisted", "450 not yet"],
    "gone": ["550 no such user"],
    "slow": ["452 no room", "421 closing"],
}


def test_every_due_letter_arrives_once_or_says_why_not(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]
) -> None:
    sink = post[0]
    sink.script = {f"{name}@example.be": list(answers) for name, answers in ANSWERS.items()}
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        for name in ANSWERS:
            an_item(product)
            a_sent(a_wish(product, plan), customer=a_customer(email=f"{name}@example.be"))
    for _round in range(6):
        sweep(posting)
        with scope(workshop):
            session().execute(
                text("UPDATE job SET run_at = now() WHERE state = 'ready'"), execution_options={"scoped_by_hand": True}
            )
            session().commit()
    with scope(workshop):
        rows = list(session().scalars(select(Message)))
        tried = Counter(session().scalars(select(Delivery.message_id)))
        check(rows, sink)
        for row in rows:
            name = row.recipient.split("@")[0]
            refused = name == "gone"
            assert row.status == ("failed" if refused else "sent"), name
            assert tried[row.id] == len(ANSWERS[name]) + (not refused), name


def sweep(process: Process) -> None:
    sweeps.sweep(process, "planning")
    sweeps.sweep(process, "mail")


def check(rows: Sequence[Message], sink: Sink, in_doubt: Collection[str] = ()) -> None:
    """Every letter that says it was sent came in, none that failed did, and none twice; but twice at most, and then under the
    same Message-ID, where nobody could know what became of an attempt: `in_doubt` names those recipients."""
    came = Counter(sink.ids())
    for row in rows:
        times = sum(many for one, many in came.items() if one.startswith(f"<ronde.{row.workshop_id}.{row.id}@"))
        sent = (1, 2) if row.recipient in in_doubt else (1,)
        allowed = {"sent": sent, "failed": (0,), "skipped": (0,), "expired": (0,), "unknown": (0, 1)}
        assert times in allowed[row.status], (row.recipient, row.status, times)
    assert sum(came.values()) == len(sink.letters)
    recipients = {str(letter["To"]) for letter in sink.letters}
    assert len(recipients) == len(came), "one Message-ID for each"
