"""The one place that decides how a message goes: audience, consent, preference, what leads to the customer, the hour."""

from __future__ import annotations

from datetime import time

import pytest
from sqlalchemy import select

from service_app.core.access import Actor, customer
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.customers.models import Customer
from service_app.customers.operations import give_consent
from service_app.notifications import choosing, inbox, kinds, letters, operations, quiet, suppression
from service_app.notifications.channel_models import SmsAccount
from service_app.notifications.kinds import KINDS, TOPICS
from service_app.notifications.models import Message
from service_app.notifications.segments import fitting, segments
from service_app.portal.operations import oneself
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.mail import Sink
from workers import sweeps
from workers.process import Process

MOBILE = "+32470123456"


def an_account(**facts: object) -> SmsAccount:
    given = {"provider": "gateway", "url": "http://127.0.0.1:9/", "sender": "Senne", "countries": ["BE"], "is_on": True}
    account = SmsAccount(**given | facts)
    session().add(account)
    session().flush()
    return account


def a_message(person: Customer, kind: str, audience: str = "customer") -> Message:
    message = Message(
        kind=kind, about_key=f"test:{kind}", audience=audience, recipient=person.email or "", language="en",
        customer_id=person.id, payload={},
    )  # fmt: skip
    session().add(message)
    session().flush()
    return message


