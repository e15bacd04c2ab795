"""`ronde import repairs` and `ronde export repairs` as processes: in as a stream, bad rows back, out the same."""

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
from sqlalchemy import func, select

from migrations.setup import RuntimeUrls
from service_app.core.db import session
from service_app.demo.repaired import REPAIRS
from service_app.repairlog import reading, standard
from service_app.repairlog.models import PastRepair
from service_app.repairlog.reading import Record
from service_app.workshops.models import Workshop
from tests.conftest import SECRET, Scoped
from tests.factories.customers import a_customer
from tests.factories.repairlog import NASTY, cells_of, own

HEADER = ",".join(standard.FIELDS)
Command = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def ronde(urls: RuntimeUrls, tmp_path: Path) -> Command:
    """`ronde("import", "repairs", file)` is that command as a process; what it says comes as bytes."""

    def run(*words: object) -> subprocess.CompletedProcess[bytes]:
        env = os.environ | {
            "RONDE_ENV": "test", "DATABASE_URL": urls.app, "SECRET_KEY": SECRET, "FILES_DIR": str(tmp_path / "files"),
            "COLUMNS": "200",
        }  # fmt: skip
        line = [sys.executable, "-m", "service_app.cli", *map(str, words)]
        return subprocess.run(line, env=env, capture_output=True, check=False)

    return run


def count_here(scope: Scoped, workshop: Workshop) -> int:
    with scope(workshop):
        return session().scalar(select(func.count(PastRepair.id))) or 0


def row(ords_id: str, **cells: str) -> str:
    good = {
        "id": ords_id, "data_provider": "P", "country": "BEL", "product_category": "Kettle", "repair_status": "Fixed",
        "event_date": "2024-05-04",
    }  # fmt: skip
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([(good | cells).get(name, "") for name in standard.FIELDS])
    return out.getvalue()


def test_the_sample_goes_in_out_and_in_again_without_a_loss(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, ronde: Command, tmp_path: Path
) -> None:
    rows = cells_of(NASTY)
    done = ronde("import", "repairs", NASTY, "--workshop", "senne")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rows) - 1} rows in all: {len(rows) - 1} came in, 0 known already, 0 refused" in done.stdout.decode()
    out = tmp_path / "out.csv"
    assert ronde("export", "repairs", "--workshop", "senne", "--to", out).returncode == 0
    assert cells_of(out) == rows
    assert out.read_bytes() == NASTY.read_bytes()
    again = ronde("import", "repairs", out, "--workshop", "lumen")
    assert f"{len(rows) - 1} came in" in again.stdout.decode()
    printed = ronde("export", "repairs", "--workshop", "lumen")
    assert printed.stdout == NASTY.read_bytes()
    assert "69 repairs written." in printed.stderr.decode()
    once_more = ronde("import", "repairs", out, "--workshop", "senne")
    assert f"0 came in, {len(rows) - 1} known already" in once_more.stdout.decode()
    assert count_here(scope, workshop) == len(rows) - 1


@pytest.mark.slow
def test_the_real_file_comes_in_and_goes_out_without_a_cell_lost_and_twice_is_once(
    workshop: Workshop, scope: Scoped, ronde: Command, tmp_path: Path
) -> None:
    file, out = tmp_path / "repairs.csv", tmp_path / "out.csv"
    file.write_bytes(gzip.decompress(REPAIRS.read_bytes()))
    first = ronde("import", "repairs", file)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "2885 rows in all: 2885 came in, 0 known already, 0 refused" in first.stdout.decode()
    assert "1000 rows: 1000 came in" in first.stdout.decode(), "plain lines where there is no terminal"
    assert ronde("export", "repairs", "--to", out).returncode == 0
    assert cells_of(out) == cells_of(file)
    assert "0 came in, 2885 known already" in ronde("import", "repairs", out).stdout.decode()
    assert count_here(scope, workshop) == 2885


