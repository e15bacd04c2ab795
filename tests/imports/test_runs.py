"""A file on its way in: checked without a trace, run once however often, good rows in and bad rows back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_app.catalogue.models import Product
from service_app.core.access import ROLES, Actor
from service_app.core.db import Database, session
from service_app.core.errors import Forbidden, Invalid
from service_app.customers.models import Customer
from service_app.imports import operations, passes, queries
from service_app.imports.models import ImportIssue, ImportRun
from service_app.workshops.models import Workshop

Scoped = Callable[[Workshop], AbstractContextManager[Session]]

CUSTOMERS = """Nom;Prénom;E-mail;GSM;Rue;Code postal;Ville;Langue
Lemmens;Nora;Nora.Lemmens@example.be;0470 12 34 56;Bergensesteenweg 214;1070;Anderlecht;NL
Diallo;Awa;awa.diallo@example.be;0471 22 33 44;Rue Haute 12;1000;Bruxelles;français
Peeters;Jan;not-an-address;0472 33 44 55;Hoogstraat 3;1000;Brussel;nl
;;sans.nom@example.be;;;;;
Maes;An;an.maes@example.be;12;Dorp 1;1080;Molenbeek;klingon
Janssens;Piet;;;Dorp 2;107;Molenbeek;nl
"""


def _bring_in(actor: Actor, run: ImportRun, status: str = "running", most: int = 200) -> None:
    operations.begin(actor, run, status)
    while operations.work_on(run.id, actor, most):
        pass


def _upload(actor: Actor, kind: str, text: str, **options: object) -> ImportRun:
    run = operations.upload(actor, kind, text.encode(), f"{kind}.csv")
    operations.choose_mapping(actor, run, run.mapping, options)
    return run


def _counts(run: ImportRun) -> tuple[int, int, int]:
    return run.created, run.known, run.rejected


def _how_many(model: type) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0


def test_good_rows_come_in_and_bad_rows_name_row_column_and_reason(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    with scope(workshop):
        run = _upload(owner, "customers", CUSTOMERS)
        _bring_in(owner, run)
        assert run.status == "done"
        assert _counts(run) == (2, 0, 4)
        nora = session().scalars(select(Customer).where(Customer.email == "nora.lemmens@example.be")).one()
        assert (nora.name, nora.language, nora.phone) == ("Nora Lemmens", "nl", "+32470123456")
        assert nora.addresses[0].street == "Bergensesteenweg 214"
        issues = session().scalars(select(ImportIssue).order_by(ImportIssue.id)).all()
        assert [(issue.row_number, issue.column, issue.code) for issue in issues] == [
            (4, "E-mail", "email.invalid"),
            (5, "Nom", "import.cell_needed"),
            (6, "Langue", "import.choice"),
            (7, "Code postal", "postcode.invalid"),
        ]


def test_check_leaves_nothing_and_tells_what_a_run_will_do(workshop: Workshop, scope: Scoped, owner: Actor) -> None:
    with scope(workshop):
        run = _upload(owner, "customers", CUSTOMERS)
        _bring_in(owner, run, "checking")
        assert run.status == "checked"
        assert _counts(run) == (2, 0, 4)
        assert _how_many(Customer) == 0
        _bring_in(owner, run)
        assert _counts(run) == (2, 0, 4)
        assert _how_many(Customer) == 2


def test_same_file_twice_is_once(workshop: Workshop, scope: Scoped, owner: Actor) -> None:
    with scope(workshop):
        _bring_in(owner, _upload(owner, "customers", CUSTOMERS))
        again = _upload(owner, "customers", CUSTOMERS)
        _bring_in(owner, again)
        assert _counts(again) == (0, 2, 4)
        assert _how_many(Customer) == 2


def test_rows_without_a_key_are_found_again_and_equal_rows_are_two_things(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    text = "Nom;Ville;Rue;Code postal\nAwa Diallo;Forest;Rue A 1;1190\nAwa Diallo;Forest;Rue A 1;1190\nBea Maes;;;\n"
    with scope(workshop):
        first, again = _upload(owner, "customers", text), _upload(owner, "customers", text)
        _bring_in(owner, first)
        _bring_in(owner, again)
        assert _counts(first) == (3, 0, 0)
        assert _counts(again) == (0, 3, 0)


def test_a_family_may_share_an_address(workshop: Workshop, scope: Scoped, owner: Actor) -> None:
    text = "Nom;E-mail\nAwa Diallo;diallo@example.be\nIssa Diallo;diallo@example.be\n"
    with scope(workshop):
        first, again = _upload(owner, "customers", text), _upload(owner, "customers", text)
        _bring_in(owner, first)
        _bring_in(owner, again)
        assert _counts(first) == (2, 0, 0)
        assert _counts(again) == (0, 2, 0)


def test_a_key_repeated_in_the_file_is_known_when_it_says_the_same_and_refused_when_not(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    text = "id;Nom\n7;Awa Diallo\n7;Awa Diallo\n7;Bea Maes\n"
    with scope(workshop):
        run = _upload(owner, "customers", text)
        for status in ("checking", "running"):
            _bring_in(owner, run, status)
            assert _counts(run) == (1, 1, 1)
        issue = session().scalars(select(ImportIssue)).one()
        assert (issue.row_number, issue.code, issue.data["row"]) == (4, "import.repeated", 2)


def test_every_row_is_created_known_or_rejected_whatever_the_batches(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    with scope(workshop):
        run = _upload(
            owner,
            "customers",
            CUSTOMERS + "Diallo;Awa;awa.diallo@example.be;0471 22 33 44;Rue Haute 12;1000;Bruxelles;français\n",
        )
        _bring_in(owner, run, most=1)
        assert _counts(run) == (2, 1, 4)
        assert sum(_counts(run)) == run.total == run.seen == 7


def test_a_run_killed_between_batches_goes_on_where_it_stopped(
    database: Database, workshop: Workshop, scope: Scoped, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "id;Nom\n" + "".join(f"{number};Klant {number}\n" for number in range(20))
    with scope(workshop):
        run = _upload(owner, "customers", rows)
        operations.begin(owner, run, "running")
    with scope(workshop):
        operations.work_on(run.id, owner, 7)
    monkeypatch.setattr(passes, "_write_flaws", _killed)
    with pytest.raises(RuntimeError), scope(workshop):
        operations.work_on(run.id, owner, 7)
    monkeypatch.undo()
    with scope(workshop):
        assert queries.get_run(run.reference).seen == 7
        assert _how_many(Customer) == 7
        while operations.work_on(run.id, owner, 7):
            pass
    with scope(workshop):
        found = queries.get_run(run.reference)
        assert found.status == "done"
        assert _counts(found) == (20, 0, 0)
        assert _how_many(Customer) == 20


def _killed(*_given: object) -> None:
    raise RuntimeError("killed in the middle of a batch")


def test_mapping_is_proposed_and_the_chosen_one_remembered(workshop: Workshop, scope: Scoped, owner: Actor) -> None:
    text = "Qui;Où\nAwa Diallo;Forest\n"
    with scope(workshop):
        run = operations.upload(owner, "customers", text.encode(), "x.csv")
        assert run.mapping == {}
        with pytest.raises(Invalid, match=r"import\.column_needed"):
            operations.choose_mapping(owner, run, {"Où": "city"}, {})
        operations.choose_mapping(owner, run, {"Qui": "name", "Où": ""}, {})
        again = operations.upload(owner, "customers", "où;QUI\nJette;Bea\n".encode(), "y.csv")
        assert again.mapping == {"QUI": "name"}


def test_another_workshop_sees_neither_the_run_nor_its_mapping(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    with scope(workshop):
        run = _upload(owner, "customers", "Qui;Name\na;Awa\n")
        operations.choose_mapping(owner, run, {"Qui": "name"}, {})
    with scope(other_workshop):
        assert _how_many(ImportRun) == 0
        assert _upload(owner, "customers", "Qui;Name\na;Awa\n").mapping == {"Name": "name"}


def test_import_needs_its_permission_and_that_of_the_kind(workshop: Workshop, scope: Scoped, owner: Actor) -> None:
    counter = Actor(kind="staff", name="Cas", permissions=ROLES["counter"])
    with scope(workshop), pytest.raises(Forbidden):
        operations.upload(counter, "customers", CUSTOMERS.encode(), "x.csv")


def test_products_come_in_with_their_characteristics(workshop: Workshop, scope: Scoped, owner: Actor) -> None:
    text = (
        "Code produit;Désignation;Naam NL;Marque;Catégorie;Poids kg;Longueur;Matériaux;Valeur;Fin de vie\n"
        "cargo-l;Vélo cargo;Bakfiets;Onbekend;cargo bike;38,5;2650;aluminium 60, steel 20;4.250,00;reconditionnement\n"
        ";Chaise pliante;;Ikea;seat;4;;wood 130;;\n"
        ";Lampe;;Ikea;lamp;2;;wood 60;;\n"
    )
    with scope(workshop):
        run = _upload(owner, "products", text)
        _bring_in(owner, run)
        assert _counts(run) == (2, 0, 1)
        bike = session().scalars(select(Product).where(Product.code == "CARGO-L")).one()
        assert bike.name == {"fr": "Vélo cargo", "nl": "Bakfiets"}
        assert bike.brand == ""
        assert (bike.mass_g, bike.length_mm, str(bike.replacement_amount)) == (38_500, 2650, "4250.00")
        assert bike.materials[0] == {"material": "aluminium", "share": 60}
        assert bike.end_of_life_route == "refurbish"
        again = _upload(owner, "products", text)
        _bring_in(owner, again)
        assert _counts(again) == (0, 2, 1)
