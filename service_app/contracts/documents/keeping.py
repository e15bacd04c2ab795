"""Keeping papers: each once, by kind and number, as its snapshot and the file drawn from it.

`keep_up` makes whatever papers the rows of a contract call for and are not there yet; asked again it makes nothing. It is
what the job after an event runs, so a lost or repeated job costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from service_app.charges import operations as charges
from service_app.charges.models import Deposit
from service_app.contracts import queries
from service_app.contracts.documents import agreed, amendments, deposits, endings, paper, sheets
from service_app.contracts.models import Contract, ContractAct, ContractDocument, Handover
from service_app.core import files
from service_app.core.db import current_workshop_id, kept, session
from service_app.core.errors import NotFound
from service_app.core.i18n import in_language

WORDS: dict[str, Any] = {
    "offer": _l("Offer"),
    "contract": _l("Contract"),
    "amendment": _l("Amendment"),
    "hand_over": _l("Hand-over sheet"),
    "return": _l("Return sheet"),
    "termination_quote": _l("Quote for the end"),
    "termination": _l("Confirmation of the end"),
    "deposit": _l("Deposit statement"),
    "withdrawal": _l("Acknowledgement of the withdrawal"),
}

Snapshot = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A paper that the rows call for: put into words only when it is not there."""

    kind: str
    number: int
    words: Callable[[], Snapshot]


def keep_up(contract_id: int) -> list[ContractDocument]:
    """Make the papers of a contract that are not there yet; those that were made."""
    only_one = select(Contract.id).where(Contract.id == contract_id).with_for_update(key_share=True)
    session().execute(only_one)
    contract = queries.get_contract_by_id(contract_id)
    there = {(row.kind, row.number) for row in papers_of(contract)}
    made = []
    for wanted in _wanted(contract):
        if (wanted.kind, wanted.number) not in there:
            with in_language(contract.language):
                made.append(_keep(contract, wanted.kind, wanted.number, wanted.words()))
    return made


def keep_up_after(payload: Any) -> list[ContractDocument]:
    """The same after an event: for the contract it is about and the one it follows from, or for its deposit's."""
    if "contract_id" not in payload:
        deposit = session().get_one(Deposit, (current_workshop_id(), payload["deposit_id"]))
        return keep_up(deposit.contract_id)
    contract = queries.get_contract_by_id(payload["contract_id"])
    before = keep_up(contract.predecessor_id) if contract.predecessor_id is not None else []
    return before + keep_up(contract.id)


def _wanted(contract: Contract) -> Iterator[Wanted]:
    yield from _of_acts(contract)
    yield from _of_handovers(contract)
    deposit = charges.deposit_of(contract.id)
    if deposit is not None and deposit.status in deposits.OVER:
        number = len(deposit.movements) + len(deposits.later(deposit))  # a second look makes a further statement
        yield Wanted("deposit", number, lambda: deposits.content(contract, deposit))


def _of_acts(contract: Contract) -> Iterator[Wanted]:
    """Each kind of paper is numbered by its acts in their order; acts are only ever added."""
    counted: dict[str, int] = {}
    found = select(ContractAct).where(ContractAct.contract_id == contract.id).order_by(ContractAct.id)
    for act in session().scalars(found):
        for kind, words in _papers_of_act(contract, act):
            counted[kind] = number = counted.get(kind, 0) + 1
            yield Wanted(kind, number, lambda words=words, number=number: words(number))  # type: ignore[misc]


def _papers_of_act(contract: Contract, act: ContractAct) -> Iterator[tuple[str, Callable[[int], Snapshot]]]:
    if "proposal" in act.outcome:
        yield "amendment", lambda _number: amendments.signed(contract, act)
    elif amendments.is_one(act):
        yield "amendment", lambda number: amendments.content(contract, act, number)
    if "quote" in act.outcome:
        yield "termination_quote", lambda _number: endings.accepted_quote(contract, act)
    if act.operation in endings.ENDING:
        yield "termination", lambda _number: endings.termination(contract, act)
    if act.operation == "withdraw":
        yield "withdrawal", lambda _number: endings.withdrawal(contract, act)


def _of_handovers(contract: Contract) -> Iterator[Wanted]:
    ids = {line.id: line for line in contract.lines}
    found = select(Handover).where(Handover.contract_line_id.in_(ids)).order_by(Handover.id)
    for row in session().scalars(found):
        line = ids[row.contract_line_id]
        kind = "hand_over" if row.direction == "out" else "return"
        yield Wanted(kind, line.position, lambda line=line, row=row: sheets.content(line, row))  # type: ignore[misc]


def make_document(contract_id: int) -> ContractDocument:
    """Keep the signed contract as a PDF, once a round however often it is asked for."""
    contract = queries.get_contract_by_id(contract_id)
    kept = queries.document_of(contract)
    if kept is not None and kept.number == contract.offer_round:
        return kept
    with in_language(contract.language):
        return _keep(contract, "contract", contract.offer_round, agreed.content(contract))


def render(contract: Contract) -> bytes:
    """The PDF of a contract as its rows stand: the offer before it is signed, the contract afterwards."""
    with in_language(contract.language):
        return paper.render(agreed.content(contract))


def _keep(contract: Contract, kind: str, number: int, snapshot: Snapshot) -> ContractDocument:
    name = contract.reference if kind == "contract" else f"{contract.reference}-{kind.replace('_', '-')}-{number}"
    stored = files.store(paper.render(snapshot), "application/pdf", f"{name}.pdf")
    values = {
        "workshop_id": current_workshop_id(), "contract_id": contract.id, "kind": kind, "number": number,
        "language": contract.language, "snapshot": snapshot, "file_id": stored.id,
    }  # fmt: skip
    statement = insert(ContractDocument).values(values).on_conflict_do_nothing()
    session().execute(statement, execution_options={"scoped_by_hand": True})
    found = select(ContractDocument).where(
        ContractDocument.contract_id == contract.id, ContractDocument.kind == kind, ContractDocument.number == number
    )
    return session().scalars(found.options(joinedload(ContractDocument.file))).one()


_PAPERS = kept(
    select(ContractDocument)
    .where(ContractDocument.contract_id == bindparam("contract_id"))
    .order_by(ContractDocument.id)
    .options(joinedload(ContractDocument.file))
)


def papers_of(contract: Contract) -> Sequence[ContractDocument]:
    """The papers kept of a contract, in the order they were made."""
    return session().scalars(_PAPERS, {"contract_id": contract.id}).all()


def paper_of(contract: Contract, document_id: int) -> ContractDocument:
    """A paper of this contract; refuses with NotFound."""
    for row in papers_of(contract):
        if row.id == document_id:
            return row
    raise NotFound("not_found")


def paper_of_act(contract: Contract, act: ContractAct, kind: str) -> ContractDocument | None:
    """The paper of a kind that an act called for, or None."""
    rows = (row for row in papers_of(contract) if row.kind == kind)
    return next((row for row in rows if row.snapshot.get("act") == act.id), None)
