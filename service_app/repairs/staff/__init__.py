"""The workshop's face of repairs: the list and the case (`cases`), what can be done with one (`faces`, `acts`), the quote
(`quote`), the stock of parts and the terms (`stock`)."""

from flask import Blueprint

from service_app.repairs import shown, words

pages = Blueprint("repairs", __name__, template_folder="../templates")
pages.app_context_processor(
    lambda: {
        "repair_states": words.STATES,
        "repair_money": words.MONEY,
        "repair_words": words,
        "repair_thing": shown.thing_words,
        "repair_coverage": shown.coverage_words,
    }
)

from service_app.repairs.staff import acts, cases, quote, stock  # noqa: E402

__all__ = ["acts", "cases", "pages", "quote", "stock"]
