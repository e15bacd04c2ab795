"""The staff's pages about contracts: the list and the paper (`papers`), the counter (`counter`), money (`money`),
and every operation on a running contract (`acts`, with the tables `faces` and `menus`)."""

from __future__ import annotations

from flask import Blueprint

from service_app.contracts import shown

pages = Blueprint("contracts", "service_app.contracts", template_folder="templates")
shown.install(pages)

from service_app.contracts.staff import acts, counter, money, papers  # noqa: E402, F401  (they hang their views on `pages`)
