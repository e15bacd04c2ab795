"""Pictures for the demo, drawn here: a plain shape on paper in the workshop's colour, told apart by its code."""

from __future__ import annotations

import io
import zlib

from PIL import Image, ImageDraw

PAPER, INK = "#ece5d3", "#1d2422"
SIZE = (960, 720)
WHEELED, LAMPS = {"vélo", "vélo électrique", "remorque"}, {"armatuur", "podium"}


def picture(code: str, category: str, brand: str | None) -> bytes:
    """A PNG of 960 × 720 pixels: something on wheels, a lamp, or a box."""
    seed = zlib.crc32(code.encode())
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    colour = brand or "#1d4a86"
    pen.rectangle((0, 560, 960, 720), fill="#d8cfb8")
    left, width = 180 + seed % 90, 420 + seed % 130
    if category in WHEELED:
        for x in (left, left + width - 160):
            pen.ellipse((x, 420, x + 200, 620), outline=INK, width=16)
        pen.line((left + 100, 520, left + 260, 320, left + width - 60, 520), fill=colour, width=26)
    elif category not in LAMPS:
        pen.rounded_rectangle((left, 230, left + width, 600), 26, fill=colour, outline=INK, width=12)
        pen.ellipse((left + width // 2 - 110, 310, left + width // 2 + 110, 530), fill=PAPER, outline=INK, width=12)
    else:
        pen.polygon((left, 300, left + width, 300, left + width - 90, 190, left + 90, 190), fill=colour, outline=INK)
        pen.rectangle((left + width // 2 - 14, 300, left + width // 2 + 14, 590), fill=INK)
        pen.rectangle((left + width // 2 - 150, 580, left + width // 2 + 150, 604), fill=INK)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
