"""Every act of `portal.acts`, on two addresses: about a contract, and about one of its things."""

from __future__ import annotations

from typing import Any

from flask import flash, url_for

from service_app.core.access import needs
from service_app.core.web import actor, current, see
from service_app.portal import doing, queries
from service_app.portal.my import pages


@pages.get("/my/contracts/<reference>/<operation>")
@needs(None)
def act(reference: str, operation: str) -> Any:
    """What it asks and what it costs."""
    return doing.show(_opened(reference, None, operation))


@pages.post("/my/contracts/<reference>/<operation>")
@needs(None)
def do_act(reference: str, operation: str) -> Any:
    """Do it."""
    return _confirm(reference, None, operation)


@pages.get("/my/contracts/<reference>/<int:position>/<operation>")
@needs(None)
def act_on_line(reference: str, position: int, operation: str) -> Any:
    """What it asks and what it costs."""
    return doing.show(_opened(reference, position, operation))


@pages.post("/my/contracts/<reference>/<int:position>/<operation>")
@needs(None)
def do_act_on_line(reference: str, position: int, operation: str) -> Any:
    """Do it."""
    return _confirm(reference, position, operation)


def _confirm(reference: str, position: int | None, operation: str) -> Any:
    opened = _opened(reference, position, operation)
    is_done, page = doing.confirm(opened)
    if not is_done:
        return page
    flash(str(opened.face.done), "done")
    return see("portal.contract", reference=reference)


def _opened(reference: str, position: int | None, operation: str) -> doing.Opened:
    contract = queries.get_contract(current().customer, reference)
    back = url_for("portal.contract", reference=reference)
    if position is None:
        here = url_for("portal.act", reference=reference, operation=operation)
    else:
        here = url_for("portal.act_on_line", reference=reference, position=position, operation=operation)
    return doing.open_act(operation, contract, position, actor(), here, back)
