"""What the street tells: without an account, a script or a cookie; once; and not by a machine."""

from __future__ import annotations

import io
import re
import secrets
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from config.settings import Settings
from service_app import create_app
from service_app.core import access, clock, events, files, jobs, tenancy
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Forbidden, Invalid
from service_app.core.web import Ronde
from service_app.items.models import Item
from service_app.notifications import operations as letters
from service_app.notifications.letters import NotNeeded, compose
from service_app.notifications.models import Message
from service_app.reports import operations, stamps
from service_app.reports.models import ItemReport
from service_app.reports.operations import Told
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.rentals import again
from tests.factories.scanning import a_bike, out
from tests.items.test_pages import a_picture

HTTPS = {"base_url": "https://localhost"}


@pytest.fixture
def item(workshop: Workshop, scope: Scoped) -> Item:
    """A bike whose label somebody scans."""
    with scope(workshop):
        return a_bike(place="Rack 2", serial="HIDDEN-1")


def stamp(client: FlaskClient, item: Item, **more: object) -> str:
    page = client.get(f"/p/{item.public_code}/report", **more).get_data(as_text=True)  # type: ignore[arg-type]
    found = re.search(r'name="stamp"[^>]*value="([^"]+)"', page)
    assert found, page
    return found[1]


def send(client: FlaskClient, item: Item, **form: object) -> int:
    data = {"stamp": stamp(client, item), "kind": "found"} | form
    return client.post(f"/p/{item.public_code}/report", data=data).status_code


def reports() -> list[ItemReport]:
    return list(session().scalars(select(ItemReport).order_by(ItemReport.id)))


def test_report_reaches_the_workshop_as_a_fact_a_letter_and_a_row(
    app: Ronde, workshop: Workshop, scope: Scoped, item: Item, client: FlaskClient
) -> None:
    stranger = app.test_client()
    said = {"remark": "Front wheel is bent", "place": "Rue Haute 12", "contact": "0470 11 22 33", "kind": "broken"}
    assert send(stranger, item, **said) == 303
    with scope(workshop):
        (report,) = reports()
        assert (report.kind, report.remark, report.place, report.contact) == tuple(
            said[name] for name in ("kind", "remark", "place", "contact")
        )
        happened = events.timeline(item)[0]
        assert (happened.name, happened.actor_kind, happened.data) == ("item.reported", "visitor", {"kind": "broken"})
        job = session().scalars(select(jobs.Job).where(jobs.Job.kind == "notifications.write")).one()
        assert letters.write_letter("item_reported", job.payload) == 1
        message = session().scalars(select(Message)).one()
        assert (message.audience, message.recipient, message.language) == ("staff", workshop.email, workshop.language)
        letter = compose(message, workshop)
        assert item.tag in letter.subject
        assert {"Front wheel is bent", "Rue Haute 12", "0470 11 22 33"} <= {value for _label, value in letter.facts}
    for path in ("/senne/reports", f"/senne/items/{item.tag}"):
        page = client.get(f"{path}?lang=en").get_data(as_text=True)
        assert "Front wheel is bent" in page, path
        assert "0470 11 22 33" in page, path


def test_row_offers_what_the_thing_expects(workshop: Workshop, scope: Scoped, item: Item, client: FlaskClient) -> None:
    with scope(workshop):
        line = out(again(item))
        reference = line.contract.reference
        operations.report_item(item, Told("found", place="Rue Haute"), "k")
    assert f"/senne/contracts/{reference}/1/take-back" in client.get("/senne/reports").get_data(as_text=True)


def test_it_is_handled_and_taken_back(workshop: Workshop, scope: Scoped, item: Item, client: FlaskClient) -> None:
    with scope(workshop):
        report = operations.report_item(item, Told("found"), "k")
    assert client.post(f"/senne/reports/{report.id}/handled").status_code == 303
    assert client.post(f"/senne/reports/{report.id}/handled").status_code == 409
    assert item.tag not in client.get("/senne/reports?lang=en").get_data(as_text=True).split("<main")[1]
    assert item.tag in client.get("/senne/reports?status=handled").get_data(as_text=True).split("<main")[1]
    with scope(workshop):
        assert again(report).handled_by == "Owner Test"
        assert events.timeline(item)[0].name == "item.report_handled"
        with pytest.raises(NotNeeded):
            compose(Message(kind="item_reported", payload={"item_report_id": report.id}), workshop)
    assert client.post(f"/senne/reports/{report.id}/new").status_code == 303
    with scope(workshop):
        assert (again(report).status, again(report).handled_at) == ("new", None)


