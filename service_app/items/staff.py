"""The staff's pages about items."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _

from service_app import refusals, told
from service_app.catalogue.models import Product
from service_app.catalogue.queries import ProductFilter, get_product, list_products
from service_app.core import beside, clock, files, listing
from service_app.core.access import needs
from service_app.core.forms import attempt, differences
from service_app.core.web import actor, current, offer_undo, see, upload
from service_app.items import labels, operations, queries, words
from service_app.items.forms import (
    GradeForm,
    ItemForm,
    JoinForm,
    LabelForm,
    MoveForm,
    NewItemForm,
    PhotoForm,
    RetireForm,
)
from service_app.items.listed import LIST
from service_app.items.models import Item, ItemPhoto
from service_app.lists import shown as lists

pages = Blueprint("items", __name__, template_folder="templates")
pages.app_context_processor(
    lambda: {"item_states": words.STATES, "allocation_words": words.ALLOCATIONS, "entry_words": words.ENTRIES}
)


def _beside_product(product: Product) -> dict[str, Any] | None:
    if not current().can("item:read"):
        return None
    return {"product": product, "items": queries.items_of_product(product)}


beside.add("product", "items/product_card.html", _beside_product)


@pages.get("/items")
@needs("item:read")
def list_page() -> Any:
    """Items, narrowed and sorted by the address of the page."""
    return lists.page(LIST, "items/list.html")


@pages.get("/items/new")
@needs("item:write")
def new() -> Any:
    """An empty form, or one begun from a product's page."""
    form = NewItemForm()
    form.product.data, form.acquired_on.data = listing.asked("product"), clock.today(current().workshop.zone)
    return _form_page(form)


@pages.post("/items/new")
@needs("item:write")
def create() -> Any:
    """Take it in."""
    form = NewItemForm()
    if not form.product.data:
        form.offer(_products())
        form.validate()
        form.product.errors = [_("Choose what it is.")]
        return _form_page(form, 422)
    if not form.validate():
        return _form_page(form, 422)
    with attempt(form, refusals.sentence) as tried:
        item = operations.take_in_item(actor(), get_product(form.product.data), form.facts())
    if not tried.is_done:
        return _form_page(form, tried.status)
    flash(_("%(tag)s is in stock. Print its label and stick it on.", tag=item.tag), "done")
    return see("items.detail", tag=item.tag)


def _products() -> list[Product]:
    return list_products(ProductFilter(offered="yes")).rows


def _form_page(form: Any, status: int = 200, **more: Any) -> Any:
    if isinstance(form, NewItemForm):
        form.offer(_products())
    return render_template("items/form.html", form=form, **more), status


@pages.get("/items/<tag>")
@needs("item:read")
def detail(tag: str) -> Any:
    """Everything about one item."""
    return _detail_page(queries.get_item(tag))


def _detail_page(item: Item, status: int = 200, problem: str = "") -> Any:
    move, grade = MoveForm(formdata=None, obj=item), GradeForm(formdata=None, obj=item)
    kit = queries.kit_of(item)
    join = JoinForm(formdata=None, kit=kit.tag if kit is not None else "")
    return render_template(
        "items/detail.html",
        item=item,
        photos=[_shown(photo) for photo in queries.photos_of(item)],
        coming=queries.coming_up(item),
        ledger=queries.ledger_of(item),
        life=told.timeline(item),
        cards=beside.cards("item", item),
        public_url=labels.public_url(item),
        kit=kit,
        components=queries.components_of(item),
        forms={"move": move, "grade": grade, "join": join, "retire": RetireForm(), "photo": PhotoForm()},
        horizon=clock.now() + timedelta(days=28),
        grades=words.GRADES,
        problem=problem,
    ), status


def _shown(photo: ItemPhoto) -> dict[str, Any]:
    return {"photo": photo, "occasion": words.OCCASIONS[photo.occasion]}


@pages.get("/items/<tag>/edit")
@needs("item:write")
def edit(tag: str) -> Any:
    """The form over an item."""
    item = queries.get_item(tag)
    return _form_page(ItemForm.over(item), item=item)


@pages.post("/items/<tag>/edit")
@needs("item:write")
def change(tag: str) -> Any:
    """Keep what was changed; a stale form is shown again with both values."""
    item, form = queries.get_item(tag), ItemForm()
    if not form.validate():
        return _form_page(form, 422, item=item)
    with attempt(form, refusals.sentence) as tried:
        operations.change_item(actor(), item, form.seen, form.facts())
    if tried.is_done:
        return see("items.detail", tag=item.tag)
    stale = tried.refusal is not None and tried.refusal.code == "version.stale"
    both = differences(form, ItemForm.over(item)) if stale else []
    return _form_page(form, tried.status, item=item, differences=both)


