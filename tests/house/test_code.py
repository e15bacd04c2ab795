"""Who may enter which room, and what nobody does: read from the source."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import source

DOMAIN = re.compile(r"service_app/\w+/(models|operations|queries|\w+_operations)(/\w+)?\.py$")
EDGE = ("flask", "flask_wtf", "flask_login", "flask_limiter", "wtforms", "celery", "kombu", "werkzeug")
FACES = ("staff", "public", "portal", "api", "cluster")
FORBIDDEN_NAMES = ("utils", "helpers", "common", "manager", "base", "misc")
LONGEST = 400
# One matter each, and longer than a file should be: no further growth.


def of_the_domain() -> list[Path]:
    return [path for path in source.files() if DOMAIN.search(source.name(path)) and "/core/" not in source.name(path)]


def test_the_domain_is_found():
    assert len(of_the_domain()) > 20


@pytest.mark.parametrize("path", of_the_domain(), ids=source.name)
def test_the_domain_knows_neither_web_nor_workers(path):
    assert [each for each in source.imported(path) if each.split(".")[0] in EDGE] == []


@pytest.mark.parametrize("path", of_the_domain(), ids=source.name)
def test_no_operation_commits_or_opens_a_connection(path):
    assert [
        called for called, _node in source.calls(path) if called in ("commit", "rollback", "connect", "begin")
    ] == []


def test_a_face_never_enters_the_face_of_another_room():
    wrong = []
    for path in source.files():
        room = path.parent.name
        if path.stem not in FACES or path.parent.parent.name != "service_app":
            continue
        for each in source.imported(path):
            parts = each.split(".")
            if parts[0] == "service_app" and len(parts) > 2 and parts[1] != room and parts[2] in FACES:
                wrong.append((source.name(path), each))
    assert wrong == []


def test_the_product_never_imports_the_workers():
    found = [
        (source.name(path), each)
        for path in source.files()
        if source.name(path).startswith("service_app")
        for each in source.imported(path)
        if each.split(".")[0] == "workers"
    ]
    assert found == []


# What few requests ever need, and what costs every process its start and its memory.
HEAVY = {"numpy", "openpyxl", "pyvrp"}


def test_what_is_heavy_is_imported_where_it_is_used():
    asked = f"import service_app, sys; print(sorted(set({sorted(HEAVY)}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_core_knows_no_room():
    found = [
        (source.name(path), each)
        for path in source.files()
        if "service_app/core/" in source.name(path)
        for each in source.imported(path)
        if each.startswith("service_app.") and not each.startswith("service_app.core")
    ]
    assert found == []


def test_nothing_is_put_off_inside_a_broker():
    """Work for later is a row with run_at; a message that waits in Redis is lost with it."""
    found = [
        (source.name(path), keyword.arg)
        for path in source.files()
        for _called, node in source.calls(path)
        for keyword in node.keywords
        if keyword.arg in ("eta", "countdown")
    ]
    assert found == []


def test_a_status_is_written_by_move_alone():
    found = []
    for path in of_the_domain():
        for node in ast.walk(source.tree(path)):
            targets = node.targets if isinstance(node, ast.Assign) else []
            found += [
                (source.name(path), node.lineno)
                for target in targets
                if isinstance(target, ast.Attribute) and target.attr in ("status", "money_status")
            ]
    assert found == []


def test_instants_come_from_the_one_clock():
    found = [
        (source.name(path), node.lineno)
        for path in source.files()
        if path.stem != "clock"
        for called, node in source.calls(path)
        if called in ("utcnow", "today", "now")
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") in ("datetime", "date")
    ]
    assert found == []


def test_files_are_short_and_named_for_what_they_hold():
    lines = {source.name(path): len(path.read_text("utf-8").splitlines()) for path in source.files()}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}
    assert [source.name(path) for path in source.files() if path.stem in FORBIDDEN_NAMES] == []


def test_every_room_says_what_it_is_for():
    rooms = [path for path in source.files() if path.name == "__init__.py"]
    assert [source.name(path) for path in rooms if not ast.get_docstring(source.tree(path))] == []
