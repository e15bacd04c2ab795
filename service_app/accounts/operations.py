"""Signing in and out, passwords, languages."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import contains_eager

from service_app.accounts.models import Account, SignInAttempt, SignInSession
from service_app.core import clock, links
from service_app.core.db import acting, session, telling
from service_app.core.errors import Invalid, NotFound, TooMany

log = structlog.get_logger()

SHORTEST_PASSWORD = 12
WINDOW = timedelta(minutes=10)
TRIES_PER_ADDRESS = 10
TRIES_PER_IP = 50
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
RESET_LASTS = timedelta(hours=1)
RESETS_PER_ADDRESS = 5
RESETS_PER_IP = 20
_SEEN_EVERY = timedelta(minutes=1)
# The class of the advisory locks of the door; the planners' and the slugs' have one key, so they never meet.
_DOOR = 1
# The class of the advisory locks under which questions for a letter are counted.
_QUESTIONS = 2

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Checked when the address is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash(secrets.token_hex(16))


def digest(token: str) -> str:
    """SHA-256 (hex) of a token: what is stored instead of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def clean_email(address: str, field: str = "email") -> str:
    """The address in lower case, in the signs that every mail server takes. Refuses with `email.invalid` what cannot be
    such an address."""
    try:
        found = validate_email(address.strip(), check_deliverability=False, test_environment=True, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise Invalid("email.invalid", field=field) from error
    return (found.ascii_email or found.normalized).lower()


def create_account(*, email: str, name: str, password: str | None, language: str = "fr") -> Account:
    """A new person. Refuses a short or well-known password and an address that has an account."""
    address = clean_email(email)
    if session().scalar(select(Account.id).where(Account.email == address)) is not None:
        raise Invalid("account.email_taken", field="email", email=address)
    account = Account(email=address, name=name.strip(), language=language)
    if password is not None:
        _set_password(account, password)
    session().add(account)
    session().flush()
    return account


def _set_password(account: Account, password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("password.too_short", field="password", least=SHORTEST_PASSWORD)
    if _is_guessable(account, password):
        raise Invalid("password.guessable", field="password")
    account.password_hash = _hasher.hash(password)
    account.password_changed_at = clock.now()


def _is_guessable(account: Account, password: str) -> bool:
    plain = password.casefold()
    return len(set(plain)) < 5 or plain in account.email or account.name.casefold() == plain


def change_password(account: Account, old: str, new: str, keep: str) -> None:
    """A new password; every other session of the account ends. Refuses when the old one is wrong."""
    if not _matches(account, old):
        raise Invalid("password.wrong", field="old_password")
    _set_password(account, new)
    end_other_sessions(account, keep)


def _matches(account: Account | None, password: str) -> bool:
    known = account.password_hash if account is not None and account.password_hash else _NOBODY
    try:
        _hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False
    return account is not None and account.password_hash is not None


def sign_in(*, email: str, password: str, ip: str, user_agent: str) -> str | None:
    """The token of a new session, or None when address and password do not match: the same answer and the same work
    whether the address is known or not.

    Refuses with TooMany after ten failures in ten minutes for an address, fifty for an IP. The count is in the
    database and so holds without Redis; the edge commits it also when the sign-in fails.
    """
    address = email.strip().lower()[:320]
    _one_at_a_time(address)
    _refuse_too_many(f"mail:{address}", TRIES_PER_ADDRESS)
    _refuse_too_many(f"ip:{ip}", TRIES_PER_IP)
    account = session().scalars(select(Account).where(Account.email == address)).first()
    if not _matches(account, password) or account is None or account.is_suspended:
        session().add_all([SignInAttempt(key=key, at=clock.now()) for key in (f"mail:{address}", f"ip:{ip}")])
        log.info("sign_in_failed", known=account is not None)
        return None
    session().execute(delete(SignInAttempt).where(SignInAttempt.key == f"mail:{address}"))
    log.info("signed_in", account_id=account.id)
    return open_session(account, ip=ip, user_agent=user_agent)


def _one_at_a_time(address: str) -> None:
    """Tries at the same address wait for one another, so that many at once count as many."""
    session().execute(select(func.pg_advisory_xact_lock(_DOOR, func.hashtext(address))))


def _refuse_too_many(key: str, most: int, window: timedelta = WINDOW) -> None:
    since = clock.now() - window
    tries = select(func.count(), func.min(SignInAttempt.at))
    count, oldest = session().execute(tries.where(SignInAttempt.key == key, SignInAttempt.at > since)).one()
    if count >= most:
        raise TooMany("sign_in.too_many", seconds=int((oldest - since).total_seconds()) + 1)


def find_for_reset(email: str, ip: str) -> Account | None:
    """The account whose password may be set anew through a letter to its address, or None. Each question counts.

    Refuses with TooMany after five an hour for an address, twenty for an IP; the count is in the database.
    """
    address = email.strip().lower()[:320]
    count_question("reset", address, ip)
    found = select(Account).where(Account.email == address, Account.is_suspended.is_(False))
    return session().scalars(found).first()


def reset_link(account: Account, asked_at: datetime) -> str:
    """The address in the letter: signed, for an hour from the asking, and only until the password changes."""
    until = int((asked_at + RESET_LASTS).timestamp())
    return links.absolute(f"/reset/{links.sign('reset', account.id, until, _password_stamp(account))}")


def _password_stamp(account: Account) -> int:
    changed_at = account.password_changed_at
    return int(changed_at.timestamp() * 1_000_000) if changed_at is not None else 0


def account_of_reset(token: str) -> Account:
    """Whose password the link may set. Refuses with NotFound `link.gone` once it was used or an hour has passed, and
    `link.unknown` for what was never signed here."""
    account_id, until, stamp = links.read("reset", token)
    found = select(Account).where(Account.id == account_id, Account.is_suspended.is_(False)).with_for_update()
    account = session().scalars(found).first()
    if account is None or until <= clock.now().timestamp() or stamp != _password_stamp(account):
        raise NotFound("link.gone")
    return account


def reset_password(account: Account, new: str) -> None:
    """A new password without the old one; every browser of the account is signed out. Refuses a short or guessable one."""
    _set_password(account, new)
    end_other_sessions(account, None)
    session().execute(delete(SignInAttempt).where(SignInAttempt.key == f"mail:{account.email}"))
    log.info("password_reset", account_id=account.id)


def open_session(account: Account, *, ip: str, user_agent: str) -> str:
    """A new session row; returns the random 256-bit token for the cookie."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    row = SignInSession(
        token_hash=digest(token),
        account_id=account.id,
        last_seen_at=now,
        expires_at=now + ABSOLUTE,
        ip=ip,
        user_agent=user_agent[:300],
    )
    session().add(row)
    session().flush()
    return token


_LIVE = (
    select(SignInSession, telling("account", SignInSession.account_id))
    .join(SignInSession.account)
    .where(
        SignInSession.token_hash == bindparam("token_hash"),
        SignInSession.ended_at.is_(None),
        SignInSession.expires_at > bindparam("now"),
        SignInSession.last_seen_at > bindparam("idle_since"),
        Account.is_suspended.is_(False),
    )
    .options(contains_eager(SignInSession.account))
)


def resume_session(token: str) -> SignInSession | None:
    """The live session of a token, its last use noted once a minute; None when ended, expired, idle or suspended. From
    then on its account acts, see `db.act_as`."""
    now = clock.now()
    known = {"token_hash": digest(token), "now": now, "idle_since": now - IDLE}
    row: SignInSession | None = session().scalars(_LIVE, known).first()
    if row is None:
        return None
    acting(row.account_id)
    if row.last_seen_at + _SEEN_EVERY <= now:
        row.last_seen_at = now
    return row


def sessions_of(account: Account) -> list[SignInSession]:
    """The live sessions of an account, the latest used first."""
    now: datetime = clock.now()
    live = select(SignInSession).where(SignInSession.account_id == account.id, SignInSession.ended_at.is_(None))
    live = live.where(SignInSession.expires_at > now, SignInSession.last_seen_at > now - IDLE)
    return list(session().scalars(live.order_by(SignInSession.last_seen_at.desc())))


def end_session(account: Account, token_hash: str) -> None:
    """End one session of the account. Refuses with NotFound when it is not theirs."""
    row = session().get(SignInSession, token_hash)
    if row is None or row.account_id != account.id:
        raise NotFound("not_found")
    row.ended_at = clock.now()


def end_other_sessions(account: Account, keep: str | None) -> None:
    """End every session of the account but the one whose token hash is `keep`."""
    statement = update(SignInSession).where(SignInSession.account_id == account.id, SignInSession.ended_at.is_(None))
    if keep is not None:
        statement = statement.where(SignInSession.token_hash != keep)
    session().execute(statement.values(ended_at=clock.now()).execution_options(synchronize_session=False))


def change_preferences(
    account: Account, *, name: str, language: str, theme: str, single_keys: bool | None = None
) -> None:
    """The person's name, language, light or dark, and whether single keys do something (None: as before)."""
    account.name, account.language, account.theme = name.strip(), language, theme
    if single_keys is not None:
        account.single_keys = single_keys


def count_question(kind: str, address: str, ip: str) -> None:
    """Count a question for a letter that lets somebody in. Questions for one address, or from one IP, wait for one another,
    so that many at once count as many.

    Refuses with TooMany after five an hour for an address, twenty for an IP; the count is in the database, and so holds
    without Redis.
    """
    for key, most in ((f"{kind}:{address}", RESETS_PER_ADDRESS), (f"{kind}-ip:{ip}", RESETS_PER_IP)):
        lock = select(func.pg_advisory_xact_lock(_QUESTIONS, func.hashtext(key)))
        session().execute(lock, execution_options={"scoped_by_hand": True})
        _refuse_too_many(key, most, timedelta(hours=1))
        session().add(SignInAttempt(key=key, at=clock.now()))
