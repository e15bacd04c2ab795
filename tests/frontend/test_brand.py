"""Any colour a workshop picks can be read, by day and by night."""

import random
import re
from pathlib import Path

import pytest

from service_app.core import brand

TOKENS = Path(brand.__file__).parent.parent / "frontend" / "css" / "tokens.css"
PAPER, SHEET, NIGHT, NIGHT_SHEET = "#f4f0e6", "#fffdf8", "#14181a", "#1c2224"


def random_brands(count: int = 300) -> list[str]:
    """Fixed seed, and the corners of the cube besides."""
    rng = random.Random(20261124)
    corners = ["#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#ffff00", "#00ffff", "#ff00ff", brand.DEFAULT]
    return corners + [f"#{rng.randrange(1 << 24):06x}" for _ in range(count)]


@pytest.mark.parametrize("text", ["fill", "press"])
def test_white_stands_on_every_brand_fill(text: str) -> None:
    worst = min((brand.contrast("#ffffff", getattr(brand.derived(each), text)), each) for each in random_brands())
    assert worst[0] >= 4.5, worst


def test_brand_text_is_read_on_paper_and_sheet() -> None:
    worst = min(
        (brand.contrast(brand.derived(each).text, ground), each)
        for each in random_brands()
        for ground in (PAPER, SHEET)
    )
    assert worst[0] >= 4.5, worst


def test_brand_text_is_read_by_night() -> None:
    grounds = (NIGHT, NIGHT_SHEET)
    worst = min(
        (brand.contrast(brand.derived(each).night, ground), each) for each in random_brands() for ground in grounds
    )
    assert worst[0] >= 4.5, worst


def test_a_colour_comes_back_from_oklch() -> None:
    assert all(brand.to_hex(brand.oklch(each)) == each for each in random_brands())


def test_contrast_is_that_of_wcag() -> None:
    assert round(brand.contrast("#ffffff", "#000000"), 2) == 21
    assert round(brand.contrast("#777777", "#ffffff"), 2) == 4.48


def test_the_stylesheet_derives_by_the_same_figures() -> None:
    rules = dict(re.findall(r"(--[a-z-]+): (.*?);\n", TOKENS.read_text("utf-8")))
    assert rules["--brand"] == brand.DEFAULT
    assert rules["--accent-fill"] == "oklch(from var(--brand) clamp(.36, l, .51) min(c, .18) h)"
    assert rules["--accent-press"] == "oklch(from var(--brand) calc(clamp(.36, l, .51) - .06) min(c, .18) h)"
    assert "min(l, .48) min(c, .18) h)" in rules["--accent"]
    assert "max(l, .72) min(c, .15) h)" in rules["--accent"]


def test_only_a_colour_reaches_the_brand_stylesheet() -> None:
    assert brand.stylesheet("#2F6F3E") == ":root{--brand:#2f6f3e}\n"
    for wrong in (None, "", "red", "#12345", "#2f6f3e;}body{display:none", "#2f6f3e\n}"):
        assert brand.stylesheet(wrong) == f":root{{--brand:{brand.DEFAULT}}}\n"
