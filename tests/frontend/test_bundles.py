"""What a browser must fetch stays small, and comes from nowhere but here."""

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

import service_app

DIST = Path(service_app.__file__).parent / "static" / "dist"
KILO = 1024


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict[str, Any]]:
    path = DIST / ".vite" / "manifest.json"
    return json.loads(path.read_text("utf-8"))


def with_imports(manifest: dict[str, dict[str, Any]], key: str) -> list[Path]:
    """An entry and what it loads at once, each file once."""
    entry = manifest[key]
    files = [DIST / entry["file"]]
    for other in entry.get("imports", ()):
        files += with_imports(manifest, other)
    return list(dict.fromkeys(files))


def gzipped(files: list[Path]) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


@pytest.mark.parametrize(
    ("key", "most"),
    [
        ("css/app.css", 12 * KILO),
        ("css/board.css", 4 * KILO),
        ("js/staff.js", 25 * KILO),
        ("js/board.js", 25 * KILO),
        ("js/scan.js", 5 * KILO),
        ("js/public.js", 2 * KILO),
    ],
)
def test_bundles_stay_within_their_budget(manifest: dict[str, dict[str, Any]], key: str, most: int) -> None:
    assert gzipped(with_imports(manifest, key)) <= most


def test_the_signature_library_is_fetched_only_where_somebody_signs(manifest: dict[str, dict[str, Any]]) -> None:
    at_once = {file.name for key in ("js/staff.js", "js/public.js") for file in with_imports(manifest, key)}
    assert not any(name.startswith("signing") for name in at_once)


def test_the_decoder_of_codes_is_fetched_only_when_the_camera_is_started(manifest: dict[str, dict[str, Any]]) -> None:
    at_once = {file for key in ("js/staff.js", "js/public.js", "js/scan.js") for file in with_imports(manifest, key)}
    assert not any(file.name.startswith("camera") for file in at_once)
    (camera,) = DIST.glob("camera-*.js")
    assert gzipped([camera]) <= 16 * KILO


def test_the_decoder_is_served_by_us_and_is_the_build_its_glue_was_made_with() -> None:
    (camera,), (decoder,) = DIST.glob("camera-*.js"), DIST.glob("zxing_reader-*.wasm")
    glue = camera.read_text("utf-8")
    assert f"/static/dist/{decoder.name}" in glue
    package = DIST.parent.parent / "frontend" / "node_modules" / "barcode-detector" / "dist" / "es"
    digest = hashlib.sha256(decoder.read_bytes()).hexdigest()
    assert digest in (package / "zxing-exported.js").read_text("utf-8")


def test_nothing_built_names_another_host(manifest: dict[str, dict[str, Any]]) -> None:
    for file in [*DIST.glob("*.js"), *DIST.glob("*.css")]:
        found = set(re.findall(r"https?://[\w.-]+", file.read_text("utf-8"))) - {"http://www.w3.org"}
        assert not found, (file.name, found)
