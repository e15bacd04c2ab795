"""What the customer is told of a take-back, in their language, and nothing that is over."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.i18n import in_language
from service_app.core.jobs import Job
from service_app.notifications import letters
from service_app.notifications import operations as notifications
from service_app.notifications.letters import NotNeeded
from service_app.notifications.models import Message
from service_app.takebacks import links, operations, queries
from tests.factories.customers import a_customer
from tests.factories.takebacks import a_route, a_scheduled
from tests.notifications.test_letters import again_workshop


def asked_for() -> list[str]:
    """The kinds of letters that were set off, in their order."""
    wanted = select(Job).where(Job.kind == "notifications.write").order_by(Job.id)
    return [job.payload["letter"] for job in session().scalars(wanted)]


def written(kind: str) -> Message:
    """The newest letter of a kind, as the worker writes it down."""
    wanted = select(Job).where(Job.kind == "notifications.write").order_by(Job.id.desc())
    job = next(job for job in session().scalars(wanted) if job.payload["letter"] == kind)
    notifications.write_letter(kind, job.payload)
    session().flush()
    return session().scalars(select(Message).where(Message.kind == kind).order_by(Message.id.desc())).first()


@pytest.mark.parametrize(
    ("language", "subjects"),
    [
        ("fr", ("nous venons le chercher", "nous n’avons pas pu l’emporter", "annulé")),
        ("nl", ("we komen het ophalen", "we konden het niet meenemen", "geannuleerd")),
        ("en", ("we come to fetch it", "we could not take it", "cancelled")),
    ],
)
def test_planned_failed_and_cancelled_are_told_and_windows_offered_again_are_not(
    language, subjects, scope, workshop, process
):
    with process.context(), scope(workshop):
        a_route()
        takeback = a_scheduled(a_customer(email="nora@example.org", language=language))

        def told(kind):
            message = written(kind)
            with in_language(message.language):
                return message, letters.compose(message, again_workshop(workshop))

        found = [told("takeback_planned")]
        operations.failed(WORKER, takeback.id, "nobody")
        with pytest.raises(NotNeeded):
            letters.compose(found[0][0], again_workshop(workshop))
        found.append(told("takeback_failed"))
        before = asked_for()
        operations.offer_again(WORKER, takeback)
        assert asked_for() == before
        operations.hold_window(WORKER, takeback, queries.windows_for(takeback)[0].start)
        operations.confirm(WORKER, takeback)
        operations.change_window(WORKER, takeback, queries.windows_for(takeback)[1].start)
        assert asked_for().count("takeback_planned") == 3
        operations.cancel(WORKER, takeback)
        found.append(told("takeback_cancelled"))
        for (_message, letter), subject in zip(found, subjects, strict=True):
            assert subject in letter.subject
            assert takeback.reference in letter.subject
            assert links.takeback_url(takeback) == letter.button[1]
            assert all("%(" not in text for text in (letter.subject, *letter.paragraphs))
        assert takeback.window_start > clock.now()


@pytest.mark.parametrize(
    ("language", "kept", "anew"),
    [
        ("fr", "dans le créneau convenu", "Choisissez un autre créneau"),
        ("nl", "in het afgesproken tijdvak", "Kies een ander tijdvak"),
        ("en", "in the window that was agreed", "Choose another window"),
    ],
)
def test_who_moves_is_told_whether_the_window_holds(language, kept, anew, scope, workshop, process):
    with process.context(), scope(workshop):
        a_route()
        takeback = a_scheduled(a_customer(email="nora@example.org", language=language))
        for postcode, said in (("1081", kept), ("1050", anew)):
            operations.move_to(WORKER, takeback, "Quai 9", postcode, "Bruxelles")
            with in_language(language):
                letter = letters.compose(written("takeback_moved"), again_workshop(workshop))
            assert said in " ".join(letter.paragraphs)
            assert f"Quai 9, {postcode} Bruxelles" in str(letter.facts)
        operations.move_to(WORKER, takeback, "Quai 10", "1050", "Bruxelles")
        job = session().scalars(select(Job).where(Job.kind == "notifications.write").order_by(Job.id.desc())).first()
        assert not notifications.write_letter("takeback_moved", job.payload), "who has no window is told nothing"


def test_who_was_not_reached_is_not_told_that_we_came(scope, workshop, process):
    with process.context(), scope(workshop):
        a_route()
        takeback = a_scheduled(a_customer(email="nora@example.org", language="en"))
        operations.failed(WORKER, takeback.id, "time")
        with in_language("en"):
            letter = letters.compose(written("takeback_failed"), again_workshop(workshop))
        assert list(letter.paragraphs) == [
            "We did not get to you as agreed. We are sorry.",
            "Choose another window on its page.",
        ]
