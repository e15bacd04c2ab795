"""The map in the README is the house as it stands."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from service_app.cli import COMMANDS

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_map_names_every_room_in_the_order_of_the_house() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(
        each["layers"] for each in contracts if each["type"] == "layers" and "service_app.core" in each["layers"]
    )
    rooms = [layer.removeprefix("service_app.") for layer in reversed(layers) if layer != "service_app.core"]
    drawn = README[README.index("      accounts/") : README.index("the rooms, in the order")]
    assert re.findall(r"(\w+)/", drawn) == rooms


def test_every_command_is_named() -> None:
    listed = README[README.index("`ronde --help`") : README.index("## The map")]
    assert set(re.findall(r"`([a-z-]+)`", listed)) == set(COMMANDS)
