"""Files by their content: a row per file of a workshop, the bytes under the name of their SHA-256.

Photos are decoded and encoded anew, so that nothing but the picture survives: no EXIF, no trailing bytes.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped

from service_app.core.db import Base, Recorded, current_workshop_id, session
from service_app.core.errors import Invalid
from service_app.core.tenancy import WorkshopRow

MOST_PIXELS = 40_000_000
LONGEST_EDGE = 2000
PICTURE_FORMATS = ("JPEG", "PNG", "WEBP")

_root: list[Path] = []


class StoredFile(WorkshopRow, Recorded, Base):
    """A file of a workshop: SHA-256 (hex), media type, size in bytes, and the name a person gave it."""

    __tablename__ = "stored_file"
    __table_args__ = (UniqueConstraint("workshop_id", "sha256"),)

    sha256: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    name: Mapped[str]


def install(root: Path) -> None:
    """Name the directory the bytes live in; called once at the start of a process."""
    root.mkdir(parents=True, exist_ok=True)
    _root[:] = [root]


def _path(workshop_id: int, sha256: str) -> Path:
    return _root[0] / str(workshop_id) / sha256[:2] / sha256


def store(content: bytes, media_type: str, name: str) -> StoredFile:
    """Keep some bytes for the current workshop; the same content twice is one row."""
    workshop_id, sha256 = current_workshop_id(), hashlib.sha256(content).hexdigest()
    known = session().scalars(select(StoredFile).where(StoredFile.sha256 == sha256)).first()
    if known is not None:
        return known
    _write(_path(workshop_id, sha256), content)
    row = StoredFile(sha256=sha256, media_type=media_type, size=len(content), name=name)
    session().add(row)
    session().flush()
    return row


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
        part.write(content)
        part.flush()
        os.fsync(part.fileno())
    os.replace(part.name, path)


def read(row: StoredFile) -> bytes:
    """The bytes of a stored file."""
    return _path(row.workshop_id, row.sha256).read_bytes()


def store_picture(content: bytes, name: str) -> StoredFile:
    """Keep a photo: decoded, turned upright, at most 2,000 pixels long, encoded anew as JPEG (PNG when it has
    transparency). Refuses what is not a JPEG, PNG or WebP picture of at most 40 megapixels."""
    try:
        with Image.open(io.BytesIO(content), formats=PICTURE_FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid("file.too_many_pixels", field="photo")
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
            encoded, media_type = _encoded(upright)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid("file.not_a_picture", field="photo") from error
    return store(encoded, media_type, name)  # a disk that is full is no fault of the picture


def _encoded(picture: Image.Image) -> tuple[bytes, str]:
    has_alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    clean = picture.convert("RGBA" if has_alpha else "RGB")
    clean.info.clear()  # comments, profiles and the like would be written out again
    out = io.BytesIO()
    if has_alpha:
        clean.save(out, "PNG", optimize=True)
        return out.getvalue(), "image/png"
    clean.save(out, "JPEG", quality=84, optimize=True, progressive=True)
    return out.getvalue(), "image/jpeg"
