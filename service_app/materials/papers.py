"""The papers of material: the traceability document that goes with what leaves, and the certificate of what became of a thing
that was given back. Each is put into words once, kept by its hash, and drawn from what was kept (see contracts.documents).

The traceability document carries what the Brussels region asks of one (Brudalex, order of 1 December 2016): the day; the
holder, collector, transporter and destination with their addresses and numbers; nature, code and mass; what is hazardous about
it; the treatment; room to sign. The register is all of them; they are kept for five years at least.

What was recycled of a thing is its share, by weight, of what its batch became; burnt for energy (R1) is not recycled
(Directive 2008/98/EC, article 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from service_app.contracts.documents import paper
from service_app.contracts.documents.paper import Head
from service_app.contracts.standing import letterhead_to
from service_app.core import clock, events, files
from service_app.core.access import WORKER
from service_app.core.db import current_workshop_id, session
from service_app.core.i18n import LANGUAGES, exact, in_language, kilograms
from service_app.materials import codes, queries
from service_app.materials.models import MaterialBatch, MaterialFraction, MaterialPaper, MaterialTransfer
from service_app.takebacks.models import Takeback
from service_app.takebacks.queries import get_takeback_by_id
from service_app.workshops.models import Workshop
from service_app.workshops.queries import get_workshop

# The operations of annexes I and II of the directive that a recoverer of ours does.
TREATMENTS: dict[str, Any] = {
    "R1": _l("burnt for energy"),
    "R3": _l("recycling of organic substances: wood, paper, textile, plastic"),
    "R4": _l("recycling of metals"),
    "R5": _l("recycling of other inorganic materials"),
    "R12": _l("sorting before it is recovered"),
    "R13": _l("storage before it is recovered"),
    "D1": _l("landfill"),
    "D10": _l("burnt on land"),
    "D15": _l("storage before it is disposed of"),
}
RECYCLED = ("R3", "R4", "R5")


def traceability_of(transfer: MaterialTransfer, language: str) -> MaterialPaper:
    """The document that goes with a transfer, in a language; made once."""
    known = (MaterialPaper.transfer_id == transfer.id) & (MaterialPaper.language == language)
    found = session().scalars(select(MaterialPaper).where(known)).first()
    if found is not None:
        return found
    with in_language(language):
        snapshot = _traceability(transfer, language)
    return _keep(snapshot, f"{transfer.reference}-{language}.pdf", kind="traceability", transfer_id=transfer.id)


def keep_traceability(batch_id: int) -> list[MaterialPaper]:
    """The documents of all transfers of a batch in every language, as things stand now."""
    wanted = select(MaterialTransfer).where(MaterialTransfer.batch_id == batch_id).order_by(MaterialTransfer.id)
    return [traceability_of(row, code) for row in session().scalars(wanted) for code in LANGUAGES]


def _traceability(transfer: MaterialTransfer, language: str) -> dict[str, Any]:
    workshop = get_workshop(transfer.workshop_id)
    names = ("name", "name_second", "street", "postcode", "city", "phone", "email", "vat_number")
    stood = {
        "workshop": {name: getattr(workshop, name) for name in names},
        "customer": {
            "name": transfer.recoverer, "contact_name": "", "street": transfer.recoverer_address, "place": "",
            "phone": "", "email": "",
        },
    }  # fmt: skip
    head = Head(transfer.reference, language, stood)
    return paper.make_under(head, _("Traceability document"), transfer.created_at, _blocks(transfer, workshop))


def _blocks(transfer: MaterialTransfer, workshop: Workshop) -> list[paper.Block | None]:
    here = ", ".join(filter(None, (workshop.street, f"{workshop.postcode} {workshop.city}".strip())))
    treatment = TREATMENTS.get(transfer.treatment)
    rows = [_fraction(row, transfer) for row in queries.fractions_in(transfer)]
    return [
        paper.facts([
            (_("Handed over on"), exact(transfer.handed_on)),
            (_("Treatment"), f"{transfer.treatment}, {treatment}" if treatment else transfer.treatment),
            (_("What is hazardous about it"), transfer.properties),
        ]),
        paper.table([_("Code"), _("Nature of the waste"), _("Mass")], rows, _("What leaves")),
        paper.facts([
            (_("Name"), workshop.name), (_("Address"), here), (_("Enterprise number"), workshop.vat_number),
            (_("Number as collector of waste"), workshop.waste_number),
        ], _("Holder and collector")),
        paper.facts([
            (_("Name"), transfer.transporter or workshop.name), (_("Address"), transfer.transporter_address or here),
            (_("Registration number"), transfer.transporter_number or workshop.waste_number),
        ], _("Transporter")),
        paper.facts([
            (_("Name"), transfer.recoverer), (_("Address"), transfer.recoverer_address),
            (_("Registration number"), transfer.recoverer_number),
        ], _("Destination")),
        paper.facts([(label, "……………………………………………") for label in (
            _("Handed over by"), _("Carried by"), _("Received by")
        )], _("Signatures")),
        paper.small([_("To be kept for five years. All these documents together are the register of waste.")]),
    ]  # fmt: skip


def _fraction(row: MaterialFraction, transfer: MaterialTransfer) -> list[Any]:
    code = codes.find(row.waste_code, transfer.handed_on)
    mass = f"{kilograms(row.mass_g)} kg"
    return [
        f"{row.waste_code}{'*' if code is not None and code.is_hazardous else ''}",
        [
            code.said() if code is not None else "",
            *([_("hazardous")] if code is not None and code.is_hazardous else []),
        ],
        [mass, *([_("estimated")] if row.is_estimated else [])],
    ]


def certify_after(payload: Any) -> list[MaterialPaper]:
    """After a take-back was closed, or the batch that some went into: the certificates that say more than before."""
    if "takeback_id" in payload:
        ids: Sequence[int] = [payload["takeback_id"]]
    else:
        batch = session().get_one(MaterialBatch, (current_workshop_id(), payload["material_batch_id"]))
        ids = queries.takebacks_in(batch)
    made = [certify(get_takeback_by_id(key)) for key in ids]
    return [each for each in made if each is not None]


def certify(takeback: Takeback) -> MaterialPaper | None:
    """The certificate of a take-back that is closed, as much as is known of it by now; None when it is not closed, or
    nothing is new since the last one. Leaves certificate.made."""
    if takeback.status != "closed":
        return None
    session().execute(select(Takeback.id).where(Takeback.id == takeback.id).with_for_update(key_share=True))
    before, known = certificates_of(takeback), _known(takeback)
    if before and before[0].snapshot["known"] == known:
        return None
    language, number = takeback.customer.language, len(before) + 1
    with in_language(language):
        snapshot = _certificate(takeback, language) | {"known": known}
    name = f"{takeback.reference}-{number}.pdf"
    made = _keep(snapshot, name, kind="certificate", takeback_id=takeback.id, number=number)
    events.record("certificate.made", WORKER, [takeback, takeback.customer], {"number": number})
    return made


def _known(takeback: Takeback) -> dict[str, Any]:
    """What a certificate says, as codes and figures: by it, not by its words, is told whether there is anything new."""
    batch = queries.closed_batch_of(takeback)
    fractions = queries.fractions_of(batch) if batch is not None else ()
    return {
        "decision": takeback.decision, "came_g": takeback.came_g, "wiped_by": takeback.wiped_by,
        "in_g": batch.in_g if batch is not None else None,
        "fractions": [[row.waste_code, row.mass_g, row.transfer.treatment if row.transfer else ""] for row in fractions],
    }  # fmt: skip


def certificates_of(takeback: Takeback) -> Sequence[MaterialPaper]:
    """The certificates of a take-back, the newest first."""
    found = (
        select(MaterialPaper).where(MaterialPaper.takeback_id == takeback.id).options(joinedload(MaterialPaper.file))
    )
    return session().scalars(found.order_by(MaterialPaper.number.desc())).all()


def _certificate(takeback: Takeback, language: str) -> dict[str, Any]:
    zone = get_workshop(takeback.workshop_id).zone
    head = Head(takeback.reference, language, letterhead_to(takeback.customer, takeback.workshop_id))
    received = next(
        (fact.at for fact in events.timeline(takeback) if fact.name == "takeback.received"), takeback.created_at
    )
    mass = f"{kilograms(takeback.came_g or takeback.mass_g)} kg"
    blocks = [
        paper.facts([
            (_("What"), takeback.what),
            (_("Received on"), exact(clock.local(received, zone).date())),
            (_("Mass"), f"{mass} ({_('estimated')})" if takeback.is_estimated else mass),
            (_("Data wiped by"), takeback.wiped_by),
        ]),
        paper.said("text", [_became(takeback)], _("What became of it")),
        *_recycled(takeback),
    ]  # fmt: skip
    return paper.make_under(head, _("Certificate of take-back"), clock.now(), blocks)


def _became(takeback: Takeback) -> str:
    if takeback.decision == "product":
        return str(_("It is used again for what it was made for, so it never became waste."))
    batch = queries.closed_batch_of(takeback)
    if batch is None:
        return str(
            _("It cannot be used again. It is sorted and goes to recoverers; you hear from us when it is there.")
        )
    return str(
        _("It could not be used again. It was sorted with other things, and this is its share of what came of them.")
    )


def _recycled(takeback: Takeback) -> list[paper.Block | None]:
    batch = queries.closed_batch_of(takeback)
    if batch is None or not batch.in_g:
        return []
    mass_g, rows, recycled_g = takeback.came_g or 0, [], 0
    for fraction in queries.fractions_of(batch):
        share_g = round(mass_g * fraction.mass_g / batch.in_g)
        treatment = fraction.transfer.treatment if fraction.transfer is not None else ""
        recycled_g += share_g if treatment in RECYCLED else 0
        code = codes.find(fraction.waste_code, fraction.transfer.handed_on) if fraction.transfer is not None else None
        said = code.said() if code is not None else fraction.waste_code
        rows.append([said, str(TREATMENTS.get(treatment, "")), f"{share_g} g"])
    return [
        paper.table([_("Material"), _("Treatment"), _("Mass")], rows),
        paper.totals([(_("Recycled of it"), f"{recycled_g} g")]),
    ]


def _keep(snapshot: dict[str, Any], name: str, **about: Any) -> MaterialPaper:
    """The paper drawn and kept; made by two at once it is one."""
    stored = files.store(paper.render(snapshot), "application/pdf", name)
    values = {
        "workshop_id": current_workshop_id(), "language": snapshot["lang"], "snapshot": snapshot, "file_id": stored.id,
        **about,
    }  # fmt: skip
    statement = insert(MaterialPaper).values(values).on_conflict_do_nothing()
    session().execute(statement, execution_options={"scoped_by_hand": True})
    wanted = select(MaterialPaper).where(MaterialPaper.language == snapshot["lang"])
    for name_, value in about.items():
        wanted = wanted.where(getattr(MaterialPaper, name_) == value)
    return session().scalars(wanted.options(joinedload(MaterialPaper.file))).one()
