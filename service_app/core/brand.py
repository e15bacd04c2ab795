"""A workshop's own colour. One hex value is kept; everything else is derived from it, lightness clamped, so that any
colour a workshop picks can be read.

The browser derives it itself (`--accent-fill`, `--accent` in frontend/css/tokens.css); `derived` computes the same
figures for letters and documents, where there is no OKLCH, and for the test that holds them against WCAG.
Conversions: B. Ottosson, "A perceptual color space for image processing" (2020).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

DEFAULT = "#c43c22"
_HEX = re.compile(r"#[0-9a-fA-F]{6}")

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Derived:
    """Hex colours: fill under white text, the same pressed, text on paper, text by night."""

    fill: str
    press: str
    text: str
    night: str


def is_colour(text: str) -> bool:
    """Whether this is a colour as a workshop may keep it: # and six hex digits."""
    return _HEX.fullmatch(text) is not None


def stylesheet(brand: str | None) -> str:
    """The text of /<workshop>/brand.css: the one custom property all else follows from. Anything that is not a colour
    gives the house's own, so no text of a workshop ever reaches a stylesheet."""
    colour = brand if brand and is_colour(brand) else DEFAULT
    return f":root{{--brand:{colour.lower()}}}\n"


def derived(brand: str) -> Derived:
    """What the browser makes of a brand colour."""
    light, chroma, hue = oklch(brand)
    fill = min(max(light, 0.36), 0.51)
    return Derived(
        fill=to_hex((fill, min(chroma, 0.18), hue)),
        press=to_hex((fill - 0.06, min(chroma, 0.18), hue)),
        text=to_hex((min(light, 0.48), min(chroma, 0.18), hue)),
        night=to_hex((max(light, 0.72), min(chroma, 0.15), hue)),
    )


def oklch(colour: str) -> Triple:
    """Lightness 0..1, chroma, hue in radians of an sRGB hex colour."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return light, math.hypot(a, b), math.atan2(b, a)


def to_hex(colour: Triple) -> str:
    """An OKLCH colour as sRGB hex; what lies outside of sRGB is clipped per channel, as browsers do."""
    light, chroma, hue = colour
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(_gamma(min(max(each, 0), 1)) * 255):02x}" for each in channels)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two hex colours (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _gamma(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055