def test_a_way_is_what_was_chosen_where_it_leads_to_them_and_what_is_owed_is_never_silent(
    workshop: Workshop, scope: Scoped, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope(workshop):
        person = a_customer(email="nora@example.be", phone=MOBILE)
        ready, offer = a_message(person, "repair_ready"), a_message(person, "offer")
        choosing.keep_choice(person, "repairs", "sms")
        assert choosing.choose(ready).channel == "mail", "the workshop sends no texts"
        account = an_account()
        assert (choosing.choose(ready).channel, choosing.choose(ready).address) == ("sms", MOBILE)
        assert choosing.choose(offer).channel == "mail", "a contract's papers go by e-mail"
        account.countries = ["NL"]
        assert choosing.choose(ready).channel == "mail"
        account.countries, person.phone = ["BE"], "+3225112233"
        assert choosing.choose(ready).channel == "mail", "no mobile number"
        choosing.keep_choice(person, "repairs", "push")
        assert choosing.choose(ready).channel == "mail", "no browser takes notices"
        for topic in ("contract", "safety", "repairs", "visits", "access"):
            with pytest.raises(Invalid, match=r"choice\.unknown"):
                choosing.keep_choice(person, topic, "none")
        with pytest.raises(Invalid):
            choosing.keep_choice(person, "contract", "sms")
        reminder = a_message(person, "reminder")
        oneself.choose_ways(customer(person.name), person, {"reminders": "none"})
        assert choosing.choose(reminder).reason == "not_wanted"
        assert not person.wants_reminders
        oneself.choose_ways(customer(person.name), person, {"reminders": "mail"})
        assert choosing.choose(reminder).reason is None
        monkeypatch.setattr(quiet, "QUIET_FROM", time.min)
        monkeypatch.setattr(quiet, "QUIET_UNTIL", time(23, 59, 59))
        assert choosing.choose(reminder).not_before is not None
        assert choosing.choose(ready).not_before is None, "somebody waits for it"
        assert choosing.choose(a_message(person, "digest", "staff")).channel == "mail"
        news = kinds.Kind(kinds.CUSTOMER, kinds.MARKETING, topic="news")
        monkeypatch.setitem(KINDS, "spring_sale", news)
        sale = a_message(person, "spring_sale")
        assert choosing.choose(sale).reason == "no_consent"
        give_consent(owner, person, "news", "web")
        assert choosing.choose(sale).channel == "mail"
        oneself.choose_ways(customer(person.name), person, {"news": "none"})
        assert choosing.choose(sale).reason == "no_consent", "taken back as easily as given"
        person.phone = MOBILE
        choosing.keep_choice(person, "repairs", "mail")
        suppression.suppress("nora@example.be", "hard_bounce", "test")
        assert choosing.choose(ready).channel == "sms", "what is written to no more is no way"
        assert choosing.choose(offer).channel == "mail", "it fails, and somebody calls"
        ready.recipient = ""
        assert choosing.choose(ready).channel == "sms", "who has no address is reached otherwise"
        assert inbox.count_unread(person) == 0


def test_every_kind_has_a_topic_and_every_topic_says_why_it_cannot_be_off() -> None:
    from service_app.notifications import words

    assert {kind.topic for kind in KINDS.values()} <= set(TOPICS)
    assert set(words.TOPICS) == set(TOPICS)
    assert set(words.NECESSARY) == {name for name, topic in TOPICS.items() if not topic.may_be_off}
    for name, kind in KINDS.items():
        if "customer" in kind.audiences:
            assert TOPICS[kind.topic].may_be_off == (kind.may_be_silenced or kind.category == kinds.MARKETING), name


@pytest.mark.parametrize("taken_back", ["consent", "reminders", "channel", "address"])
def test_what_a_customer_takes_back_between_writing_and_sending_is_not_sent_so(
    workshop: Workshop, scope: Scoped, owner: Actor, posting: Process, post: tuple[Sink, int],
    monkeypatch: pytest.MonkeyPatch, taken_back: str,
) -> None:  # fmt: skip
    """Consent, reminders, the channel and the address are asked for when the letter goes, never when it is written; one who
    changed nothing is the proof that it would have gone."""
    monkeypatch.setitem(KINDS, "spring_sale", kinds.Kind(kinds.CUSTOMER, kinds.MARKETING, topic="news"))
    monkeypatch.setitem(
        letters._KINDS, "spring_sale", lambda *_given: letters.Letter("Spring", "Hello", ["It is here."])
    )
    monkeypatch.setitem(KINDS, "be_reminded", kinds.Kind(kinds.CUSTOMER, kinds.REMINDER, True, topic="reminders"))
    monkeypatch.setitem(letters._KINDS, "be_reminded", lambda *_given: letters.Letter("Soon", "Hello", ["It is soon."]))
    kind = "spring_sale" if taken_back == "consent" else "be_reminded"
    with scope(workshop):
        an_account()
        for name in ("same", "other"):
            person = a_customer(email=f"{name}@example.be", phone=MOBILE)
            oneself.choose_ways(customer(person.name), person, {"news": "mail", "reminders": "mail"})
            operations.write(kind, f"test:{name}", {"customer_id": person.id}, person.email or "", "en", "customer")
        changed = {"consent": {"news": "none"}, "reminders": {"reminders": "none"}, "channel": {"reminders": "sms"}}
        if taken_back == "address":
            person.email = "new@example.be"
        else:
            oneself.choose_ways(customer(person.name), person, changed[taken_back])
    sweeps.sweep(posting, "mail")
    with scope(workshop):
        became = {
            row.recipient.split("@")[0]: (row.status, row.via, row.reason) for row in session().scalars(select(Message))
        }
    held = {"consent": ("skipped", "mail", "no_consent"), "reminders": ("skipped", "mail", "not_wanted"),
            "channel": ("queued", "sms", None), "address": ("sent", "mail", None)}  # fmt: skip
    assert became == {"same": ("sent", "mail", None), "other": held[taken_back]}
    went = {"same@example.be", "new@example.be"} if taken_back == "address" else {"same@example.be"}
    assert {str(letter["To"]) for letter in post[0].letters} == went


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 5, 2),
        ("é" * 160, 1),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("🚲" * 35, 1),
        ("🚲" * 36, 2),
        ("ê" * 134, 2),
        ("ê" * 135, 3),
    ],
)
def test_segments_are_counted_as_networks_do(text: str, count: int) -> None:
    assert segments(text) == count


def test_text_is_cut_before_its_link() -> None:
    link = "\nhttps://ronde.example/x"
    cut = fitting("It’s ready – come " + "now " * 200, link, 2)
    assert cut.endswith(link)
    assert segments(cut) <= 2
    assert cut.startswith("It's ready - come"), "signs of typography would cost half the room"
