"""ONE table: the code of a refusal -> the sentence a person reads. `%(name)s` is filled from the refusal's data.

A sentence says what is and what to do. A code without a sentence is found by a house test.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from service_app.core.errors import Refusal

SENTENCES = {
    "not_found": _l("There is no such thing here."),
    "access.sign_in": _l("Sign in first."),
    "access.missing_right": _l(
        "Your role does not include this. An owner or manager of the workshop can change your role."
    ),
    "access.cross_site": _l("This request came from another site and was refused."),
    "state.not_allowed": _l("This is no longer possible: it is “%(state)s” now. Reload the page to see how it stands."),
    "state.moved_on": _l("Somebody else was faster. Reload the page to see how it stands."),
    "version.stale": _l("Somebody else changed this while you were writing. Compare and save again."),
    "email.invalid": _l("Write an address such as name@example.be."),
    "account.email_taken": _l("There is an account with this address. Sign in with it instead."),
    "password.too_short": _l("Use at least %(least)s characters."),
    "password.guessable": _l("This is easy to guess. Take a few unrelated words."),
    "password.wrong": _l("This is not your present password."),
    "sign_in.too_many": _l("Too many tries. Wait %(seconds)s seconds and try again."),
    "file.not_a_picture": _l("Choose a photo as JPEG, PNG or WebP."),
    "file.too_many_pixels": _l("This photo has more than 40 megapixels. Choose a smaller one."),
}


def sentence(refusal: Refusal) -> str:
    """The refusal in the reader's language."""
    text = SENTENCES.get(refusal.code)
    if text is None:
        return refusal.code
    return str(text) % {name: value for name, value in refusal.data.items()}
