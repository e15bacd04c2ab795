"""The shape of what a workshop types for its letters."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from service_app.core.forms import VersionedForm
from service_app.core.i18n import LANGUAGES
from service_app.notifications import wording
from service_app.notifications.channel_models import LetterText
from service_app.workshops.models import HouseDefaults
from service_app.workshops.operations.defaults import LONGEST, LetterTexts

_KINDS: dict[str, tuple[Any, Any, type]] = {
    "letter_greeting": (
        _l("Greeting"),
        _l("{name} stands for the customer’s name. Empty: the house’s own."),
        StringField,
    ),
    "letter_closing": (_l("Closing"), _l("Under what the letter says. Empty: none."), TextAreaField),
    "letter_footer": (_l("Foot"), _l("Under name and address, such as the account number. Empty: none."), StringField),
}


class LetterTextsForm(VersionedForm):
    """Three texts in three languages; a field is called letter_greeting-fr and so on."""

    @classmethod
    def over(cls, own: HouseDefaults) -> Any:
        """The form filled from what stands, bare of what was posted."""
        data = {f"{name}-{code}": getattr(own, name).get(code, "") for name in _KINDS for code in LANGUAGES}
        return cls(formdata=None, data=data | {"version": own.version})

    def of(self, code: str) -> list[Any]:
        """The fields of a language."""
        return [self[f"{name}-{code}"] for name in _KINDS]

    def texts(self) -> LetterTexts:
        """What was typed."""
        return LetterTexts(*({code: self[f"{name}-{code}"].data or "" for code in LANGUAGES} for name in _KINDS))


for _name, (_label, _hint, _field) in _KINDS.items():
    for _code in LANGUAGES:
        _made = _field(_label, description=_hint, render_kw={"lang": _code, "maxlength": LONGEST[_name], "rows": 3}
                       if _field is TextAreaField else {"lang": _code, "maxlength": LONGEST[_name]})  # fmt: skip
        setattr(LetterTextsForm, f"{_name}-{_code}", _made)


class OwnWordsForm(VersionedForm):
    """A workshop's own words for a kind of letter in a language."""

    subject = StringField(
        _l("Subject"), description=_l("Empty: the house’s own. {subject} stands for it."),
        render_kw={"maxlength": wording.LONGEST["subject"]},
    )  # fmt: skip
    intro = TextAreaField(
        _l("Opening"), description=_l("Before what the letter says. Empty: none."),
        render_kw={"maxlength": wording.LONGEST["intro"], "rows": 5},
    )  # fmt: skip
    closing = TextAreaField(
        _l("Closing"), description=_l("Under what the letter says. Empty: as in all letters."),
        render_kw={"maxlength": wording.LONGEST["closing"], "rows": 3},
    )  # fmt: skip

    @classmethod
    def over(cls, row: LetterText | None) -> Any:
        """The form filled from what stands."""
        if row is None:
            return cls(formdata=None, data={"version": 0})
        data = {"subject": row.subject, "intro": row.intro, "closing": row.closing, "version": row.version}
        return cls(formdata=None, data=data)

    def words(self) -> wording.OwnWords:
        """What was typed."""
        return wording.OwnWords(self.subject.data or "", self.intro.data or "", self.closing.data or "")
