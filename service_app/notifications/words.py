"""How letters are said: where they stand, what they are, and why one did not go out."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

STATES: dict[str, tuple[str, Any]] = {
    "queued": ("planned", _l("waiting")),
    "sent": ("ok", _l("sent")),
    "failed": ("late", _l("not delivered")),
    "unknown": ("due", _l("fate unknown")),
    "skipped": ("off", _l("not needed")),
    "expired": ("off", _l("too late")),
}

KINDS: dict[str, Any] = {
    "offer": _l("Offer"),
    "signed": _l("Signed copy"),
    "handed_over": _l("Receipt of a hand-over"),
    "reminder": _l("Reminder"),
    "overdue": _l("Overdue"),
    "returned": _l("Returned"),
    "deposit": _l("Deposit statement"),
    "amended": _l("Contract changed"),
    "cancelled": _l("Cancelled"),
    "proposal": _l("Proposal"),
    "corrected": _l("Correction"),
    "pause_planned": _l("Pause planned"),
    "paused": _l("Paused"),
    "resumed": _l("Goes on after the pause"),
    "plan_change_planned": _l("Change of plan planned"),
    "plan_changed": _l("Plan changed"),
    "plan_kept": _l("Change of plan called off"),
    "swapped": _l("Swapped"),
    "renewal": _l("Term is over soon"),
    "renewed": _l("Renewed"),
    "transferred": _l("Taken over"),
    "handed_on": _l("Handed on"),
    "noticed": _l("Notice noted"),
    "notice_withdrawn": _l("Notice taken back"),
    "withdrawn": _l("Withdrawal acknowledged"),
    "warned": _l("Formal notice"),
    "bought_out": _l("Bought"),
    "lost": _l("Lost"),
    "found": _l("Found again"),
    "out_of_order": _l("Out of order"),
    "works_again": _l("Works again"),
    "care_due": _l("Care due"),
    "care_reminder": _l("Reminder of care"),
    "care_held_back": _l("Not to be used until its care is done"),
    "care_let_go": _l("May be used again"),
    "portal_link": _l("Sign-in link of a customer"),
    "customer_asked": _l("What a customer asks"),
    "item_reported": _l("Report from the street"),
    "hub_full": _l("A hub is full"),
    "inspected": _l("What was found"),
    "contested": _l("Disagreement noted"),
    "contest_decided": _l("Decided after a second look"),
    "appointment_booked": _l("Appointment made"),
    "appointment_moved": _l("Appointment moved"),
    "appointment_cancelled": _l("Appointment cancelled"),
    "appointment_reminder": _l("Reminder of an appointment"),
    "appointment_proposed": _l("Another hour proposed"),
    "waiting_joined": _l("On the waiting list"),
    "waiting_offered": _l("An hour has come free"),
    "repair_asked": _l("Repair asked for"),
    "repair_received": _l("Receipt of a repair"),
    "order_failed": _l("It did not work out at the door"),
    "order_on_its_way": _l("We are on our way"),
    "order_promised": _l("When we come"),
    "repair_quoted": _l("Quote for a repair"),
    "repair_quote_waiting": _l("Reminder of a quote"),
    "repair_approved": _l("Repair goes ahead"),
    "repair_waiting": _l("Repair takes longer"),
    "repair_ready": _l("Repair ready"),
    "repair_stopped": _l("Not repaired"),
    "repair_not_collected": _l("Not collected"),
    "repair_handed_back": _l("Handed back after a repair"),
    "repair_cancelled": _l("Repair cancelled"),
    "takeback_certificate": _l("Certificate of take-back"),
    "takeback_planned": _l("Collection planned"),
    "takeback_cancelled": _l("Take-back cancelled"),
    "takeback_failed": _l("Could not be collected"),
    "takeback_moved": _l("Fetched at another address"),
    "invitation": _l("Invitation"),
    "reset": _l("New password"),
    "letter_test": _l("Test of own words"),
    "digest": _l("Digest of the day"),
}

TOPICS: dict[str, Any] = {
    "contract": _l("Your contracts and what they cost"),
    "access": _l("Ways into your pages"),
    "safety": _l("Safety of what you have"),
    "visits": _l("Appointments and collections"),
    "repairs": _l("Repairs"),
    "reminders": _l("Reminders before something is due"),
    "news": _l("News of the workshop"),
}

# Why something cannot be switched off, as the customer reads it.
NECESSARY: dict[str, Any] = {
    "contract": _l("The law wants these in writing, with their papers. They always come by e-mail."),
    "access": _l("You ask for these yourself. They come to the address you ask with."),
    "safety": _l("These warn you of a danger, so they cannot be switched off."),
    "visits": _l("Without these you would wait in vain, so they cannot be switched off."),
    "repairs": _l("Your thing waits for your answer, so these cannot be switched off."),
}

WAYS: dict[str, Any] = {
    "mail": _l("By e-mail"),
    "sms": _l("By text message"),
    "push": _l("As a notice on my phone"),
    "none": _l("Not at all"),
}
VIA: dict[str, Any] = {"mail": _l("e-mail"), "sms": _l("text message"), "push": _l("notice on the phone")}

REASONS: dict[str, Any] = {
    "no_address": _l("No e-mail address is known."),
    "not_wanted": _l("The customer wants no reminders."),
    "no_consent": _l("The customer has not agreed to get news."),
    "refused": _l("The mail server refused it."),
    "given_up": _l("The mail server put it off again and again, until we stopped trying."),
    "stuck": _l("Our own work on it broke off. Send it again, or tell another way what it says."),
    "lost": _l("Our own work on it broke off, and nobody wrote down whether it had gone out by then."),
    "unknown": _l("The mail server did not say whether it took it."),
    "offer_replaced": _l("The offer was replaced or signed meanwhile."),
    "not_signed": _l("The contract is not signed any more."),
    "already_back": _l("It was back already."),
    "extended": _l("It was extended meanwhile."),
    "already_done": _l("It was done already."),
    "invitation_gone": _l("The invitation was accepted or withdrawn."),
    "link_over": _l("The link was used or ran out before."),
    "contract_gone": _l("There is no contract any more."),
    "called_off": _l("It was called off meanwhile."),
    "found_meanwhile": _l("It was found meanwhile."),
    "not_renewing": _l("The term does not renew any more, or on another day."),
    "nothing_to_say": _l("Nothing changed for the customer."),
    "replaced": _l("It was replaced by a newer one."),
    "over_budget": _l("The day’s budget for text messages is used up, and no e-mail address is known."),
    "suppressed": _l("Nothing is sent to this address any more."),
    "bounced": _l("It came back: the address did not take it."),
    "works_meanwhile": _l("It worked again meanwhile."),
}

AUDIENCES: dict[str, Any] = {"customer": _l("customers"), "staff": _l("people of the workshop")}

SUPPRESSED: dict[str, Any] = {
    "hard_bounce": _l("There is no such mailbox: a letter came back."),
    "soft_bounces": _l("Letters came back again and again."),
    "complaint": _l("A letter of ours was reported as spam."),
}

OUTCOMES: dict[str, Any] = {
    "sent": _l("taken by the mail server"),
    "kept": _l("kept here"),
    "refused": _l("refused"),
    "deferred": _l("put off"),
    "unknown": _l("no answer"),
    "bounced": _l("came back for good"),
    "bounced_softly": _l("came back, perhaps for now"),
    "complained": _l("reported as spam"),
    "delivered": _l("arrived"),
    "undelivered": _l("did not arrive"),
}
