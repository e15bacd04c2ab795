"""Between the domain's refusals and a form's fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import FormField, HiddenField
from wtforms.fields.choices import SelectChoice

from service_app.core.db import session
from service_app.core.errors import Conflict, NotFound, Refusal


class VersionedForm(FlaskForm):  # type: ignore[misc]
    """A form over a row: carries the version the person saw."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        """The version the person saw; 0, which no row has, for what is no version."""
        text = str(self.version.data or "")
        return int(text) if text.isdecimal() and len(text) < 10 else 0


def choices_of(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """(value, label) pairs as a form's field wants them."""
    return [SelectChoice(value, label) for value, label in pairs]


def attach(form: FlaskForm, refusal: Refusal, sentence: str) -> None:
    """Put a refusal's sentence on the field it names, or on the form as a whole."""
    field: Any = getattr(form, refusal.field, None) if refusal.field else None
    if isinstance(field, FormField):
        field = next(iter(field.form))  # a form in the form has no errors but those of its fields
    if field is None:
        form.form_errors.append(sentence)
    else:
        field.errors = [*field.errors, sentence]


def refuse_stale(thing: Any, seen: int | str | None, **theirs: Any) -> None:
    """Refuse with Conflict `version.stale` when the row moved on since the form was shown; `theirs` are the values that
    stand now, to be shown beside what was typed."""
    if seen is None or str(seen) != str(thing.version):
        raise Conflict("version.stale", thing=thing.__tablename__, **theirs)


@dataclass
class Attempt:
    """What became of an operation tried for a form: done, or the refusal that stands on the form now."""

    refusal: Refusal | None = None

    @property
    def is_done(self) -> bool:
        """Whether nothing was refused."""
        return self.refusal is None

    @property
    def status(self) -> int:
        """The status of the page that shows the form again."""
        return 200 if self.refusal is None else self.refusal.status


@contextmanager
def attempt(form: FlaskForm, sentence: Callable[[Refusal], str]) -> Iterator[Attempt]:
    """Try an operation for a form: a refused one is undone wholly (a savepoint; the page is then answered and committed
    without it) and its sentence stands on the form. What is not found or forbidden goes on to its own page."""
    tried = Attempt()
    try:
        with session().begin_nested():
            yield tried
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        session().expire_all()  # what `move` wrote past the unit of work is not taken back with the savepoint
        tried.refusal = refusal
        attach(form, refusal, sentence(refusal))


# The acts of a page, each with its form: {name in the address: (form, operation over who, the row and the form)}.
Acts = Mapping[str, tuple[type[FlaskForm], Callable[[Any, Any, Any], Any]]]
Typed = Mapping[str, FlaskForm]


def attempt_act(
    acts: Acts, name: str, who: Any, row: Any, sentence: Callable[[Refusal], str]
) -> tuple[Typed, Attempt]:  # fmt: skip
    """`attempt` for one of the acts of a page: {name: its form as it was sent}, and what became of it. Refuses with NotFound
    what is none of them."""
    if name not in acts:
        raise NotFound("not_found")
    made, do = acts[name]
    form = made()
    with attempt(form, sentence) as tried:
        do(who, row, form)
    return {name: form}, tried


def forms_of(acts: Acts, typed: Typed | None = None) -> dict[str, Any]:
    """{name: form} of the acts of a page: the one that was sent as it was `typed`, the others empty."""
    return {name: (typed or {}).get(name) or made(formdata=None) for name, (made, _do) in acts.items()}


def refused(operation: Callable[[], Any]) -> Refusal | None:
    """`attempt` for an operation that is all a request writes: None when it was done, else what was refused, undone by
    beginning the transaction anew. That spares every one that succeeds its savepoint."""
    try:
        operation()
        session().flush()
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        session().info["after"].clear()
        session().rollback()
        return refusal
    return None


@dataclass(frozen=True)
class Difference:
    """A field of a stale form: what was typed, and what somebody else saved meanwhile."""

    label: str
    typed: str
    stands: str


def differences(form: FlaskForm, standing: FlaskForm) -> list[Difference]:
    """The fields in which a stale form and the row as it stands differ, both as a person reads them. `standing` is the
    same form over the row. Moves the form's version on, so that saving once more is a choice made knowingly."""
    form.version.data, form.version.raw_data = standing.version.data, None
    found = []
    for name, field in form._fields.items():
        if name in ("version", "csrf_token") or name not in standing._fields or field.type == "SubmitField":
            continue
        typed, stands = as_read(field), as_read(standing._fields[name])
        if typed != stands:
            found.append(Difference(str(field.label.text), typed, stands))
    return found


def as_read(field: Any) -> str:
    """The content of a field in the words a person reads: the label of a choice, yes or no, the text itself."""
    if field.type == "BooleanField":
        return str(gettext("yes") if field.data else gettext("no"))
    if hasattr(field, "entries"):
        return ", ".join(filter(None, (as_read(entry) for entry in field.entries)))
    if hasattr(field, "form"):
        return " ".join(filter(None, (as_read(part) for part in field.form if part.type != "CSRFTokenField")))
    choices = getattr(field, "choices", None)
    if choices:
        chosen = field.data if isinstance(field.data, (list, tuple)) else [field.data]
        return ", ".join(str(label) for value, label, *_more in choices if value in chosen and value != "")
    return str(field._value() if hasattr(field, "_value") else field.data or "")
