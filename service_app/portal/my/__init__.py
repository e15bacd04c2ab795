"""The pages of a signed-in customer. `things`: what I have, contracts, money, papers. `acts`: what can be done with them.
`repairs`: what is being mended, and asking for it. `coming`: when one comes with it. `care`:
what of mine is due to be looked after. `me`: language, messages, sessions,
everything held, being forgotten."""

from flask import Blueprint

pages = Blueprint("portal", __name__, template_folder="../templates")

from service_app.portal.my import acts, care, coming, me, repairs, things  # noqa: E402

__all__ = ["acts", "care", "coming", "me", "pages", "repairs", "things"]
