"""The workshop's pages about appointments. `visits`: the appointments themselves; `planning`: people, benches and services;
`places`: who waits; `cards`: what stands on other rooms' pages."""

from service_app.bookings.staff import cards, places, planning, visits
from service_app.bookings.staff.shared import pages

__all__ = ["cards", "pages", "places", "planning", "visits"]
