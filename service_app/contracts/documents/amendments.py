"""Amendments: one for each operation that changes what was agreed, from what stands on its act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from service_app.catalogue.models import Plan, Product
from service_app.charges.explained import KINDS, explain
from service_app.charges.models import Charge, Credit
from service_app.charges.pricing import Terms
from service_app.contracts import queries
from service_app.contracts.documents import agreed, paper
from service_app.contracts.models import Contract, ContractAct, ContractLine, Proposal
from service_app.contracts.operations.dates import is_told
from service_app.contracts.standing import Stood
from service_app.core import clock, files
from service_app.core.db import session
from service_app.core.i18n import exact, money, words
from service_app.core.money import ZERO
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.workshops.queries import get_workshop


@dataclass(frozen=True)
class Change:
    """What an amendment says: the change in a word, what it was and what it is now, and what else there is to know."""

    what: str
    rows: Sequence[tuple[str, str, str]] = ()
    more: Sequence[str] = ()
    line: Sequence[Any] | None = None


def is_one(act: ContractAct) -> bool:
    """Whether an act changes what was agreed. Another thing of the same product for a planned line does not."""
    if act.operation == "substitute":
        return bool(act.outcome.get("product") != act.outcome.get("before"))
    if act.operation == "reschedule":
        return is_told(act)
    return act.operation in _CHANGES


def content(contract: Contract, act: ContractAct, number: int, agreed: paper.Block | None = None) -> dict[str, Any]:
    """The amendment of an act, in the language at hand; `agreed` stands where it says otherwise who asked for it."""
    change = change_of(contract, act)
    head = [_("What"), _("Until now"), _("From now on")]
    signed_on = contract.signed_at or contract.created_at
    blocks = [
        paper.said("text", [_("To contract %(code)s of %(when)s.", code=contract.reference, when=_on(signed_on, contract))]),
        paper.table(head, [[[what], before, after] for what, before, after in change.rows], change.what, sums=False),
        _one_more(change) if change.line else None,
        paper.said("text", change.more, "" if change.rows or change.line else change.what),
        _costs(contract, act),
        _net(contract, act),
        agreed or paper.facts([_who(act), (_("On"), _on(act.at, contract))], _("Agreed")),
        paper.small([_("Everything else in the contract stays as it is.")]),
    ]  # fmt: skip
    return paper.make(contract, _("Amendment %(number)s", number=number), act.at, blocks, act.stood, act=act.id)


def unsigned() -> paper.Block:
    """What stands where the signature will."""
    return {"kind": "text", "title": _("Signature"), "rows": [_("Not signed yet.")], "unsigned": True}


def signed(contract: Contract, act: ContractAct) -> dict[str, Any]:
    """The amendment of an act that the customer signed: as it was shown, with the signature in its place."""
    key = (contract.workshop_id, act.outcome["proposal"])
    proposal, drawing = session().get_one(Proposal, key), None
    if proposal.drawing_file_id is not None:
        drawing = session().get_one(files.StoredFile, (proposal.workshop_id, proposal.drawing_file_id)).sha256
    how = _("Signed by hand on a screen") if drawing else _("Signed by typing the name")
    block = {
        "kind": "signature",
        "title": _("Signature"),
        "name": proposal.signer_name,
        "how": _("%(how)s on %(when)s.", how=how, when=_on(act.at, contract)),
        "alt": _("Signature of %(name)s", name=proposal.signer_name),
        "drawing": drawing,
        "hash": _("The amendment as it was signed: SHA-256 %(hash)s", hash=proposal.sha256),
    }
    blocks = [block if each.get("unsigned") else each for each in proposal.snapshot["blocks"]]
    return {**proposal.snapshot, "blocks": blocks, "act": act.id}


def _one_more(change: Change) -> paper.Block | None:
    return (
        paper.table([_("What"), _("From and until"), _("Price")], [change.line], change.what) if change.line else None
    )


def _who(act: ContractAct) -> tuple[str, str]:
    if act.by_kind == "customer":
        return _("Asked by"), _("%(name)s, from the contract page", name=act.by_name)
    return (_("How"), _("by itself, as the contract says")) if act.by_kind == "worker" else (_("Noted by"), act.by_name)


def change_of(contract: Contract, act: ContractAct) -> Change:
    """What an act changed, in words; letters say the same."""
    return _CHANGES[act.operation](contract, act)


def _on(instant: datetime, contract: Contract) -> str:
    return exact(instant, get_workshop(contract.workshop_id).zone)


def _line(contract: Contract, act: ContractAct) -> ContractLine:
    return next(line for line in contract.lines if line.id == act.contract_line_id)


def _at(contract: Contract, position: int) -> ContractLine:
    return queries.get_line(contract, position)


def thing(line: ContractLine) -> str:
    """A line's thing as people know it: its name, and its tag once it has one."""
    return f"{words(line.product.name)} {line.item.tag if line.item is not None else ''}".strip()


