"""Fonts for documents: typst reads neither woff2 nor variable fonts. Cuts the web fonts' weights out as plain TTF,
latin and latin-ext in one file, under family names of our own so that no font of the machine can stand in for them.

Run after `npm run build`: `python service_app/frontend/fonts.py`. Writes static/dist/fonts-pdf/.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fontTools import merge
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = Path(__file__).parent
SOURCES = HERE / "node_modules"
TARGET = HERE.parent / "static" / "dist" / "fonts-pdf"


@dataclass(frozen=True)
class Cut:
    """One font file for documents: the family a template names, a weight, and where it comes from."""

    family: str
    weight: int
    source: str
    is_variable: bool = True

    @property
    def file_name(self) -> str:
        """As it lies in fonts-pdf/."""
        return f"{self.family.replace(' ', '')}-{self.weight}.ttf"


_BRICOLAGE = "@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-{subset}-wght-normal.woff2"
_ATKINSON = (
    "@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-{subset}-wght-normal.woff2"
)
_PLEX = "@fontsource/ibm-plex-mono/files/ibm-plex-mono-{subset}-400-normal.woff2"

CUTS = (
    Cut("Ronde Display", 680, _BRICOLAGE),
    Cut("Ronde Text", 400, _ATKINSON),
    Cut("Ronde Text", 700, _ATKINSON),
    Cut("Ronde Mono", 400, _PLEX, is_variable=False),
)


def build() -> list[Path]:
    """Write every cut; gives the files written."""
    TARGET.mkdir(parents=True, exist_ok=True)
    return [_write(cut) for cut in CUTS]


def _write(cut: Cut) -> Path:
    with tempfile.TemporaryDirectory() as room:
        halves = [_half(cut, subset, Path(room)) for subset in ("latin", "latin-ext")]
        options = merge.Options(drop_tables=["vhea", "vmtx", "DSIG", "STAT", "GPOS", "GSUB", "GDEF"])
        font = merge.Merger(options).merge([str(half) for half in halves])
    _rename(font, cut)
    path = TARGET / cut.file_name
    font.save(path)
    return path


def _half(cut: Cut, subset: str, room: Path) -> Path:
    font = TTFont(SOURCES / cut.source.format(subset=subset))
    if cut.is_variable:
        font = instancer.instantiateVariableFont(font, {"wght": cut.weight}, inplace=True)
    font.flavor = None
    path = room / f"{subset}.ttf"
    font.save(path)
    return path


def _rename(font: TTFont, cut: Cut) -> None:
    style = "Bold" if cut.weight >= 700 else "Regular"
    words = {1: cut.family, 2: style, 3: f"{cut.family} {cut.weight}", 4: f"{cut.family} {style}"}
    words |= {6: cut.file_name.removesuffix(".ttf"), 16: cut.family, 17: style}
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in (0, 13, 14)]
    for number, text in words.items():
        names.setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = cut.weight


if __name__ == "__main__":
    for written in build():
        sys.stdout.write(f"{written.name}\n")
