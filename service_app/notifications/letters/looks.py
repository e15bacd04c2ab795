"""The letters about what was found on a thing that came back, and about a second look at it."""

from __future__ import annotations

from flask_babel import gettext as _

from service_app.charges.explained import KINDS, explain
from service_app.contracts import allowed, contested, documents, queries
from service_app.contracts.allowed import Subject
from service_app.contracts.contested import Stake
from service_app.contracts.models import Contest, Contract, ContractLine, Inspection
from service_app.core import access, files
from service_app.core.db import session
from service_app.core.i18n import long_day, money
from service_app.core.money import ZERO
from service_app.notifications.letters.parts import (
    Letter,
    NotNeeded,
    attached,
    contract_of,
    line_of,
    one_act,
    see,
    thing_fact,
    to_customer,
)
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop

# As many photos as a mailbox takes without complaint.
MOST_PHOTOS = 3


def inspected(message: Message, _workshop: Workshop) -> Letter:
    """What was found and what it costs, with the photos, and until when the customer may say that they see it
    differently."""
    line = line_of(message)
    inspection = contested.inspection_of(line)
    stakes = contested.stakes_of(inspection) if inspection is not None else []
    if inspection is None or not stakes:
        raise NotNeeded("nothing_to_say")
    paragraphs = [_("We looked at it and found what stands below. Normal wear costs nothing.")]
    if may_contest(line):
        paragraphs.append(_("Do you see it differently? Tell us by %(when)s with the button below. Somebody other than who "
                            "inspected it decides, and until then we collect nothing of it.",
                            when=long_day(contested.last_day(inspection))))  # fmt: skip
    button = contest_button(line) if may_contest(line) else see(line.contract)
    facts = [thing_fact(line), *_charged(stakes), (_("In all"), _whole(line.contract, stakes))]
    letter = Letter(
        _("We looked at %(what)s", what=facts[0][1]), to_customer(line.contract.customer), paragraphs, facts, button
    )
    letter.attachments.extend(_photos(line))
    return letter


def may_contest(line: ContractLine) -> bool:
    """Whether the customer can contest it now."""
    customer = access.customer(line.contract.customer.name)
    return allowed.why_not("contest", customer, Subject(line.contract, line)) is None


def contest_button(line: ContractLine) -> tuple[str, str]:
    """The button that contests this one inspection and does nothing else."""
    return one_act(_("I see it differently"), line, "contest")


def _charged(stakes: list[Stake]) -> list[tuple[str, str]]:
    return [
        (str(KINDS[stake.charge.kind]),
         f"{money(stake.amount, stake.charge.currency)} "
         f"({explain(stake.charge.rule, stake.charge.figures, stake.charge.currency)})")
        for stake in stakes
    ]  # fmt: skip


def _whole(contract: Contract, stakes: list[Stake]) -> str:
    return money(sum((stake.amount for stake in stakes), ZERO), contract.currency)


def _photos(line: ContractLine) -> list[tuple[str, str, bytes]]:
    """The evidence: the photos of the inspection, else those of the return."""
    rows = queries.photos_of_line(line, "inspection") or queries.photos_of_line(line, "return")
    found = [photo.file for photo in rows[:MOST_PHOTOS]]
    endings = {"image/jpeg": "jpg", "image/png": "png"}
    return [
        (f"{place}.{endings.get(file.media_type, 'jpg')}", file.media_type, files.read(file))
        for place, file in enumerate(found, 1)
    ]


def _contest(message: Message) -> Contest:
    return session().get_one(Contest, (message.workshop_id, message.payload["contest_id"]))


def contest_noted(message: Message, _workshop: Workshop) -> Letter:
    """That it came in, in the words in which it did, and what happens now."""
    contract, row = contract_of(message), _contest(message)
    if row.status != "open":
        raise NotNeeded("decided")
    return Letter(
        _("You see it differently, contract %(code)s", code=contract.reference),
        to_customer(contract.customer),
        [
            _("We have your words. Somebody other than who inspected it looks at it again, and you get a letter with what "
              "they decide and why."),
            _("Until then we collect nothing of it. It can become less, never more."),
        ],
        [thing_fact(row.inspection.line), (_("What you wrote"), row.words)],
        see(contract),
    )  # fmt: skip


def contest_decided(message: Message, _workshop: Workshop) -> Letter:
    """What the second look decided, why, what each finding comes to, and what of it comes back."""
    contract, row = contract_of(message), _contest(message)
    said = {
        "upheld": _("Somebody else looked at it again. It stays as it was charged."),
        "changed": _("Somebody else looked at it again. You pay less for it than was charged."),
        "dropped": _("We looked at it again. You pay nothing for it."),
    }
    facts = [thing_fact(row.inspection.line), (_("Why"), row.reason), *_then(contract, row.inspection)]
    documents.keep_up(contract.id)
    return Letter(
        _("What you contested is decided, contract %(code)s", code=contract.reference),
        to_customer(contract.customer),
        [said[row.status], *_what_now(contract, row.inspection)],
        facts,
        see(contract),
        attached(queries.document_of(contract, "deposit")),
    )


def _then(contract: Contract, inspection: Inspection) -> list[tuple[str, str]]:
    """Each finding with what it comes to now."""
    rows = contested.outcomes_of(inspection)
    return [(damage.part, money(amount, contract.currency)) for damage, amount in rows]


def _what_now(contract: Contract, inspection: Inspection) -> list[str]:
    back, left = contested.given_back(inspection), contested.still_open(inspection)
    found = []
    if back:
        found.append(_("Of what you paid, %(amount)s comes back to you, or is set off against what is still to be paid.",
                       amount=money(back, contract.currency)))  # fmt: skip
    if left:
        found.append(_("%(amount)s is still to be paid; if we hold your deposit, it is taken from there.",
                       amount=money(left, contract.currency)))  # fmt: skip
    return found


def second_look(contract: Contract) -> tuple[str, tuple[str, str] | None]:
    """For a letter that says what was kept: until when it may be contested, and the button when it is about one thing;
    '' when nothing may be."""
    lines = [line for line in contract.lines if line.status == "closed" and may_contest(line)]
    days = [contested.last_day(found) for line in lines if (found := contested.inspection_of(line)) is not None]
    if not days:
        return "", None
    text = _("Do you see differently what we found? Tell us by %(when)s, and somebody else looks at it.",
             when=long_day(min(days)))  # fmt: skip
    return text, contest_button(lines[0]) if len(lines) == 1 else None


__all__ = ["contest_decided", "contest_noted", "inspected", "second_look"]
