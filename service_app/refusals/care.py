"""Of care."""

from flask_babel import lazy_gettext as _l

CARE = {
    "care.answered_already": _l("A moment is booked already. Move it with the link in the letter about it."),
    "care.day_too_far": _l("Give a day from the year %(first)s to the year %(last)s."),
    "care.day_unreadable": _l("“%(day)s” is not a day. Write it as in the example."),
    "care.measure_unreadable": _l("“%(given)s” is not a number. Write only what was measured, like 3,5."),
    "care.meter_lower": _l("It showed %(last)s last time. Correct it, or say that its meter was replaced."),
    "care.on_its_page": _l("It has checks, a photo or a signature to fill in: finish it on its own page."),
    "care.other_customer": _l("This care is asked of %(name)s: the appointment for it has to be theirs."),
    "care.over": _l("This is done or called off already."),
    "care.photo_needed": _l("Add a photo of it."),
    "care.serials_none": _l("Nothing of this product has such a serial number. Write it as it stands on one of them."),
    "care.serials_turned": _l("“%(first)s” comes after “%(last)s”. Write the lower one first."),
    "care.serials_unlike": _l(
        "“%(first)s” and “%(last)s” differ in more than their number. What stands before and behind it must be the same."
    ),
    "care.signature_at_home": _l("Nobody signs for what they did themselves: ask for a photo instead."),
    "care.signature_needed": _l("Let it be signed."),
    "care.reason_needed": _l("Say why it is skipped this time."),
}
