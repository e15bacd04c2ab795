"""Labels with QR codes: an A4 sheet of 3 × 8 labels of 70 × 37 mm, as common self-adhesive sheets are cut.

The code holds the address in capitals, because the alphanumeric mode makes it a size smaller and scanners read hosts and
our codes in either case.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import segno

from service_app.core import clock, documents
from service_app.core.i18n import words
from service_app.items import passport
from service_app.items.models import Item
from service_app.workshops.queries import get_workshop

TEMPLATE = Path(__file__).parent / "templates" / "items" / "labels.typ"


def public_url(item: Item) -> str:
    """Where the QR code of an item leads: a GS1 Digital Link where the workshop has a company prefix, our own address
    otherwise. Both lead to the same page for good."""
    return passport.address(item, get_workshop(item.workshop_id).gs1_prefix)


def sheet(items: Sequence[Item], workshop_name: str, first: int = 1) -> bytes:
    """The PDF of the labels of some items, beginning at the `first` free label (1 to 24) of the first sheet."""
    data = {"skip": first - 1, "labels": [_label(item, workshop_name) for item in items]}
    return documents.render(TEMPLATE, data, clock.now())


def _label(item: Item, workshop_name: str) -> dict[str, Any]:
    code = segno.make(_short(public_url(item)), error="m", micro=False)
    rows = ["".join("1" if dark else "0" for dark in row) for row in code.matrix]
    return {"tag": item.tag, "name": words(item.product.name), "workshop": workshop_name, "rows": rows}


def _short(url: str) -> str:
    """In capitals where that changes nothing: hosts and our codes are read in either case, a path before them is not."""
    return url.upper() if urlsplit(url).path.count("/") == 2 else url
