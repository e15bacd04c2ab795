"""The verbs of an import: upload, map, check, run, go on, cancel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from service_app.core import access, clock, events, files, jobs
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Invalid
from service_app.core.states import move
from service_app.imports import mapping as columns_mapping
from service_app.imports import passes, reading
from service_app.imports.kinds import KINDS
from service_app.imports.models import ImportIssue, ImportMapping, ImportRun
from service_app.workshops.models import Member
from service_app.workshops.operations import next_reference

RUNNING = ("checking", "running")
JOB = "imports.work"


def upload(actor: Actor, kind: str, content: bytes, name: str) -> ImportRun:
    """Keep a file that is to be imported, with a mapping proposed: the one used last for these columns, else by name.

    Refuses an unknown kind and what `reading.read` refuses.
    """
    actor.must("import:run")
    if kind not in KINDS:
        raise Invalid("choice.unknown", field="kind", value=kind, known=", ".join(KINDS))
    table = KINDS[kind].read(content, name)
    name = PurePath(name.replace("\\", "/")).name[:200] or "file"
    run = ImportRun(
        reference=next_reference("IMP"),
        kind=kind,
        file_id=files.store(content, "application/octet-stream", name).id,
        rows_file_id=files.store(reading.pack(table), "application/jsonl", f"{name}.jsonl").id,
        file_name=name,
        columns=list(table.columns),
        shape={"format": table.format, "encoding": table.encoding, "delimiter": table.delimiter},
        mapping=propose_mapping(kind, table.columns),
        total=len(table.rows),
        by_name=actor.name,
        by_account_id=actor.account_id,
    )
    session().add(run)
    session().flush()
    return run


def propose_mapping(kind: str, columns: tuple[str, ...]) -> dict[str, str]:
    """{column: field} as used last for these columns in this workshop, else by the columns' names."""
    key = columns_mapping.columns_key(columns)
    known = select(ImportMapping.mapping).where(ImportMapping.kind == kind, ImportMapping.columns_sha256 == key)
    kept = session().scalar(known)
    if kept is not None:
        return columns_mapping.remembered(kept, columns, KINDS[kind].fields)
    return columns_mapping.propose(columns, KINDS[kind].fields)


def choose_mapping(actor: Actor, run: ImportRun, mapping: Mapping[str, str], options: Mapping[str, Any]) -> None:
    """Say which column is which field, and remember it for files with these columns.

    Refuses a run that has begun, what `mapping.checked` refuses, and with `import.column_needed` a mapping that leaves
    out what every row needs.
    """
    actor.must("import:run")
    if run.status not in ("uploaded", "checked", "failed"):
        raise Invalid("import.already_begun", field="mapping")
    kind = KINDS[run.kind]
    chosen = columns_mapping.checked(mapping, run.columns, kind.fields)
    for group in kind.needs:
        if not set(group) & set(chosen.values()):
            raise Invalid("import.column_needed", field="mapping", fields=list(group))
    run.mapping, run.options = chosen, dict(options)
    _remember(run)


def _remember(run: ImportRun) -> None:
    values = {
        "workshop_id": current_workshop_id(),
        "kind": run.kind,
        "columns_sha256": columns_mapping.columns_key(run.columns),
        "mapping": run.mapping,
    }
    statement = insert(ImportMapping).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["workshop_id", "kind", "columns_sha256"], set_={"mapping": run.mapping}
    )
    session().execute(statement, execution_options={"scoped_by_hand": True})


def begin(actor: Actor, run: ImportRun, status: str) -> None:
    """Begin a pass from the first row: 'checking' (nothing stays) or 'running' (good rows stay)."""
    actor.must("import:run")
    move(run, status)
    run.seen = run.created = run.known = run.rejected = 0
    run.failure = run.finished_at = None
    session().execute(
        delete(ImportIssue).where(ImportIssue.run_id == run.id).execution_options(synchronize_session=False)
    )
    session().flush()


def enqueue_work(run: ImportRun) -> None:
    """Have the worker do the next batch. A pass begun anew is told apart by its instant."""
    jobs.enqueue(
        JOB,
        channel="planning",
        payload={"import_run_id": run.id},
        dedupe_key=f"{run.id}:{run.status}:{run.seen}:{clock.now().isoformat()}",
        ordering_key=f"import:{run.id}",
    )


def work_on(run_id: int, actor: Actor | None = None, most: int = passes.BATCH) -> bool:
    """Do the next batch of a run's present pass; whether rows are left. A run that is in no pass is left alone.

    Without `actor` the person who began it acts, with the rights they have now; the run has failed when they have none.
    Leaves import.finished at the end of a run.
    """
    run = session().get(ImportRun, (current_workshop_id(), run_id), with_for_update=True, populate_existing=True)
    if run is None or run.status not in RUNNING:
        return False
    actor = actor or _begun_by(run)
    if actor is None or not actor.can(KINDS[run.kind].permission):
        run.failure = "access.missing_right"
        move(run, "failed")
        return False
    if passes.take_batch(actor, run, most):
        return True
    _finish(actor, run)
    return False


def work_as_job(run_id: int) -> None:
    """The worker's way: one batch, and the next one as a job of its own."""
    if work_on(run_id):
        enqueue_work(session().get_one(ImportRun, (current_workshop_id(), run_id)))


def _begun_by(run: ImportRun) -> Actor | None:
    found = select(Member).where(Member.account_id == run.by_account_id, Member.is_active)
    member = session().scalars(found).first() if run.by_account_id is not None else None
    if member is None or run.by_account_id is None:
        return None
    return access.staff(run.by_name, run.by_account_id, member.role)


def _finish(actor: Actor, run: ImportRun) -> None:
    run.finished_at = clock.now()
    if run.status == "checking":
        move(run, "checked")
        return
    move(run, "done")
    counts = {"created": run.created, "known": run.known, "rejected": run.rejected}
    events.record("import.finished", actor, [run], {"kind": run.kind, **counts})


def cancel(actor: Actor, run: ImportRun) -> None:
    """Stop a run; the rows already in stay. Refuses one that is done."""
    actor.must("import:run")
    move(run, "cancelled")
    run.finished_at = clock.now()
