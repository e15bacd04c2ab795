"""What somebody on the street is asked."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import FileField, Form, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from service_app.reports.words import KINDS


class ReportForm(Form):  # type: ignore[misc]
    """Without a session's token: the stamp stands for it. `website` is for machines, which fill in whatever there is."""

    stamp = HiddenField()
    kind = RadioField(
        _l("What is it?"), choices=[SelectChoice(name, text) for name, text in KINDS.items()], validate_choice=False
    )
    remark = TextAreaField(_l("What do you see?"), render_kw={"rows": 3, "maxlength": 1000})
    place = StringField(_l("Where is it?"), render_kw={"maxlength": 200})
    photo = FileField(_l("A photo"), render_kw={"accept": "image/*", "capture": "environment"})
    contact = StringField(
        _l("How can we reach you?"), render_kw={"maxlength": 200, "autocomplete": "email"},
        description=_l("A telephone number or an e-mail address. We use it for this and nothing else."),
    )  # fmt: skip
    website = StringField("Website", render_kw={"autocomplete": "off", "tabindex": "-1"})

    def hidden_tag(self) -> str:
        """The stamp, where other forms have their token."""
        return self.stamp()
