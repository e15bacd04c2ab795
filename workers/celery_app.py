"""Celery's side: two tasks, a beat of intervals, and a process per child. It carries wake-ups and nothing else."""

from __future__ import annotations

import structlog
from celery import Celery

from config.celery import make_celery
from config.logging import configure
from config.settings import Settings
from workers.process import this_process
from workers.schedule import BY_NAME, SCHEDULE

log = structlog.get_logger()

settings = Settings.from_environment()
configure(settings.log_level)
app: Celery = make_celery(settings)


@app.task(name="ronde.run")
def run_entry(name: str) -> None:
    """Run one entry of the schedule."""
    BY_NAME[name].do(this_process())


@app.task(name="ronde.sweep")
def sweep_channel(channel: str) -> None:
    """Sweep a channel now: somebody just wrote a job."""
    BY_NAME[f"sweep.{channel}"].do(this_process())


app.conf.beat_schedule = {
    entry.name: {
        "task": "ronde.run",
        "schedule": entry.seconds,
        "args": (entry.name,),
        "options": {"expires": 2 * entry.seconds},
    }
    for entry in SCHEDULE
}
