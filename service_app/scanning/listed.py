"""A batch too long for one request: the acts of `operations.batch` as a bulk run, with its card and its way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from service_app.core.access import Actor
from service_app.core.errors import Invalid
from service_app.core.i18n import lazy as _l
from service_app.items.models import Item
from service_app.items.queries import get_item
from service_app.lists import operations as bulk
from service_app.lists.declared import Act, Origin, add
from service_app.lists.models import BulkRun
from service_app.scanning import words
from service_app.scanning.codes import Code
from service_app.scanning.operations import batch


def _doing(act: str) -> Callable[[Actor, str, Mapping[str, str]], Mapping[str, str] | None]:
    def do(actor: Actor, tag: str, given: Mapping[str, str]) -> Mapping[str, str] | None:
        facts = batch.do_one(actor, act, get_item(tag), given)
        return {"place": facts["before"]} if act == "move" else None

    return do


def _act(key: str, icon: str, done: object, undo: str = "") -> Act:
    return Act(key, words.ACTS[key], batch.ACTS[key][0], icon, _doing(key), done, undo=undo)


SCAN = add(
    Origin(
        key="scan",
        page="scanning.many",
        permission="item:read",
        title=_l("Scan many"),
        back=_l("Scan more"),
        detail=("items.detail", "tag"),
        acts=(
            _act("take_back", "undo-2", _l("back. Each has an inspection open.")),
            _act("hand_over", "handshake", _l("out.")),
            _act("move", "map-pin", _l("moved."), undo="move"),
            _act("found", "package-check", _l("here again.")),
        ),
    )
)


def can_be_undone(act: str) -> bool:
    """Whether this act has a way back."""
    return any(known.undo for known in SCAN.acts if known.key == act)


def begin(actor: Actor, act: str, things: Sequence[Item], unknown: Sequence[Code], wanted: batch.Wanted) -> BulkRun:
    """The batch as a job: its things in the order of their ids, as `batch` takes them, then the codes that name nothing,
    which are refused beside the others. Refuses as a whole what `batch.do_all` refuses so."""
    if act not in batch.ACTS:
        raise Invalid("choice.unknown", field="act", value=act)
    actor.must(batch.ACTS[act][0])
    given, of_rows = batch.later(act, things, wanted)
    tags = [item.tag for item in sorted(things, key=lambda item: item.id)]
    return bulk.begin(actor, SCAN, act, [*tags, *(code.text for code in unknown)], given, of_rows)
