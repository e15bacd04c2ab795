"""How far it is: the great circle times a detour, or the table of a routing server: OSRM's, or Valhalla's by its address.

The detour of 1.35 is the usual order of magnitude of street over straight distance in a European town; a server knows better
and is asked once for the same points.
"""

from __future__ import annotations

import json
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import structlog

from service_app.rounds.planning.problem import Matrix

log = structlog.get_logger()
DETOUR = 1.35
_EARTH_M = 6_371_008.8
_SECONDS = 8
_VALHALLA = "/sources_to_targets"
Points = tuple[tuple[float, float], ...]

_server: list[str] = [""]


def install(router_url: str) -> None:
    """Name the routing server, such as http://osrm:5000/table/v1/bike or http://valhalla:8002/sources_to_targets?costing=bicycle;
    empty: there is none."""
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
    ask = _of_valhalla if _VALHALLA in server else _of_osrm
    try:
        rows = tuple(tuple(round(metres) for metres in row) for row in ask(server, points))
    except (URLError, OSError, ValueError, KeyError, TypeError) as error:
        log.warning("router_failed", error=type(error).__name__)
        return None
    return rows if len(rows) == len(points) else None


def _of_osrm(server: str, points: Points) -> Any:
    """Rows of metres (OSRM, HTTP API, table service)."""
    where = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in points)
    with urlopen(f"{server}/{where}?annotations=distance", timeout=_SECONDS) as answer:
        return json.load(answer)["distances"]


def _of_valhalla(server: str, points: Points) -> Any:
    """Rows of metres (Valhalla, matrix service, which says kilometres)."""
    address, _mark, costing = server.partition("?costing=")
    places = [{"lat": round(lat, 6), "lon": round(lon, 6)} for lat, lon in points]
    asked = {"sources": places, "targets": places, "costing": costing or "bicycle", "units": "kilometers"}
    request = Request(address, json.dumps(asked).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=_SECONDS) as answer:
        return [[cell["distance"] * 1000 for cell in row] for row in json.load(answer)["sources_to_targets"]]
