"""Between the domain's refusals and a form's fields."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField

from service_app.core.errors import Conflict, Refusal


class VersionedForm(FlaskForm):  # type: ignore[misc]
    """A form over a row: carries the version the person saw."""

    version = HiddenField()


def attach(form: FlaskForm, refusal: Refusal, sentence: str) -> None:
    """Put a refusal's sentence on the field it names, or on the form as a whole."""
    field: Any = getattr(form, refusal.field, None) if refusal.field else None
    if field is None:
        form.form_errors.append(sentence)
    else:
        field.errors = [*field.errors, sentence]


def refuse_stale(thing: Any, seen: int | str | None, **theirs: Any) -> None:
    """Refuse with Conflict `version.stale` when the row moved on since the form was shown; `theirs` are the values that
    stand now, to be shown beside what was typed."""
    if seen is None or str(seen) != str(thing.version):
        raise Conflict("version.stale", thing=thing.__tablename__, **theirs)