@pages.post("/items/<tag>/move")
@needs("item:write")
def move(tag: str) -> Any:
    """It stands somewhere else now; it can be moved back for as long as the toast stands."""
    item, form = queries.get_item(tag), MoveForm()
    before = item.place
    operations.move_item(actor(), item, form.place.data or "")
    offer_undo(
        _("%(tag)s is at %(place)s.", tag=item.tag, place=item.place or "…"), "items.move_back", tag=tag, place=before
    )
    return see("items.detail", tag=tag)


@pages.post("/items/<tag>/move-back")
@needs("item:write")
def move_back(tag: str) -> Any:
    """Where it stood before."""
    operations.move_item(actor(), queries.get_item(tag), listing.asked("place"))
    return see("items.detail", tag=tag)


@pages.post("/items/<tag>/kit")
@needs("item:write")
def join(tag: str) -> Any:
    """It belongs to a kit now, or stands by itself again."""
    item, form = queries.get_item(tag), JoinForm()
    with attempt(form, refusals.sentence) as tried:
        kit = queries.item_tagged(form.kit.data) if form.kit.data else None
        operations.join_kit(actor(), item, kit)
    if tried.refusal is not None:
        return _detail_page(item, tried.status, refusals.sentence(tried.refusal))
    return see("items.detail", tag=tag)


@pages.post("/items/<tag>/grade")
@needs("item:write")
def grade(tag: str) -> Any:
    """Another grade."""
    item, form = queries.get_item(tag), GradeForm()
    with attempt(form, refusals.sentence) as tried:
        operations.grade_item(actor(), item, form.grade.data or "")
    if tried.refusal is not None:
        return _detail_page(item, tried.status, refusals.sentence(tried.refusal))
    return see("items.detail", tag=tag)


@pages.post("/items/<tag>/bench")
@needs("item:write")
def bench(tag: str) -> Any:
    """To the bench, or back from it; either can be undone."""
    item = queries.get_item(tag)
    if request.values.get("to") == "in_stock":
        operations.put_in_stock(actor(), item)
        offer_undo(_("%(tag)s is ready to go out.", tag=tag), "items.bench", tag=tag, to="on_bench")
    else:
        operations.put_on_bench(actor(), item)
        offer_undo(_("%(tag)s is on the bench.", tag=tag), "items.bench", tag=tag, to="in_stock")
    return see("items.detail", tag=tag)


@pages.post("/items/<tag>/retire")
@needs("item:write")
def retire(tag: str) -> Any:
    """No more rentals."""
    item, form = queries.get_item(tag), RetireForm()
    with attempt(form, refusals.sentence) as tried:
        operations.retire_item(actor(), item, form.reason.data or "")
    if tried.refusal is not None:
        return _detail_page(item, tried.status, refusals.sentence(tried.refusal))
    flash(_("%(tag)s is retired. Its life stays readable.", tag=tag), "done")
    return see("items.detail", tag=tag)


@pages.post("/items/<tag>/photos")
@needs("item:write")
def add_photo(tag: str) -> Any:
    """One more photo."""
    item, form = queries.get_item(tag), PhotoForm()
    sent = form.photo.data
    with attempt(form, refusals.sentence) as tried:
        content = sent.read() if sent is not None and hasattr(sent, "read") else b""
        operations.add_photo(actor(), item, content, getattr(sent, "filename", "") or "photo")
    if tried.refusal is not None:
        return _detail_page(item, tried.status, refusals.sentence(tried.refusal))
    return see("items.detail", tag=tag)


@pages.get("/items/photos/<int:photo_id>")
@needs("item:read")
def photo(photo_id: int) -> Response:
    """The bytes of a photo. Its content never changes, so the browser may keep it for itself."""
    stored = queries.get_photo(photo_id).file
    answer = upload(files.read(stored), stored.media_type)
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    answer.headers["Content-Disposition"] = "inline"
    return answer


@pages.get("/items/labels")
@needs("item:read")
def choose_labels() -> Any:
    """Which labels to print."""
    form = LabelForm(formdata=None)
    form.tags.data = "\n".join(request.args.getlist("tag"))
    return render_template("items/labels.html", form=form)


@pages.post("/items/labels")
@needs("item:read")
def print_labels() -> Any:
    """The sheet as PDF."""
    form = LabelForm()
    wanted = (form.tags.data or "").upper().split()
    items = queries.items_with_tags(wanted)
    unknown = sorted(set(wanted) - {item.tag for item in items})
    if not form.validate() or unknown or not items:
        if not wanted:
            form.tags.errors = [_("Write at least one tag of an item here.")]
        elif unknown:
            form.tags.errors = [
                _("There is no item %(tags)s here. Take it away or correct it.", tags=", ".join(unknown))
            ]
        return render_template("items/labels.html", form=form), 422
    answer = Response(labels.sheet(items, current().workshop.name, form.first.data), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="labels.pdf"'
    return answer
