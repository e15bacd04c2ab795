"""The one Ronde over a directory, and what it tells the commands typed beside it.

`ronde up` holds a lock on `running.json` as long as it lives: a second one over the same data is refused, and a file
left by one that was killed says nothing. In it stand the addresses that were made at the start, by which `ronde import`
and its like reach the built-in database when no DATABASE_URL is set.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from config.local import LocalServerError

FILE = "running.json"
ACTS_AS = {
    **dict.fromkeys(("import", "export", "demo", "check", "price-month", "leave"), "web"),
    **dict.fromkeys(("sweep", "alive", "mail"), "worker"),
}
TOLD = ("RONDE_ENV", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "FILES_DIR")


@contextmanager
def the_only_one(var_dir: Path) -> Iterator[IO[str]]:
    """Hold the directory; refuse when another Ronde does."""
    path = var_dir / FILE
    path.touch(mode=0o600)
    with path.open("r+") as held:
        if not _lock(held, fcntl.LOCK_EX):
            raise LocalServerError(
                f"Another Ronde is running over {var_dir}: stop it first, or use that one, it answers already."
            )
        held.truncate()
        try:
            yield held
        finally:
            held.truncate(0)


def tell(held: IO[str], environments: Mapping[str, Mapping[str, str]]) -> None:
    """Write down what a command needs to work beside us, by the process it acts as."""
    told = {
        name: {key: value for key, value in environment.items() if key in TOLD or key.startswith("SMTP_")}
        for name, environment in environments.items()
    }
    json.dump(told, held)
    held.flush()


def environment_beside(command: str | None, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The settings of the Ronde running here, for a command that was given none; empty when none runs."""
    if env.get("DATABASE_URL") or command not in ACTS_AS:
        return {}
    try:
        with (Path(env.get("RONDE_VAR", "var")) / FILE).open() as known:
            if _lock(known, fcntl.LOCK_SH):
                return {}
            told: dict[str, dict[str, str]] = json.loads(known.read() or "{}")
    except OSError:
        return {}
    return told.get(ACTS_AS[command], {})


def _lock(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
