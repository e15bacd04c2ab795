"""The board: what is booked when, as lanes over days. Reads what other rooms know, owns no table and leaves no event; what
is moved on it is moved by the operations of `contracts`, so a drag, a key, a form and the contract's page do the same.

`lanes` is an open table of lane kinds. Here stand the items, by product (`things`), and people, benches, rooms and vehicles
with their appointments (`capacity`, whose cards and moves are in `visits`). A later room adds its kind with `lanes.add`, and
the board gains a tab.

A bar stands where three digits say (`window.Window.place`): its class names carry hundreds, tens and ones of a
thousandth of the window, and the stylesheet adds them up. So nothing needs a style attribute, which the content security
policy refuses (`interface.md` would have allowed it for the board alone), the page is whole without JavaScript, the
stylesheet has sixty short rules, and a bar costs a dozen bytes more.

What is planned moves wholly (`contracts.operations.dates.reschedule`). What is out moves its end alone, and that costs or
gives back money: a drag only opens the card with the new end and what it comes to, and a press does it.
"""