def test_photo_is_kept_without_what_it_says_of_who_took_it(
    app: Ronde, workshop: Workshop, scope: Scoped, item: Item, client: FlaskClient
) -> None:
    photo = (io.BytesIO(a_picture()), "IMG_0001.jpg")
    assert send(app.test_client(), item, photo=photo) == 303
    with scope(workshop):
        (report,) = reports()
        assert report.photo is not None
        kept = files.read(report.photo)
    assert b"Nora" not in kept
    assert b"Taken at home" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert not picture.getexif()
    answer = client.get(f"/senne/reports/{report.id}/photo")
    assert answer.data == kept
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_what_is_no_picture_is_refused_and_the_words_stay(
    app: Ronde, workshop: Workshop, scope: Scoped, item: Item
) -> None:
    client = app.test_client()
    data = {"stamp": stamp(client, item), "kind": "broken", "remark": "Bent", "photo": (io.BytesIO(b"MZ\x90"), "x.jpg")}
    answer = client.post(f"/p/{item.public_code}/report?lang=en", data=data)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "Choose a photo as JPEG, PNG or WebP." in page
    assert "Bent</textarea>" in page
    with scope(workshop):
        assert reports() == []


def test_broken_needs_a_word_or_a_photo_and_found_needs_nothing(workshop: Workshop, scope: Scoped, item: Item) -> None:
    with scope(workshop):
        for told, code in ((Told("broken"), "report.say_more"), (Told("stolen"), "choice.unknown")):
            with pytest.raises(Invalid) as refused:
                operations.report_item(item, told, "k")
            assert refused.value.code == code
        operations.report_item(item, Told("found"), "k")


def test_second_tap_reports_nothing_twice(app: Ronde, workshop: Workshop, scope: Scoped, item: Item) -> None:
    client = app.test_client()
    data = {"stamp": stamp(client, item), "kind": "found"}
    for _tap in range(3):
        assert client.post(f"/p/{item.public_code}/report", data=data).status_code == 303
    with scope(workshop):
        assert len(reports()) == 1
    assert send(client, item) == 303
    with scope(workshop):
        assert len(reports()) == 2


def test_machine_that_fills_in_everything_is_thanked_and_ignored(
    app: Ronde, workshop: Workshop, scope: Scoped, item: Item
) -> None:
    assert send(app.test_client(), item, website="https://pills.example") == 303
    with scope(workshop):
        assert reports() == []


def test_form_of_another_thing_an_old_one_and_none_are_refused(
    app: Ronde, workshop: Workshop, scope: Scoped, item: Item
) -> None:
    client = app.test_client()
    with scope(workshop):
        other = a_bike()
    with clock.travelled(clock.now() - timedelta(hours=13)), app.app_context():
        old = stamps.stamp(item)
    for wrong in ("", "forged", stamp(client, other), old):
        answer = client.post(f"/p/{item.public_code}/report", data={"stamp": wrong, "kind": "found"})
        assert answer.status_code == 409, wrong
    with scope(workshop):
        assert reports() == []


