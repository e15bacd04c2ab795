"""Papers: what each says, in the customer's language, kept once, drawn again byte for byte, and fit to be archived."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_app.catalogue.rules import PlanRules
from service_app.contracts import documents, standing
from service_app.contracts.documents import amendments, keeping, paper
from service_app.contracts.documents import endings as of_endings
from service_app.contracts.models import Contract, ContractDocument
from service_app.contracts.operations import (
    dates,
    endings,
    handovers,
    inspections,
    lines,
    losses,
    money,
    offers,
    pauses,
    swaps,
)
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Finding, Verdict
from service_app.contracts.operations.lines import Holder
from service_app.contracts.operations.offers import Signing, Wish
from service_app.core import access, clock, files
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.i18n import in_language
from service_app.items.models import Item
from service_app.items.operations import add_photo
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_monthly_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_signed, a_wish, again, an_active, an_item, free_item
from tests.notifications.test_letters import sweep_all
from workers.process import Process

START = datetime(2026, 10, 10, 8, tzinfo=UTC)
RULES = PlanRules(
    kind="subscription", early_end_style="remaining", early_end_percent=50, early_refund="unused", pause_days_per_year=60,
    renewal="automatic", renewal_months=3,
)  # fmt: skip


@pytest.fixture
def scope(scope: Scoped, process: Process) -> Scoped:
    """A transaction in a workshop, with words: as a job has it."""

    @contextmanager
    def spoken(workshop: Workshop) -> Iterator[Session]:
        with process.context(), scope(workshop) as opened:
            yield opened

    return spoken


def text_of(content: bytes) -> str:
    """What a PDF says, on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def read(row: ContractDocument) -> bytes:
    return files.read(row.file)


def of_kind(contract: Contract, kind: str) -> list[ContractDocument]:
    """The papers of a kind, made where they are not there yet."""
    documents.keep_up(contract.id)
    return [row for row in documents.papers_of(contract) if row.kind == kind]


def a_photo(name: str = "bike.jpg") -> tuple[bytes, str]:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(out, "JPEG")
    return out.getvalue(), name


def a_monthly(language: str = "en", rules: PlanRules = RULES, **facts: Any) -> Contract:
    """79.00 a month for three months at least, with two things out and one in stock."""
    product = a_product()
    plan = a_monthly_plan(product, **facts)
    plan.rules = rules.to_json()
    for _number in range(3):
        an_item(product)
    wishes = [Wish(product, plan, clock.now(), None) for _number in range(2)]
    return an_active(*wishes, customer=a_customer(name="Nora Lemmens", language=language))


def test_every_paper_is_fit_to_be_archived_and_read_aloud(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_monthly()
        kept = documents.make_document(contract.id)
        reader = PdfReader(io.BytesIO(read(kept)))
    metadata = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"].startswith("en")
    assert "/StructTreeRoot" in reader.trailer["/Root"]


def test_contract_that_renews_by_itself_says_so_in_a_frame_on_its_first_page(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        kept = documents.make_document(a_monthly().id)
        first = PdfReader(io.BytesIO(read(kept))).pages[0].extract_text()
    assert "Renews by itself" in first
    assert "until Saturday 9 January 2027" in " ".join(first.split())


def _extend(contract: Contract) -> None:
    line = contract.lines[0]
    assert line.ends_at is not None
    dates.extend_line(WORKER, line, ANEW, ends_at=line.ends_at + timedelta(days=4))


def _shorten(contract: Contract) -> None:
    line = contract.lines[0]
    assert line.ends_at is not None
    dates.shorten_line(WORKER, line, ANEW, ends_at=line.ends_at - timedelta(days=1))


def _swap(contract: Contract) -> None:
    line = contract.lines[0]
    other = next(item for item in _stock(contract) if item.status == "in_stock")
    swaps.swap_item(WORKER, line, ANEW, item=other, reason="defect", mode="advance")


def _stock(contract: Contract) -> list[Any]:
    return list(session().scalars(select(Item).where(Item.product_id == contract.lines[0].product_id)))


def _change_plan(contract: Contract) -> None:
    plan = a_monthly_plan(contract.lines[0].product, code="BIG", monthly_amount=Decimal("99"))
    swaps.change_plan(WORKER, contract.lines[0], ANEW, plan=plan, when="now")


def _pause(contract: Contract) -> None:
    pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 10, 20), until_on=date(2026, 11, 3))


def _add(contract: Contract) -> None:
    line = contract.lines[0]
    lines.add_line(WORKER, contract, ANEW, wish=Wish(line.product, line.plan, clock.now() + timedelta(days=1), None))