def named(known: Stood) -> str:
    """The same of a thing as it stood."""
    return f"{words(known['product'])} {known['tag']}".strip()


def _as_it_stood(act: ContractAct, line: ContractLine) -> str:
    """The line's thing as it was called when the act was done."""
    known = next((each for each in act.stood.get("things", ()) if each["position"] == line.position), None)
    return named(known) if known is not None else thing(line)


def price_of(line: ContractLine) -> str:
    """What a line costs, said shortly."""
    return _cost_of(Terms.from_json(line.price))


def _cost_of(terms: Terms) -> str:
    if terms.pricing == "monthly":
        return _("%(amount)s a month", amount=money(terms.month_amount, terms.currency))
    return ""


def _other_end(contract: Contract, act: ContractAct) -> Change:
    line, made = _line(contract, act), act.outcome
    before, after = (_on(datetime.fromisoformat(made[name]), contract) for name in ("before", "ends_at"))
    title = _("A later end") if act.operation == "extend" else _("An earlier end")
    return Change(title, [(_as_it_stood(act, line), _("until %(when)s", when=before), _("until %(when)s", when=after))])


def _other_dates(contract: Contract, act: ContractAct) -> Change:
    known, now = act.outcome["before"], act.outcome["after"]
    rows = [(_as_it_stood(act, _line(contract, act)), _stretch(known, contract), _stretch(now, contract))]
    if known.get("price") != now.get("price"):
        before, after = (money(Decimal(each["price"]), contract.currency) for each in (known, now))
        rows.append((_("Price"), before, after))
    return Change(_("Other dates"), rows)


def _stretch(dates: dict[str, str | None], contract: Contract) -> str:
    start, end = (datetime.fromisoformat(at) if at else None for at in (dates["starts_at"], dates["ends_at"]))
    first = _on(start, contract) if start else ""
    if end is None:
        return _("from %(first)s, without an end", first=first)
    return _("from %(first)s until %(last)s", first=first, last=_on(end, contract))


def _swapped(contract: Contract, act: ContractAct) -> Change:
    old, new = _line(contract, act), _at(contract, act.outcome["successor"])
    rows = [
        (
            _("Thing"),
            f"{words(old.product.name)} {act.outcome['old']}",
            f"{words(new.product.name)} {act.outcome['new']}",
        )
    ]
    if old.plan_id != new.plan_id:
        was, becomes = act.outcome.get("price", old.price), act.outcome.get("terms", new.price)
        costs = _cost_of(Terms.from_json(was)), _cost_of(Terms.from_json(becomes))
        rows += [(_("Plan"), words(old.plan.name), words(new.plan.name)), (_("Price"), *costs)]
    more = []
    if act.outcome["mode"] == "advance" and old.due_at is not None:
        due = _on(old.due_at, contract)
        more.append(
            _(
                "Please bring %(what)s back by %(when)s.",
                what=f"{words(old.product.name)} {act.outcome['old']}",
                when=due,
            )
        )
    if act.outcome["mode"] == "return_first":
        more.append(_("%(what)s is ready for you.", what=f"{words(new.product.name)} {act.outcome['new']}"))
    return Change(_("Another thing in its place"), rows, more)  # fmt: skip


def _plan(code: str) -> Plan:
    return session().scalars(select(Plan).where(Plan.code == code)).one()


def _other_plan(contract: Contract, act: ContractAct) -> Change:
    line, before, after = _line(contract, act), _plan(act.outcome["before"]), _plan(act.outcome["plan"])
    on = date.fromisoformat(act.outcome["on"]) if "on" in act.outcome else _day(act, contract)
    was, becomes = act.outcome.get("price", line.price), act.outcome["terms"]
    costs = _cost_of(Terms.from_json(was)), _cost_of(Terms.from_json(becomes))
    rows = [(_("Plan"), words(before.name), words(after.name)), (_("Price"), *costs)]
    return Change(
        _("Another plan for %(what)s", what=_as_it_stood(act, line)),
        rows,
        [_("It holds from %(when)s on.", when=exact(on))],
    )


def _day(act: ContractAct, contract: Contract) -> date:
    return clock.local(act.at, get_workshop(contract.workshop_id).zone).date()


def _paused(contract: Contract, act: ContractAct) -> Change:
    first, until = exact(date.fromisoformat(act.outcome["from_on"])), exact(date.fromisoformat(act.outcome["until_on"]))
    more = [
        _("Not charged from %(first)s on, and charged again from %(until)s on.", first=first, until=until),
        _("The minimum term does not move, and nothing has to come back."),
    ]
    return Change(_("A pause"), [], more)


