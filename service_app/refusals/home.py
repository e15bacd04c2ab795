"""Of what comes home: take-backs and materials."""

from flask_babel import lazy_gettext as _l

HOME = {
    "takeback.owner": _l("Tick that it is yours, or that its owner asked you. We may not take it otherwise."),
    "takeback.load": _l("Give a weight in kilograms, more than 0 and at most %(most)s."),
    "takeback.address": _l("Write the street, the postcode and the town where we fetch it."),
    "takeback.window_taken": _l("This window is no longer free. Choose another one."),
    "takeback.too_late": _l("The round is planned already. Call us to change it."),
    "takeback.rest": _l("Say what is left, and its weight: less than the whole."),
    "takeback.attempts": _l("We came %(most)s times. It can only be brought to us now."),
    "takeback.scale": _l("This is a hundred times off what was said. Check whether it is kilograms or grams."),
    "takeback.not_fetched": _l("It was not fetched yet. Let the customer choose a window, or cancel it."),
    "takeback.reason": _l("Write down why; a controller reads it."),
    "takeback.wipe": _l("There was data on it. Write down who wiped it."),
    "takeback.hours": _l("No window fits between these hours. Make them longer, or the window shorter."),
    "batch.not_waste": _l("This take-back was not decided to be waste. Decide on it first."),
    "batch.loaded": _l("This take-back is in a batch already. Reload the page."),
    "batch.mass": _l("Give a mass in kilograms, more than 0 and at most %(most)s."),
    "batch.empty": _l("Nothing is in this batch yet. Put a load in first."),
    "batch.slip": _l("This is a hundred times off what went in. Check whether it is kilograms or grams."),
    "batch.code": _l("This waste code is not in force on that day. Choose another one."),
    "batch.fractions": _l("Write down at least one fraction first."),
    "batch.balance": _l("The fractions do not add up to what went in. Weigh them again, or explain the difference."),
    "batch.left": _l("One of these fractions has left already. Reload the page."),
    "batch.day": _l("Choose today or a day of the last month."),
    "batch.step": _l("The batch is a step further than this page. Reload it."),
    "batch.closed": _l("This batch is closed: everything in it has left."),
    "batch.quarantine": _l("This batch is in quarantine. Release it first, and write down why."),
}
