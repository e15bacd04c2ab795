"""The workshop's face of rounds: the day (`dispatch`), orders (`orders`), what is ridden (`setup`), the driver's sheet
(`sheet`), and what stands on other rooms' pages (`cards`)."""

from service_app.rounds.staff import cards, dispatch, orders, setup, sheet
from service_app.rounds.staff.shared import pages

__all__ = ["cards", "dispatch", "orders", "pages", "setup", "sheet"]
