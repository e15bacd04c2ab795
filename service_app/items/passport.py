"""The way in from a QR code: the thing and its workshop, for whoever stands in front of it.

An address is for good. It is ours, `/p/<code>`, or a GS1 Digital Link (URI syntax 1.6, key 8004: the individual asset of a
company prefix) where the workshop has a prefix; the one never stops working because of the other.
"""

from __future__ import annotations

import re

from sqlalchemy import select

from service_app.core import links
from service_app.core.db import narrow, session
from service_app.core.errors import NotFound
from service_app.core.web import current
from service_app.items import queries
from service_app.items.models import Item
from service_app.workshops.models import Workshop

_CODE = re.compile(r"([1-9][0-9]{0,11})-[A-Z0-9]{6,20}")
_ASSET = re.compile(r"[0-9]{4,12}[A-Z0-9]{6,20}")


def opened(code: str) -> tuple[Item, Workshop]:
    """The item of a code and its workshop; refuses with NotFound. The session is narrowed to the workshop that stands in
    the code before anything of it is read."""
    parts = _CODE.fullmatch(code.upper())
    if parts is None:
        raise NotFound("not_found")
    return _entered(session().get(Workshop, int(parts.group(1))), code.upper())


def opened_asset(giai: str) -> tuple[Item, Workshop]:
    """The same of a Global Individual Asset Identifier: the company prefix says whose it is, the rest which thing."""
    asset = giai.upper()
    if _ASSET.fullmatch(asset) is None:
        raise NotFound("not_found")
    prefixes = [asset[:length] for length in range(4, 13)]
    workshop = session().scalars(select(Workshop).where(Workshop.gs1_prefix.in_(prefixes))).first()
    if workshop is None:
        raise NotFound("not_found")
    return _entered(workshop, f"{workshop.id}-{asset.removeprefix(workshop.gs1_prefix)}")


def _entered(workshop: Workshop | None, code: str) -> tuple[Item, Workshop]:
    if workshop is None:
        raise NotFound("not_found")
    narrow(workshop.id)
    current().workshop = workshop
    return queries.get_by_public_code(code), workshop


def giai(item: Item, prefix: str) -> str:
    """The asset identifier under a company prefix: at most 30 signs, as the General Specifications ask."""
    return f"{prefix}{item.public_code.split('-')[1]}"


def address(item: Item, prefix: str = "") -> str:
    """The address of the thing for good; with a company prefix as a GS1 Digital Link."""
    return links.absolute(f"/8004/{giai(item, prefix)}" if prefix else f"/p/{item.public_code}")
