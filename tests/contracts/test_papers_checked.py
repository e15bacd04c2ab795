"""Every kind of paper, in every language, before a checker that is not ours: sound, fit to be archived (PDF/A-3a) and to be
read aloud (PDF/UA-1).

What is asked here is what qpdf can tell through pikepdf, and what both standards ask of any file: nothing encrypted,
nothing that runs, every font inside, colours that say what they mean, a title, a language, and a tree in which everything
that is drawn has its place, its reading order and, where it is a picture, its words.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image
from sqlalchemy.orm import Session

from service_app.contracts import documents
from service_app.contracts.models import Contract
from service_app.contracts.models.papers import DOCUMENT_KINDS
from service_app.contracts.operations import contests, endings, handovers, inspections, lines, money, offers
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Finding, Verdict
from service_app.contracts.operations.lines import Holder
from service_app.contracts.operations.offers import Signing, Wish
from service_app.core import access, clock, files
from service_app.core.access import WORKER
from service_app.items import labels
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_monthly_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent, a_wish, an_item, free_item
from workers.process import Process

START = datetime(2026, 10, 10, 8, tzinfo=UTC)
NORA = access.customer("Nora Lemmens")


@pytest.fixture
def scope(scope: Scoped, process: Process) -> Scoped:
    """A transaction in a workshop, with words: as a job has it."""

    @contextmanager
    def spoken(workshop: Workshop) -> Iterator[Session]:
        with process.context(), scope(workshop) as opened:
            yield opened

    return spoken


def a_picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", (400, 300), "teal").save(out, kind)
    return out.getvalue()


def a_rental(language: str) -> Contract:
    """Handed over with a photo and a signature, back with something missing, inspected, contested, settled."""
    product = a_product()
    product.out_checklist = product.in_checklist = [{"code": "brakes", "text": {"en": "Brakes hold", "fr": "Freins"}}]
    an_item(product)
    who = a_customer(name="Nora Lemmens", language=language)
    contract = a_sent(a_wish(product, a_day_plan(product)), customer=who)
    signing = Signing("Nora Lemmens", a_picture("PNG"), language)
    offers.sign_offer(NORA, contract, contract.offer_round, signing)
    money.receive_deposit(WORKER, contract, "card")
    line, photo = contract.lines[0], (a_picture("JPEG"), "bike.jpg")
    seen = Found({"brakes": True}, ("charger",), 120, "Scratch on the frame.", [photo], "Nora Lemmens")
    handovers.hand_over(WORKER, line, free_item(line), seen)
    lines.change_holders(WORKER, contract, ANEW, holders=[Holder("Awa Diallo")])
    inspection = handovers.take_back(WORKER, line, Found({"brakes": False}, ("lock",), 131, photos=[photo]))
    broken = Finding("damage", "brake lever", Decimal("40.00"), charged_share=50)
    inspections.finish_inspection(WORKER, inspection, Verdict("C", "on_bench", [broken]))
    money.settle_up(WORKER, contract, method="card", use_deposit=True, release_method="transfer")
    contests.contest_inspection(NORA, line, ANEW, words="It was so.")
    contests.decide_contest(WORKER, line, ANEW, outcome="dropped", reason="It was.")
    return contract


def a_subscription(language: str) -> Contract:
    """Signed at a distance and withdrawn from, or handed over and ended early; both renew by themselves."""
    product = a_product()
    an_item(product)
    wish = Wish(product, a_monthly_plan(product), clock.now() + timedelta(hours=1), None)
    contract = offers.draft_contract(WORKER, a_customer(name="Nora Lemmens", language=language), [wish])
    offers.send_offer(WORKER, contract)
    offers.sign_offer(NORA, contract, contract.offer_round, Signing("Nora Lemmens", None, language, is_distance=True))
    return contract


def papers_in(language: str) -> dict[str, bytes]:
    """One of each kind, and the labels of the things."""
    rental, withdrawn, ended = a_rental(language), a_subscription(language), a_subscription(language)
    endings.withdraw_contract(NORA, withdrawn, ANEW, statement="I changed my mind.")
    money.receive_deposit(WORKER, ended, "card")
    handovers.hand_over(WORKER, ended.lines[0], free_item(ended.lines[0]), Found())
    endings.end_early(WORKER, ended, ANEW, ends_on=date(2026, 11, 1))
    made: dict[str, bytes] = {}
    for contract in (rental, withdrawn, ended):
        documents.make_document(contract.id)
        documents.keep_up(contract.id)
        made = {row.kind: files.read(row.file) for row in documents.papers_of(contract)} | made  # the fullest stays
    item = rental.lines[0].item
    assert item is not None
    offer = a_sent(customer=a_customer(language=language))
    return made | {"offer": documents.render(offer), "labels": labels.sheet([item], "Atelier Senne")}


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_every_paper_is_sound_and_says_what_it_is(
    language: str, workshop: Workshop, scope: Scoped, tmp_path: Path
) -> None:
    with scope(workshop), clock.travelled(START):
        made = papers_in(language)
    assert set(made) == {*DOCUMENT_KINDS, "labels"}
    found: dict[str, list[str]] = {}
    for kind, content in made.items():
        path = tmp_path / f"{language}-{kind}.pdf"  # kept for whoever asks another checker
        path.write_bytes(content)
        with pikepdf.open(path) as pdf:
            found[kind] = list(flaws_of(pdf, language if kind != "labels" else None))
    assert {kind: flaws for kind, flaws in found.items() if flaws} == {}


def flaws_of(pdf: pikepdf.Pdf, language: str | None) -> Iterator[str]:
    """What is wrong with a file, in words; nothing when it is as both standards want it."""
    yield from (f"qpdf: {said}" for said in pdf.check_pdf_syntax())
    yield from _flaws_of_the_whole(pdf, language)
    yield from _flaws_of_what_is_inside(pdf)
    yield from _flaws_of_the_tree(pdf)


def _flaws_of_the_whole(pdf: pikepdf.Pdf, language: str | None) -> Iterator[str]:
    root = pdf.Root
    with pdf.open_metadata() as said:
        claims = {name: said.get(name) for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")}
        if claims != {"pdfaid:part": "3", "pdfaid:conformance": "A", "pdfuaid:part": "1"}:
            yield f"it claims {claims}"
        if not said.get("dc:title"):
            yield "no title in the metadata"
    if "/Filter" in root.Metadata:
        yield "the metadata are packed, so that not everybody can read them"
    if pdf.is_encrypted:
        yield "encrypted"
    if "/ID" not in pdf.trailer:
        yield "no identity"
    if language is not None and not str(root.get("/Lang", "")).startswith(language):
        yield f"language {root.get('/Lang')}"
    if not root.get("/MarkInfo", {}).get("/Marked") or "/StructTreeRoot" not in root:
        yield "not tagged"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "the window shows the file's name instead of its title"
    intents = [intent.get("/S") for intent in root.get("/OutputIntents", [])]
    if intents != ["/GTS_PDFA1"] or "/DestOutputProfile" not in root.OutputIntents[0]:
        yield f"what its colours mean is not said: {intents}"


_RUNS = (
    "/JavaScript",
    "/JS",
    "/Launch",
    "/AA",
    "/OpenAction",
    "/XFA",
    "/RichMedia",
    "/Movie",
    "/Sound",
    "/EmbeddedFiles",
)


def _flaws_of_what_is_inside(pdf: pikepdf.Pdf) -> Iterator[str]:
    for thing in pdf.objects:
        if not isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        yield from (f"{name} in it" for name in _RUNS if name in thing)
        if thing.get("/Type") == "/Font" and thing.get("/Subtype") not in ("/Type0", "/Type3"):
            inside = thing.get("/FontDescriptor", {})
            if not any(name in inside for name in ("/FontFile", "/FontFile2", "/FontFile3")):
                yield f"font {thing.get('/BaseFont')} is not inside"
        if thing.get("/Type") == "/Font" and thing.get("/Subtype") == "/Type0" and "/ToUnicode" not in thing:
            yield f"the letters of {thing.get('/BaseFont')} have no meaning"
        if isinstance(thing, pikepdf.Stream) and ("/F" in thing or "/LZWDecode" in str(thing.get("/Filter", ""))):
            yield "a stream outside, or packed in a way that is not allowed"


def _flaws_of_the_tree(pdf: pikepdf.Pdf) -> Iterator[str]:
    roles = {str(name): str(role) for name, role in dict(pdf.Root.StructTreeRoot.get("/RoleMap", {})).items()}
    placed: dict[Any, set[int]] = {}
    headings: list[int] = []
    for element in _elements(pdf.Root.StructTreeRoot):
        name = str(element.get("/S", ""))
        name = roles.get(name, name)
        if name == "/Figure" and not str(element.get("/Alt", "")):
            yield "a picture without words"
        if name == "/Table" and not any(str(each.get("/S")) == "/TH" for each in _elements(element)):
            yield "a table without heads"
        if name[:2] == "/H" and name[2:].isdecimal():
            headings.append(int(name[2:]))
        for page, number in _marks(element):
            placed.setdefault(page, set()).add(number)
    if headings and (headings[0] != 1 or any(after > before + 1 for before, after in pairwise(headings))):
        yield f"headings {headings}"
    for number, page in enumerate(pdf.pages, 1):
        if page.get("/Tabs") != "/S" and "/Annots" in page:
            yield f"page {number}: its links are not in reading order"
        yield from (f"page {number}: {flaw}" for flaw in _unplaced(page, placed.get(page.objgen, set())))


def _elements(above: Any) -> Iterator[Any]:
    kids = above.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid)


def _marks(element: Any) -> Iterator[tuple[Any, int]]:
    """(page, number) of what an element holds of the pages."""
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            yield element.Pg.objgen, kid
        elif isinstance(kid, pikepdf.Dictionary) and "/MCID" in kid:
            yield kid.get("/Pg", element.get("/Pg")).objgen, int(kid.MCID)


_DRAWS = {"Tj", "TJ", "'", '"', "Do", "f", "f*", "F", "B", "B*", "b", "b*", "S", "s", "sh", "EI", "INLINE IMAGE"}


def _unplaced(page: pikepdf.Page, placed: set[int]) -> Iterator[str]:
    """What is drawn and neither stands in the tree nor is said to be mere decoration."""
    inside: list[bool] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            number = (
                operands[1].get("/MCID") if len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary) else None
            )
            if number is not None and int(number) not in placed:
                yield f"mark {number} is nowhere in the tree"
            inside.append(number is not None or str(operands[0]) == "/Artifact")
        elif name == "EMC":
            inside.pop()
        elif name in _DRAWS and not any(inside):
            yield f"{name} is drawn outside the tree"
