"""How the portal says things to a customer: states, reasons, and the life of a contract in plain words.

The timeline shows what stands in LIFE and nothing else: what the workshop writes down for itself is not the customer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from service_app.contracts.models import Contest, Contract, ContractLine
from service_app.core import events
from service_app.core.i18n import long_day, words

Said = tuple[str, Any]

CONTRACT: dict[str, Said] = {
    "sent": ("planned", _l("waits for your signature")),
    "expired": ("due", _l("offer ran out")),
    "signed": ("planned", _l("signed")),
    "active": ("ok", _l("running")),
    "paused": ("due", _l("paused")),
    "notice": ("due", _l("ending")),
    "ended": ("done", _l("ended")),
    "cancelled": ("off", _l("cancelled")),
}

LINE: dict[str, Said] = {
    "planned": ("planned", _l("ready for you soon")),
    "out": ("ok", _l("with you")),
    "overdue": ("late", _l("overdue")),
    "returned": ("due", _l("back, we look at it")),
    "lost": ("late", _l("lost")),
    "closed": ("done", _l("back")),
    "replaced": ("off", _l("replaced")),
    "bought_out": ("done", _l("yours")),
    "cancelled": ("off", _l("cancelled")),
}

CHARGE: dict[str, Any] = {
    "rent": _l("Rental"),
    "recurring": _l("Monthly price"),
    "use": _l("Use"),
    "one_off": _l("Paid once"),
    "late": _l("Late return"),
    "damage": _l("Damage"),
    "missing": _l("Missing part"),
    "cleaning": _l("Cleaning"),
    "fee": _l("Fee"),
    "lost": _l("Loss"),
    "buy_out": _l("Purchase"),
    "credit": _l("Given back"),
}

DEPOSIT: dict[str, Said] = {
    "due": ("due", _l("to bring")),
    "held": ("ok", _l("we keep it for you")),
    "released": ("done", _l("given back")),
    "partly_retained": ("done", _l("kept in part")),
    "retained": ("done", _l("kept")),
    "cancelled": ("off", _l("not asked")),
}

DOCUMENTS: dict[str, Any] = {
    "offer": _l("Offer"),
    "contract": _l("Contract"),
    "amendment": _l("Amendment"),
    "hand_over": _l("Hand-over sheet"),
    "return": _l("Return sheet"),
    "termination_quote": _l("What ending costs"),
    "termination": _l("Confirmation of the end"),
    "deposit": _l("Deposit statement"),
    "withdrawal": _l("Acknowledgement of the withdrawal"),
}

REQUESTS: dict[str, Any] = {"swap": _l("another thing in its place"), "erase": _l("to be forgotten")}

SWAP_REASONS: dict[str, Any] = {
    "defect": _l("Something is wrong with it"),
    "size": _l("It has the wrong size"),
    "upgrade": _l("I need a bigger or better one"),
    "downgrade": _l("A smaller or simpler one is enough"),
    "wish": _l("I would like another one"),
}

CONTESTS: dict[str, Any] = {
    "open": _l(
        "You see differently what we found on %(what)s. Somebody else looks at it; until then we collect nothing of it."
    ),
    "upheld": _l("%(what)s, looked at again: it stays as it was charged. %(reason)s"),
    "changed": _l("%(what)s, looked at again: you pay less for it. %(reason)s"),
    "dropped": _l("%(what)s, looked at again: you pay nothing for it. %(reason)s"),
}

LIFE: dict[str, Any] = {
    "contract.sent": _l("We sent you the offer"),
    "contract.signed": _l("You signed"),
    "contract.changed": _l("The end was moved"),
    "contract.corrected": _l("We corrected a date"),
    "contract.paused": _l("The pause began"),
    "contract.pause_planned": _l("A pause was planned"),
    "contract.resumed": _l("It went on after the pause"),
    "contract.noticed": _l("The end was announced"),
    "contract.notice_withdrawn": _l("The notice was taken back"),
    "contract.renewed": _l("It was renewed"),
    "contract.withdrawn": _l("You withdrew"),
    "contract.warned": _l("We sent you a formal notice"),
    "contract.transferred": _l("It was handed to somebody else"),
    "contract.expired": _l("The offer ran out"),
    "contract.cancelled": _l("It was cancelled"),
    "contract.ended": _l("It ended"),
    "inspection.contested": _l("You saw differently what we found"),
    "inspection.decided": _l("It was looked at again"),
    "customer.asked": _l("You asked us for something"),
    "line.added": _l("One thing more"),
    "line.removed": _l("One thing less"),
    "line.handed_over": _l("You took it along"),
    "line.returned": _l("It came back to us"),
    "line.swapped": _l("It was swapped"),
    "line.substituted": _l("We chose another one for you"),
    "line.plan_change_planned": _l("A change of plan was planned"),
    "line.plan_changed": _l("The plan changed"),
    "line.plan_kept": _l("The change of plan was called off"),
    "line.out_of_order": _l("You reported a problem"),
    "line.works_again": _l("It works again"),
    "line.metered": _l("The meter was read"),
    "line.lost": _l("It was reported lost"),
    "line.found": _l("It was found again"),
    "line.overdue": _l("It was due back"),
    "line.bought_out": _l("You bought it"),
    "line.closed": _l("We looked at it; all is settled for this thing"),
}


@dataclass(frozen=True)
class Entry:
    """A line of the plain timeline."""

    at: datetime
    title: str
    detail: str
    is_now: bool = False


def life_of(contract: Contract) -> list[Entry]:
    """What happened, in plain words, the newest first."""
    facts = [fact for fact in events.timeline(contract) if fact.name in LIFE]
    return [
        Entry(fact.at, str(LIFE[fact.name]), _detail(fact.data), is_now=place == 0) for place, fact in enumerate(facts)
    ]


def _detail(data: dict[str, Any]) -> str:
    if "ends_at" in data:
        return str(gettext("until %(when)s", when=long_day(datetime.fromisoformat(data["ends_at"]))))
    days = [data[name] for name in ("ends_on", "until", "on", "from") if data.get(name)]
    said = [long_day(datetime.fromisoformat(day).date()) for day in days[:1]]
    return " · ".join([str(data[name]) for name in ("tag", "value") if data.get(name)] + said)


def of_contract(contract: Contract) -> Said:
    """A contract; a running one with something overdue says so."""
    if any(line.status == "overdue" for line in contract.lines):
        return LINE["overdue"]
    return CONTRACT[contract.status]


def of_contest(contest: Contest) -> Said:
    """How a thing that was contested stands, in a sentence."""
    line = contest.inspection.line
    what = " ".join(filter(None, (words(line.product.name), line.item.tag if line.item is not None else "")))
    tone = "planned" if contest.status == "open" else "ok"
    return tone, str(CONTESTS[contest.status]) % {"what": what, "reason": contest.reason}


def of_line(line: ContractLine) -> Said:
    """A thing; one that was reported as not working says so."""
    if line.status == "out" and any(outage.ended_at is None for outage in line.outages):
        return "due", _l("reported, we get in touch")
    return LINE[line.status]


def left_to_sign(contracts: Sequence[Contract]) -> list[Contract]:
    """The offers that wait for a signature."""
    return [contract for contract in contracts if contract.status == "sent"]
