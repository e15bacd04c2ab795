"""The verbs. `appointments`: one appointment from hold to end. `absences`: who falls ill. `waiting`: who waits for a slot.
`setup`: people, benches, skills and services. `online`: what the public page does in one go."""

from service_app.bookings.operations.appointments import (
    HOLD_LASTS,
    arrive,
    book,
    cancel,
    expire_holds,
    finish,
    forgive,
    hold_slot,
    mark_no_show,
    release_hold,
    reschedule,
    take_back,
)

__all__ = [
    "HOLD_LASTS",
    "arrive",
    "book",
    "cancel",
    "expire_holds",
    "finish",
    "forgive",
    "hold_slot",
    "mark_no_show",
    "release_hold",
    "reschedule",
    "take_back",
]
