"""French and Dutch are complete: every text of the sources is in both catalogues, translated, with its placeholders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from config.typography import held
from service_app.contracts import links
from service_app.core.i18n import in_language, named
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent

ROOT = Path(__file__).parent.parent.parent
KEYWORDS = {
    "_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2),
}  # fmt: skip


def catalogue(language: str) -> Catalog:
    path = ROOT / "service_app" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def said_in_the_sources() -> set[str]:
    with (ROOT / "config" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found: set[str] = set()
    for folder in ("service_app", "workers"):
        for _file, _line, message, _comments, _context in extract_from_dir(
            str(ROOT), methods, options, keywords=KEYWORDS,
            directory_filter=lambda path, wanted=folder: (wanted in path and "node_modules" not in path) or path == str(ROOT),
        ):  # fmt: skip
            found.add(message[0] if isinstance(message, tuple) else message)
    return found


def key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s|%%", text))


def test_no_line_breaks_before_a_french_mark() -> None:
    for message in catalogue("fr"):
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(each == held(each) for each in said if each), f"run `make messages`: {key(message)}"


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_every_text_is_translated_and_nothing_is_left_over(language: str) -> None:
    said, known = said_in_the_sources(), catalogue(language)
    assert len(said) > 1000
    there = {key(message) for message in known if message.id}
    assert said - there == set(), "run `make messages` and translate"
    assert there - said == set(), "run `make messages`: nobody says this any more"
    assert not known.obsolete
    for message in known:
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(text.strip() for text in texts), message.id


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_translations_keep_the_placeholders(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        if isinstance(message.id, tuple):
            assert placeholders(message.string[-1]) == placeholders(message.id[1]), message.id
        else:
            assert placeholders(message.string) == placeholders(message.id), message.id


@pytest.mark.parametrize(("language", "words"), [("fr", "Votre offre"), ("nl", "Uw offerte"), ("en", "Your offer")])
def test_customer_reads_the_offer_in_their_language(
    language: str, words: str, workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        url = links.offer_url(a_sent(customer=a_customer(language=language))).removeprefix("http://localhost")
    page = client.application.test_client().get(url).get_data(as_text=True)
    assert words in page
    assert f'<html lang="{language}"' in page


@pytest.mark.parametrize(("code", "said"), [("en", "Sofie: soin"), ("fr", "Sofie\u00a0: soin"), ("nl", "Sofie: soin")])
def test_a_name_and_what_is_said_of_it_have_the_colon_of_the_language(app: Flask, code: str, said: str) -> None:
    with app.app_context(), in_language(code):
        assert named("Sofie", "soin") == said
