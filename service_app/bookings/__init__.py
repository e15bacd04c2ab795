"""Capacity and appointments: who comes when, for what, and who and what is free then.

Enters: a service (what one can come for), a moment, a customer. A resource is a person, a bench, a room or a vehicle, with
its own hours or the workshop's, and absences. An appointment occupies one person who can do it, and one resource of each
kind that its service needs, over its stretch with the buffers around it. `slots` says when that is possible (pure logic,
from local hours); `taking` takes it, under one lock for "anybody" and for somebody by name; an exclusion constraint over
the occupations refuses whatever would still be taken twice. A hold lasts ten minutes and is free again by itself: who
comes after it takes it, no sweep has to run first.

`operations` is the face for other rooms: `hold_slot`, `book`, `reschedule`, `cancel`, `arrive`, `mark_no_show`, `finish`.
The public flow has steps between what and when; a later room gives a kind of service its own with `steps.add`.

The lanes of people and benches stand in `board`, the letters in `notifications`: both rooms are later than this one, and
an earlier room knows nobody above it.

Events left: appointment.booked, .moved, .cancelled, .reassigned, .proposed, .arrived, .no_show, .done, .undone;
resource.created, .changed, .absent, .present; service.created, .changed; waiting.joined, .offered, .taken, .passed, .left.
"""
