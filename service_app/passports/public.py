"""Where the label on a thing leads, for the street, for whoever has it, and for those who were given a deeper look; as a page,
as JSON-LD and as an EPCIS document, by the address or by what the reader asks for. A member of staff goes on to the item."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, json, redirect, render_template, request, url_for
from werkzeug.routing import RequestRedirect

from service_app.core import beside
from service_app.core.access import needs
from service_app.core.web import current, without_cookie
from service_app.items import passport as addresses
from service_app.items import queries
from service_app.items.models import Item
from service_app.passports import content, epcis, jsonld, operations, reading, seen, shown
from service_app.portal import guards as portal
from service_app.takebacks import doors
from service_app.workshops.models import Workshop
from service_app.workshops.queries import get_workshop

pages = Blueprint("passports_public", __name__, template_folder="templates")
LINKSET = "application/linkset+json"
_FORMS = ("text/html", jsonld.MEDIA_TYPE, LINKSET)


@pages.get("/P/<code>")
@pages.get("/p/<code>")
@needs(None)
@without_cookie
def passport(code: str) -> Any:
    """What this thing is, and how to reach its workshop."""
    return _answer(*_opened(code))


@pages.get("/8004/<giai>")
@needs(None)
@without_cookie
def asset(giai: str) -> Any:
    """The same by a GS1 Digital Link."""
    item, workshop = addresses.opened_asset(giai)
    _go_on(item, "passports_public.passport")
    return _answer(item, workshop)


def _opened(code: str) -> tuple[Item, Workshop]:
    """The thing of a code; what went to another member of the cluster goes on there."""
    item, workshop = addresses.opened(code)
    _go_on(item, str(request.endpoint))
    return item, workshop


def _go_on(item: Item, endpoint: str) -> None:
    code = reading.successor_of(item)
    if code:
        asked: dict[str, Any] = {name: request.args[name] for name in ("lang", "linkType") if name in request.args}
        raise RequestRedirect(url_for(endpoint, code=code, **asked))


def _answer(item: Item, workshop: Workshop) -> Any:
    asked, kind = request.args.get("linkType", ""), request.accept_mimetypes.best_match(_FORMS, "text/html")
    if asked in ("linkset", "all") or kind == LINKSET:
        return _json(_linkset(item, workshop), LINKSET)
    if asked == "gs1:epcis":
        return redirect(url_for("passports_public.life", code=item.public_code), code=307)
    if kind == jsonld.MEDIA_TYPE:
        return _document(item, workshop, _layer(item))
    if any(member.workshop_id == workshop.id for member in current().memberships):
        return redirect(url_for("items.detail", workshop=workshop.slug, tag=item.tag))
    return _page(item, workshop, _layer(item))


def _layer(item: Item) -> str:
    row = portal.resumed()
    return content.layer_of(item, row.customer_id if row is not None else None)


@pages.get("/p/<code>/passport.jsonld")
@needs(None)
@without_cookie
def data(code: str) -> Response:
    """The same for a machine."""
    item, workshop = _opened(code)
    return _document(item, workshop, _layer(item))


@pages.get("/p/<code>/epcis.json")
@needs(None)
@without_cookie
def life(code: str) -> Response:
    """What it went through, as EPCIS 2.0."""
    item, workshop = _opened(code)
    return _json(epcis.document(item, workshop, _layer(item)), jsonld.MEDIA_TYPE)


@pages.get("/p/<code>/as/<token>")
@needs(None)
@without_cookie
def deeper(code: str, token: str) -> Any:
    """What a repairer or recycler sees, as long as their link holds."""
    item, workshop = addresses.opened(code)
    access = operations.access_of(token, item)
    return _page(item, workshop, access.layer, token, until=access.expires_at)


@pages.get("/p/<code>/as/<token>/passport.jsonld")
@needs(None)
@without_cookie
def deeper_data(code: str, token: str) -> Response:
    """The same for their machines."""
    item, workshop = addresses.opened(code)
    return _document(item, workshop, operations.access_of(token, item).layer, token)


@pages.get("/p/<code>/as/<token>/epcis.json")
@needs(None)
@without_cookie
def deeper_life(code: str, token: str) -> Response:
    """And the life of it."""
    item, workshop = addresses.opened(code)
    return _json(epcis.document(item, workshop, operations.access_of(token, item).layer), jsonld.MEDIA_TYPE)


def _page(item: Item, workshop: Workshop, layer: str, token: str = "", **more: Any) -> Any:
    page = render_template(
        "passports/passport.html", item=item, photo=queries.portrait_of(item), layer=layer, token=token,
        found=shown.sections(content.passport(item, workshop, layer)), cards=beside.cards("passport", item),
        life=beside.cards("passport_life", item),
        is_coming_home=layer == seen.CUSTOMER and doors.under_way(item) is not None,
        data_url=_data_url(item, token), life_url=_life_url(item, token),
        heir=get_workshop(workshop.heir_id) if workshop.heir_id is not None else None, **more,
    )  # fmt: skip
    answer = Response(page)
    answer.headers["Vary"] = "Accept, Accept-Language, Cookie"
    answer.headers["Link"] = (
        f'<{_data_url(item, token)}>; rel="alternate"; type="{jsonld.MEDIA_TYPE}", '
        f'<{url_for("passports_public.passport", code=item.public_code, linkType="linkset")}>; rel="linkset"; type="{LINKSET}"'
    )
    return answer


def _data_url(item: Item, token: str = "", **more: Any) -> str:
    if token:
        return url_for("passports_public.deeper_data", code=item.public_code, token=token, **more)
    return url_for("passports_public.data", code=item.public_code, **more)


def _life_url(item: Item, token: str = "", **more: Any) -> str:
    if token:
        return url_for("passports_public.deeper_life", code=item.public_code, token=token, **more)
    return url_for("passports_public.life", code=item.public_code, **more)


def _document(item: Item, workshop: Workshop, layer: str, token: str = "") -> Response:
    found = content.passport(item, workshop, layer)
    return _json(jsonld.document(found, _absolute(_life_url(item, token))), jsonld.MEDIA_TYPE)


def _absolute(path: str) -> str:
    return addresses.links.absolute(path)


def _linkset(item: Item, workshop: Workshop) -> dict[str, Any]:
    """What there is about the thing (RFC 9264), in the link types of the GS1 web vocabulary."""
    page = addresses.links.absolute(f"/p/{item.public_code}")
    return {
        "linkset": [{
            "anchor": addresses.address(item, workshop.gs1_prefix),
            "https://ref.gs1.org/voc/defaultLink": [{"href": page, "type": "text/html"}],
            "https://ref.gs1.org/voc/pip": [
                {"href": page, "type": "text/html", "hreflang": ["fr", "nl", "en"]},
                {"href": _absolute(_data_url(item)), "type": jsonld.MEDIA_TYPE},
            ],
            "https://ref.gs1.org/voc/epcis": [{"href": _absolute(_life_url(item)), "type": jsonld.MEDIA_TYPE}],
        }]
    }  # fmt: skip


def _json(document: dict[str, Any], media_type: str) -> Response:
    """Readable by a page of anybody's: there is nothing in it that a cookie of theirs would show them."""
    answer = Response(json.dumps(document, ensure_ascii=False, indent=1), mimetype=media_type)
    answer.headers["Vary"] = "Accept, Cookie"
    return answer
