"""The staff's pages about contracts: the list and the paper (`papers`), what is kept of it (`kept`), the counter
(`counter`), money (`money`), and every operation on a running contract (`acts`, with the tables `faces` and `menus`)."""

from __future__ import annotations

from flask import Blueprint

from service_app.contracts import shown

pages = Blueprint("contracts", "service_app.contracts", template_folder="templates")
shown.install(pages)

from service_app.contracts.staff import (  # noqa: E402  (they hang their views on `pages`)
    acts,  # noqa: F401
    counter,  # noqa: F401
    kept,  # noqa: F401
    money,  # noqa: F401
    papers,  # noqa: F401
)
