"""Documents as PDF, by typst: to be kept (PDF/A-3a) and to be read aloud (PDF/UA-1), with the house's own fonts; the same
data gives the same bytes.

Data goes in as JSON and stays text: nothing a person typed is ever read as markup. typst instead of a browser or
WeasyPrint: one wheel, no system library, some 15 ms a page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

FONTS = Path(__file__).parent.parent / "static" / "dist" / "fonts-pdf"


def render(template: Path, data: Mapping[str, Any], made_at: datetime) -> bytes:
    """The PDF of a typst template. The template reads `data` from `sys.inputs.data` (JSON text); `made_at` is the date
    inside the file, given so that the same input makes the same file."""
    return bytes(
        typst.compile(
            template,
            root=template.parent,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
            pdf_standards=["a-3a", "ua-1"],
            timestamp=made_at.astimezone(UTC).replace(microsecond=0),
        )
    )
