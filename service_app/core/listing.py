"""The addresses of a list: its filters, its order and its page stand in the URL, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import request, url_for

from service_app.core.paging import Page

_HERE = "~"


@dataclass(frozen=True)
class Pager:
    """What `ui.pager` shows under a list."""

    number: int
    total: int
    next_url: str | None
    prev_url: str | None

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.next_url is not None


def address(**changes: Any) -> str:
    """The address of this list with some of its arguments changed; None or '' takes one away."""
    known: dict[str, Any] = request.args.to_dict() | (request.view_args or {}) | changes
    return url_for(request.endpoint or "", **{name: value for name, value in known.items() if value not in (None, "")})


def addresses(endpoint: str, name: str) -> Callable[[str], str]:
    """The address of each row of a list, whose `name` in the address is text: built once, filled in row by row."""
    values: dict[str, Any] = {name: _HERE}
    before, after = url_for(endpoint, **values).split(_HERE)
    return lambda value: f"{before}{quote(value, safe='')}{after}"


def sorted_by(key: str) -> str:
    """The address of this list in another order, from its first page: the `url` of `ui.sort_header`."""
    return address(sort=key, page=None)


def pager(page: Page[Any]) -> Pager:
    """The pager of a page of rows."""
    return Pager(
        number=page.number,
        total=page.total,
        next_url=address(page=page.number + 1) if page.has_more else None,
        prev_url=address(page=page.number - 1 if page.number > 2 else None) if page.number > 1 else None,
    )


def page_number() -> int:
    """The page that the URL asks for; 1 when it asks for none or for nonsense."""
    asked = request.args.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 8 else 1


def asked(name: str) -> str:
    """A filter from the URL, without the spaces around it; '' when it is not there."""
    return request.args.get(name, "").strip()
