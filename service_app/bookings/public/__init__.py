"""The street's pages: booking without an account (`booking`), one's appointment and one's place on the waiting list by a
signed link (`mine`), calendars by a secret address (`feeds`). All of it works without JavaScript."""

from service_app.bookings.public import booking, feeds, mine
from service_app.bookings.public.shared import pages

__all__ = ["booking", "feeds", "mine", "pages"]
