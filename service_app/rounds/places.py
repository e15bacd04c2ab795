"""Where an address is: a pin that was given, else what the workshop's geocoding server answers, else the middle of its
postcode.

`postcodes.csv` holds the postcodes of the nineteen communes of the Brussels region with a point near the middle of each,
written down from general knowledge of the map to about four decimals. Such a point lies within about 1.5 km of any address
of its postcode: good enough to say which bike goes where, not to say in which order two doors of one street come. An order
says which of the three it was, so that a page can ask for a pin.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import structlog

log = structlog.get_logger()
_SECONDS = 4


@dataclass(frozen=True)
class Spot:
    """Degrees (WGS 84), and how they were found: pin, server or postcode."""

    lat: float
    lon: float
    placed_by: str


_server: list[str] = [""]


def install(geocoder_url: str) -> None:
    """Name the geocoding server (it answers as Nominatim does); empty: there is none."""
    _server[:] = [geocoder_url.rstrip("/")]
    _ask.cache_clear()


def find(address: str, postcode: str) -> Spot | None:
    """Where it is; None when the server does not know and the postcode is not of the region."""
    return (_ask(_server[0], address, postcode) if _server[0] else None) or of_postcode(postcode)


def of_postcode(postcode: str) -> Spot | None:
    """The middle of a postcode."""
    return _table().get(postcode.strip())


@cache
def _table() -> dict[str, Spot]:
    with Path(__file__).with_name("postcodes.csv").open(encoding="utf-8", newline="") as file:
        return {row["postcode"]: Spot(float(row["lat"]), float(row["lon"]), "postcode") for row in csv.DictReader(file)}


@lru_cache(maxsize=4096)
def _ask(server: str, address: str, postcode: str) -> Spot | None:
    asked = urlencode({"street": address, "postalcode": postcode, "countrycodes": "be", "format": "jsonv2", "limit": 1})
    try:
        with urlopen(f"{server}/search?{asked}", timeout=_SECONDS) as answer:
            found = json.load(answer)
        return Spot(float(found[0]["lat"]), float(found[0]["lon"]), "server") if found else None
    except (URLError, OSError, ValueError, KeyError, TypeError) as error:
        log.warning("geocoder_failed", error=type(error).__name__)
        return None
