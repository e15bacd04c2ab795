"""The papers of a contract: those that are kept, and the quote for its end before anybody accepts it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request

from service_app.contracts import allowed, documents, queries
from service_app.contracts.operations import endings
from service_app.contracts.staff import pages
from service_app.contracts.staff.papers import pdf
from service_app.core import clock, files
from service_app.core.access import needs
from service_app.core.web import actor, current

ENDING = "end_early"

pages.app_context_processor(lambda: {"paper_words": documents.WORDS})


@pages.get("/contracts/<reference>/papers/<int:document_id>.pdf")
@needs("contract:read")
def kept_paper(reference: str, document_id: int) -> Any:
    """A paper as it was made, byte for byte."""
    kept = documents.paper_of(queries.get_contract(reference), document_id)
    return pdf(files.read(kept.file), f"{reference}-{kept.kind}-{kept.number}")


@pages.get("/contracts/<reference>/quote.pdf")
@needs("contract:write")
def quote_paper(reference: str) -> Any:
    """What ending would mean, at the ordinary end or on the day that is asked for; nothing is written."""
    contract = queries.get_contract(reference)
    allowed.must(ENDING, actor(), allowed.Subject(contract))
    today, asked = clock.today(current().workshop.zone), request.args.get("ends_on", type=date.fromisoformat)
    quote = endings.termination_quote(contract, today, max(asked, today) if asked is not None else None)
    return pdf(documents.quote_pdf(contract, quote), f"{reference}-quote")
