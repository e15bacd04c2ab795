"""The staff's pages about contracts: the list and the paper (`papers`), what is kept of it
(`kept`), the counter (`counter`), money (`money`)."""

from __future__ import annotations

from flask import Blueprint

from service_app.contracts import shown

pages = Blueprint("contracts", "service_app.contracts", template_folder="templates")
shown.install(pages)

from service_app.contracts.staff import counter, kept, money, papers  # noqa: E402, F401  (they hang their views on `pages`)
