"""A full file of Open Repair Data through the command, as a process over the bench's database."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time

from service_app.demo.repaired import REPAIRS
from tests.bench.world import SECRET, VAR, World


def bring_in(world: World) -> tuple[float, str]:
    """(seconds from the start of the command to its end, what it said last) of `ronde import repairs`."""
    file = VAR / "repairs.csv"
    file.write_bytes(gzip.decompress(REPAIRS.read_bytes()))
    env = os.environ | {
        "RONDE_ENV": "test", "DATABASE_URL": world.urls.app, "SECRET_KEY": SECRET, "FILES_DIR": str(VAR / "files"),
    }  # fmt: skip
    line = [sys.executable, "-m", "service_app.cli", "import", "repairs", str(file), "--workshop", world.workshop.slug]
    begun = time.perf_counter()
    done = subprocess.run(line, env=env, capture_output=True, text=True, check=True)
    return time.perf_counter() - begun, done.stdout.splitlines()[-1]
