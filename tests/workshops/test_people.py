"""Who works here: invited, joined, promoted, gone; never without an owner."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from service_app.accounts import operations as accounts
from service_app.core import access, clock, events, tenancy
from service_app.core.db import session
from service_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from service_app.workshops import queries
from service_app.workshops.models import Member
from service_app.workshops.operations import people
from tests.factories.workshops import make_member

PASSWORD = "trois chaises et une lampe"


def names_of(thing):
    return [event.name for event in events.timeline(thing)]


def members():
    return list(session().scalars(select(Member).order_by(Member.id)))


def token_of(invitation):
    return people.join_link(invitation).rsplit("/", 1)[1]


def test_an_invitation_sets_off_its_letter_and_its_link_opens_it(workshop, scope, owner):
    with scope(workshop):
        invitation = people.invite_member(owner, "Ana@Example.be", "technician", "nl")
        assert (invitation.email, invitation.role, invitation.invited_by) == (
            "ana@example.be",
            "technician",
            "Olive Owner",
        )
        assert people.open_invitation(token_of(invitation), invitation.id) is invitation
        assert names_of(invitation) == ["member.invited"]


def test_who_is_invited_again_has_one_invitation_that_works(workshop, scope, owner):
    with scope(workshop):
        first = people.invite_member(owner, "ana@example.be", "technician", "fr")
        second = people.invite_member(owner, "ana@example.be", "counter", "fr")
        assert queries.list_open_invitations() == [second]
        with pytest.raises(NotFound, match=r"invitation\.gone"):
            people.open_invitation(token_of(first), first.id)


def test_an_invitation_runs_out_after_fourteen_days(workshop, scope, owner):
    with scope(workshop):
        invitation = people.invite_member(owner, "ana@example.be", "counter", "fr")
        with clock.travelled(clock.now() + timedelta(days=15)), pytest.raises(NotFound, match=r"invitation\.gone"):
            people.open_invitation(token_of(invitation), invitation.id)


def test_an_invitation_works_once(workshop, scope, owner):
    with scope(workshop):
        invitation = people.invite_member(owner, "ana@example.be", "counter", "fr")
        account = accounts.create_account(email="ana@example.be", name="Ana", password=PASSWORD)
        member = people.accept_invitation(account, invitation)
        assert (member.role, member.is_active) == ("counter", True)
        assert names_of(member) == ["member.joined"]
        with pytest.raises(NotFound, match=r"invitation\.gone"):
            people.open_invitation(token_of(invitation), invitation.id)


def test_the_link_of_one_workshop_opens_nothing_in_another(workshop, other_workshop, scope, owner):
    with scope(workshop):
        invitation = people.invite_member(owner, "ana@example.be", "counter", "fr")
        token, number = token_of(invitation), invitation.id
    with scope(other_workshop), pytest.raises(NotFound):
        people.open_invitation(token, number)


def test_a_withdrawn_invitation_leads_nowhere(workshop, scope, owner):
    with scope(workshop):
        invitation = people.invite_member(owner, "ana@example.be", "counter", "fr")
        people.withdraw_invitation(owner, invitation.id)
        with pytest.raises(NotFound):
            people.open_invitation(token_of(invitation), invitation.id)
        with pytest.raises(NotFound):
            people.withdraw_invitation(owner, invitation.id)


@pytest.mark.parametrize(
    ("email", "role", "language", "code", "field"),
    [
        ("nobody", "counter", "fr", "email.invalid", "email"),
        ("ana@example.be", "king", "fr", "choice.unknown", "role"),
        ("ana@example.be", "counter", "xx", "choice.unknown", "language"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(workshop, scope, owner, email, role, language, code, field):
    with scope(workshop), pytest.raises(Invalid) as refused:
        people.invite_member(owner, email, role, language)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_somebody_who_works_here_is_not_invited(workshop, scope, owner, database):
    email = make_member(database, workshop, "counter")
    with scope(workshop), pytest.raises(Conflict, match=r"member\.known"):
        people.invite_member(owner, email, "manager", "fr")


def test_a_manager_reads_who_works_here_and_changes_nothing(workshop, scope):
    manager = access.staff("Mia", 1, "manager")
    with scope(workshop):
        for act in (
            lambda: people.invite_member(manager, "ana@example.be", "counter", "fr"),
            lambda: people.withdraw_invitation(manager, 1),
        ):
            with pytest.raises(Forbidden):
                act()


def test_the_last_owner_is_neither_demoted_nor_let_go(workshop, scope, owner, database):
    make_member(database, workshop, "owner")
    make_member(database, workshop, "counter")
    with scope(workshop):
        last, _counter = members()
        with pytest.raises(Conflict, match=r"member\.last_owner"):
            people.change_role(owner, last, last.version, "manager")
        with pytest.raises(Conflict, match=r"member\.last_owner"):
            people.end_membership(owner, last)


def test_one_of_two_owners_may_go(workshop, scope, owner, database):
    make_member(database, workshop, "owner")
    make_member(database, workshop, "owner")
    with scope(workshop):
        one, other = members()
        people.end_membership(owner, one)
        assert (one.is_active, other.is_active) == (False, True)
        with pytest.raises(Conflict, match=r"member\.last_owner"):
            people.end_membership(owner, other)


def test_of_two_owners_who_go_at_the_same_time_one_stays(workshop, scope, database):
    make_member(database, workshop, "owner")
    make_member(database, workshop, "owner")
    with scope(workshop):
        ids = [(member.id, member.account_id) for member in members()]
    both, refused = threading.Barrier(2), []

    def go(member_id: int, account_id: int) -> None:
        try:
            with scope(workshop):
                member = people.get_member(member_id)
                both.wait(10)
                people.end_membership(access.staff("One", account_id, "owner"), member)
        except Conflict as conflict:
            refused.append(conflict.code)

    threads = [threading.Thread(target=go, args=each) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert refused == ["member.last_owner"]
    with scope(workshop):
        assert sorted(member.is_active for member in members()) == [False, True]


def test_anybody_may_leave_but_not_let_others_go(workshop, scope, owner, database):
    make_member(database, workshop, "owner")
    make_member(database, workshop, "counter")
    with scope(workshop):
        boss, hand = members()
        actor = access.staff("Hand", hand.account_id, "counter")
        with pytest.raises(Forbidden):
            people.end_membership(actor, boss)
        people.end_membership(actor, hand)
        assert not hand.is_active
        assert names_of(hand) == ["member.left"]
        people.reinstate_member(owner, hand)
        assert hand.is_active


def test_who_left_comes_back_by_a_new_invitation_in_its_role(workshop, scope, owner, database):
    email = make_member(database, workshop, "counter")
    make_member(database, workshop, "owner")
    with scope(workshop):
        hand = members()[0]
        people.end_membership(owner, hand)
        invitation = people.invite_member(owner, email, "technician", "fr")
        back = people.accept_invitation(hand.account, invitation)
        assert (back.id, back.role, back.is_active) == (hand.id, "technician", True)


def test_a_role_changed_meanwhile_is_not_changed_over(workshop, scope, owner, database):
    make_member(database, workshop, "owner")
    make_member(database, workshop, "counter")
    with scope(workshop):
        hand = members()[1]
        people.change_role(owner, hand, 1, "driver")
        with pytest.raises(Conflict, match=r"version\.stale"):
            people.change_role(owner, hand, 1, "manager")
        assert hand.role == "driver"


def test_a_person_works_in_several_workshops(workshop, other_workshop, scope, owner, database):
    email = make_member(database, workshop, "counter")
    with scope(other_workshop):
        invitation = people.invite_member(owner, email, "manager", "fr")
        account = members() or None
        assert account is None
    with database.transaction(tenancy.workshop(other_workshop.id)):
        invitation = session().merge(invitation)
        account = accounts_by(email)
        people.accept_invitation(account, invitation)
    with database.transaction(tenancy.platform("test", account.id)):
        assert {(row.workshop.slug, row.role) for row in queries.memberships_of(account.id)} == {
            ("senne", "counter"),
            ("lumen", "manager"),
        }


def accounts_by(email):
    from service_app.accounts.queries import find_account

    return find_account(email)


def test_a_letter_for_a_new_password_is_asked_for_in_a_workshop_of_the_person(workshop, scope, database):
    email = make_member(database, workshop, "counter")
    with database.transaction(tenancy.platform("test")):
        people.ask_password_reset(email.upper(), "192.0.2.1")
    with scope(workshop):
        assert names_of(members()[0]) == ["account.reset"]


def test_nobody_learns_whether_an_address_is_known(database):
    with database.transaction(tenancy.platform("test")):
        assert people.ask_password_reset("nobody@example.be", "192.0.2.1") is None


def test_of_many_who_follow_one_invitation_at_once_one_gets_in(app, workshop, scope, owner):
    with scope(workshop):
        path = people.join_link(people.invite_member(owner, "ana@example.be", "counter", "fr")).removeprefix(
            "http://localhost"
        )

    def come(number):
        return app.test_client().post(path, data={"name": f"Ana {number}", "password": PASSWORD}).status_code

    with ThreadPoolExecutor(6) as threads:
        answers = sorted(threads.map(come, range(6)))
    assert answers == [303, *[404] * 5]
    with scope(workshop):
        assert len(members()) == 1
