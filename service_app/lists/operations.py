"""The verbs of lists: keep a view, choose columns; and one act on many rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from service_app.core import access, clock, jobs
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid, NotFound, Refusal
from service_app.lists.declared import Act, Listing, Origin, get_origin
from service_app.lists.models import BulkRun, ListChoice, SavedView
from service_app.workshops.models import Member

SHARE = "settings:write"
JOB = "lists.bulk"
AT_ONCE = 20
BATCH = 20
MOST_VIEWS = 40
LONGEST_NAME = 60
RESULTS_STAY = timedelta(days=7)
OfRows = Mapping[str, Mapping[str, str]]


def save_view(
    actor: Actor, listing: Listing, name: str, query: str, *, is_shared: bool = False, is_default: bool = False
) -> SavedView:
    """Keep a list as it is seen now; of the same name, the person's earlier one is that view from then on.

    Refuses `field.required` and `text.too_long` (name), `view.too_many`, and sharing without the right.
    """
    actor.must(listing.permission)
    clean = " ".join(name.split())
    if not clean:
        raise Invalid("field.required", field="name")
    if len(clean) > LONGEST_NAME:
        raise Invalid("text.too_long", field="name", most=LONGEST_NAME)
    if is_shared:
        actor.must(SHARE)
    mine = select(SavedView).where(SavedView.account_id == actor.account_id, SavedView.list_key == listing.key)
    known = {view.name: view for view in session().scalars(mine)}
    if clean not in known and len(known) >= MOST_VIEWS:
        raise Conflict("view.too_many", most=MOST_VIEWS)
    view = known.get(clean) or SavedView(account_id=_account(actor), list_key=listing.key, name=clean)
    view.query, view.is_shared = query, is_shared
    session().add(view)
    session().flush()
    if is_default:
        begin_with(actor, listing, view)
    return view


def forget_view(actor: Actor, view: SavedView) -> None:
    """Take a view away, for everybody it was shared with. One that somebody else shares takes the right to share."""
    if view.account_id != actor.account_id:
        actor.must(SHARE)
    unset = update(ListChoice).where(ListChoice.default_view_id == view.id).values(default_view_id=None)
    session().execute(unset.execution_options(synchronize_session=False))
    session().delete(view)
    session().flush()


def begin_with(actor: Actor, listing: Listing, view: SavedView | None) -> None:
    """The bare address of the list leads to this view from now on; None: to all rows."""
    actor.must(listing.permission)
    _choose(actor, listing, default_view_id=view.id if view is not None else None)


def choose_columns(actor: Actor, listing: Listing, keys: Sequence[str]) -> None:
    """Show these columns, in the order of the declaration; none of them, or just the usual ones: as declared."""
    actor.must(listing.permission)
    first, *others = listing.columns
    wanted = [column.key for column in others if column.key in keys]
    usual = [column.key for column in others if not column.is_extra]
    _choose(actor, listing, columns=[] if wanted in (usual, []) else [first.key, *wanted])


def _choose(actor: Actor, listing: Listing, **values: Any) -> None:
    key = {"workshop_id": current_workshop_id(), "account_id": _account(actor), "list_key": listing.key}
    statement = insert(ListChoice).values(**key, **({"columns": []} | values))
    statement = statement.on_conflict_do_update(index_elements=list(key), set_=values)
    session().execute(statement, execution_options={"scoped_by_hand": True})


def _account(actor: Actor) -> int:
    if actor.account_id is None:
        raise ValueError("a person keeps views and columns, a machine does not")
    return actor.account_id


def begin(
    actor: Actor,
    origin: Origin,
    key: str,
    names: Sequence[str],
    given: Mapping[str, str],
    of_rows: OfRows | None = None,
) -> BulkRun:
    """One act on many rows: a few at once, many as a job in batches. Each is the row's own operation in a savepoint, with
    its refusals kept beside its name; the others go on. `of_rows` is {name: what the act needs of that row besides}.

    Refuses `bulk.nothing_chosen` and, on its field, `field.required` or `choice.unknown` for what the act asks for.
    """
    act = origin.act(key)
    return _begin(actor, origin, act, names, _answered(act, given), of_rows or {})


def undo(actor: Actor, run: BulkRun) -> BulkRun:
    """Take back what a run of this person did, by the act that does so, once however often it is asked for: each row by
    itself, and one that has moved on since is refused. Refuses with NotFound the run of somebody else, and with Conflict
    `bulk.cannot_undo` one that goes on or left nothing to take back."""
    session().refresh(run, with_for_update=True)
    origin = get_origin(run.list_key)
    if run.by_account_id != actor.account_id:
        raise NotFound("not_found")
    if run.undone_by_id is not None:
        return session().get_one(BulkRun, (current_workshop_id(), run.undone_by_id))
    if not run.can_be_undone:
        raise Conflict("bulk.cannot_undo")
    names = [name for name in run.names if name in run.kept]
    undoing = _begin(actor, origin, origin.act(origin.act(run.act).undo), names, {}, run.kept)
    run.undone_by_id = undoing.id
    return undoing


def _begin(
    actor: Actor, origin: Origin, act: Act, names: Sequence[str], given: dict[str, str], of_rows: OfRows
) -> BulkRun:
    actor.must(act.permission)
    chosen = list(dict.fromkeys(name for name in names if name))
    if not chosen:
        raise Invalid("bulk.nothing_chosen")
    run = BulkRun(
        list_key=origin.key, act=act.key, names=chosen, given=given, of_rows=dict(of_rows), seen=0, outcomes=[], kept={},
        by_name=actor.name, by_account_id=_account(actor),
    )  # fmt: skip
    session().add(run)
    session().flush()
    if len(chosen) <= AT_ONCE:
        _go_on(actor, act, run, len(chosen))
    else:
        _enqueue(run)
    return run


def _answered(act: Act, given: Mapping[str, str]) -> dict[str, str]:
    answers = {**given, **{ask.key: " ".join(given.get(ask.key, "").split()) for ask in act.asks}}
    for ask in act.asks:
        if not answers[ask.key]:
            raise Invalid("field.required", field=f"{act.key}-{ask.key}")
        if ask.choices is not None and answers[ask.key] not in {value for value, _label in ask.choices()}:
            raise Invalid("choice.unknown", field=f"{act.key}-{ask.key}", value=answers[ask.key])
    return answers


def _enqueue(run: BulkRun) -> None:
    key = f"{run.id}:{run.seen}"
    jobs.enqueue(
        JOB, channel="planning", payload={"bulk_run_id": run.id}, dedupe_key=key, ordering_key=f"bulk:{run.id}"
    )


def work_on(run_id: int) -> None:
    """The worker's way: the next batch, with the rights that the person who began it has now, and then the next one as a
    job of its own. A run that is over, or whose person has gone, is left alone."""
    run = session().get(BulkRun, (current_workshop_id(), run_id), with_for_update=True, populate_existing=True)
    if run is None or run.is_over:
        return
    act, actor = get_origin(run.list_key).act(run.act), _begun_by(run)
    if actor is None or not actor.can(act.permission):
        run.finished_at, run.is_cancelled = clock.now(), True
        return
    _go_on(actor, act, run, BATCH)
    if not run.is_over:
        _enqueue(run)


def _begun_by(run: BulkRun) -> Actor | None:
    found = select(Member).where(Member.account_id == run.by_account_id, Member.is_active)
    member = session().scalars(found).first()
    return access.staff(run.by_name, run.by_account_id, member.role) if member is not None else None


def _go_on(actor: Actor, act: Act, run: BulkRun, most: int) -> None:
    refused: list[dict[str, Any]] = []
    kept: dict[str, Any] = {}
    some = run.names[run.seen : run.seen + most]
    for name in some:
        _one(actor, act, name, run.given | run.of_rows.get(name, {}), refused, kept)
    run.outcomes = [*run.outcomes, *refused]
    run.kept = run.kept | kept
    run.seen += len(some)
    if run.seen >= run.total:
        run.finished_at = clock.now()


def _one(
    actor: Actor, act: Act, name: str, given: Mapping[str, str], refused: list[dict[str, Any]], kept: dict[str, Any]
) -> None:
    """Adds why it was `refused`, and then what it wrote is undone; else what is `kept` for taking it back."""
    assert act.do is not None
    try:
        with session().begin_nested():
            known = act.do(actor, name, given)
            session().flush()
    except Refusal as refusal:
        refused.append({"name": name, "code": refusal.code, "data": _storable(refusal.data)})
    except IntegrityError:
        refused.append({"name": name, "code": "state.moved_on", "data": {}})
    else:
        if act.undo and known is not None:
            kept[name] = dict(known)


def _storable(data: Mapping[str, Any]) -> dict[str, Any]:
    """A refusal's data as JSON holds it."""
    return {name: _plain(value) for name, value in data.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, (Decimal, date, datetime)):
        return str(value)
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def cancel(actor: Actor, run: BulkRun) -> None:
    """Stop a run after the batch at hand; what was done stays done. One that is over stays as it is."""
    session().refresh(run, with_for_update=True)
    if run.is_over or run.by_account_id != actor.account_id:
        return
    run.finished_at, run.is_cancelled = clock.now(), True


def forget_old() -> int:
    """Results older than seven days, in the current workshop; the number forgotten."""
    old = delete(BulkRun).where(BulkRun.created_at < func.now() - RESULTS_STAY)
    done = session().execute(old.execution_options(synchronize_session=False))
    return int(cast("CursorResult[Any]", done).rowcount)
