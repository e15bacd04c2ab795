"""What stopped a command, when it is something a person must mend: one sentence, instead of the way through the code."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

FULL = "The disk is full: make room and start again; what is done stays done."
LEAST_BYTES = 2**20


def sentence_of(error: Exception) -> str | None:
    """The sentence, or None for what is our own fault."""
    from sqlalchemy.exc import OperationalError

    from service_app.cli.beforehand import first_line

    if isinstance(error, OperationalError):
        if "No space left" in str(error.orig) or _is_full():
            return FULL
        return f"The database does not answer ({first_line(error.orig)}): see that it runs and start again."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return FULL
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}. Mend this and start again."
    return None


def _is_full() -> bool:
    """A server that lost its disk is gone before it can say so."""
    place = Path(os.environ.get("RONDE_VAR", "var"))
    return place.exists() and shutil.disk_usage(place).free < LEAST_BYTES
