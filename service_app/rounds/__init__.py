"""Rounds: what has to be fetched or brought, and the cargo bike that does it.

Enters: an order (`operations.orders.place`), from another room by its `subject` ("takeback:17") or typed by staff: a customer,
an address, what it weighs and takes up, between which hours. After the cut-off a day is frozen and planned (`planning`, pure:
a problem in, a plan out); input, seed and iterations are kept, so that a plan can be made again and explained. What is in no
round keeps its reason and stays an open order. Publishing promises each customer a window of two and a half hours; from then
on the window is what the next plan has to keep, never what it may change. The driver's sheet works without a connection:
each act carries the key its device gave it and the device's clock, and is done once whatever was sent twice.

A vehicle is a resource of `bookings` of that kind (hours and absences come from there); what it carries stands here. The
position of a vehicle is never recorded: where a driver has been is in nobody's rows. What comes nearest (who rode a round, the
pins of doors, the problem of a day) is forgotten after the days of the workshop's rule (`operations.forgetting`).

A round may be ridden by another member's driver: a signed link shows name, address and what it is of each stop, and no more,
until the day after. On a day without cars the vans stay, on a day on which the workshop is closed everything does.

Events left: order.placed, .changed, .called_off, .promised, .on_its_way, .done, .partly_done, .failed, .reopened, .answered;
round.planned, .published, .started, .finished.
"""
