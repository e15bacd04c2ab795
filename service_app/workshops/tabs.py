"""The tabs of the settings. Later rooms have pages among them, so they stand here by their endpoints."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _


def tabs(here: str) -> list[dict[str, Any]]:
    """The tabs, with the one we are on."""
    named = (
        ("workshops.overview_page", _("Overview")),
        ("workshops.settings_page", _("Workshop")),
        ("workshops.hours_page", _("Opening hours")),
        ("workshops.terms_page", _("General terms")),
        ("notifications.texts_page", _("Letters")),
        ("channels.detail", _("Channels")),
        ("catalogue.defaults_page", _("New products")),
        ("repairs.terms_page", _("Repairs")),
        ("recovery.rates_page", _("Cascade")),
        ("webhooks.list_page", _("Webhooks")),
    )
    known = [(endpoint, label) for endpoint, label in named if endpoint in current_app.view_functions]
    return [{"label": label, "url": url_for(endpoint), "is_current": endpoint == here} for endpoint, label in known]
