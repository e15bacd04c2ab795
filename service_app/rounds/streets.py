"""How far it is: the great circle times a detour, or the table of a routing server that answers as OSRM does.

The detour of 1.35 is the usual order of magnitude of street over straight distance in a European town; a server knows better
and is asked once for the same points.
"""

from __future__ import annotations

import json
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from urllib.error import URLError
from urllib.request import urlopen

import structlog

from service_app.rounds.planning.problem import Matrix

log = structlog.get_logger()
DETOUR = 1.35
_EARTH_M = 6_371_008.8
_SECONDS = 8
Points = tuple[tuple[float, float], ...]

_server: list[str] = [""]


def install(router_url: str) -> None:
    """Name the routing server, such as http://osrm:5000/table/v1/bike; empty: there is none."""
    _server[:] = [router_url.rstrip("/")]
    _ask.cache_clear()


def table(points: Points) -> Matrix:
    """Metres from each (lat, lon) to each."""
    asked = _ask(_server[0], points) if _server[0] and len(points) > 1 else None
    if asked is not None:
        return [list(row) for row in asked]
    return [[round(apart(one, other) * DETOUR) for other in points] for one in points]


def apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The great circle between two (lat, lon), in metres (haversine)."""
    lat_a, lon_a, lat_b, lon_b = (radians(each) for each in (*one, *other))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(half))


@lru_cache(maxsize=64)
def _ask(server: str, points: Points) -> tuple[tuple[int, ...], ...] | None:
    where = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in points)
    try:
        with urlopen(f"{server}/{where}?annotations=distance", timeout=_SECONDS) as answer:
            found = json.load(answer)["distances"]
        rows = tuple(tuple(round(metres) for metres in row) for row in found)
    except (URLError, OSError, ValueError, KeyError, TypeError) as error:
        log.warning("router_failed", error=type(error).__name__)
        return None
    return rows if len(rows) == len(points) else None
