"""What comes back after a letter went: it is not delivered, its reader complains, presses, or answers."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url, select, text

from config.settings import Settings, SettingsError
from migrations.setup import RuntimeUrls
from service_app.cli.mail import take_in
from service_app.core import access, clock, events
from service_app.core.db import Database, session
from service_app.core.web import Ronde
from service_app.customers.models import Customer
from service_app.notifications import addresses, notices, operations, posting, reading, suppression
from service_app.notifications.models import Delivery, InboundMessage, Message, Suppression
from service_app.workshops.models import Workshop
from tests.conftest import SECRET, Scoped
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent, an_active
from tests.mail import Sink
from tests.notifications.test_letters import messages, sweep_all
from tests.workers.conftest import Made
from workers.process import Process

NORA = "nora@example.be"


@pytest.fixture
def coming(make: Made, post: tuple[Sink, int]) -> Process:
    """A background process with mailboxes for what comes back."""
    return make(
        smtp_host="127.0.0.1", smtp_port=post[1], smtp_starttls=False,
        bounce_mailbox="bounces@ronde.example", reply_mailbox="antwoord@ronde.example",
    )  # fmt: skip


def report(kind: str, to: str, block: str, original: EmailMessage) -> bytes:
    """A report as RFC 3464 and RFC 5965 write them, with the head of the letter it is about."""
    name = "delivery-status" if kind == "delivery-status" else "feedback-report"
    head = "\r\n".join(f"{field}: {value}" for field, value in original.items() if "\n" not in str(value))
    return (
        f"From: MAILER-DAEMON@example.be\r\nTo: {to}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="x"\r\n\r\n'
        f"--x\r\nContent-Type: text/plain\r\n\r\nIt did not work.\r\n"
        f"--x\r\nContent-Type: message/{name}\r\n\r\n{block}\r\n"
        f"--x\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n\r\n--x--\r\n"
    ).encode()


def failed(status: str, action: str = "failed") -> str:
    return (
        f"Reporting-MTA: dns; mx.example.be\r\n\r\nFinal-Recipient: rfc822; {NORA}\r\nAction: {action}\r\n"
        f"Status: {status}\r\nDiagnostic-Code: smtp; 550 {status} said the server\r\n"
    )


def sent_to_nora(
    workshop: Workshop, scope: Scoped, process: Process, sink: Sink, letters: int = 1
) -> list[EmailMessage]:
    with scope(workshop):
        nora = a_customer(email=NORA)
        for _number in range(letters):
            a_sent(customer=nora)
    sweep_all(process)
    return sink.letters[-letters:]


def silent() -> list[tuple[str, str]]:
    return [(row.address, row.reason) for row in session().scalars(select(Suppression))]


def names_about(customer: Customer) -> list[str]:
    return [fact.name for fact in events.timeline(customer)]


def test_a_letter_that_came_back_for_good_silences_its_address_and_somebody_calls(
    workshop: Workshop, scope: Scoped, coming: Process, post: tuple[Sink, int], database: Database, client: FlaskClient
) -> None:
    sink = post[0]
    (letter,) = sent_to_nora(workshop, scope, coming, sink)
    sender = sink.senders[-1]
    assert sender.startswith("bounces+")
    assert len(sender.partition("@")[0]) <= 64
    returned = report("delivery-status", sender.upper(), failed("5.1.1"), EmailMessage())
    assert take_in(database, returned) == "Nothing is sent to that address any more."
    assert take_in(database, returned) == "This was known already."
    with scope(workshop):
        assert silent() == [(NORA, "hard_bounce")]
        assert [(one.status, one.reason) for one in messages()] == [("failed", "bounced")]
        assert [one.outcome for one in session().scalars(select(Delivery).order_by(Delivery.id))] == ["sent", "bounced"]
        nora = session().scalars(select(Customer).where(Customer.email == NORA)).one()
        a_sent(customer=nora)
        reference = nora.reference
    sweep_all(coming)
    assert len(sink.letters) == 1, "the address is read at sending"
    with scope(workshop):
        assert [one.reason for one in messages()] == ["bounced", "suppressed"]
        assert len(suppression.to_call(10)) == 2
    today = client.get("/senne/").get_data(as_text=True)
    assert f"/senne/letters/told/{reference}" in today
    page = client.get(f"/senne/customers/{reference}").get_data(as_text=True)
    assert "/senne/letters/suppressed/" in page
    for _twice in range(2):
        assert client.post(f"/senne/letters/told/{reference}").status_code == 303
    with scope(workshop):
        assert suppression.to_call(10) == []
        row = session().scalars(select(Suppression)).one()
        lift = f"/senne/letters/suppressed/{row.id}/lift"
    assert client.post(lift, data={"customer": reference}).location.endswith(f"/customers/{reference}#messages")
    assert client.post(lift).status_code == 404
    with scope(workshop):
        again = messages()[-1].id
        operations.send_again(access.WORKER, again)
    sweep_all(coming)
    assert len(sink.letters) == 2
    with scope(workshop):
        assert messages()[-1].status == "sent"
        told = names_about(session().scalars(select(Customer).where(Customer.email == NORA)).one())
        assert [told.count(f"customer.{what}") for what in ("unreachable", "not_told", "told_otherwise", "reachable")] == [
            1, 2, 1, 1,
        ]  # fmt: skip
    assert letter["X-Ronde-Letter"]


def test_what_came_back_perhaps_for_now_silences_after_three_letters_within_a_month(
    workshop: Workshop, scope: Scoped, coming: Process, post: tuple[Sink, int], database: Database
) -> None:
    sent_to_nora(workshop, scope, coming, post[0], 3)
    senders = post[0].senders[-3:]
    assert take_in(database, report("delivery-status", senders[0], failed("4.4.1", "delayed"), EmailMessage())) == (
        "Nothing to do: nothing failed for good."
    )
    said = [take_in(database, report("delivery-status", to, failed("5.2.2"), EmailMessage())) for to in senders[:2]]
    assert said == ["A letter came back; it is written down."] * 2
    with scope(workshop):
        assert silent() == []
    with clock.travelled(clock.now() + timedelta(days=31)):
        take_in(database, report("delivery-status", senders[2], failed("4.4.1"), EmailMessage()))
    with scope(workshop):
        assert silent() == [], "two of them are long ago"
        session().scalars(select(Delivery).order_by(Delivery.id.desc())).first().created_at = clock.now()  # type: ignore[union-attr]
        third = messages()[-1]
        other = Message(
            kind="offer", about_key="x", audience="customer", recipient=NORA, language="fr", customer_id=third.customer_id,
        )  # fmt: skip
        session().add(other)
        session().flush()
        number = other.id
    to = addresses.at("bounces@ronde.example", addresses.BOUNCE, workshop.id, number)
    assert take_in(database, report("delivery-status", str(to), failed("5.2.2"), EmailMessage())).startswith(
        "Nothing is sent"
    )
    with scope(workshop):
        assert silent() == [(NORA, "soft_bounces")]


@pytest.mark.parametrize("reported", ["by_letter", "by_provider"])
def test_a_letter_that_was_sent_again_and_comes_back_again_fails_again_and_somebody_calls(
    workshop: Workshop, scope: Scoped, coming: Process, post: tuple[Sink, int], database: Database, reported: str
) -> None:
    """A full mailbox is full again, an address is dead again after somebody lifted its silence: the second sending is heard
    of as the first was, and the same report twice still follows once."""
    sent_to_nora(workshop, scope, coming, post[0])
    sender, keys = post[0].senders[-1], iter(range(99))

    def comes_back(status: str) -> str:
        if reported == "by_letter":
            return take_in(database, report("delivery-status", sender, failed(status), EmailMessage()))
        with scope(workshop):
            mark = addresses.mark(addresses.MARK, workshop.id, messages()[0].id)
            body = json.dumps({"type": "bounce", "reference": mark, "status": status}).encode()
            return notices.take("mail", f"notice {next(keys)}", body)

    known = "This was known already." if reported == "by_letter" else "known"
    for status in ("5.2.2", "5.2.2", "5.1.1", "5.1.1"):
        with scope(workshop):
            assert messages()[0].status == "sent"
        assert comes_back(status) != known
        with scope(workshop):
            (message,) = messages()
            assert (message.status, message.reason) == ("failed", "bounced")
            assert suppression.to_call(9) == [message]
            assert silent() == ([(NORA, "hard_bounce")] if status == "5.1.1" else [])
        assert comes_back(status) == known
        with scope(workshop):
            for row in session().scalars(select(Suppression)):
                suppression.lift(access.WORKER, row.id)
            operations.send_again(access.WORKER, messages()[0].id)
        assert comes_back(status) == known, "of the first sending still"
        sweep_all(coming)
    with scope(workshop):
        assert messages()[0].status == "sent"
        messages()[0].via = "sms"  # the last sending was a text: that a letter of before came back says nothing of it
    assert len(post[0].letters) == 5
    assert comes_back("5.2.2") != known
    with scope(workshop):
        assert messages()[0].status == "sent"


def test_a_complaint_silences_at_once_by_the_mark_in_the_letters_head_and_nothing_unsigned_does(
    workshop: Workshop, scope: Scoped, coming: Process, post: tuple[Sink, int], database: Database
) -> None:
    (letter,) = sent_to_nora(workshop, scope, coming, post[0])
    forged = EmailMessage()
    forged["X-Ronde-Letter"] = f"{workshop.id}-1-{'0' * 20}"
    forged["Message-ID"] = str(letter["Message-ID"])
    abuse = "Feedback-Type: abuse\r\nUser-Agent: Loop/1.0\r\nVersion: 1\r\n"
    assert take_in(database, report("feedback-report", "fbl@ronde.example", abuse, forged)).startswith("Nothing to do")
    calm = abuse.replace("abuse", "not-spam")
    assert take_in(database, report("feedback-report", "fbl@ronde.example", calm, letter)) == (
        "Nothing to do: it is no complaint."
    )
    with scope(workshop):
        assert silent() == []
    assert take_in(database, report("feedback-report", "fbl@ronde.example", abuse, letter)).startswith(
        "Nothing is sent"
    )
    with scope(workshop):
        assert silent() == [(NORA, "complaint")]
        assert messages()[0].status == "sent", "it did arrive"


def test_a_server_that_knows_no_such_mailbox_silences_at_the_first_answer(
    workshop: Workshop, scope: Scoped, coming: Process, post: tuple[Sink, int]
) -> None:
    post[0].script = {NORA: ["550 5.1.1 no such user"], "else@example.be": ["550 5.7.1 we do not like it"] * 2}
    with scope(workshop):
        a_sent(customer=a_customer(email=NORA))
        a_sent(customer=a_customer(email="else@example.be"))
    sweep_all(coming)
    with scope(workshop):
        session().execute(text("UPDATE job SET run_at = now()"), execution_options={"scoped_by_hand": True})
    sweep_all(coming)
    with scope(workshop):
        assert silent() == [(NORA, "hard_bounce")]
        assert [one.reason for one in messages()] == ["refused", "refused"]
        assert len(suppression.to_call(10)) == 2, "neither knows what the letter said"


def answer(to: str, **heads: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Nora Lemmens <nora@home.example>"
    mail["To"] = to
    mail["Subject"] = "Re: Votre contrat"
    mail["Message-ID"] = "<1@home.example>"
    for name, value in heads.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Je viens à 17 h.\n")
    mail.add_alternative("<style>p{}</style><p>Je viens &agrave; 17 h.</p>", subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    return mail.as_bytes()


def test_an_answer_stands_with_its_customer_unread_until_somebody_has_read_it(
    workshop: Workshop, scope: Scoped, coming: Process, post: tuple[Sink, int], database: Database, client: FlaskClient
) -> None:
    (letter,) = sent_to_nora(workshop, scope, coming, post[0])
    to = letter["Reply-To"].addresses[0].addr_spec
    assert to.startswith("antwoord+")
    assert take_in(database, answer("antwoord@ronde.example")).startswith("Nothing to do")
    assert take_in(database, answer(post[0].senders[-1])).startswith("Nothing to do"), "a sign of another use"
    assert take_in(database, answer(to, Auto_Submitted="auto-replied")) == "Nothing to do: a machine wrote it."
    assert take_in(database, answer("antwoord@ronde.example"), to.upper()) == "An answer stands with its customer."
    assert take_in(database, answer(to)) == "This was known already."
    with scope(workshop):
        kept = session().scalars(select(InboundMessage)).one()
        assert (kept.subject, kept.body, kept.attachments) == ("Re: Votre contrat", "Je viens à 17 h.", 1)
        assert kept.contract_id == messages()[0].contract_id
        assert names_about(kept.customer).count("customer.wrote") == 1
        assert names_about(kept.contract).count("customer.wrote") == 1  # type: ignore[arg-type]
        reference, number = kept.customer.reference, kept.id
    assert f"/senne/customers/{reference}#messages" in client.get("/senne/").get_data(as_text=True)
    page = client.get(f"/senne/customers/{reference}").get_data(as_text=True)
    assert "Je viens à 17 h." in page
    assert f"/senne/letters/answers/{number}/read" in page
    assert client.post(f"/senne/letters/answers/{number}/read").status_code == 303
    assert "#messages" not in client.get("/senne/").get_data(as_text=True)
    assert "Je viens à 17 h." in client.get(f"/senne/customers/{reference}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("status", "words", "code", "is_for_good"),
    [
        ("5.0.0", "550 5.1.1 User unknown", "5.1.1", True),
        ("", "550-5.1.1 The account does not exist", "5.1.1", True),
        ("5.0.0", "550 we do not like it", "5.0.0", False),
        ("5.0.0", "554 host 192.5.1.1 is blocked, 5.1.1.9 too", "5.0.0", False),
        ("5.7.1", "550 5.1.1 User unknown", "5.7.1", False),
        ("5.1.1", "550 5.7.1 refused", "5.1.1", True),
    ],
)
def test_status_that_says_nothing_gives_way_to_what_the_other_server_said(
    app: Ronde, status: str, words: str, code: str, is_for_good: bool
) -> None:
    """Exim writes 5.0.0 whatever it was told."""
    block = failed(status).replace(f"550 {status} said the server", words)
    sender = str(addresses.at("b@e.be", addresses.BOUNCE, 1, 1))
    found = reading.read(report("delivery-status", sender, block, EmailMessage()))
    assert isinstance(found, reading.CameBack)
    assert (found.code, found.is_for_good) == (code, is_for_good)


SORRY = "Hi. This is the mail program at home.example.\nSorry, no mailbox here by that name. (#5.1.1)\n"


@pytest.mark.parametrize(
    ("sender", "heads", "words", "silenced", "status"),
    [
        ("MAILER-DAEMON@home.example", {}, SORRY, [(NORA, "hard_bounce")], "failed"),
        ("<>", {"Precedence": "list"}, SORRY, [], "sent"),
        ("Postmaster@home.example", {}, "It could not be delivered.", [], "failed"),
        ("Nora Lemmens <nora@home.example>", {"Auto_Submitted": "auto-replied"}, "I am away. 5.1.1", [], "sent"),
        ("Nora Lemmens <nora@home.example>", {}, "I come at 5.1.1", [], "sent"),
    ],
    ids=["in words", "of a list", "for now", "away", "a person"],
)
def test_a_letter_that_comes_back_in_words_of_its_own_came_back_too(
    workshop: Workshop, scope: Scoped, coming: Process, post: tuple[Sink, int], database: Database,
    sender: str, heads: dict[str, str], words: str, silenced: list[tuple[str, str]], status: str,
) -> None:  # fmt: skip
    sent_to_nora(workshop, scope, coming, post[0])
    named = {"From": sender, "To": post[0].senders[-1], "Subject": "failure notice"} | heads
    head = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in named.items())
    take_in(database, f"{head}\n{words}".encode())
    with scope(workshop):
        assert (silent(), messages()[0].status) == (silenced, status)


@pytest.mark.parametrize(
    "broken",
    [
        b"", b"\x00\xff", b"Content-Type: multipart/report; report-type=delivery-status\n\n",
        b"Subject: =?utf-9?b?x?=\nFrom: <<>>\nContent-Type: text/plain; charset=nonsense\n\n\xff\x00a",
        b"Content-Type: text/html\n\n<p>one<script>two</script><br>three",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth) for depth in range(2000)),
    ],
    ids=["nothing", "bytes", "a report of nothing", "a broken head", "marks", "parts within parts"],
)  # fmt: skip
def test_whatever_is_written_in_a_letter_reading_it_never_fails(app: Ronde, broken: bytes) -> None:
    assert isinstance(reading.read(broken), reading.Nothing)
    to = addresses.at("r@e.be", addresses.REPLY, 1, 1)
    found = reading.read(broken, str(to))
    assert isinstance(found, reading.Nothing) or "\x00" not in found.body + found.subject + found.sender


HEAD = b"From: nora@home.example\nSubject: Re: you\n"


@pytest.mark.parametrize(
    ("letter", "sender", "files"),
    [
        (HEAD + b'Content-Type: text/plain; charset="idna"\n\nI come at five.\xff', "nora@home.example", 0),
        (HEAD + b'Content-Type: text/plain; charset="undefined"\n\nI come at five.', "nora@home.example", 0),
        (HEAD + b'Content-Type: text/plain; charset="ut\x00f"\n\nI come at five.', "nora@home.example", 0),
        (HEAD + b"Content-Type: text/plain; charset*=utf\x00-8''x\n\nI come at five.", "nora@home.example", 0),
        (HEAD + b"Content-Type: text/html\n\n<p>I come at five.<![foo[ <b>See you", "nora@home.example", 0),
        (b"From: 10: \\ GMT , . ) ( 2024\n\nI come at five.", "10: \\ GMT , . ) ( 2024", 0),
        (HEAD + b"Content-Type: text/plain; 0*\n\nI come at five.", "nora@home.example", 0),
        (HEAD + b"Content-Disposition: attachment; filename0*\n\nI come at five.", "nora@home.example", 0),
        (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nI come at five.\n--b\n"
            b"Content-Type: application/pdf\nContent-Disposition: attachment; filename*=ut\x00f''x\n\nx\n--b--\n",
            "nora@home.example", 1,
        ),
    ],
    ids=[
        "a charset of names", "a charset of nothing", "a charset that is no name", "the same in parts", "marks", "a sender",
        "a parameter", "a file without a name", "a file whose name is none",
    ],
)  # fmt: skip
def test_what_somebody_answered_is_read_also_where_the_library_gives_up(
    app: Ronde, letter: bytes, sender: str, files: int
) -> None:
    """Else the mail server would send it back to them."""
    found = reading.read(letter, str(addresses.at("r@e.be", addresses.REPLY, 1, 1)))
    assert isinstance(found, reading.Answer)
    assert found.body.startswith("I come at five.")
    assert (found.sender, found.attachments) == (sender, files)


def test_letter_that_cannot_be_taken_in_for_a_fault_of_ours_is_handed_in_again_and_says_nothing_of_us(
    urls: RuntimeUrls, empty: None
) -> None:
    """A database without our tables stands for a fault of any kind."""
    bare = make_url(urls.app).set(database="postgres").render_as_string(hide_password=False)
    env = {"RONDE_ENV": "test", "DATABASE_URL": bare, "SECRET_KEY": SECRET, "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "service_app.cli", "mail", "read", "-"]
    done = subprocess.run(command, input=answer("x@example.be"), env=env, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (75, b"")
    assert b"hand it in again later" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_command_reads_a_letter_from_a_pipe(settings: Settings, urls: RuntimeUrls, empty: None) -> None:
    env = {"RONDE_ENV": "test", "DATABASE_URL": urls.app, "SECRET_KEY": SECRET, "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "service_app.cli", "mail", "read", "-"]
    done = subprocess.run(command, input=answer("x@example.be"), env=env, capture_output=True, check=True)
    assert done.stdout.decode().startswith("Nothing to do")


def test_a_reminder_is_silenced_by_one_press_without_signing_in(
    workshop: Workshop, scope: Scoped, coming: Process, post: tuple[Sink, int], app: Ronde, settings: Settings
) -> None:
    sink = post[0]
    with scope(workshop):
        contract = an_active()
        contract.customer.email = NORA
        session().flush()
        line = contract.lines[0]
        facts = {
            "contract_line_id": line.id, "contract_id": contract.id, "customer_id": contract.customer_id, "days": 1,
            "due_on": clock.local(line.due_at, workshop.zone).date().isoformat(),
        }  # fmt: skip
        operations._write_to_customer("reminder", "test:reminder", facts)
        who = contract.customer_id
    with clock.travelled(clock.now().replace(hour=10)):
        sweep_all(coming)
    silenced = [letter for letter in sink.letters if letter["List-Unsubscribe"]]
    assert len(silenced) == 1, "only what may be silenced says how"
    assert silenced[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = str(silenced[0]["List-Unsubscribe"]).strip().strip("<>").removeprefix(settings.base_url)
    program = app.test_client()

    def wants() -> bool:
        with scope(workshop):
            return session().get_one(Customer, (workshop.id, who)).wants_reminders

    assert "<button" in program.get(path).get_data(as_text=True)
    assert wants(), "looking changes nothing"
    for _twice in range(2):
        pressed = program.post(path, data={"List-Unsubscribe": "One-Click"})
        assert pressed.status_code == 200
        assert "Set-Cookie" not in pressed.headers
        assert not wants()
    assert program.post(path[:-3] + "abc").status_code == 404
    with scope(workshop):
        assert names_about(session().get_one(Customer, (workshop.id, who))).count("customer.changed") == 1


def test_a_long_address_in_a_head_stays_in_one_piece(settings: Settings, post: tuple[Sink, int]) -> None:
    mail, long = EmailMessage(), f"<https://{'a-long-name.' * 8}example.be/{'x' * 60}>"
    mail["From"], mail["To"], mail["Subject"] = "a@example.be", NORA, "à" * 90
    mail["List-Unsubscribe"] = long
    mail.set_content("x")
    to = replace(settings, smtp_host="127.0.0.1", smtp_port=post[1], smtp_starttls=False)
    assert posting.hand_over(mail, to).kind == "sent"
    raw = post[0].raw[-1]
    assert f"List-Unsubscribe: {long}\r\n".encode() in raw
    assert max(len(line) for line in raw.split(b"\r\n") if line.startswith((b"Subject", b" "))) <= 78


def test_a_mailbox_is_an_address_to_which_something_can_be_added(settings: Settings) -> None:
    given = {"DATABASE_URL": settings.database_url, "SECRET_KEY": SECRET, "RONDE_ENV": "test"}
    assert Settings.from_environment(given | {"BOUNCE_MAILBOX": "b@e.be"}).bounce_mailbox == "b@e.be"
    for wrong in ("bounces", "@e.be", "b+c@e.be", "b@", "a-name-far-too-long-for-it@e.be"):
        with pytest.raises(SettingsError):
            Settings.from_environment(given | {"BOUNCE_MAILBOX": wrong})
    assert replace(settings).bounce_mailbox == ""
