"""Wake a worker after a commit, best effort: the row is there, the sweep finds it within seconds anyway.

Failures are swallowed, and after one nothing is tried for a while, so that a dead or silent Redis costs requests nothing.
"""

from __future__ import annotations

import time

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

log = structlog.get_logger()

REST_SECONDS = 30.0
# A request waits for one quick try and no more; kombu by itself goes on trying for six seconds.
_ONE_TRY = {
    "max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0,
    "socket_timeout": 1, "socket_connect_timeout": 1,
}  # fmt: skip


class Nudge:
    """Calls `ronde.sweep` for a channel through the broker."""

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        celery.conf.broker_transport_options = celery.conf.broker_transport_options | _ONE_TRY
        self._quiet_until = 0.0

    def __call__(self, channel: str) -> None:
        """Send one wake-up for a channel, or none when the broker failed a moment ago."""
        if time.monotonic() < self._quiet_until:
            return
        try:
            self._celery.send_task("ronde.sweep", args=[channel], expires=10, retry=False, ignore_result=True)
        except (OperationalError, OSError) as error:
            self._quiet_until = time.monotonic() + REST_SECONDS
            log.warning("nudge_failed", error=type(error).__name__)
