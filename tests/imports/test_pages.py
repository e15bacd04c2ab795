"""A file through the pages and through the command, and the real file of 2,885 repairs that were tried."""

from __future__ import annotations

import csv
import gzip
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from migrations.setup import RuntimeUrls
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.customers.models import Customer
from service_app.demo.repaired import REPAIRS
from service_app.imports import mapping, operations, queries
from service_app.imports.kinds import KINDS
from service_app.imports.models import ImportRun
from service_app.imports.rows import CREATE_PRODUCTS
from service_app.items.models import Item
from service_app.repairlog import standard
from service_app.repairlog.models import PastRepair
from service_app.repairlog.operations import export_repairs
from service_app.workshops.models import Workshop
from tests.conftest import SECRET, Scoped
from tests.workers.conftest import make, process
from workers import sweeps
from workers.process import Process

__all__ = ["make", "process"]

CUSTOMERS = "Naam;E-mail;Taal\nNora Lemmens;nora@example.be;NL\nAwa Diallo;not-an-address;FR\n;x@example.be;FR\n"


def upload(client: FlaskClient, kind: str, name: str, content: bytes) -> str:
    answer = client.post("/senne/imports", data={"kind": kind, "file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def test_file_goes_from_upload_over_check_to_run_and_its_refused_rows_come_back(
    workshop: Workshop, scope: Scoped, client: FlaskClient, process: Process
) -> None:
    here = upload(client, "customers", "klanten.csv", CUSTOMERS.encode("latin-1"))
    page = client.get(here).get_data(as_text=True)
    assert 'value="email" selected' in page
    fields = {"column-0": "name", "column-1": "email", "column-2": "language"}
    assert client.post(f"{here}/begin", data=fields | {"pass": "checking"}).status_code == 303
    assert "hx-trigger" in client.get(f"{here}/progress").get_data(as_text=True)
    sweeps.sweep(process, "planning")
    page = client.get(here).get_data(as_text=True)
    assert "Would come in: 1." in page
    assert "not-an-address" in page
    with scope(workshop):
        assert session().scalar(select(func.count()).select_from(Customer)) == 0
    assert client.post(f"{here}/begin", data=fields | {"pass": "running"}).status_code == 303
    sweeps.sweep(process, "planning")
    assert "hx-trigger" not in client.get(f"{here}/progress").get_data(as_text=True)
    assert "Came in: 1." in client.get(here).get_data(as_text=True)
    back = client.get(f"{here}/refused")
    assert "not-an-address" in back.get_data(as_text=True)
    assert "name@example.be" in back.get_data(as_text=True)
    mended = back.data.replace(b"not-an-address", b"awa@example.be")
    again = upload(client, "customers", "mended.csv", mended)
    client.post(f"{again}/begin", data=fields | {"pass": "running"})
    sweeps.sweep(process, "planning")
    with scope(workshop):
        assert session().scalar(select(func.count()).select_from(Customer)) == 2


def test_spreadsheet_comes_in_and_its_refused_rows_go_back_as_one(
    workshop: Workshop, scope: Scoped, client: FlaskClient, process: Process
) -> None:
    example = client.get("/senne/imports/example/customers")
    assert example.mimetype == "text/csv"

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Name", "E-mail"])
    sheet.append(["Nora", "nora@example.be"])
    sheet.append(["=1+1", "wrong"])
    out = io.BytesIO()
    book.save(out)
    here = upload(client, "customers", "list.xlsx", out.getvalue())
    client.post(f"{here}/begin", data={"column-0": "name", "column-1": "email", "pass": "running"})
    sweeps.sweep(process, "planning")
    back = load_workbook(io.BytesIO(client.get(f"{here}/refused").data)).active
    assert back is not None
    assert back.cell(2, 2).value == "wrong"
    assert back.max_row == 2


def test_what_is_no_table_is_refused_with_what_to_do(workshop: Workshop, client: FlaskClient) -> None:
    for content, name in ((b"", "x.csv"), (b"\x00\x01\x02", "x.bin"), (b"PK\x03\x04", "x.xlsx")):
        answer = client.post("/senne/imports", data={"kind": "items", "file": (io.BytesIO(content), name)})
        assert answer.status_code == 422, name
    here = upload(client, "customers", "x.csv", b"Foo;Bar\n1;2\n")
    answer = client.post(f"{here}/begin", data={"pass": "running"})
    assert answer.status_code == 422
    assert "Say which column holds this" in answer.get_data(as_text=True)


def test_run_of_another_workshop_is_not_found(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, owner: Actor, client: FlaskClient
) -> None:
    with scope(other_workshop):
        reference = operations.upload(owner, "customers", CUSTOMERS.encode(), "x.csv").reference
    for page in ("", "/progress", "/refused"):
        assert client.get(f"/senne/imports/{reference}{page}").status_code == 404
    assert client.post(f"/senne/imports/{reference}/begin").status_code == 404


@pytest.mark.slow
def test_real_file_of_repairs_comes_in_as_their_history_without_a_row_lost_and_twice_is_once(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    content = gzip.decompress(REPAIRS.read_bytes())

    def pass_over(status: str) -> ImportRun:
        with scope(workshop):
            run = operations.upload(owner, "repairs", content, "repairs.csv")
            operations.choose_mapping(owner, run, run.mapping, {})
            operations.begin(owner, run, status)
            reference, run_id = run.reference, run.id
        more = True
        while more:
            with scope(workshop):
                more = operations.work_on(run_id, owner)
        with scope(workshop):
            return queries.get_run(reference)

    checked = pass_over("checking")
    assert (checked.created, checked.known, checked.rejected) == (2885, 0, 0)
    with scope(workshop):
        assert session().scalar(select(func.count()).select_from(PastRepair)) == 0
    first, second = pass_over("running"), pass_over("running")
    assert (first.created, first.known, first.rejected) == (2885, 0, 0)
    assert (second.created, second.known, second.rejected) == (0, 2885, 0)
    with scope(workshop):
        assert session().scalar(select(func.count()).select_from(Item)) == 0, "none of them is a thing of the workshop"
        header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
        assert tuple(header) == standard.FIELDS
        assert list(export_repairs(owner)) == rows, "cell for cell, to the last space"


def test_repairs_go_over_check_to_run_and_what_is_refused_comes_back_as_it_was(
    workshop: Workshop, scope: Scoped, client: FlaskClient, process: Process
) -> None:
    example = client.get("/senne/imports/example/repairs").data.decode("utf-8-sig")
    header, row = (line.split(";") for line in example.splitlines())
    table = [header, row, [cell.replace("cafe-12", "cafe-13").replace("BEL", "BE") for cell in row]]
    table += [[cell.replace("cafe-12", "cafe-14").replace("Philips", " =brand ") for cell in row], row]
    table += [[cell.replace("Philips", "AEG") for cell in row]]
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(table)
    here = upload(client, "repairs", "réparations.csv", out.getvalue().encode())
    assert 'value="event_date" selected' in client.get(here).get_data(as_text=True)
    with scope(workshop):
        run = queries.get_run(here.rpartition("/")[2])
        fields = {f"column-{place}": run.mapping[column] for place, column in enumerate(run.columns)}
    for status, said in (("checking", "Would come in: 2."), ("running", "Came in: 2.")):
        client.post(f"{here}/begin", data=fields | {"pass": status})
        sweeps.sweep(process, "planning")
        assert said in client.get(f"{here}?lang=en").get_data(as_text=True)
    page = client.get(f"{here}?lang=en").get_data(as_text=True)
    assert "Known already: 1." in page
    assert "three capital letters" in page
    assert "says something else" in page
    with scope(workshop):
        assert set(session().scalars(select(PastRepair.brand))) == {"Philips", " =brand "}
    back = client.get(f"{here}/refused").data
    again = upload(client, "repairs", "mended.csv", back.replace(b";BE;", b";BEL;"))
    client.post(f"{again}/begin", data=fields | {"pass": "running"})
    sweeps.sweep(process, "planning")
    with scope(workshop):
        assert set(session().scalars(select(PastRepair.ords_id))) == {"cafe-12", "cafe-13", "cafe-14"}


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_example_of_repairs_is_understood_in_each_language(language: str, client: FlaskClient) -> None:
    client.post("/language", data={"language": language})
    example = client.get("/senne/imports/example/repairs").data.decode("utf-8-sig")
    columns = example.splitlines()[0].split(";")
    shown = [field.name for field in KINDS["repairs"].fields if field.example]
    assert list(mapping.propose(columns, KINDS["repairs"].fields).values()) == shown


def test_a_list_of_items_with_the_columns_of_the_standard_still_comes_in_as_items(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    content = (
        b"id,product_category,brand,year_of_manufacture,event_date,problem\nk-1,Kettle,Tefal,2019,2024-05-04,old\n"
    )
    with scope(workshop):
        run = operations.upload(owner, "items", content, "items.csv")
        operations.choose_mapping(owner, run, run.mapping, {CREATE_PRODUCTS: True})
        operations.begin(owner, run, "running")
        assert not operations.work_on(run.id, owner)
        item = session().scalars(select(Item)).one()
        assert (item.product.brand, item.year_made, item.remark) == ("Tefal", 2019, "old")


@pytest.fixture
def command(urls: RuntimeUrls, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`command("customers", file)` is `ronde import …` as a process."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | {
            "RONDE_ENV": "test", "DATABASE_URL": urls.app, "SECRET_KEY": SECRET, "FILES_DIR": str(tmp_path / "files"),
            "COLUMNS": "200",
        }  # fmt: skip
        line = [sys.executable, "-m", "service_app.cli", "import", *words]
        return subprocess.run(line, env=env, capture_output=True, text=True, check=False)

    return run


def test_command_reports_refused_rows_writes_them_back_and_says_so_by_its_code(
    workshop: Workshop, scope: Scoped, tmp_path: Path, command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    file = tmp_path / "klanten.csv"
    file.write_text(CUSTOMERS)
    checked = command("customers", str(file), "--dry-run")
    assert checked.returncode == 2, checked.stderr
    assert "1 would come in" in checked.stdout
    with scope(workshop):
        assert session().scalar(select(func.count()).select_from(Customer)) == 0
    done = command("customers", str(file), "--workshop", "senne")
    assert done.returncode == 2, done.stderr
    assert "1 came in, 0 known already, 2 refused" in done.stdout
    assert "E-mail" in done.stdout
    assert "import." not in done.stdout, "each refused row says what to do, in a sentence"
    assert "platform_scope" not in done.stdout + done.stderr
    back = tmp_path / "klanten-refused.csv"
    assert "not-an-address" in back.read_text("utf-8-sig")
    back.write_text(back.read_text("utf-8-sig").replace("not-an-address", "awa@example.be"))
    again = command("customers", str(back))
    assert "1 came in" in again.stdout
    once_more = command("customers", str(file))
    assert "0 came in, 1 known already" in once_more.stdout


def test_command_says_in_one_sentence_what_is_wrong(
    workshop: Workshop, other_workshop: Workshop, tmp_path: Path,
    command: Callable[..., subprocess.CompletedProcess[str]],
) -> None:  # fmt: skip
    file = tmp_path / "x.csv"
    file.write_text("Foo;Bar\n1;2\n")
    several = command("customers", str(file))
    assert several.returncode == 1
    assert "--workshop" in several.stderr
    assert "senne" in several.stderr
    unmapped = command("customers", str(file), "--workshop", "senne")
    assert unmapped.returncode == 1
    assert "Say which column" in unmapped.stderr
    assert "Traceback" not in unmapped.stderr
