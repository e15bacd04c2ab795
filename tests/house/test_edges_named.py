"""Where a test module lists edge cases with the tests that hold them, each of those tests is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent.parent


def test_every_test_that_an_edge_case_names_exists() -> None:
    sources = {path: path.read_text("utf-8") for path in TESTS.rglob("test_*.py")}
    written = {name for text in sources.values() for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}
    modules = {path.stem for path in sources}
    listing = 0
    for path, text in sources.items():
        named = set(re.findall(r"\btest_\w+", ast.get_docstring(ast.parse(text)) or "")) - modules
        assert named <= written, (path.name, sorted(named - written))
        listing += len(named) > 5
    assert listing >= 4
