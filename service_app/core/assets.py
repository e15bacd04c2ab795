"""The built browser files: templates name a source (`asset("app.css")`), the address carries the hash of its content.

Vite writes `static/dist/.vite/manifest.json`; it is read once, and again in development when it changed. Nothing is
guessed: an unbuilt or unknown asset says which command builds it. Only under test a missing build is no error, so that
tests of pages need no Node.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from flask import Flask

_BUILD = "`make assets` (or `npm run build` in service_app/frontend)"


class NotBuilt(RuntimeError):
    """The browser's files are not there, or lack one that a template names. A deployment error."""


class Assets:
    """The manifest of one build: source name -> address."""

    def __init__(self, dist: Path, address: str, watch: bool = False, is_needed: bool = True) -> None:
        self._manifest = dist / ".vite" / "manifest.json"
        self._address = address.rstrip("/")
        self._watch = watch
        self._is_needed = is_needed
        self._read_at: float | None = None
        self._files: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """The address of a built file, by the name of its source: "app.css", "staff.js", "sprite.svg"."""
        if self._read_at is None or self._watch:
            self._refresh()
        file = self._files.get(name, None if self._is_needed else name)
        if file is None:
            raise NotBuilt(f"no asset {name!r} in {self._manifest.name}: build again with {_BUILD}")
        return f"{self._address}/{file}"

    def _refresh(self) -> None:
        if not self._is_needed and not self._manifest.exists():
            return
        try:
            written_at = self._manifest.stat().st_mtime
        except FileNotFoundError:
            raise NotBuilt(f"the browser's files are not built: run {_BUILD}") from None
        if written_at != self._read_at:
            self._files = _by_source(json.loads(self._manifest.read_text("utf-8")))
            self._read_at = written_at


def _by_source(manifest: dict[str, dict[str, str]]) -> dict[str, str]:
    files: dict[str, str] = {}
    for key, entry in manifest.items():
        files.setdefault(PurePosixPath(entry.get("src", key)).name, entry["file"])
    return files


def install(app: Flask) -> None:
    """Give the templates `asset(name)`."""
    dist = Path(app.static_folder or "static") / "dist"
    settings = app.extensions.get("settings")
    built = Assets(
        dist,
        f"{app.static_url_path}/dist",
        watch=bool(app.config.get("TEMPLATES_AUTO_RELOAD")),
        is_needed=getattr(settings, "environment", None) != "test",
    )
    app.jinja_env.globals.update(asset=built)
