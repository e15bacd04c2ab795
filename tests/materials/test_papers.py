"""Papers of material: what leaves has its document in every language, whoever gave something back learns what became of it;
the same snapshot gives the same bytes."""

from __future__ import annotations

import hashlib
import io
import re

import pikepdf
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from service_app.contracts.documents import paper
from service_app.core import clock, files
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.materials import codes, operations, papers, queries
from service_app.materials.models import MaterialPaper
from service_app.materials.operations import Way
from service_app.notifications.models import Message
from service_app.takebacks import links
from service_app.takebacks import operations as takebacks
from tests.factories.customers import a_customer
from tests.factories.materials import IRON
from tests.factories.takebacks import an_ask
from workers import sweeps

WAY = Way("Quai des Usines 1, 1000 Bruxelles", "Vélo Cargo SC", "Rue Noire 2, 1000 Bruxelles", "BE-TR-9", "R4", "HP 14")


def text_of(content: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def worked(process) -> None:
    """The worker did what there was to do, papers first."""
    for channel in ("documents", "planning", "mail"):
        sweeps.sweep(process, channel)


def leave(batch, treatment: str = "R4", parts=((IRON, 6_000), ("20 01 43", 4_000))):
    """Weighed, sorted, and gone."""
    operations.weigh(WORKER, batch, 10_000)
    for code, mass_g in parts:
        operations.add_fraction(WORKER, batch, code, mass_g, is_estimated=False)
    operations.allocate(WORKER, batch)
    chosen = [each.id for each in queries.fractions_of(batch)]
    today = clock.today("Europe/Brussels")
    return operations.transfer(
        WORKER, batch, chosen, "Galloo", "BE-77", today, Way(**{**vars(WAY), "treatment": treatment})
    )


def test_what_leaves_has_a_document_with_all_that_is_asked_in_three_languages(client, scope, workshop, process):
    with scope(workshop):
        here = session().merge(workshop)
        here.waste_number, here.vat_number = "BXL-COL-1", "BE0403019261"
        batch = operations.open_batch(WORKER, "Small appliances")
        operations.load_by_hand(WORKER, batch, "From the bench", 10_000, is_estimated=False)
        moved = leave(batch)
        reference, document = batch.reference, moved.reference
    worked(process)
    with scope(workshop):
        kept = session().scalars(select(MaterialPaper).order_by(MaterialPaper.id)).all()
        assert sorted(row.language for row in kept) == ["en", "fr", "nl"]
        for row in kept:
            content = files.read(row.file)
            assert paper.render(row.snapshot) == content
            with pikepdf.open(io.BytesIO(content)) as pdf:
                said = pdf.open_metadata()
                assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "A")
    for language, word in (("fr", "piles"), ("nl", "batterijen"), ("en", "lithium")):
        answer = client.get(f"/senne/materials/{reference}/papers/{document}.{language}.pdf")
        assert answer.status_code == 200
        said = text_of(answer.data)
        for fact in (
            document, "Galloo", "Quai des Usines 1", "BE-77", "Vélo Cargo SC", "Rue Noire 2", "BE-TR-9", "BXL-COL-1",
            "BE0403019261", "20 01 43*", IRON, "HP 14", "R4", word,
        ):  # fmt: skip
            assert fact in said, (language, fact)
    with scope(workshop):
        assert len(session().scalars(select(MaterialPaper)).all()) == 3
    assert client.get(f"/senne/materials/{reference}/papers/{document}.de.pdf").status_code == 404
    register = client.get("/senne/materials/register.csv").text
    assert "Vélo Cargo SC" in register


def test_what_is_hazardous_leaves_only_with_a_word_on_what_is(scope, workshop):
    with scope(workshop):
        batch = operations.open_batch(WORKER, "Batteries")
        operations.load_by_hand(WORKER, batch, "From the bench", 10_000, is_estimated=False)
        operations.weigh(WORKER, batch, 10_000)
        part = operations.add_fraction(WORKER, batch, "20 01 43", 10_000, is_estimated=False)
        operations.allocate(WORKER, batch)
        with pytest.raises(Invalid, match=r"batch\.properties"):
            operations.transfer(WORKER, batch, [part.id], "G", "B", clock.today("Europe/Brussels"), Way(treatment="R4"))


@pytest.mark.parametrize(("treatment", "recycled"), [("R4", "5000 g"), ("R1", "0 g")])
def test_who_gave_something_back_learns_what_became_of_it_to_the_gram(
    app, scope, workshop, process, treatment, recycled
):
    with scope(workshop):
        person = a_customer(email="nora@example.be", language="nl")
        takeback = takebacks.ask(
            WORKER, person, an_ask(way="drop_off", mass_g=5_000, hazards=("data",)), source="portal"
        )
        takebacks.receive(WORKER, takeback, 5_000)
        takebacks.decide(WORKER, takeback, "waste", "The motor is burnt")
        takebacks.close(WORKER, takeback, "Bram")
        address, reference = f"/senne/take-back/{links.token_of(takeback)}", takeback.reference
    street = app.test_client()
    assert street.get(f"{address}/certificate.pdf").status_code == 404
    worked(process)
    first = text_of(street.get(f"{address}/certificate.pdf").data)
    assert reference in first
    assert "Bram" in first
    assert "5000 g" not in first
    assert f"{address}/certificate.pdf" in street.get(address).text
    with scope(workshop):
        batch = operations.open_batch(WORKER, "Small appliances")
        operations.load_takeback(WORKER, batch, queries.waiting()[0])
        operations.load_by_hand(WORKER, batch, "From the bench", 5_000, is_estimated=False)
        leave(batch, treatment)
    worked(process)
    second = text_of(street.get(f"{address}/certificate.pdf").data)
    assert "3000 g" in second
    assert "2000 g" in second
    assert recycled in second.replace("3000 g", "").replace("2000 g", "")
    with scope(workshop):
        again = papers.certify_after({"material_batch_id": queries.get_batch(batch.reference).id})
        assert again == []
        assert len(session().scalars(select(MaterialPaper).where(MaterialPaper.kind == "certificate")).all()) == 2
        told = session().scalars(select(Message).where(Message.kind == "takeback_certificate")).all()
        assert len(told) == 2


def test_the_codes_are_those_of_the_list_with_words_in_three_languages():
    """Entries as the Official Journal has them; the whole file by its checksum, so that no entry is changed by accident."""
    known = {(row.code, row.first_day.year): row for row in codes.table()}
    assert known["16 02 13", 2002].description == (
        "discarded equipment containing hazardous components other than those mentioned in 16 02 09 to 16 02 12"
    )
    assert known["20 01 36", 2002].description_fr == (
        "équipements électriques et électroniques mis au rebut autres que ceux visés aux rubriques 20 01 21, 20 01 23 et 20 01 35"
    )
    stars = {row.code for row in codes.table() if row.is_hazardous}
    assert {"16 02 13", "20 01 35", "20 01 33", "16 06 01", "16 06 07"} <= stars
    assert not {"16 02 14", "16 02 16", "20 01 36", "19 12 02", "16 01 03", "20 01 44", "16 06 12"} & stars
    assert all(row.description_fr and row.description_nl for row in codes.table())
    assert hashlib.sha256(codes._FILE.read_bytes()).hexdigest() == (
        "db97009aee1cfa01f3c33b56e0c8008d3ee6250cdabe63d57a6e943df9cabfd7"
    )