def _more(contract: Contract, act: ContractAct) -> Change:
    line, made = _at(contract, act.outcome["position"]), act.outcome
    starts_at = datetime.fromisoformat(made["starts_at"]) if "starts_at" in made else line.starts_at
    ends_at = line.ends_at
    if "ends_at" in made:
        ends_at = datetime.fromisoformat(made["ends_at"]) if made["ends_at"] else None
    terms, workshop = Terms.from_json(made.get("terms", line.price)), get_workshop(contract.workshop_id)
    return Change(_("One thing more"), line=agreed.agreed_row(line, terms, starts_at, ends_at, workshop))


def _less(contract: Contract, act: ContractAct) -> Change:
    line = _at(contract, act.outcome["position"])
    return Change(_("One thing less"), [(words(line.product.name), words(line.plan.name), _("no longer part of it"))])


def _holders(_contract: Contract, act: ContractAct) -> Change:
    names = [holder["name"].strip() for holder in act.body["holders"]]
    if not names:
        return Change(_("Holders"), [], [_("Nobody beside the customer fetches, uses or brings back the things.")])
    said = _(
        "Beside the customer, these people fetch, use and bring back the things: %(names)s.", names=", ".join(names)
    )
    return Change(_("Holders"), [], [said])


def _renewed(_contract: Contract, act: ContractAct) -> Change:
    until = exact(date.fromisoformat(act.outcome["min_term_until"]))
    before = act.outcome.get("before")
    rows = [(_("Term"), _("until %(when)s", when=exact(date.fromisoformat(before))) if before else "",
             _("until %(when)s", when=until))]  # fmt: skip
    return Change(_("A further term"), rows)


def _handed_on(contract: Contract, act: ContractAct) -> Change:
    to = session().scalars(select(Customer).where(Customer.reference == act.outcome["to"])).one()
    new = queries.get_contract(act.outcome["contract"])
    more = [
        _("The same things at the same prices and with the same term go on in contract %(code)s.", code=new.reference),
        _("The deposit of the former customer goes back once everything before is settled."),
    ]
    return Change(_("Another customer"), [(_("Customer"), contract.customer.name, to.name)], more)


def _instead(contract: Contract, act: ContractAct) -> Change:
    before, after = (
        session().scalars(select(Product).where(Product.code == act.outcome[name])).one()
        for name in ("before", "product")
    )
    item = session().scalars(select(Item).where(Item.tag == act.outcome["tag"])).one()
    rows = [(_("Thing"), words(before.name), f"{words(after.name)} {item.tag}")]
    return Change(_("Another product instead"), rows, [_("At the price that was signed.")])


_CHANGES: dict[str, Callable[[Contract, ContractAct], Change]] = {
    "extend": _other_end,
    "shorten": _other_end,
    "reschedule": _other_dates,
    "swap": _swapped,
    "change_plan": _other_plan,
    "pause": _paused,
    "add_line": _more,
    "remove_line": _less,
    "change_holders": _holders,
    "renew": _renewed,
    "transfer": _handed_on,
    "substitute": _instead,
}


def _costs(contract: Contract, act: ContractAct) -> paper.Block | None:
    """What the change charged, gave back and asked as deposit at once."""
    rows = [[[label, why], amount] for label, why, amount in money_of(contract, act)]
    return paper.table([_("What it comes to, VAT included"), _("Amount")], rows, _("Money"))


def _net(contract: Contract, act: ContractAct) -> paper.Block | None:
    """What charges and credits come to together, once there are several."""
    signed = [row.amount for row in _rows(Charge, act.outcome.get("charges", ()))]
    signed += [-row.amount for row in _rows(Credit, act.outcome.get("credits", ()))]
    if len(signed) < 2:
        return None
    whole = sum(signed, ZERO)
    label = _("Given back in all") if whole < ZERO else _("To pay in all")
    return paper.totals([(label, money(abs(whole), contract.currency))])


def money_of(contract: Contract, act: ContractAct) -> list[tuple[str, str, str]]:
    """(what, why, amount) of the charges, credits and the change of the deposit that an act brought."""
    charged = _rows(Charge, act.outcome.get("charges", ()))
    given = _rows(Credit, act.outcome.get("credits", ()))
    currency = contract.currency
    rows = [
        (str(KINDS[row.kind]), explain(row.rule, row.figures, currency), money(row.amount, currency)) for row in charged
    ]
    rows += [(_("Given back"), explain(row.rule, row.figures, currency), money(-row.amount, currency)) for row in given]
    if "deposit" in act.outcome:
        before, after = (money(amount, currency) for amount in act.outcome["deposit"])
        rows.append((_("Deposit"), _("%(before)s until now", before=before), after))
    return rows  # fmt: skip


def _rows(model: Any, ids: Sequence[int]) -> list[Any]:
    if not ids:
        return []
    return list(session().scalars(select(model).where(model.id.in_(ids), model.amount > ZERO).order_by(model.id)))
