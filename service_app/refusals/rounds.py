"""Of orders and rounds."""

from flask_babel import lazy_gettext as _l

ROUNDS = {
    "order.window_backwards": _l("The end of the window must come after its start."),
    "order.window_too_short": _l("The stop takes %(minutes)s minutes: give a window of at least that."),
    "order.no_coordinates": _l("Nobody knows where this is. Write a postcode of the region, or set a pin."),
    "order.heavier_than_any": _l("No vehicle carries that much. Split the order, or add a larger vehicle."),
    "order.promised_already": _l("%(reference)s is promised already. Call it off and place it anew."),
    "order.attempts_used": _l("It was tried %(attempts)s times. Ask the customer to bring it, and call the order off."),
    "order.over": _l("This is over already. Call us if something is not right."),
    "round.no_vehicles": _l("Nothing can ride yet. Say first what a vehicle carries."),
    "round.moved_on": _l("An order changed while the day was planned. Plan it again."),
    "round.breaks_promise": _l(
        "%(reference)s was promised a window that would not hold. Add a vehicle, or call the customer."
    ),
    "round.on_the_road": _l("This round is on the road. Change only what has not left yet."),
    "round.does_not_fit": _l("%(reference)s cannot be ridden so: its hours, its load or a promise would not hold."),
    "round.no_place": _l("No round has a place for it without breaking a promise. Choose another day."),
    "round.vehicle_taken": _l("%(name)s is taken or not there at those hours by now. Plan the day again."),
    "round.crew_away": _l("%(name)s is away or taken while this round is out. Free then: %(free)s."),
    "round.crew_unskilled": _l("%(name)s lacks what this vehicle asks for: %(skill)s. Free then: %(free)s."),
    "round.crew_too_small": _l("Something in this round takes two people. Choose one more; free then: %(free)s."),
    "round.weight_odd": _l("%(grams)s g is far from what was expected. Write kilograms, and tick that it is right."),
    "round.not_published": _l("This round is not published, so nothing can be done with it yet."),
    "stop.over": _l("This stop is over already. Write what differs in a note at the next one."),
}
