"""Letters about care, and to those who work here."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select

from service_app.accounts.models import Account
from service_app.accounts.operations import reset_link
from service_app.core.db import session
from service_app.core.i18n import exact, long_day, words
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.notifications.letters.parts import Letter, NotNeeded, customer_of, dear, to_customer
from service_app.notifications.models import Message
from service_app.workorders import queries
from service_app.workorders.links import visit_url
from service_app.workorders.models import CareVisit
from service_app.workorders.operations import answers
from service_app.workshops.models import Invitation, Member, Workshop
from service_app.workshops.operations.people import join_link


def example_letter(words: Mapping[str, str]) -> Letter:
    """A letter as a customer gets it, about nobody and nothing, with a workshop's own words in it."""
    name = "Nora Lemmens"
    own = words["letter_greeting"]
    return Letter(
        _("Your contract"),
        own.replace("{name}", name) if own else dear(name),
        [_("Here stands what the letter is about."), _("All you need to know is in the contract.")],
        [(_("What"), "CB-02")],
        (_("See the contract"), "#"),
        closing=words["letter_closing"],
        footer=words["letter_footer"],
    )


def _visit(message: Message) -> CareVisit:
    """The visit of a letter. Raises NotNeeded when it was done, is off, or the thing went to somebody else."""
    visit = queries.get_visit(message.payload["care_visit_id"])
    if visit.ended_at is not None or not answers.open_of(visit):
        raise NotNeeded("already_done" if queries.is_done(visit) else "called_off")
    if message.audience == "customer" and visit.item.custodian_customer_id != message.customer_id:
        raise NotNeeded("replaced")
    return visit


def _facts(visit: CareVisit) -> list[tuple[str, str]]:
    care = ", ".join(words(each.plan.name) for each in answers.open_of(visit))
    return [
        (_("What"), f"{words(visit.item.product.name)} {visit.item.tag}"), (_("Care"), care),
        (_("Due"), exact(visit.on_day)),
    ]  # fmt: skip


def care_due(message: Message, workshop: Workshop) -> Letter:
    visit = _visit(message)
    item = visit.item
    if message.audience == "staff":
        place = (
            _("It is with a customer.")
            if item.status == "out"
            else _("It stands at %(place)s.", place=item.place or "…")
        )
        return Letter(_("Care due: %(tag)s", tag=item.tag), dear(workshop.name), [place], _facts(visit))
    if visit.answered_at is not None:  # before the morning it waited for, at the counter or on their own page
        raise NotNeeded("already_done")
    return Letter(
        _("Time to look after your %(what)s", what=words(item.product.name)),
        to_customer(customer_of(message)),
        [
            _("So that it keeps working well, we would like to look after what you have from us."),
            _("Choose with one tap how and when. It costs you nothing."),
        ],
        _facts(visit),
        (_("Choose how and when"), visit_url(visit)),
    )


def care_reminder(message: Message, workshop: Workshop) -> Letter:
    visit = _visit(message)
    if visit.answered_at is not None:
        raise NotNeeded("already_done")
    return Letter(
        _("Still to be looked after: your %(what)s", what=words(visit.item.product.name)),
        to_customer(customer_of(message)),
        [_("We have not heard from you yet. Choose with one tap how and when. It costs you nothing.")],
        _facts(visit),
        (_("Choose how and when"), visit_url(visit)),
    )


def care_held_back(message: Message, workshop: Workshop) -> Letter:
    item = session().get_one(Item, (message.workshop_id, message.payload["item_id"]))
    if item.held_back != "stop_use" or item.custodian_customer_id != message.customer_id:
        raise NotNeeded("already_done")
    return Letter(
        _("Please do not use your %(what)s for now", what=words(item.product.name)),
        to_customer(customer_of(message)),
        [
            _("We have to look at it first. Please do not use it until then."),
            _("You can bring it, have it looked at, or get another one instead. It costs you nothing."),
        ],
        [(_("What"), f"{words(item.product.name)} {item.tag}")],
        _of_use(item, customer_of(message)),
    )


def _of_use(item: Item, customer: Customer) -> tuple[str, str] | None:
    """The button for who may not use it: where there is still to choose, else where it says when we see each other, or how
    what was done in part stands; None where no visit is theirs."""
    asked = [each for each in queries.unanswered(customer) if each.item_id == item.id]
    if to_choose := next((each for each in asked if each.appointment is None), None):
        return _("Choose how and when"), visit_url(to_choose)
    in_part = [each.visit for each in queries.unfit(item) if each.visit and each.visit.customer_id == customer.id]
    shown = next(iter([*asked, *in_part]), None)
    return (_("See how it stands"), visit_url(shown)) if shown is not None else None


def care_let_go(message: Message, workshop: Workshop) -> Letter:
    item = session().get_one(Item, (message.workshop_id, message.payload["item_id"]))
    if item.held_back == "stop_use" or item.custodian_customer_id != message.customer_id:
        raise NotNeeded("replaced")
    told = select(Message.id).where(
        Message.kind == "care_held_back", Message.customer_id == message.customer_id, Message.status != "skipped",
        Message.payload["item_id"].as_integer() == item.id,
    )  # fmt: skip
    if session().scalar(told.limit(1)) is None:  # whoever was never told to wait needs no word that it is over
        raise NotNeeded("nothing_to_say")
    return Letter(
        _("You may use your %(what)s again", what=words(item.product.name)),
        to_customer(customer_of(message)),
        [_("There is no reason to wait any longer. Thank you for your patience.")],
        [(_("What"), f"{words(item.product.name)} {item.tag}")],
    )


def invitation(message: Message, workshop: Workshop) -> Letter:
    invitation = session().get_one(Invitation, (message.workshop_id, message.payload["invitation_id"]))
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise NotNeeded("invitation_gone")
    return Letter(
        _("%(who)s invites you to %(workshop)s", who=invitation.invited_by or workshop.name, workshop=workshop.name),
        _("Good day,"),
        [
            _("You can work with us in Ronde, the tool of our workshop."),
            _("The link works until %(when)s.", when=long_day(invitation.expires_at, workshop.zone)),
        ],
        [],
        (_("Accept the invitation"), join_link(invitation)),
    )


def reset(message: Message, workshop: Workshop) -> Letter:
    member = session().get_one(Member, (message.workshop_id, message.payload["member_id"]))
    account = session().get_one(Account, member.account_id)
    return Letter(
        _("Your new password for Ronde"),
        dear(account.name),
        [
            _("Somebody, we hope you, asked to set your password anew. The link works for an hour."),
            _("Was it not you? Then do nothing; your password stays as it is."),
        ],
        [],
        (_("Set a new password"), reset_link(account, message.created_at)),
    )
