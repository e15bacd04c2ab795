"""The blueprint, and what its pages have alike."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _

from service_app.rounds import links, words

pages = Blueprint("rounds", __name__, template_folder="../templates")
pages.app_context_processor(lambda: {"round_words": words, "round_link": links.shared_url})


def tabs(here: str) -> list[dict[str, Any]]:
    """The rooms within rounds, with the one we are in."""
    named = (
        ("rounds.list_page", _("Rounds")),
        ("rounds.orders_page", _("Fetch and bring")),
        ("rounds.setup_page", _("Vehicles and zones")),
    )
    return [{"label": label, "url": url_for(endpoint), "is_current": endpoint == here} for endpoint, label in named]
