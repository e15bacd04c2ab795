"""Templates name sources; addresses carry hashes; what is missing says how to build it."""

import json
from pathlib import Path

import pytest

from service_app.core.assets import Assets, NotBuilt


def built(dist: Path, **files: str) -> None:
    manifest = {f"css/{name}": {"file": file, "src": f"css/{name}"} for name, file in files.items()}
    (dist / ".vite").mkdir(exist_ok=True)
    (dist / ".vite" / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def test_a_source_is_found_by_its_name(tmp_path: Path) -> None:
    built(tmp_path, **{"app.css": "app-B4k.css"})
    assert Assets(tmp_path, "/static/dist/")("app.css") == "/static/dist/app-B4k.css"


def test_unbuilt_assets_name_the_command(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt, match="npm run build"):
        Assets(tmp_path, "/static/dist")("app.css")


def test_an_unknown_asset_is_not_guessed(tmp_path: Path) -> None:
    built(tmp_path, **{"app.css": "app-B4k.css"})
    with pytest.raises(NotBuilt, match="other"):
        Assets(tmp_path, "/static/dist")("other.css")


def test_pages_under_test_need_no_build(tmp_path: Path) -> None:
    assert Assets(tmp_path, "/static/dist", is_needed=False)("app.css") == "/static/dist/app.css"


def test_a_new_build_is_seen_while_developing(tmp_path: Path) -> None:
    import os

    built(tmp_path, **{"app.css": "app-one.css"})
    assets = Assets(tmp_path, "/s", watch=True)
    assert assets("app.css") == "/s/app-one.css"
    built(tmp_path, **{"app.css": "app-two.css"})
    os.utime(tmp_path / ".vite" / "manifest.json", (1, 1))
    assert assets("app.css") == "/s/app-two.css"