def _remove(contract: Contract) -> None:
    _add(contract)
    lines.remove_line(WORKER, contract.lines[-1], ANEW)


def _holders(contract: Contract) -> None:
    lines.change_holders(WORKER, contract, ANEW, holders=[Holder("Awa Diallo"), Holder("Jan Peeters")])


def _renew(contract: Contract) -> None:
    endings.renew_contract(WORKER, contract, ANEW)


def _transfer(contract: Contract) -> None:
    lines.transfer_contract(
        WORKER, contract, ANEW, customer=a_customer(name="Karim Bensaid"), signing=Signing("Karim Bensaid")
    )


def _a_rental() -> Contract:
    product = a_product()
    an_item(product)
    return an_active(a_wish(product, a_day_plan(product)), customer=a_customer(language="en"))


AMENDED: dict[str, tuple[Callable[[], Contract], Callable[[Contract], None], str]] = {
    "extend": (_a_rental, _extend, "until 18 October 2026, 11:00"),
    "shorten": (_a_rental, _shorten, "until 13 October 2026, 11:00"),
    "swap": (a_monthly, _swap, "Please bring Cargo bike"),
    "change_plan": (a_monthly, _change_plan, "99,00 € a month"),
    "pause": (a_monthly, _pause, "charged again from 3 November 2026 on"),
    "add_line": (a_monthly, _add, "One thing more"),
    "remove_line": (a_monthly, _remove, "no longer part of it"),
    "change_holders": (a_monthly, _holders, "Awa Diallo, Jan Peeters"),
    "renew": (a_monthly, _renew, "until 10 April 2027"),
    "transfer": (a_monthly, _transfer, "Karim Bensaid"),
}


@pytest.mark.parametrize("operation", AMENDED)
def test_what_changes_the_agreement_makes_one_amendment(operation: str, workshop: Workshop, scope: Scoped) -> None:
    make, change, says = AMENDED[operation]
    with scope(workshop), clock.travelled(START):
        contract = make()
        change(contract)
        made = of_kind(contract, "amendment")
        assert [row.snapshot["act"] for row in made]
        assert [row.number for row in made] == list(range(1, len(made) + 1))
        said = text_of(read(made[-1]))
        assert documents.keep_up(contract.id) == []
    assert says in said
    assert contract.reference in said


