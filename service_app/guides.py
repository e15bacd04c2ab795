"""ONE table: which screen -> how it works, in a few sentences for who opens it the first time.

Shown behind the question mark beside the title. A screen without an entry has no question mark. What can be read on the
screen itself is not said again.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, request

from service_app.core.i18n import lazy as _l

GUIDES: dict[str, tuple[Any, ...]] = {
    "desk.today": (
        _l("Each ticket is one thing to do today; its button does the next step."),
        _l(
            "Red means late: the phone number stands on the ticket. At risk means that the item may not be back in time."
        ),
        _l("What came back waits under To inspect until somebody has looked at it."),
        _l("Nothing here is ticked off by hand: a ticket goes when the thing is done."),
    ),
    "desk.jobs_page": (
        _l("Letters, documents and plans are made in the background, within seconds."),
        _l(
            "What fails is tried again by itself, less and less often. What gives up stays here until you run it again."
        ),
        _l("If everything waits, no worker is running: tell who looks after the server."),
    ),
    "board.list_page": (
        _l("Each line is a thing, each bar what it is booked for; the tray above holds what has no thing yet."),
        _l("Drag a bar, or press long on a phone; with the keyboard Alt and an arrow move it, Enter opens its dates."),
        _l("Of what is out only the end moves. What cannot be says why, and what else there is."),
        _l("A customer is told of other dates a minute later, so that you can still undo."),
    ),
    "rounds.list_page": (
        _l("After the cut-off tomorrow is planned by itself; what is in no round stands on top with its reason."),
        _l("Publish a round and each customer is promised a window. No later change moves that window."),
        _l("An urgent order is fitted in only where every promise still holds."),
        _l("The sheet works without a connection: open it once before you leave."),
    ),
    "scanning.scan": (
        _l("Scan, or type what stands on the label: you see what the thing waits for now, as one button."),
        _l("Under Many you scan one after the other and act on all; under Stock-take you count what is there."),
        _l("Without a connection what you scan stays on the phone and goes later."),
    ),
    "repairlog.chance_page": (
        _l("What was repaired before says how often the next one comes right: yours, and those of repair cafés."),
        _l(
            "Say what the thing is. The closest comparison with thirty repairs and more answers, and says which it was."
        ),
        _l("The line across a bar says between what the true share lies, nineteen times out of twenty."),
        _l("Open Repair Data comes in under Import; your own cases are added when they are closed."),
    ),
    "reports.list_page": (
        _l("Strangers who scan a label can say that they found a thing or that it is broken."),
        _l("How they can be reached is forgotten a month after you handled it."),
    ),
    "bookings.list_page": (
        _l("Who comes when, and for what; type a name, a code or a phone number to find one."),
        _l("Press They are here when somebody comes, Done when they go: what they took is free at once."),
        _l("Who does not come is marked once the minutes are over that the service waits."),
        _l("Customers book, move and cancel by themselves; the address of your booking page stands under Services."),
    ),
    "bookings.resources_page": (
        _l(
            "An appointment takes one person who can do it, and a bench, a room or a vehicle where the service says so."
        ),
        _l("Without own hours somebody is there when the workshop is open."),
        _l("Enter an absence on somebody’s page: appointments go to others, or the customers are asked."),
    ),
    "bookings.services_page": (
        _l("A service says how long something takes, who can do it, and how late a customer may still change it."),
        _l("Each kind asks its own questions on the booking page before a moment is chosen."),
    ),
    "contracts.list_page": (
        _l("Every contract from draft to ended; the tabs count each state, those that ask for a hand come first."),
        _l("A click on a column’s title sorts by it; type to search by customer, code or tag."),
        _l("Tick rows to do something with many at once, such as sending drafts as offers."),
        _l("What you have filtered and sorted can be kept under Views, and the list can begin with it."),
    ),
    "contracts.detail": (
        _l("Above stand two things apart: where the goods are, and where the money is."),
        _l("The main button is the next step: send, hand over, take back, settle."),
        _l("Everything else a contract allows is in the menu of each thing; what is not possible now says why."),
        _l("What was signed is never changed: a change makes an annex, and the customer gets a letter."),
    ),
    "contracts.new": (
        _l("Begin with the customer: two letters are enough, and a new one can be registered from here."),
        _l("Choose what and when; price and what is free follow as you type."),
        _l("Saved as a draft it holds nothing yet. Sending the offer holds the items until it is signed or runs out."),
    ),
    "contracts.hand_over": (
        _l("Scan or type the tag of the very item you give."),
        _l("Tick what goes with it and what you checked; photos now save discussions at the return."),
        _l("From then on the item is with the customer, who gets a receipt by e-mail."),
    ),
    "contracts.take_back": (
        _l("Note what came back: what belongs to it, the meter, photos."),
        _l("You need not judge damage in front of the customer; that is the inspection."),
        _l("The item cannot be booked before it is inspected."),
    ),
    "contracts.inspect": (
        _l("The photos of the hand-over stand beside those of the return."),
        _l("Write what is damaged, missing or dirty and what it costs to put right; each charge carries its reason."),
        _l("Grade the item and say where it goes: back in stock, to the bench, or out of use."),
        _l("Money and deposit are settled afterwards, on the contract."),
        _l("The customer reads what it costs and has seven days to contest it; then somebody else than you decides."),
    ),
    "takebacks.list_page": (
        _l("Everything that comes home: asked for, on its way, received and decided."),
        _l("Customers choose a window of your collection days; what a day carries is never promised twice."),
    ),
    "recovery.list_page": (
        _l("What came back is scanned in here, by take-back, by contract, by round, or unannounced."),
        _l("The differences between what was announced and what came stay readable."),
        _l("Grade a thing, then choose its next life: what each step is worth stands beside it."),
    ),
    "materials.list_page": (
        _l(
            "What cannot be used again leaves from here: loads go into a batch, the whole is weighed, then its fractions."
        ),
        _l("The register holds everything that left, with its document, its recoverer and its waste code."),
    ),
    "repairs.list_page": (
        _l("Everything that is to be mended: what customers bring, and what is ours."),
        _l("The one promised first stands on top. What has ended is one filter away."),
        _l("Take in a repair at the counter; customers can also ask for one themselves."),
    ),
    "repairs.new": (
        _l("Whose it is and what it is: a tag for a thing of ours, a few words for one of theirs."),
        _l("Write what they say in their words; tick what makes it dangerous."),
        _l("Who pays is found out from the contract and from earlier repairs, and printed on the receipt."),
    ),
    "repairs.detail": (
        _l("The coloured button is what comes next. What else is possible stands beside it."),
        _l(
            "A quote that was sent never changes; a finding that costs more is a new one, and the work waits for the answer."
        ),
        _l("Your clock counts for one repair at a time; starting it here stops it elsewhere."),
    ),
    "repairs.write": (
        _l("One to three options, each with its lines. A part of the stock brings its name and price along."),
        _l("With a maximum the price is an estimate: nothing above it is ever charged."),
        _l("Below the amount the customer agreed to beforehand it is approved as soon as it is sent."),
    ),
    "repairs.parts_page": (
        _l("What lies on the shelf, and how much of it is promised to repairs."),
        _l("A harvested part names the thing it came from."),
        _l("What comes in goes to the repairs that wait for it, the oldest first."),
    ),
    "items.list_page": (
        _l("An item is one single thing with a tag; its product says what kind of thing it is."),
        _l("The tabs count where items are. Grade and columns narrow and widen what you see."),
        _l("Tick items to print their labels, to put them on the bench or back in stock, or to move them."),
        _l("One that cannot be done is named with the reason; the others are done all the same."),
    ),
    "items.detail": (
        _l("All about one thing: where it is, who has it, when it is promised, what it earned and cost."),
        _l("Its code on the label leads strangers to a public page, and you to this one."),
        _l("On the bench nobody can book it. Retired it keeps its life, and goes out no more."),
    ),
    "customers.list_page": (
        _l("People and organisations that rent here. Search by the beginning of a name, a town or a phone number."),
        _l("Tick some to write to them in another language, or to take them away as a file."),
        _l("Two entries for one person are merged from the page of either."),
    ),
    "customers.detail": (
        _l("What they have, what they owe, what was agreed, and every letter."),
        _l("Customers see their own side by a link in a letter; they need no password."),
        _l("Blocked means that nothing new can be offered; what runs goes on."),
    ),
    "catalogue.list_page": (
        _l("A product is a kind of thing you offer; its plans say at what price."),
        _l("Without a plan it cannot be rented; without an item there is nothing to hand over."),
        _l("Another price is for contracts drafted from then on; those there are keep theirs."),
    ),
    "workorders.list_page": (
        _l("Care plans of products make these appear by themselves, before they are due."),
        _l("Done plans the next time; skipped says why, and the rhythm goes on."),
        _l("A customer who has the thing is written to when its care comes near."),
    ),
    "notifications.list_page": (
        _l("Every letter that went out or should have, newest first."),
        _l("Not delivered means that the mail server refused it: correct the address, then send it again."),
    ),
    "imports.list_page": (
        _l("Bring in a CSV or a spreadsheet; columns are recognised in French, Dutch and English."),
        _l(
            "Check first: nothing is written. Then good rows come in, and bad ones come back as a file that says what to mend."
        ),
        _l("The same file twice makes nothing twice."),
    ),
    "workshops.overview_page": (
        _l("Everything that can be set, with what you set and where the house’s own default stands."),
        _l("Only general terms are needed before an offer can go out; all the rest has a default that works."),
    ),
}


def guide() -> tuple[Any, ...]:
    """How the present screen works; nothing for one that needs no words."""
    return GUIDES.get(request.endpoint or "", ())


def demo() -> str:
    """Where the demo workshop is, for who would rather try things where nothing is real; '' when there is none."""
    return str(current_app.extensions["settings"].demo_url)
