"""The papers of a contract, in the customer's language, made once and kept by their hash.

`agreed`: the contract. `amendments`: one for each operation that changes it. `sheets`: hand-over and return. `endings`:
quote, confirmation, withdrawal. `deposits`: the statement. `paper` draws them all, `keeping` makes each once.
"""

from service_app.contracts.documents.endings import quote_pdf
from service_app.contracts.documents.keeping import (
    WORDS,
    keep_up,
    keep_up_after,
    make_document,
    paper_of,
    paper_of_act,
    papers_of,
    render,
)

__all__ = [
    "WORDS", "keep_up", "keep_up_after", "make_document", "paper_of", "paper_of_act", "papers_of", "quote_pdf", "render",
]  # fmt: skip
