"""The life of a thing as EPCIS 2.0 (ISO/IEC 19987), from the event log: what, when, where and why, and never who.

The words of bizStep and disposition are those of the Core Business Vocabulary 2.0. Only what is true is said: a kit and its
component are associated and parted; a thing becomes material (TransformationEvent) where the batch it went into held nothing
but things with a passport, else it is destroyed (ObjectEvent), for what came out of the batch is not of this thing alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from service_app.core import clock, links
from service_app.core.events import Event
from service_app.items import passport
from service_app.items.models import Item
from service_app.passports import reading, seen
from service_app.workshops.models import Workshop

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


@dataclass(frozen=True)
class Step:
    """What a fact of ours is in their words, and the section of the passport it belongs to."""

    action: str
    biz_step: str
    disposition: str
    section: str = "life"


STEPS: dict[str, Step] = {
    "item.created": Step("ADD", "commissioning", "active"),
    "line.handed_over": Step("OBSERVE", "shipping", "in_transit", "movements"),
    "line.returned": Step("OBSERVE", "receiving", "returned", "movements"),
    "line.bought_out": Step("OBSERVE", "retail_selling", "retail_sold"),
    "inspection.finished": Step("OBSERVE", "inspecting", "conformant"),
    "care.done": Step("OBSERVE", "inspecting", "conformant"),
    "care.failed": Step("OBSERVE", "inspecting", "needs_replacement"),
    "repair.received": Step("OBSERVE", "receiving", "damaged"),
    "repair.begun": Step("OBSERVE", "repairing", "in_progress"),
    "repair.ready": Step("OBSERVE", "repairing", "sellable_accessible"),
    "repair.unrepairable": Step("OBSERVE", "inspecting", "non_conformant"),
    "line.lost": Step("OBSERVE", "other", "unknown", "movements"),
    "line.found": Step("OBSERVE", "receiving", "returned", "movements"),
    "item.lost": Step("OBSERVE", "other", "unknown", "movements"),
    "item.found": Step("OBSERVE", "receiving", "returned", "movements"),
    "takeback.collected": Step("OBSERVE", "collecting", "in_transit", "movements"),
    "takeback.received": Step("OBSERVE", "receiving", "returned"),
    "intake.scanned": Step("OBSERVE", "receiving", "returned", "movements"),
    "intake.graded": Step("OBSERVE", "inspecting", "conformant"),
    "refurbishment.begun": Step("OBSERVE", "repairing", "in_progress"),
    "refurbishment.done": Step("OBSERVE", "repairing", "sellable_accessible"),
    "harvest.opened": Step("OBSERVE", "disassembling", "in_progress"),
    "passing.passed": Step("OBSERVE", "shipping", "in_transit"),
    "passing.received": Step("OBSERVE", "receiving", "in_progress"),
    "item.retired": Step("DELETE", "decommissioning", "inactive"),
}


def document(item: Item, workshop: Workshop, layer: str) -> dict[str, Any]:
    """The EPCISDocument of a thing, of the sections that the layer sees."""
    frame = _Frame(item, workshop)
    facts = reading.facts_of(item)
    kits = reading.kits_told([fact for fact in facts if "component" in fact.data])
    told = [_told(frame, fact, layer, kits) for fact in facts]
    return {
        "@context": [CONTEXT],
        "id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{frame.epc}#{layer}')}",
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": _instant(clock.now()),
        "epcisBody": {"eventList": [*reading.earlier_of(item).get("events", ()), *filter(None, told), *_ends(frame)]},
    }


class _Frame:
    """What all events of a thing share."""

    def __init__(self, item: Item, workshop: Workshop) -> None:
        self.item, self.workshop = item, workshop
        self.epc = passport.address(item, workshop.gs1_prefix)
        self.place = (
            f"https://id.gs1.org/414/{workshop.gln}" if workshop.gln else links.absolute(f"/{workshop.slug}/my/")
        )

    def event(self, kind: str, key: str, at: datetime, **more: Any) -> dict[str, Any]:
        """An event with the when and the where that every one has; `key` makes its id the same whenever it is told."""
        offset = clock.local(at, self.workshop.zone).strftime("%z")
        return {
            "type": kind,
            "eventID": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{self.epc}#{key}')}",
            "eventTime": _instant(at),
            "eventTimeZoneOffset": f"{offset[:3]}:{offset[3:5]}",
            **more,
            "readPoint": {"id": self.place},
            "bizLocation": {"id": self.place},
        }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _told(frame: _Frame, fact: Event, layer: str, kits: Mapping[int, Sequence[Item]]) -> dict[str, Any] | None:
    """A fact in their words, or None when it is none of theirs, or not for this layer."""
    if "component" in fact.data:
        return _joined(frame, fact, kits.get(fact.id, ()))
    step = STEPS.get(fact.name)
    if fact.name == "care.done" and fact.data.get("failed"):
        return None  # told as care.failed, of the same moment
    if step is None or not seen.sees(layer, step.section):
        return None
    more: dict[str, Any] = {"ilmd": _made(frame.item)} if step.action == "ADD" else {}
    return frame.event(
        "ObjectEvent", f"event:{fact.id}", fact.at, epcList=[frame.epc], action=step.action, bizStep=step.biz_step,
        disposition=_disposition(step, fact), **more,
    )  # fmt: skip


def _disposition(step: Step, fact: Event) -> str:
    """What an inspection found: a thing of grade D is not fit to go out; of what was left out nobody knows."""
    if fact.data.get("is_in_part"):
        return "unknown"
    return "non_conformant" if fact.data.get("grade") == "D" else step.disposition


def _made(item: Item) -> dict[str, Any]:
    said = {"model": item.product.code, "brand": item.product.brand, "productionDate": item.year_made}
    return {f"https://schema.org/{name}": str(value) for name, value in said.items() if value}


def _joined(frame: _Frame, fact: Event, others: Iterable[Item]) -> dict[str, Any] | None:
    """A component came into a kit or left it."""
    both = [frame.item, *others]
    component = next((each for each in both if each.tag == fact.data["component"]), None)
    kit = next((each for each in both if each is not component), None)
    if component is None or kit is None:
        return None
    has_joined = bool(fact.data.get("joined"))
    prefix = frame.workshop.gs1_prefix
    return frame.event(
        "AssociationEvent", f"event:{fact.id}", fact.at, parentID=passport.address(kit, prefix),
        childEPCs=[passport.address(component, prefix)], action="ADD" if has_joined else "DELETE",
        bizStep="installing" if has_joined else "removing",
    )  # fmt: skip


def _ends(frame: _Frame) -> list[dict[str, Any]]:
    """What it became in the end."""
    end = reading.end_of(frame.item)
    if end is None:
        return []
    prefix = frame.workshop.gs1_prefix
    if not end.is_all_things:
        return [frame.event(
            "ObjectEvent", f"batch:{end.batch_id}", end.at, epcList=[frame.epc], action="DELETE", bizStep="destroying",
            disposition="destroyed",
        )]  # fmt: skip
    return [frame.event(
        "TransformationEvent", f"batch:{end.batch_id}", end.at, bizStep="other",
        inputEPCList=sorted(passport.address(each, prefix) for each in end.things),
        outputQuantityList=[
            {"epcClass": _class_of(code), "quantity": mass_g / 1000, "uom": "KGM"} for code, mass_g in end.fractions
        ],
    )]  # fmt: skip


def _class_of(code: str) -> str:
    """A class of material by its waste code; a `tag:` URI, which claims no page (RFC 4151)."""
    return f"tag:eur-lex.europa.eu,2000-05-03:2000-532-EC:{code.replace(' ', '-')}"
