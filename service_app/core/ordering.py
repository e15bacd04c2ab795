"""The order in which people read names: accents and capitals count for nothing, numbers count as numbers.

Élise stands between Edgar and Emma, and CB-2 before CB-10. Not a collation of the database: a server may be built without
ICU (the embedded one is), and those of the system differ from one machine to the next, which breaks an index when they
change. `order_key` is one function of the database (migration 0017), the same everywhere; an index over it carries the sort.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, cast, func

from service_app.core.i18n import LANGUAGES, language

_READS_IN: Any = cast(bindparam("reads_in", callable_=language, type_=Text()), Text)


def as_read(text: Any) -> ColumnElement[str]:
    """What a text is sorted by."""
    key: ColumnElement[str] = func.order_key(text).collate("C")
    return key


def index_over(column: str) -> str:
    """`as_read` as a model declares an index over it: the database does not tell of an expression how it is collated, so
    the migration says that it is "C", and a test that it carries the sort."""
    return f"order_key({column})"


def words_as_read(texts: Any) -> ColumnElement[str]:
    """What a {language: text} column is sorted by: the words this reader sees, as `i18n.words` chooses them. Who reads is
    asked when the statement runs, so it can be kept."""
    known = [func.nullif(texts.op("->>")(code), "") for code in (_READS_IN, *sorted(LANGUAGES))]
    return as_read(func.coalesce(*known, ""))


_TAKEN_APART = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "t", "ı": "i"}
)


def key(text: str) -> str:
    """`order_key` for what is sorted here: the same text."""
    plain = unicodedata.normalize("NFKD", text).lower().translate(_TAKEN_APART)
    plain = "".join(sign for sign in plain if not "\u0300" <= sign <= "\u036f")
    return re.sub(r"0{0,12}([0-9]{12,})", r"\1", re.sub(r"([0-9]+)", rf"{'0' * 12}\1", plain))