@pytest.fixture
def strict(settings: Settings, workshop: Workshop):
    """The application with everything switched on, over https."""
    nudges = list(jobs._nudge)
    app = create_app(replace(settings, base_url="https://localhost"))
    app.testing = True
    yield app
    app.database.engine.dispose()
    jobs._nudge[:] = nudges


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_no_cookie_is_set_from_the_label_to_the_thanks(
    language: str, strict: Ronde, workshop: Workshop, scope: Scoped, item: Item
) -> None:
    """The words that each page says in each language; and with every check on, not one cookie."""
    words = {
        "fr": ("Je l’ai trouvé", "Que voyez-vous", "a bien reçu"),
        "nl": ("Ik heb het gevonden", "Wat ziet u?", "heeft uw bericht ontvangen"),
        "en": ("I found it", "What do you see?", "has your message"),
    }[language]
    client = strict.test_client()
    code, lang = item.public_code, f"?lang={language}"
    answers = [client.get(f"/p/{code}{lang}", **HTTPS), client.get(f"/p/{code}/report{lang}", **HTTPS)]
    data = {"stamp": stamp(client, item, **HTTPS), "kind": "found"}
    answers.append(
        client.post(f"/p/{code}/report{lang}", data=data, headers={"Referer": "https://localhost/"}, **HTTPS)
    )
    answers.append(client.get(answers[-1].location, **HTTPS))
    assert [answer.status_code for answer in answers] == [200, 200, 303, 200]
    for answer in answers:
        assert "Set-Cookie" not in answer.headers
    pages = [answers[0], answers[1], answers[3]]
    for answer, word in zip(pages, words, strict=True):
        assert word in answer.get_data(as_text=True)
    assert f"/p/{code}/report?kind=found&amp;lang={language}" in pages[0].get_data(as_text=True)
    with scope(workshop):
        assert reports()[0].language == language


def test_street_learns_nothing_it_should_not(app: Ronde, workshop: Workshop, scope: Scoped, item: Item) -> None:
    client = app.test_client()
    with scope(workshop):
        out(again(item))
        operations.report_item(item, Told("found", contact="secret@example.be"), "k")
    for path in ("", "/report", "/report/thanks"):
        page = client.get(f"/p/{item.public_code}{path}").get_data(as_text=True)
        assert not any(word in page for word in ("Rack 2", "HIDDEN-1", "Nora Lemmens", "secret@example.be")), path


def test_one_address_reports_ten_times_an_hour(
    settings: Settings, redis_url: str, workshop: Workshop, item: Item
) -> None:
    app = create_app(replace(settings, environment="development", redis_url=redis_url))
    address = f"2001:db8::{secrets.randbits(16):x}:{secrets.randbits(16):x}"  # Redis remembers the runs of this hour
    try:
        client = app.test_client()
        asked = [
            client.post(f"/p/{item.public_code}/report", environ_base={"REMOTE_ADDR": address}).status_code
            for _time in range(11)
        ]
        assert asked == [409] * 10 + [429]
    finally:
        app.database.engine.dispose()


def test_way_to_reach_somebody_is_forgotten_a_month_after_it_was_handled(
    workshop: Workshop, scope: Scoped, item: Item, owner
) -> None:
    with scope(workshop):
        open_one, fresh, old = (
            operations.report_item(item, Told("found", contact=f"{key}@example.be"), key) for key in ("a", "b", "c")
        )
        operations.handle_report(owner, fresh)
        with clock.travelled(clock.now() - timedelta(days=31)):
            operations.handle_report(owner, old)
        assert operations.forget_contacts() == 1
        assert operations.forget_contacts() == 0
        assert [again(row).contact for row in (open_one, fresh)] == ["a@example.be", "b@example.be"]
        session().refresh(old)
        assert old.contact == ""


def test_report_of_another_workshop_is_not_there(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, client: FlaskClient, database
) -> None:
    with scope(other_workshop):
        report = operations.report_item(a_bike(), Told("found"), "k")
    assert client.get(f"/senne/reports/{report.id}/photo").status_code == 404
    for act in ("handled", "new"):
        assert client.post(f"/senne/reports/{report.id}/{act}").status_code == 404
    with database.transaction(tenancy.workshop(workshop.id)):
        assert session().scalars(select(ItemReport)).all() == []


def test_operations_ask_for_the_right(workshop: Workshop, scope: Scoped, item: Item) -> None:
    with scope(workshop):
        report = operations.report_item(item, Told("found"), "k")
        auditor = access.staff("Rosa", 1, "auditor")
        for act in (operations.handle_report, operations.reopen_report):
            with pytest.raises(Forbidden):
                act(auditor, report)
        operations.handle_report(WORKER, report)
