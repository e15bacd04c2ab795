"""The pages of a signed-in customer. `things`: what I have, contracts, money, papers. `acts`: what can be done with them.
`repairs`: what is being mended, and asking for it. `coming`: when one comes with it. `giving`:
giving something back. `me`: language, messages, sessions,
everything held, being forgotten."""

from flask import Blueprint

pages = Blueprint("portal", __name__, template_folder="../templates")

from service_app.portal.my import acts, coming, giving, me, repairs, things  # noqa: E402

__all__ = ["acts", "coming", "giving", "me", "pages", "repairs", "things"]
