"""A camera of our own: Chromium films a file in which a QR code lies on a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import segno
from playwright.sync_api import Browser

from tests import browser as real

WIDTH, HEIGHT = 640, 480
_GREY = bytes([128]) * (WIDTH * HEIGHT // 2)


def _frame(text: str) -> bytes:
    """One picture in planes of luminance and grey: the code in the middle on a table of paper; '' is the bare table."""
    rows = [bytearray([205]) * WIDTH for _row in range(HEIGHT)]
    if text:
        code = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(scale=1, border=4)]
        scale = 360 // len(code)
        left, top = (WIDTH - scale * len(code)) // 2, (HEIGHT - scale * len(code)) // 2
        for y, row in enumerate(code):
            dots = b"".join(bytes([35 if dark else 245]) * scale for dark in row)
            for line in range(top + y * scale, top + (y + 1) * scale):
                rows[line][left : left + len(dots)] = dots
    return b"FRAME\n" + b"".join(rows) + _GREY


def film(path: Path, *shots: tuple[str, int]) -> Path:
    """A film of (text of the code, tenths of a second) that begins anew at its end."""
    pictures = {text: _frame(text) for text, _tenths in shots}
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + b"".join(pictures[text] * tenths for text, tenths in shots))
    return path


@contextmanager
def filming(path: Path) -> Iterator[Browser]:
    """A Chromium whose camera shows a film. Nobody is asked for the camera: a context is given it, or is not."""
    with real.chromium("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={path}") as found:
        yield found
