"""What a person types about themself."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from service_app.core.forms import choices_of
from service_app.core.i18n import LANGUAGES


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Address and password."""

    email = EmailField(
        _l("E-mail"),
        [DataRequired(_l("Write your e-mail address."))],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        _l("Password"), [DataRequired(_l("Write your password."))], render_kw={"autocomplete": "current-password"}
    )
    next = HiddenField()


class PreferencesForm(FlaskForm):  # type: ignore[misc]
    """Name, language, single keys."""

    name = StringField(
        _l("Name"), [DataRequired(_l("Write your name.")), Length(max=120)], render_kw={"autocomplete": "name"}
    )
    language = SelectField(_l("Language"), choices=choices_of(LANGUAGES.items()))
    single_keys = BooleanField(
        _l("Single keys do something"),
        description=_l("Such as n for the main action; ? lists them. Off where they get in the way."),
    )


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The present password and a new one."""

    old_password = PasswordField(
        _l("Present password"),
        [DataRequired(_l("Write your present password."))],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        _l("New password"),
        [DataRequired(_l("Choose a new password."))],
        description=_l("At least 12 characters; a few unrelated words do well."),
        render_kw={"autocomplete": "new-password"},
    )