def test_amendment_says_what_the_change_costs_and_why(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = _a_rental()
        _extend(contract)
        said = text_of(read(of_kind(contract, "amendment")[0]))
    assert "67,50" in said
    assert "was charged before" in said


def test_snapshot_makes_the_same_bytes_again_whatever_the_rows_say_by_then(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_monthly("fr")
        documents.make_document(contract.id)
        _pause(contract)
        documents.keep_up(contract.id)
    with scope(workshop), clock.travelled(START + timedelta(days=400)):
        contract = again(contract)
        contract.customer.name = "Somebody Else"
        contract.lines[0].product.name = {"en": "Renamed", "fr": "Renommé"}
        session().flush()
        rows = documents.papers_of(contract)
        assert {row.kind for row in rows} == {"contract", "amendment", "hand_over"}
        with in_language("nl"):
            assert [hashlib.sha256(paper.render(row.snapshot)).hexdigest() for row in rows] == [
                row.file.sha256 for row in rows
            ]


def test_papers_of_a_late_job_say_what_stood_at_the_act(workshop: Workshop, scope: Scoped, process: Process) -> None:
    papered = {"hand_over", "return", "amendment", "termination_quote", "termination"}
    with scope(workshop), clock.travelled(START):
        contract = a_monthly()
        contract.customer.contact_name = "Nora Lemmens"
        line, spare = contract.lines
        assert line.item is not None
        add_photo(WORKER, line.item, *a_photo(), occasion="return", contract_line_id=line.id)
        lines.change_holders(WORKER, contract, ANEW, holders=[Holder("Awa Diallo")])
        handovers.take_back(WORKER, spare, Found({"brakes": True}, ("lock",), 131, "Scratched.", [a_photo()], "Awa"))
        endings.give_notice(WORKER, contract, ANEW)
        wanted = {(each.kind, each.number): each for each in keeping._wanted(contract)}
        with in_language(contract.language):
            expected = {key: each.words() for key, each in wanted.items() if each.kind in papered}
        assert {kind for kind, _number in expected} == papered
        assert session().scalar(select(func.count()).select_from(ContractDocument)) == 0, "no job ran yet"
    with scope(workshop), clock.travelled(START + timedelta(days=3)):
        _change_everything(again(contract))
    with clock.travelled(START + timedelta(days=4)):
        sweep_all(process)
    with scope(workshop):
        made = {(row.kind, row.number): row for row in documents.papers_of(again(contract)) if row.kind in papered}
        assert set(made) == set(expected)
        for key, row in made.items():
            assert row.snapshot == expected[key], key
        for row in made.values():
            said = text_of(read(row))
            assert "Nora Lemmens" in said
            assert "Somebody Else" not in said


def _change_everything(contract: Contract) -> None:
    """What may have become another between an act and the job that makes its paper."""
    contract.customer.name = contract.customer.contact_name = "Somebody Else"
    contract.customer.phone, contract.customer.email = "+32470000000", "else@example.be"
    house = session().get_one(Workshop, contract.workshop_id)
    house.name, house.street, house.phone, house.vat_number = (
        "Other name",
        "Other street 1",
        "+3221111111",
        "BE0123456749",
    )
    for line in contract.lines:
        line.product.name = {"en": "Renamed"}
        line.product.accessories = ["helmet"]
        line.product.out_checklist = line.product.in_checklist = [{"code": "brakes", "text": {"en": "Other text"}}]
        line.product.meter_unit = "miles"
        line.plan.name = {"en": "Other plan"}
        line.due_at = START + timedelta(days=90)
        assert line.item is not None
        line.item.tag, line.item.serial, line.item.grade = f"X-{line.item.tag}", "X-1", "D"
        for occasion in ("hand_over", "return"):
            add_photo(WORKER, line.item, *a_photo("later.jpg"), occasion=occasion, contract_line_id=line.id)
    session().flush()


def test_every_act_that_has_a_paper_keeps_what_stood() -> None:
    assert {*amendments._CHANGES, *of_endings.ENDING, "withdraw"} == standing.PAPERED


def test_sheets_say_how_the_thing_was_and_who_stood_there(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        product.out_checklist = [
            {"code": "brakes", "text": {"en": "Brakes hold"}},
            {"code": "bell", "text": {"en": "Bell rings"}},
        ]
        an_item(product)
        contract = a_signed(a_wish(product, a_day_plan(product)), customer=a_customer(language="en"))
        money.receive_deposit(WORKER, contract, "card")
        counter = access.staff("Ada Counter", 1, "counter")
        line = contract.lines[0]
        seen = Found(
            {"brakes": True, "bell": False}, ("charger",), 120, "Scratch on the frame.", [a_photo()], "Nora Lemmens"
        )
        handovers.hand_over(counter, line, free_item(line), seen)
        handovers.take_back(counter, line, Found(missing=("lock",), meter=131, customer_name="Awa Diallo"))
        out, back = (text_of(read(of_kind(contract, kind)[0])) for kind in ("hand_over", "return"))
        pictures = [
            block for block in of_kind(contract, "hand_over")[0].snapshot["blocks"] if block["kind"] == "pictures"
        ]
    for words in ("Brakes hold", "yes", "Bell rings", "no", "charger", "missing", "120 km", "Scratch on the frame.", "Ada Counter",
                  "Nora Lemmens", "1 photo"):  # fmt: skip
        assert words in out, words
    assert len(pictures[0]["rows"]) == 1
    for words in ("Return sheet", "131 km", "lock", "Awa Diallo", "three working days"):
        assert words in back, words


def test_quote_is_read_before_it_is_accepted_and_kept_when_it_is(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_monthly()
        code, day = contract.reference, clock.today("Europe/Brussels") + timedelta(days=10)
    shown = client.get(f"/senne/contracts/{code}/quote.pdf?ends_on={day.isoformat()}")
    assert shown.status_code == 200
    said = text_of(shown.data)
    assert "Quote for an early end" in said
    assert "Fee for the early end" in said
    with scope(workshop):
        contract = again(contract)
        assert of_kind(contract, "termination_quote") == []
        endings.end_early(WORKER, contract, ANEW, ends_on=day)
        kept = text_of(read(of_kind(contract, "termination_quote")[0]))
        ended = text_of(read(of_kind(contract, "termination")[0]))
    assert "Accepted" in kept
    amounts = [word for word in said.split() if "€" in word]
    assert all(amount in kept for amount in amounts)
    assert "Confirmation of the end" in ended


def test_quote_of_a_contract_that_cannot_end_is_refused(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        code = _a_rental().reference
    assert client.get(f"/senne/contracts/{code}/quote.pdf").status_code == 409


def test_withdrawal_is_acknowledged_with_its_words_its_day_and_its_hour(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        product = a_product()
        an_item(product)
        wish = Wish(product, a_monthly_plan(product), clock.now() + timedelta(days=2), None)
        contract = offers.draft_contract(WORKER, a_customer(name="Nora Lemmens", language="en"), [wish])
        offers.send_offer(WORKER, contract)
        customer = access.customer("Nora Lemmens")
        offers.sign_offer(customer, contract, contract.offer_round, Signing("Nora Lemmens", is_distance=True))
        endings.withdraw_contract(customer, contract, ANEW, statement="I changed my mind.\nPlease confirm.")
        said = text_of(read(of_kind(contract, "withdrawal")[0]))
    for words in (
        "Acknowledgement of the withdrawal",
        "10 October 2026, 10:00",
        "I changed my mind.",
        "Please confirm.",
        "Nora Lemmens",
    ):
        assert words in said, words


def test_deposit_statement_says_what_was_kept_and_why(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = _a_rental()
        inspection = handovers.take_back(WORKER, contract.lines[0], Found())
        broken = Finding("damage", "brake lever", Decimal("40.00"), charged_share=50)
        inspections.finish_inspection(WORKER, inspection, Verdict("C", "on_bench", [broken]))
        assert of_kind(contract, "deposit") == []
        money.settle_up(WORKER, contract, method="card", use_deposit=True, release_method="transfer")
        said = text_of(read(of_kind(contract, "deposit")[0]))
    for words in ("150,00", "brake lever: 50 % of", "20,00", "by bank transfer", "40,00"):
        assert words in said, words


def test_jobs_make_each_paper_once_however_often_they_run(workshop: Workshop, scope: Scoped, process: Process) -> None:
    with scope(workshop):
        contract = a_monthly()
        _add(contract)
        endings.give_notice(WORKER, contract, ANEW)
    sweep_all(process)
    with scope(workshop):
        kinds = sorted(row.kind for row in documents.papers_of(again(contract)))
        assert kinds == ["amendment", "contract", "hand_over", "hand_over", "termination", "termination_quote"]
        for _twice in range(2):
            assert documents.keep_up_after({"contract_id": contract.id}) == []
        assert session().scalar(select(func.count()).select_from(ContractDocument)) == len(kinds)


def test_term_that_renews_by_itself_is_amended_too(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_monthly()
    with scope(workshop), clock.travelled(datetime(2027, 1, 10, 6, tzinfo=UTC)):
        assert endings.turn_terms(WORKER) == 1
        contract = again(contract)
        said = text_of(read(of_kind(contract, "amendment")[0]))
    assert "by itself" in said
    assert "until 10 April 2027" in said


def test_notice_taken_back_after_a_no_to_the_renewal_renews_again(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_monthly()
        renews_on = contract.renews_on
        endings.do_not_renew(WORKER, contract, ANEW)
        endings.withdraw_notice(WORKER, contract, ANEW)
        assert contract.renews_on == renews_on


def test_papers_stand_on_the_page_and_open_for_those_who_may_read(
    workshop: Workshop,
    other_workshop: Workshop,
    scope: Scoped,
    client: FlaskClient,
    sign_in: Callable[..., FlaskClient],
) -> None:
    with scope(workshop):
        contract = _a_rental()
        _extend(contract)
        documents.make_document(contract.id)
        kept = of_kind(contract, "amendment")[0]
        code, paper_id, sha256 = contract.reference, kept.id, kept.file.sha256
        other = _a_rental().reference
    address = f"/senne/contracts/{code}/papers/{paper_id}.pdf"
    page = client.get(f"/senne/contracts/{code}").get_data(as_text=True)
    assert address in page
    assert "Amendment 1" in page
    assert hashlib.sha256(client.get(address).data).hexdigest() == sha256
    assert client.get(address.replace(code, other)).status_code == 404
    assert sign_in(other_workshop, "owner").get(address).status_code == 404


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_every_paper_can_be_said_in_each_language(language: str, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_monthly(language)
        documents.make_document(contract.id)
        for change in (_pause, _add, _holders):
            change(contract)
        losses.report_lost(WORKER, contract.lines[1], ANEW, on=date(2026, 10, 10))
        endings.give_notice(WORKER, contract, ANEW)
        rows = documents.keep_up(contract.id)
        assert {row.language for row in rows} == {language}
        assert all(f"/Lang ({language})".encode() in read(row) or read(row).startswith(b"%PDF") for row in rows)
        assert {row.kind for row in rows} <= set(keeping.WORDS)
