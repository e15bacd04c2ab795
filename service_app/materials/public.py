"""The certificate of a take-back, by the customer's own signed link, beside the take-back it is of."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from service_app.core import beside, files
from service_app.core.access import needs
from service_app.core.errors import NotFound
from service_app.core.web import current, upload
from service_app.materials import papers
from service_app.takebacks import links, queries
from service_app.takebacks.models import Takeback

pages = Blueprint("materials_public", __name__, template_folder="templates")


def _beside_takeback(takeback: Takeback) -> dict[str, Any] | None:
    made = papers.certificates_of(takeback)
    return {"token": links.token_of(takeback), "newest": made[0]} if made else None


beside.add("takeback", "materials/certificate_card.html", _beside_takeback)


@pages.get("/take-back/<token>/certificate.pdf")
@needs(None)
def certificate(token: str) -> Response:
    """The newest certificate of a take-back."""
    takeback = queries.get_takeback_by_id(links.read_takeback(token, current().workshop.id))
    made = papers.certificates_of(takeback)
    if not made:
        raise NotFound("not_found")
    answer = upload(files.read(made[0].file), "application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{made[0].file.name}"'
    return answer
