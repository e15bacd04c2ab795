"""The start: how long a first and a second one take, and what the running product holds in memory when nobody asks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.local import free_port
from tests.bench.world import VAR

ROOT = Path(__file__).parent.parent.parent
PARTS = {"gunicorn": "web", "service_app.cli worker": "worker", "service_app.cli beat": "beat"}
PAUSE_SECONDS = 15


@dataclass(frozen=True)
class Starts:
    """Seconds until the site answers, at the first and the second start, and megabytes by part."""

    cold_seconds: float
    warm_seconds: float
    memory_mb: dict[str, float]


def measure(*, from_a_clone: bool) -> Starts:
    """Start twice over nothing. From a clone it is `make run` with all it installs; else the data only is new."""
    place = VAR / "start"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    command = [sys.executable, "-u", "-m", "service_app.cli", "up", "--var", str(place / "var")]
    if from_a_clone:
        subprocess.run(["git", "clone", "-q", str(ROOT), str(place / "clone")], check=True)
        command = ["make", "-C", str(place / "clone"), "run"]
    cold, _memory = _start(command)
    warm, memory = _start(command)
    return Starts(cold, warm, memory)


def _start(command: Sequence[str]) -> tuple[float, dict[str, float]]:
    unset = ("RONDE_", "DATABASE_", "REDIS_", "MAKE", "MFLAGS")
    env = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
    env |= {"PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}
    begun = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        told = ""
        for line in process.stdout or ():
            told += line
            if "Ctrl-C" in line:
                break
        else:
            raise SystemExit(f"the start broke off:\n{told}")
        seconds = time.monotonic() - begun
        time.sleep(PAUSE_SECONDS)
        return seconds, memory_of(process.pid)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)


def memory_of(root: int) -> dict[str, float]:
    """Megabytes of each part under a process: what is shared is counted once (PSS)."""
    found: Counter[str] = Counter()
    for pid in _family(root):
        with suppress(OSError):
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            part = next((name for sign, name in PARTS.items() if sign in line), None)
            if part is not None:
                found[part] += _pss_kb(pid)
    return {name: found[name] / 1024 for name in PARTS.values()}


def _pss_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _family(root: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    family = [root]
    for one in family:
        family += [pid for pid, parent in parents.items() if parent == one]
    return family
