"""ONE table: the code of a refusal -> the sentence a person reads. `%(name)s` is filled from the refusal's data.

A sentence says what is and what to do. A code without a sentence is found by a house test.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from service_app import refusals_of_rounds
from service_app.core.errors import Refusal

SENTENCES = {
    "not_found": _l("There is no such thing here."),
    "access.sign_in": _l("Sign in first."),
    "access.missing_right": _l("Your role does not include this. An owner of the workshop can change your role."),
    "access.cross_site": _l("This request came from another site and was refused."),
    "state.not_allowed": _l("This is no longer possible: it is “%(state)s” now. Reload the page to see how it stands."),
    "state.moved_on": _l("Somebody else was faster. Reload the page to see how it stands."),
    "version.stale": _l("Somebody else changed this while you were writing. Compare and save again."),
    "email.invalid": _l("Write an address such as name@example.be."),
    "account.email_taken": _l("There is an account with this address. Sign in with it instead."),
    "password.too_short": _l("Use at least %(least)s characters."),
    "password.guessable": _l("This is easy to guess. Take a few unrelated words."),
    "password.wrong": _l("This is not your present password."),
    "sign_in.too_many": _l("Too many tries."),
    "file.not_a_picture": _l("Choose a photo as JPEG, PNG or WebP."),
    "file.too_many_pixels": _l("This photo has more than 40 megapixels. Choose a smaller one."),
    "field.required": _l("Fill this in."),
    "choice.unknown": _l("Choose one of the list."),
    "text.too_long": _l("Use at most %(most)s characters."),
    "text.no_language": _l("Write it in at least one language."),
    "number.out_of_range": _l("Give a number from %(least)s to %(most)s."),
    "amount.negative": _l("Give an amount of zero or more."),
    "code.invalid": _l("Use 1 to 20 letters, digits and hyphens, such as CB-02."),
    "row.twice": _l("“%(value)s” is there twice. Keep one of the two."),
    "input.unreadable": _l("Something in this form cannot be read. Type it anew."),
    "form.expired": _l("This form has expired. Send it once more."),
    "database.busy": _l("Many people are at work just now. Try again in a moment."),
    "database.away": _l("The database does not answer just now. Try again in a few seconds."),
    "link.unknown": _l("This link leads nowhere. Copy it whole from the letter, or ask for a new one."),
    "link.gone": _l("This link was used already or is too old. Ask for a new one."),
    "invitation.gone": _l("This invitation was used, withdrawn or is older than 14 days. Ask for a new one."),
    "member.known": _l("%(email)s works here already."),
    "member.gone": _l("This person has left already."),
    "member.last_owner": _l("This is the last owner. Make somebody else an owner first."),
    "colour.invalid": _l("Choose a colour as # and six digits, such as #1d6f42."),
    "slug.invalid": _l(
        "Use 2 to 40 small letters, digits and hyphens, beginning with a letter, such as atelier-senne."
    ),
    "slug.taken": _l("The address “%(slug)s” is taken. Choose another one."),
    "terms.same": _l("Nothing differs from version %(number)s. Change the text first."),
    "hours.backwards": _l("Closing must come after opening."),
    "hours.overlap": _l("Two stretches of this day overlap. Correct one of them."),
    "days.backwards": _l("The last day comes before the first. Correct one of them."),
    "days.too_many": _l("Give at most %(most)s days at once."),
    "import.empty": _l("There is nothing in this file. Choose the file with the rows."),
    "import.no_rows": _l("This file has a heading and no rows under it. Choose the file with the rows."),
    "import.old_excel": _l("This is an Excel file of the old kind (.xls). Save it as .xlsx or CSV and choose that."),
    "import.unreadable": _l("“%(name)s” cannot be read as CSV or XLSX. Save it once more from your spreadsheet."),
    "import.too_large": _l("This file is larger than %(megabytes)s MB. Split it in two."),
    "import.too_many_rows": _l("This file has more than %(most)s rows. Split it in two."),
    "import.too_many_columns": _l("This file has more than %(most)s columns. Take away those that are not needed."),
    "import.cell_too_long": _l("Row %(row)s has a cell of more than %(most)s characters. Shorten it."),
    "import.quotation": _l(
        "The quotation marks of row %(row)s do not pair. Save the file once more from your spreadsheet."
    ),
    "import.already_begun": _l("This file is being brought in already. Upload it again to choose other columns."),
    "import.cell_needed": _l("This cell is empty, and a row needs it. Fill it in."),
    "import.too_many_cells": _l(
        "This row has %(cells)s cells and the file %(columns)s columns. Put quotation marks around a text that holds the separator."
    ),
    "import.repeated": _l("Row %(row)s is “%(key)s” too and says something else. Keep one of the two."),
    "import.not_accepted": _l("The database refused this row: %(detail)s. Correct what it names."),
    "import.column_needed": _l("Say which column holds this, or one of these: %(fields)s."),
    "import.no_such_column": _l("There is no column “%(column)s”. The file has: %(known)s."),
    "import.no_such_field": _l("There is no field “%(name)s”. These are known: %(known)s."),
    "import.field_twice": _l("Two columns are said to hold “%(name)s”. Keep one of them."),
    "import.map_shape": _l("“%(value)s” is not of the shape column=field. Write it as Naam=name."),
    "import.text_too_long": _l("This has more than %(most)s characters. Shorten it."),
    "import.country": _l("“%(value)s” is no country known here. Write two letters, such as BE."),
    "import.day": _l("“%(value)s” is no date. Write 2026-11-24 or 24/11/2026."),
    "import.money": _l("“%(value)s” is no amount. Write a number such as 1234,50, without words."),
    "import.number": _l("“%(value)s” is no number that fits here. Write digits only."),
    "import.year": _l("“%(value)s” is no year from %(first)s on. Write four digits."),
    "import.yes_no": _l("“%(value)s” is neither yes nor no. Write one of the two."),
    "import.choice": _l("“%(value)s” is not known here. Use one of: %(known)s."),
    "import.shares": _l("“%(value)s” is no material with its share. Write such as steel 60, wood 40."),
    "import.shares_over": _l("The shares add up to %(total)s %%. Bring them to 100 or less."),
    "import.no_customer": _l(
        "No customer is known as “%(value)s”. Bring the customers in first, or write a reference."
    ),
    "import.several_customers": _l("Several customers are known as “%(value)s”. Write the reference of one."),
    "import.no_product": _l("There is no product “%(product)s”. Bring the products in first."),
    "import.no_plan": _l("There is no plan “%(value)s”. Make it first, or write the code of another."),
    "phone.invalid": _l("Write a number that can be called, such as 0470 12 34 56 or +33 1 23 45 67 89."),
    "vat.invalid": _l("Write the VAT number with its country, such as BE0403019261. The check digits are wrong here."),
    "postcode.invalid": _l("Write a Belgian postcode of four digits, or choose another country."),
    "customer.external_ref_taken": _l("%(reference)s has this key already. Change that customer instead."),
    "customer.merge_same": _l("This is the same customer. Choose another one."),
    "customer.merged_already": _l("%(reference)s was merged already. Open the customer it became."),
    "consent.none": _l("No consent stands here, so there is nothing to withdraw."),
    "product.code_taken": _l("There is a product %(taken)s already. Choose another code."),
    "product.external_ref_taken": _l("%(taken)s has this key already. Change that product instead."),
    "materials.over_hundred": _l("The shares add up to %(total)s %%. Bring them to 100 or less."),
    "fractions.too_heavy": _l(
        "The fractions weigh %(total)s g together, the product %(mass)s g. Correct one of the two."
    ),
    "plan.code_taken": _l("There is a plan %(taken)s already. Choose another code."),
    "plan.longest_below_shortest": _l("The longest length is below the shortest of %(least)s days."),
    "tag.invalid": _l("Use 1 to 30 letters, digits and hyphens, such as CB-02."),
    "date.in_future": _l("This day is still to come. Choose today or an earlier one."),
    "item.tag_taken": _l("There is an item %(taken)s already. Choose another tag."),
    "item.external_ref_taken": _l("%(taken)s has this key already. Change that item instead."),
    "item.reason_needed": _l("Say why, so that it can be understood later."),
    "item.promised": _l("%(tag)s is promised to somebody. Give them another one first."),
    "handover.no_such_item": _l("There is no item %(tag)s here. Scan the label again, or type what stands on it."),
    "handover.wrong_product": _l("%(tag)s is another kind of thing. Take one of the kind that was agreed."),
    "handover.not_in_stock": _l("%(tag)s is not in stock now. Take another one of the same kind."),
    "handover.meter_lower": _l("The last reading was %(last)s. Read the meter again."),
    "availability.none": _l("Nothing of this kind is free then."),
    "availability.item_taken": _l("%(tag)s is promised to somebody else for these dates. Take another one."),
    "availability.empty_stretch": _l("The end must come after the start."),
    "contract.customer_blocked": _l("%(customer)s is blocked: lift that on the customer’s page first."),
    "contract.no_lines": _l("Choose at least one thing."),
    "contract.plan_of_other_product": _l("The plan %(plan)s belongs to another product."),
    "contract.end_needed": _l("A price by the day needs a last day."),
    "contract.too_short": _l("This plan begins at %(least)s days."),
    "contract.too_long": _l("This plan ends at %(most)s days. Choose an earlier end, or another plan."),
    "contract.no_terms": _l(
        "The workshop has no general terms yet. Publish them in the settings, then send the offer."
    ),
    "contract.deposit_held": _l("The deposit is still here. Give it back first, then cancel."),
    "contract.not_later": _l("Choose a moment after the present end."),
    "proposal.not_now": _l(
        "What it costs from today on is another figure tomorrow. Propose it for the end of the month."
    ),
    "proposal.waits": _l("An amendment of this contract waits for its signature already. Take it back first."),
    "proposal.over": _l("This amendment is no longer on offer. Call us and we make you a new one."),
    "proposal.changed": _l(
        "The contract has changed since, and these figures no longer hold. Call us and we make you a new one."
    ),
    "offer.superseded": _l("This offer was replaced by a newer one. Open the link in the latest message."),
    "offer.expired": _l("This offer ran out. Ask the workshop for a new one."),
    "offer.not_open": _l("This offer is not open for signing any more."),
    "signature.name_needed": _l("Write your first and last name."),
    "signature.terms_needed": _l("Tick that you agree to the general terms, then sign."),
    "signature.unreadable": _l("The drawing did not arrive. Sign again, or just write your name."),
    "deposit.not_received": _l("The deposit of %(amount)s has not come in. Receive it first."),
    "deposit.none": _l("There is no deposit on this contract."),
    "deposit.not_enough": _l("Only %(held)s is held. Take less from it."),
    "settlement.unknown_method": _l("Choose how the money came or goes."),
    "settlement.more_than_owed": _l("Only %(owed)s is owed. Take no more than that."),
    "charge.reason_needed": _l("Say why it is waived."),
    "charge.contested": _l("The customer contests it. Decide that first, on the thing it is about."),
    "charge.partly_settled": _l("Part of it was paid already, so it cannot be waived."),
    "inspection.unknown_grade": _l("Choose a grade."),
    "inspection.unknown_next_use": _l("Choose where it goes."),
    "inspection.part_needed": _l("Name the part that each finding is about."),
    "inspection.odd_cost": _l("Give a cost of zero or more, and a share from 0 to 100 %%."),
    "care.reason_needed": _l("Say why it is skipped this time."),
    "tiers.none": _l("Give at least one price a day, from day 1."),
    "tiers.first": _l("The first price must count from day 1, not from day %(first)s."),
    "tiers.twice": _l("Two prices count from day %(day)s. Keep one of the two."),
    "plan.cap_below_floor": _l("The most a month costs must not be below the least. Raise one or lower the other."),
    "service.twice": _l("These days are served already, from %(day)s on. Choose other days."),
    "allowed.monthly_only": _l("This is for contracts by the month only."),
    "allowed.needs_an_end": _l("It has no end that could be moved."),
    "allowed.plan_has_no_pause": _l("The plan has no pause. Change the plan, or end the contract."),
    "allowed.something_owed": _l("%(amount)s is still to be paid. Settle it first."),
    "allowed.something_overdue": _l("Something is overdue. Take it back or extend it first."),
    "allowed.plan_sells_nothing": _l("Things on this plan are not sold."),
    "allowed.no_renewal": _l("The contract has no term that could be renewed."),
    "allowed.no_withdrawal": _l("The right to withdraw is for people who signed at a distance."),
    "allowed.withdrawal_over": _l("The %(days)s days for withdrawing are over. Give notice instead."),
    "allowed.works_already": _l("It is not reported as out of order."),
    "allowed.reported_already": _l("It is reported already."),
    "allowed.plan_change_planned": _l("A change of plan is planned already. Call that off first."),
    "allowed.no_plan_change": _l("No change of plan is planned."),
    "allowed.replaced_already": _l("Another thing took its place already. It only has to come back."),
    "allowed.no_pause": _l("No pause runs or is planned."),
    "allowed.no_kit": _l("Nothing belongs to it that could be swapped by itself."),
    "allowed.nothing_lost": _l("Nothing of it is lost."),
    "kit.part_not_ready": _l(
        "%(tag)s belongs to it and is not in stock (%(state)s). Make it ready, or take it out of the kit."
    ),
    "kit.not_a_component": _l("%(tag)s does not belong to this kit. Choose one of its components."),
    "kit.in_a_kit": _l("%(tag)s belongs to a kit already. Choose something that stands by itself."),
    "kit.has_components": _l("%(tag)s is a kit itself. Take its components out first."),
    "kit.itself": _l("A thing cannot belong to itself. Write the tag of the kit."),
    "kit.away": _l("%(tag)s is not in stock. Wait until it is back."),
    "customer.which": _l("This means several customers: %(names)s. Write the reference of one of them."),
    "customer.nobody": _l("Nobody here goes by “%(text)s”. Register the customer first."),
    "transfer.agree_needed": _l("Both customers have to agree. Tick that they do."),
    "allowed.nothing_to_contest": _l("Nothing was charged for what was found."),
    "allowed.contested_already": _l("It was contested already. An inspection is looked at again once."),
    "allowed.contest_over": _l("The %(days)s days after the inspection are over. Call or write to the workshop."),
    "allowed.not_contested": _l("The customer did not contest it, or it is decided."),
    "allowed.second_person": _l(
        "You inspected it yourself, so somebody else decides. Is there nobody else? Invite a second person under People, or"
        " give in: then nothing of it is charged."
    ),
    "allowed.decide_instead": _l("You did not inspect it, so you decide."),
    "contest.words_needed": _l("Say in a few words what you see differently."),
    "contest.reason_needed": _l("Say why. The customer reads it."),
    "contest.nothing_changed": _l("Write a lower amount, or choose that it stands."),
    "contest.not_more": _l("%(part)s: choose an amount from zero to the %(amount)s that was charged."),
    "allowed.staff_only": _l("Ask the workshop for this."),
    "allowed.line_needed": _l("Say which of the things it is about."),
    "allowed.contract_draft": _l("The contract is still a draft. Send the offer first."),
    "allowed.contract_sent": _l("The offer is not signed yet."),
    "allowed.contract_expired": _l("The offer ran out. Make it a draft again."),
    "allowed.contract_signed": _l("Nothing was handed over yet."),
    "allowed.contract_active": _l("The contract runs as usual; there is nothing of this kind to do."),
    "allowed.contract_paused": _l("The contract is paused. Resume it first."),
    "allowed.contract_notice": _l("Notice was given. Take it back first."),
    "allowed.contract_ended": _l("The contract has ended."),
    "allowed.contract_cancelled": _l("The contract was cancelled."),
    "allowed.line_planned": _l("It was not handed over yet."),
    "allowed.line_out": _l("It is out with the customer."),
    "allowed.line_overdue": _l("It is overdue."),
    "allowed.line_returned": _l("It is back already."),
    "allowed.line_closed": _l("It is back and closed."),
    "allowed.line_cancelled": _l("It was cancelled."),
    "allowed.line_lost": _l("It is lost."),
    "allowed.line_replaced": _l("Another line took its place."),
    "allowed.line_bought_out": _l("The customer bought it."),
    "act.other_wish": _l("This was sent before with other words. Load the page again and repeat it."),
    "contract.not_earlier": _l("Choose a moment before the present end."),
    "contract.in_the_past": _l("Choose today or a later day."),
    "contract.in_the_future": _l("This has not happened yet. Choose a moment up to now."),
    "correction.reason_needed": _l("Say why the dates are corrected."),
    "correction.nothing": _l("Give the date that is wrong."),
    "correction.not_back": _l("It is not back yet. Take it back first."),
    "correction.wrong_order": _l("It cannot come back before it went out. Check both dates."),
    "pause.wrong_order": _l("The pause must end after it begins."),
    "pause.too_long": _l("Only %(left)s days of pause are left this year. Choose a shorter one."),
    "pause.twice": _l("These days are paused already. Choose others."),
    "swap.plan_needed": _l("Choose the plan for the other product."),
    "swap.other_group": _l("%(tag)s cannot take its place: it is of another exchange group."),
    "swap.only_defects": _l("Under notice or in a pause only defects are swapped."),
    "swap.too_soon": _l("It can be swapped after %(days)s days."),
    "swap.none_left": _l("The %(most)s swaps of these twelve months are used up."),
    "plan.same_or_daily": _l("Choose another plan by the month."),
    "ending.not_early": _l("This is not before the ordinary end. Give notice instead."),
    "ending.cannot_take_back": _l("This end cannot be taken back any more."),
    "ending.warnings_needed": _l("%(given)s of %(needed)s formal notices were given. Give the next one first."),
    "ending.warning_too_new": _l("The last formal notice must be %(days)s days old. Wait until then."),
    "warning.reason_needed": _l("Say what was agreed and not done."),
    "lost.odd_day": _l("Choose a day between the hand-over and today."),
    "buy_out.too_early": _l("It can be bought from %(day)s on."),
    "buy_out.not_ours": _l("%(tag)s belongs to somebody else. Ask its owner first."),
    "line.the_last": _l("It is the only thing of the contract. Cancel the contract instead."),
    "holder.name_needed": _l("Write the name of each holder."),
    "transfer.same_customer": _l("It is this customer’s already. Choose another one."),
    "transfer.planned_lines": _l("Something is not handed over yet. Hand it over or take it off first."),
    "allowed.not_begun": _l("It has not begun yet."),
    "handover.wrong_item": _l(
        "This is %(tag)s; %(expected)s was handed over. Look for the right one, or correct the contract."
    ),
    "credit.none": _l("There is nothing to pay back."),
    "portal.no_address": _l("No e-mail address is known. Add one to the customer first."),
    "portal.wrong_code": _l("This is not the code of the latest letter. Check the six digits."),
    "bulk.cannot_undo": _l("There is nothing left of it to take back."),
    "bulk.nothing_chosen": _l("Tick at least one row first."),
    "bulk.too_many": _l("Choose at most %(most)s rows for this."),
    "view.too_many": _l("There are %(most)s views already. Take one away first."),
    "booking.slot_taken": _l("This moment is taken. Choose another one."),
    "booking.past": _l("This moment is behind us. Choose a later one."),
    "booking.hold_over": _l("This slot is no longer held for you. Choose a moment again."),
    "booking.customer_blocked": _l("We cannot take this booking online. Call us: %(phone)s."),
    "booking.stayed_away": _l("An earlier appointment was missed, so please call us for a new one: %(phone)s."),
    "booking.address_needed": _l("Write the address we should come to."),
    "booking.too_late": _l("It is too late to change this online. Call us: %(phone)s."),
    "booking.too_early": _l("It is too early for this. Wait until the day of the appointment."),
    "booking.still_in_time": _l("They may still come: the service waits %(minutes)s minutes. Mark it after that."),
    "absence.backwards": _l("The end must come after the start."),
    "absence.too_long": _l("Enter at most a year at a time."),
    "resource.member_taken": _l("%(name)s is this colleague already. Choose another one."),
    "service.code_invalid": _l("Use 1 to 40 small letters, digits and hyphens, such as bike-repair."),
    "service.code_taken": _l("There is a service %(taken)s already. Choose another code."),
    "waiting.enough": _l("You wait for this %(most)s times already. Leave one of them first."),
    "waiting.free_already": _l("There is a free moment in these days: choose it, there is no need to wait."),
    "waiting.offer_over": _l("This slot is no longer held for you. It went to the next on the list."),
    "service.closed": _l("This is no longer on offer. Choose something else."),
    "request.done": _l("Somebody did this already."),
    "repair.fault_needed": _l("Write down what is wrong, or tick what they notice."),
    "repair.not_by_courier": _l("It is dangerous and cannot be fetched with other things. Choose another way."),
    "repair.open_already": _l("%(tag)s is in repair already, as %(reference)s."),
    "repair.not_here": _l("%(tag)s is lost or out of use. Say first that it is here again."),
    "repair.customer_needed": _l("Choose whose it is, or write the tag of a thing of ours."),
    "repair.too_many_photos": _l("Send at most %(most)s photos at once."),
    "repair.place_needed": _l("It is dangerous: say where it is kept, away from the others."),
    "repair.reason_needed": _l("Say why, in a few words."),
    "repair.too_late": _l("This can no longer be done with %(reference)s. Look how it stands now."),
    "repair.cause_needed": _l("Write down what the cause is."),
    "repair.defect_needed": _l("Say what is broken, as the customer reads it."),
    "repair.options": _l("Give one to %(most)s options."),
    "repair.lines": _l("“%(title)s” needs one to %(most)s lines."),
    "repair.line_words": _l("A line of “%(title)s” has no words. Say what is done or fitted."),
    "repair.line_amount": _l("“%(text)s” needs a quantity above zero and a price of zero or more."),
    "repair.whole_parts": _l("“%(text)s” is a part of the stock: give whole pieces."),
    "repair.most_below_price": _l("The maximum of “%(title)s” lies below its price."),
    "repair.no_draft": _l("There is no draft to send. Write a quote first."),
    "repair.no_quote": _l("There is no quote to answer."),
    "repair.quote_replaced": _l("This quote was replaced. Read number %(number)s below and answer that one."),
    "repair.answered_already": _l("This quote was answered already. Call us if you changed your mind."),
    "repair.quote_over": _l("This quote ran out: it held for %(days)s days. Call us and we make you a new one."),
    "repair.option_needed": _l("Choose one of the options."),
    "repair.name_needed": _l("Write your name."),
    "repair.agree_needed": _l("Tick that you agree to the repair."),
    "repair.not_approved": _l("Nobody agreed to this repair yet. Wait for the answer to the quote."),
    "repair.not_arrived": _l("It is not here yet. Take it in first."),
    "repair.parts_missing": _l("A part is still missing. Write down what came in, or wait for it."),
    "repair.nothing_missing": _l("No part is missing. The repair can begin."),
    "repair.no_learner": _l("There is nothing to check here."),
    "repair.second_person": _l("Somebody else has to check this."),
    "repair.day_past": _l("Choose a day that is still to come."),
    "repair.tests_needed": _l("Write down what you tested."),
    "repair.test_failed": _l("“%(what)s” did not pass. It is not ready."),
    "repair.parts_left": _l("“%(name)s” is not fitted yet. Fit it, or put it back."),
    "repair.nobody_to_lend_to": _l("This thing is the workshop's own: there is nobody to lend to."),
    "repair.lent_already": _l("%(tag)s is lent for this repair already. Take it back first."),
    "loan.no_plan": _l("%(product)s has no plan yet. Make one on its page, then it can be lent."),
    "repair.ours_already": _l("This thing is the workshop's already."),
    "part.code_taken": _l("There is a part %(code_taken)s already. Choose another code."),
    "part.none_left": _l("Of “%(name)s” there are %(on_hand)s on the shelf."),
    "part.donor_in_use": _l("%(tag)s is still lent out or for lending. Put it on the bench or retire it first."),
    "report.say_more": _l("Say in a few words what is wrong, or add a photo."),
    "repairs.age": _l("“%(value)s” is no age. Write years such as 3 or 0.5, or leave it empty."),
    "repairs.category": _l("“%(value)s” is no category of the standard. Near to it are: %(near)s."),
    "repairs.category_differs": _l(
        "Number %(value)s is not that of “%(category)s”. Write %(right)s, or leave the number empty."
    ),
    "repairs.category_id": _l(
        "“%(value)s” is no number of a category. Write one from 1 to %(last)s, or leave it empty."
    ),
    "repairs.country": _l("“%(value)s” is no country. Write three capital letters such as BEL."),
    "repairs.day": _l("“%(value)s” is no date. Write year, month and day as 2026-11-24."),
    "repairs.id": _l("“%(value)s” is no identifier. Write small letters, a hyphen and a number, such as cafe-12."),
    "repairs.not_csv": _l(
        "“%(name)s” is no CSV file. Save it as CSV from your spreadsheet, or bring it in on the page."
    ),
    "repairs.other_than_known": _l(
        "%(id)s is here already and says something else in %(fields)s. Keep what is here, or give this row another identifier."
    ),
    "repairs.quotation": _l(
        "The quotation marks of this row do not pair. Put one at each end of the text, and write those inside it twice."
    ),
    "repairs.signs": _l("This holds signs that are not UTF-8. Save the file as CSV UTF-8."),
    "repairs.year": _l("“%(value)s” is no year. Write four digits, or leave it empty."),
    "scan.contract_needed": _l("Write the reference of the contract."),
    "scan.for_the_counter": _l("%(tag)s was lost on %(contract)s. Give it to somebody at the counter."),
    "scan.goes_with_its_kit": _l("%(tag)s goes with its kit. Scan the kit."),
    "scan.lost_on_contract": _l("%(tag)s was lost on %(contract)s. Say on the contract that it was found."),
    "scan.no_such_contract": _l("There is no contract %(reference)s. Check the reference."),
    "scan.not_here": _l("%(tag)s is not here by the book. Take it back first."),
    "scan.not_lost": _l("%(tag)s is not lost. Leave it as it is."),
    "scan.not_of_the_contract": _l(
        "No line of this contract waits for %(tag)s. Choose another contract, or put it back."
    ),
    "scan.not_out": _l("%(tag)s is not out. Look at what it expects."),
    "scan.place_needed": _l("Write the place."),
    "scan.product_needed": _l("Choose the product."),
    "scan.settled": _l("Somebody decided about %(tag)s already. Reload the page to see how it stands."),
    "scan.several": _l("Several things have the serial number %(serial)s: %(tags)s. Scan the tag."),
    "scan.take_over": _l("%(reference)s is over. Begin another count."),
} | refusals_of_rounds.REFUSALS


def sentence(refusal: Refusal) -> str:
    """The refusal in the reader's language."""
    return say(refusal.code, refusal.data)


# A state that a refusal names, by its table and axis, as people call it; the rooms' words are handed over by create_app.
_states: dict[tuple[str, str], Mapping[str, Any]] = {}


def name_states(words: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """{(table, axis): {state: (tone, word)}}, see `states_said`."""
    _states.update(words)


def say(code: str, data: Mapping[str, Any]) -> str:
    """A code with its data, as a row of a table keeps them, in the reader's language."""
    if code not in SENTENCES:
        return code
    words = {name: _said(value) for name, value in data.items()}
    known = _states.get((data.get("thing", ""), data.get("axis", "")), {})
    if data.get("state") in known:
        words["state"] = str(known[data["state"]][1])
    return str(SENTENCES[code]) % words


def _said(value: Any) -> Any:
    return ", ".join(str(each) for each in value) if isinstance(value, (list, tuple)) else value