def test_bad_rows_are_named_with_line_field_and_remedy_and_come_in_once_mended(
    workshop: Workshop, scope: Scoped, ronde: Command, tmp_path: Path
) -> None:
    file = tmp_path / "cafe.csv"
    text = (
        f"{HEADER}\n" + row("cafe-1", problem="=1+1\nand more") + row("Cafe 2") + "\n" + row("cafe-3", country="BE")
        + row("cafe-4", product_category="Kettles", brand="'quoted") + 'cafe-5,"P,BEL,,Kettle\n'
        + row("cafe-6") + row("cafe-6") + row("cafe-6", brand="AEG") + "cafe-7,too,short\n" + row("cafe-8")
    )  # fmt: skip
    file.write_bytes(text.encode() + row("cafe-9").replace("Kettle", "Caf\xe9").encode("latin-1"))
    checked = ronde("import", "repairs", file, "--dry-run").stdout.decode()
    assert "11 rows in all: 3 would come in, 1 known already, 7 refused" in checked, checked
    assert count_here(scope, workshop) == 0
    done = ronde("import", "repairs", file)
    said = done.stdout.decode()
    assert done.returncode == 2, said
    assert "11 rows in all: 3 came in, 1 known already, 7 refused" in said
    assert "repairs." not in said.replace("repairs.csv", ""), "sentences, not codes"
    lines = {line.split()[0]: line for line in said.splitlines() if line[:1].isdigit() and "rows" not in line}
    assert "id" in lines["4"]
    assert "small letters, a hyphen and a number" in lines["4"]
    assert "country" in lines["6"]
    assert "Near to it are: Kettle" in lines["7"]
    assert "quotation marks" in lines["8"]
    assert "brand" in lines["11"]
    assert "3 cells and the file 14 columns" in lines["12"]
    assert "UTF-8" in lines["14"]
    back = tmp_path / "cafe-refused.csv"
    content = back.read_bytes()
    assert content.decode("utf-8", "surrogateescape").count("\n") == 8
    assert b"'quoted" in content
    assert b"Caf\xe9" in content, "the very bytes that were refused"
    mended = content.replace(b"Cafe 2", b"cafe-2").replace(b",BE,", b",BEL,").replace(b"Kettles", b"Kettle")
    back.write_bytes(mended.replace(b"Caf\xe9", b"Kettle"))
    again = ronde("import", "repairs", back).stdout.decode()
    assert "4 came in, 0 known already, 3 refused" in again, again
    with scope(workshop):
        found = {each.ords_id: each.brand for each in session().scalars(select(PastRepair))}
    assert set(found) == {f"cafe-{number}" for number in (1, 2, 3, 4, 6, 8, 9)}
    assert found["cafe-4"] == "'quoted"
    assert (tmp_path / "cafe-refused-refused.csv").read_text().splitlines()[0] == HEADER + ",Row,What to do"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Foo;Bar\n1;2\n", "Say which column holds this"),
        (b"", "Say which column holds this"),
        (b"\xd0\xcf\x11\xe0 an old spreadsheet", "no CSV file"),
    ],
)
def test_what_is_no_file_of_repairs_is_refused_in_one_sentence(
    content: bytes, said: str, workshop: Workshop, ronde: Command, tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    done = ronde("import", "repairs", file)
    assert done.returncode == 1
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_columns_of_other_names_and_other_separators_are_read(
    workshop: Workshop, scope: Scoped, ronde: Command, tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(
        "﻿Identifiant;Fournisseur;Pays;Catégorie;Statut;Datum;Mon problème\n"
        'cafe-1;P;BEL;Kettle;Fixed;2024-05-04;"fuit; un peu"\n'
    )
    done = ronde("import", "repairs", file, "--column", "Mon problème=problem")
    assert done.returncode == 0, done.stderr
    with scope(workshop):
        assert session().scalars(select(PastRepair.problem)).one() == "fuit; un peu"


def test_a_spreadsheet_of_repairs_goes_the_way_of_the_other_kinds(
    workshop: Workshop, scope: Scoped, ronde: Command, tmp_path: Path
) -> None:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.active.append(list(standard.FIELDS))
    book.active.append(["cafe-1", "P", "BEL", "", "Kettle", 14, "AEG", 2019, 5, "Fixed", "", "", "2024-05-04", "x"])
    book.save(tmp_path / "x.xlsx")
    done = ronde("import", "repairs", tmp_path / "x.xlsx")
    assert "IMP-0001: 1 rows: 1 came in" in done.stdout.decode(), done.stderr
    assert count_here(scope, workshop) == 1


def test_an_export_of_ours_names_nobody_and_says_what_stays(
    workshop: Workshop, scope: Scoped, ronde: Command
) -> None:  # fmt: skip
    with scope(workshop):
        a_customer(name="Bea Buur")
        own("R-1", product_category_id=14, problem="bij Bea Buur, bea@buur.example, 0470 12 34 56: lekt")
        own("R-2", kind="Vélo cargo")
    done = ronde("export", "repairs", "--since", "2020-01-01")
    text = done.stdout.decode()
    assert "lekt" in text
    assert not any(canary in text for canary in ("Bea", "Buur", "@", "0470 12"))
    assert "1 repairs written. 1 have no category of the standard." in done.stderr.decode()
    assert ronde("export", "repairs", "--since", "2027-01-01").stdout.decode().splitlines() == [HEADER]


def test_a_quotation_mark_left_open_costs_its_own_line_and_no_other() -> None:
    lines = ["a,b\n", 'c,"d\n', "e,f\n", '"g\n', 'h",i\n', "\n", 'j,"k\n']
    assert list(reading.records(lines, ",", first=2)) == [
        Record(2, ("a", "b")),
        Record(3, ("c", "d"), is_whole=False),
        Record(4, ("e", "f")),
        Record(5, ("g\nh", "i")),
        Record(8, ("j", "k"), is_whole=False),
    ]


def test_a_record_without_an_end_is_stopped_before_it_eats_the_file() -> None:
    lines = ['x,"y\n', *["z,z\n"] * (reading.MOST_LINES * 2)]
    found = list(reading.records(lines, ","))
    assert not found[0].is_whole
    assert len(found) == len(lines)
