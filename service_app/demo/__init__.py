"""The demo cluster: four workshops of different crafts with months behind them, made by the operations people use.

Only the rows that have no operation of their own (the cluster, its workshops, memberships) are written directly. Time is
travelled, so events, charges and letters carry the day on which they would have happened. The same day gives the same
cluster: every choice comes from a seeded generator.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.settings import Settings
from service_app.demo import cast

PASSWORD = cast.PASSWORD


def load(settings: Settings) -> Iterator[str]:
    """Fill an empty database; a line of progress for each workshop."""
    from service_app.demo import build  # the application imports this package, and that module the application

    return build.load(settings)


def sign_ins() -> list[str]:
    """The same as lines for a terminal."""
    width = max(len(email) for _who, email in cast.offered())
    return [f"Password of all: {PASSWORD}", *(f"{email:<{width}}  {who}" for who, email in cast.offered())]
