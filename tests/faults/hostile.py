"""Background processes that die where they are told to: `python -m tests.faults.hostile`, two children at a time, a new one
for each that died, as a pool of workers does it.

A letter to `before@…` kills who is about to hand it over, one to `after@…` who just did, one to `stopped@…` stops its worker
in between; each once, and `HOSTILE_DIR` holds a file by that name with the process's number. A job `test.kill` kills always.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from config.settings import Settings
from service_app.notifications import posting
from workers import sweeps
from workers.handlers import HANDLERS, Within
from workers.process import make_process

CHILDREN = 2
_handed_over = posting.hand_over


def _once(name: str, wanted: str, how: signal.Signals) -> None:
    if name != wanted:
        return
    try:
        with (Path(os.environ["HOSTILE_DIR"]) / wanted).open("x") as seen:
            seen.write(str(os.getpid()))
    except FileExistsError:
        return
    os.kill(os.getpid(), how)


def hand_over(mail: EmailMessage, settings: Settings, sender: str | None = None) -> Any:
    """The real one, between two deaths."""
    name = mail["To"].addresses[0].username
    _once(name, "before", signal.SIGKILL)
    _once(name, "stopped", signal.SIGSTOP)
    outcome = _handed_over(mail, settings, sender)
    _once(name, "after", signal.SIGKILL)
    return outcome


def _kill(_payload: object) -> None:
    with (Path(os.environ["HOSTILE_DIR"]) / "killed").open("a") as seen:
        seen.write(f"{os.getpid()}\n")
    os.kill(os.getpid(), signal.SIGKILL)


def _child() -> None:
    process = make_process(Settings.from_environment())
    while True:
        for channel in ("planning", "mail"):
            sweeps.sweep(process, channel)
        sweeps.reap(process)
        time.sleep(0.1)


def _born(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        work()
        os._exit(1)
    return child


def main() -> None:
    """Keep the pool full."""
    posting.hand_over = hand_over
    HANDLERS["test.kill"] = Within(_kill)
    for _number in range(CHILDREN):
        _born(_child)
    while True:
        os.wait()
        _born(_child)


if __name__ == "__main__":
    main()
