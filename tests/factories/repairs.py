"""A repair in each of its stages, through the real operations; inside a workshop's transaction."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

from service_app.core.access import WORKER, Actor
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.repairs import queries
from service_app.repairs.models import CustomerThing, Part, RepairCase
from service_app.repairs.operations import bench, intake, quotes, stock
from service_app.repairs.operations.intake import Ask, Owned, Received
from service_app.repairs.operations.stock import PartFacts
from service_app.repairs.quoting import Line, Option, Quote
from tests.factories.customers import a_customer

_codes = count(1)
ANSWER = quotes.Answer(1, "Nora Lemmens", "link", "192.0.2.7")


def a_thing(customer: Customer, what: str = "Kettle", **facts: Any) -> CustomerThing:
    """Something the customer owns."""
    return intake.keep_thing(customer, Owned(what, **facts))


def a_case(
    customer: Customer | None = None, thing: Item | CustomerThing | None = None, *, actor: Actor = WORKER, **asked: Any
) -> RepairCase:
    """A repair asked for; a kettle of a new customer unless given."""
    if customer is None and thing is None:
        customer = a_customer()
    ask = Ask(**{"fault": "It does nothing any more"} | asked)
    return intake.ask_repair(actor, customer, thing or a_thing(customer), ask)  # type: ignore[arg-type]


def a_received(*given: Any, actor: Actor = WORKER, **asked: Any) -> RepairCase:
    """Here, with its lid left at home."""
    case = a_case(*given, **asked)
    intake.receive(actor, case, Received(("lid",), "Shelf 2"))
    return case


def a_diagnosed(*given: Any, actor: Actor = WORKER, **asked: Any) -> RepairCase:
    """Examined, the cause written down."""
    case = a_received(*given, actor=actor, **asked)
    quotes.begin_diagnosis(actor, case)
    quotes.diagnose(actor, case, quotes.Finding("The heating element is open"))
    return case


def an_option(*parts: Part, title: str = "New element", hours: str = "0.75", **facts: Any) -> Option:
    """Three quarters of an hour, and the parts."""
    lines = [Line("labour", "Fitting and testing", Decimal(hours), Decimal("48.00"))]
    lines += [Line("part", part.name, Decimal(1), part.unit_amount, part.id) for part in parts]
    return Option(title, tuple(lines), **{"days": 5} | facts)


def a_quote(*options: Option, **facts: Any) -> Quote:
    """One option unless given, with the fee of the diagnosis in its price."""
    return Quote(
        "The heating element is open", options or (an_option(),), **{"diagnosis_amount": Decimal("15.00")} | facts
    )


def a_quoted(*options: Option, actor: Actor = WORKER, **asked: Any) -> RepairCase:
    """A quote sent."""
    case = a_diagnosed(actor=actor, **asked)
    quotes.draft_quote(actor, case, a_quote(*options))
    quotes.send_quote(actor, case)
    return case


def an_approved(*options: Option, actor: Actor = WORKER, **asked: Any) -> RepairCase:
    """Approved by the customer."""
    case = a_quoted(*options, actor=actor, **asked)
    quotes.approve_quote(actor, case, 1, ANSWER)
    return case


def a_ready(*options: Option, actor: Actor = WORKER, **asked: Any) -> RepairCase:
    """Mended, tested, to be collected."""
    case = an_approved(*options, actor=actor, **asked)
    bench.start_clock(actor, case, "repair")
    bench.stop_clock(actor)
    for use in queries.parts_of(case):
        stock.use_part(actor, case, use)
    bench.finish_work(actor, case, [("It boils and switches off", True)])
    return case


def a_part(on_hand: int = 2, *, actor: Actor = WORKER, **facts: Any) -> Part:
    """A heating element, two on the shelf."""
    given: dict[str, Any] = {
        "code": f"P-{next(_codes)}", "name": "Heating element", "cost_amount": Decimal("4.20"), "unit_amount": Decimal("7.50"),
    }  # fmt: skip
    part = stock.add_part(actor, PartFacts(**given | facts))
    if on_hand:
        stock.receive_parts(actor, part, on_hand)
    return part
