"""The European Repair Information Form: made once from a sent quote and kept, so that what it says stays what was said.

Fields: Directive (EU) 2024/1799, annex I: the repairer and how to reach them, the good, the defect and the repair proposed,
the price or how it is calculated with its maximum, the time it takes, what replaces the good meanwhile, where it is handed
over, ancillary services, how long the form holds, and more where there is more. Belgium has no transposing law in force that
prescribes a layout, so the order of the annex is kept and its article named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from service_app.contracts.documents import paper
from service_app.contracts.standing import Stood
from service_app.core import files
from service_app.core.db import session
from service_app.core.i18n import in_language, long_day, money, number
from service_app.repairs import queries, quoting
from service_app.repairs.models import RepairCase, RepairQuote
from service_app.repairs.operations import quotes
from service_app.repairs.operations.quotes import VALID_DAYS


def make_form(payload: Any) -> RepairQuote | None:
    """The form of the quote an event was about, from what was sealed; made once, however often it is asked for."""
    case = queries.get_case_by_id(payload["repair_case_id"])
    quote = session().get_one(RepairQuote, (case.workshop_id, payload["repair_quote_id"]))
    if quote.file_id is not None or quote.sent_at is None:
        return None
    if case.customer is None:
        return None  # what is the workshop's own and lies in stock is repaired for nobody
    stood = quote.stood or quotes.stood(case)  # a quote of before kept nothing
    head = paper.Head(f"{case.reference}-{quote.number}", case.customer.language, stood)
    with in_language(head.language):
        snapshot = paper.make_under(head, _("Repair information form"), quote.sent_at, _blocks(case, quote, stood))
    quote.file_id = files.store(paper.render(snapshot), "application/pdf", f"{head.reference}.pdf").id
    session().flush()
    return quote


def _blocks(case: RepairCase, quote: RepairQuote, stood: Stood) -> Iterator[paper.Block | None]:
    """The fields of annex I in their order."""
    workshop, offered = stood["workshop"], quoting.Quote.from_json(quote.content)
    yield paper.said("text", [_("European Repair Information Form, Directive (EU) 2024/1799, article 4 and annex I.")])
    yield paper.facts(_good(stood["good"]), _("Good to be repaired"))
    yield paper.facts([(_("Defect and repair proposed"), offered.defect)], _("Defect"))
    for option in offered.options:
        yield from _option(option, case)
    last = queries.holds_until(quote)
    place = ", ".join(filter(None, (workshop["street"], f"{workshop['postcode']} {workshop['city']}".strip())))
    yield paper.facts(
        [
            (_("Examination"), fee_words(offered, case)),
            (_("Replacement meanwhile"), _("what is free is lent at the counter, at the price that hangs there")),
            (_("Place of hand-over"), place),
            (_("Ancillary services"), _("none; fetching and bringing are agreed apart")),
            (_("Holds until"), long_day(last) if last else ""),
            (_("More"), offered.remark),
        ],
        _("Conditions"),
    )  # fmt: skip
    yield paper.small(
        [
            _("The form is free of charge and its conditions stand for %(days)s calendar days. Agreed to within that time it "
              "binds the repairer, who charges no more than the price or the maximum. Prices include VAT.", days=VALID_DAYS)
        ],
        fingerprint=quote.sha256,
    )  # fmt: skip


def _good(good: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (_("Thing"), good["thing"]), (_("Serial number"), good["serial"]), (_("Made in"), good["year_made"]),
        (_("In your words"), good["fault"]),
    ]  # fmt: skip


def _option(option: quoting.Option, case: RepairCase) -> Iterator[paper.Block | None]:
    rows = [
        (
            line.text,
            number(line.quantity),
            money(line.unit_amount, case.currency),
            money(line.amount, case.currency),
        )
        for line in option.lines
    ]
    yield paper.table([_("What"), _("Quantity"), _("Unit price"), _("Price")], rows, option.title)
    most = [(_("Calculated afterwards, at most"), money(option.ceiling, case.currency))] if option.is_estimate else []
    yield paper.totals([(_("Price"), money(option.amount, case.currency)), *most])
    yield paper.facts(
        [
            (_("Time needed"), _("%(days)s working days after your answer", days=option.days)),
            (_("Condition afterwards"), option.grade_after),
        ]
    )


def fee_words(offered: quoting.Quote, case: RepairCase) -> str:
    """What the examination costs, and when not."""
    if not offered.diagnosis_amount or case.is_free:
        return str(_("free of charge"))
    amount = money(offered.diagnosis_amount, case.currency)
    if offered.is_diagnosis_in_price:
        return str(_("%(amount)s, which falls away when you agree to an option", amount=amount))
    return str(_("%(amount)s, beside the price", amount=amount))
