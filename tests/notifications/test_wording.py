"""A workshop's own words: checked when saved, put in once, never able to be more than text, and taken back."""

from __future__ import annotations

from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from service_app.notifications import wording
from service_app.notifications.channel_models import LetterText
from service_app.notifications.kinds import KINDS, may_be_worded
from service_app.notifications.wording import OwnWords
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent
from tests.mail import Sink
from tests.notifications.test_letters import sweep_all
from workers.process import Process

ODD = "<script>alert(1)</script> {subject} {{7*7}}"


def test_own_words_stand_around_what_the_letter_says_and_are_never_more_than_text(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, owner: Actor, posting: Process, post: tuple[Sink, int]
) -> None:
    words = OwnWords("{workshop}: {subject}", "Hello {name},\n\n<b>{reference}</b> is ready.", "See you, {name}")
    with scope(workshop):
        wording.change(owner, workshop, "offer", "en", 0, words)
        a_sent(customer=a_customer(name=ODD, language="en", email="odd@example.be"))
        french = a_sent(customer=a_customer(language="fr", email="fr@example.be")).reference
    with scope(other_workshop):
        a_sent(customer=a_customer(language="en", email="other@example.be"))
    sweep_all(posting)
    letters = {str(letter["To"]): letter for letter in post[0].letters}
    odd = letters["odd@example.be"]
    assert str(odd["Subject"]).startswith("Atelier Senne: Your offer C-")
    parts = [odd.get_body((kind,)) for kind in ("plain", "html")]
    plain, html = (part.get_content() for part in parts if part is not None)
    assert f"Hello {ODD}," in plain, "a name is never read as a field again"
    assert f"See you, {ODD}" in plain
    assert "/senne/sign/" in plain, "what the letter must say is still there"
    assert "<script" not in html
    assert "<b>" not in html
    assert "{{7*7}}" in unescape(html)
    assert str(letters["fr@example.be"]["Subject"]).startswith(f"Votre offre {french}")
    assert str(letters["other@example.be"]["Subject"]).startswith("Your offer")


def test_text_is_checked_when_it_is_saved(workshop: Workshop, scope: Scoped, owner: Actor) -> None:
    with scope(workshop):
        for words, code, field in (
            (OwnWords("{nom}"), "text.unknown_field", "subject"),
            (OwnWords(intro="{name.__class__}"), "text.unknown_field", "intro"),
            (OwnWords(closing="x" * 1001), "text.too_long", "closing"),
        ):
            with pytest.raises(Invalid) as refused:
                wording.change(owner, workshop, "offer", "fr", 0, words)
            assert (refused.value.code, refused.value.field) == (code, field)
        with pytest.raises(Invalid, match="unknown_field"):
            wording.change(owner, workshop, "repair_ready", "fr", 0, OwnWords("{reference}"))
        for kind in ("portal_link", "invitation", "withdrawn", "nothing"):
            with pytest.raises(NotFound):
                wording.change(owner, workshop, kind, "fr", 0, OwnWords("Hello"))
        with pytest.raises(Forbidden):
            wording.change(Actor(kind="staff", role="counter"), workshop, "offer", "fr", 0, OwnWords("Hello"))
        wording.change(owner, workshop, "offer", "fr", 0, OwnWords("A\r\n B { x"))
        assert session().scalars(select(LetterText.subject)).one() == "A B { x"
        with pytest.raises(Conflict, match=r"version\.stale"):
            wording.change(owner, workshop, "offer", "fr", 0, OwnWords("Other"))
        wording.change(owner, workshop, "offer", "fr", 1, OwnWords())
        assert session().scalars(select(LetterText)).all() == []
        assert not wording.reset(owner, workshop, "offer", "fr")
    assert all(may_be_worded(kind) for kind in ("offer", "repair_ready", "reminder"))
    assert not any(may_be_worded(kind) for kind in KINDS if "customer" not in KINDS[kind].audiences)


def test_owner_sees_it_beside_the_houses_words_sends_it_to_themself_and_takes_it_back(
    client: FlaskClient, workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]
) -> None:
    here = "/senne/settings/letters/kinds/offer/en"
    with scope(workshop):
        a_sent(customer=a_customer(name="Real Person", language="en", email="real@example.be"))
    sweep_all(posting)
    page = client.get(here).text
    assert "Here is our offer. Read it, sign it" in unescape(page), "the house's words, like the last letter"
    assert client.get("/senne/settings/letters/kinds").status_code == 200
    assert client.get("/senne/settings/letters/kinds/reset/en").status_code == 404
    refused = client.post(here, data={"version": "0", "subject": "{firstname}"})
    assert refused.status_code == 422
    assert "{firstname} is no field of this letter" in unescape(refused.text)
    typed = {"version": "0", "subject": "Dear {name}", "intro": "From all of us", "closing": ""}
    seen = client.post(f"{here}/shown", data=typed)
    assert "From all of us" in seen.text
    assert "Real Person" not in seen.text
    assert "/senne/sign/" not in seen.text, "nobody signs from a preview"
    assert client.post(here, data=typed).status_code == 303
    assert client.post(f"{here}/test").status_code == 303
    sweep_all(posting)
    test = post[0].letters[-1]
    assert str(test["Subject"]) == "[Test] Dear Nora Lemmens"
    assert "real@example.be" not in str(test["To"])
    assert client.post(f"{here}/reset").status_code == 303
    assert client.post(f"{here}/reset").status_code == 303
    with scope(workshop):
        assert session().scalars(select(LetterText)).all() == []
