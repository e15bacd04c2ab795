"""The tables that hold the rooms together: events, refusals, permissions. Each is complete, and nothing in it is dead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from service_app import reactions, refusals
from service_app.core.access import PERMISSIONS
from tests.house import source

REFUSALS = {"Refusal", "Invalid", "Conflict", "NotFound", "Forbidden", "TooMany"}
# A flaw of a row that comes in is told as a refusal is; its code comes second, its data as a dictionary.
FLAW = "Flaw"
_PLACE = re.compile(r"%\((\w+)\)s")


def raised() -> Iterator[tuple[str, str, ast.Call]]:
    """(file, code, call) of every refusal: its code is written where it is made, or chosen a few lines above."""
    for path in source.files():
        chosen = _chosen(path)
        for called, node in source.calls(path):
            code = _code_of(called, node)
            if code is None:
                continue
            if isinstance(code, ast.Name):
                yield from ((source.name(path), text, node) for text in chosen.get(code.id, ()))
            else:
                yield from ((source.name(path), text, node) for text in source.texts(code))


def _code_of(called: str, node: ast.Call) -> ast.expr | None:
    if called == FLAW and len(node.args) > 1:
        return node.args[1]
    return node.args[0] if called in REFUSALS and node.args else None


def _given(call: ast.Call) -> set[str | None]:
    """The names of the data a refusal gives; None among them stands for what is handed through."""
    in_dictionaries = {
        key.value if isinstance(key, ast.Constant) else None
        for argument in call.args[1:]
        if isinstance(argument, ast.Dict)
        for key in argument.keys
    }
    return {keyword.arg for keyword in call.keywords} | in_dictionaries


def _chosen(path: Path) -> dict[str, list[str]]:
    """The codes that are written into a variable: `code = "a.b" if … else "c.d"`."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            codes = [text for text in source.texts(node.value) if re.fullmatch(r"[a-z_]+\.[a-z_]+", text)]
            found.setdefault(node.targets[0].id, []).extend(codes)
    return found


def recorded() -> dict[str, str]:
    """Event name -> file, of every event that is recorded by name."""
    return {
        text: source.name(path)
        for path in source.files()
        for called, node in source.calls(path)
        if called == "record" and node.args
        for text in source.texts(node.args[0])
    }


def test_every_event_that_is_recorded_stands_in_the_table_of_reactions():
    assert {event: where for event, where in recorded().items() if event not in reactions.ALL} == {}


def test_no_event_sets_something_off_and_is_silent():
    assert set(reactions.REACTIONS) & reactions.SILENT == set()


def test_every_refusal_has_a_sentence():
    missing = {code: where for where, code, _call in raised() if code not in refusals.SENTENCES}
    assert missing == {}, "add a sentence to service_app/refusals: what is, and what to do"


def test_no_sentence_is_left_over():
    written = {
        text for path in source.files() if path.parent.name != "refusals" for text in source.texts(source.tree(path))
    }
    assert sorted(set(refusals.SENTENCES) - written) == []


def test_a_refusal_gives_what_its_sentence_names():
    """A place in a sentence that the refusal does not fill would break the page that shows it."""
    missing = []
    for where, code, call in raised():
        given = _given(call)
        places = set(_PLACE.findall(str(refusals.SENTENCES.get(code, ""))))
        if None not in given and places - given:
            missing.append((where, code, sorted(places - given)))
    assert missing == []


def test_a_sentence_is_a_sentence():
    odd = [
        code for code, text in refusals.SENTENCES.items() if not re.fullmatch(r"[A-Z“%].*[.?!]", str(text), re.DOTALL)
    ]
    assert odd == []


def test_every_permission_that_is_asked_for_is_given_to_some_role():
    asked = {
        (source.name(path), node.args[0].value)
        for path in source.files()
        for called, node in source.calls(path)
        if called in ("must", "can", "needs") and node.args and isinstance(node.args[0], ast.Constant)
        if getattr(getattr(node.func, "value", None), "id", "") != "allowed"  # asks the decision table by operation
    }
    assert [each for each in asked if each[1] is not None and each[1] not in PERMISSIONS] == []
    assert len(asked) > 30


def test_every_permission_is_asked_for_somewhere():
    written = {text for path in source.files() if path.name != "access.py" for text in source.texts(source.tree(path))}
    pages = " ".join(page.read_text("utf-8") for page in (source.ROOT / "service_app").rglob("templates/**/*.html"))
    not_yet = {"round:read", "round:write", "recovery:read", "recovery:write", "impact:read", "money:read", "money:write",
               "contract:correct", "work:write"}  # fmt: skip
    assert {each for each in PERMISSIONS if each not in written and each not in pages} <= not_yet
