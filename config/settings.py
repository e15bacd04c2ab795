"""Everything that differs between places, in one frozen dataclass read from the environment. It refuses to guess."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ENVIRONMENTS = ("production", "demo", "development", "test")


class SettingsError(Exception):
    """A setting is missing or wrong; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Settings:
    """What this process was told."""

    environment: str = "production"
    """RONDE_ENV: production, demo, development or test."""
    database_url: str = ""
    """DATABASE_URL: PostgreSQL, as the runtime role of this process."""
    redis_url: str | None = None
    """REDIS_URL: wake-ups and rate limits; without it the sweeps find the work by themselves."""
    secret_key: str = ""
    """SECRET_KEY: signs links and forms; at least 32 characters."""
    base_url: str = "http://localhost:8000"
    """BASE_URL: what links in letters begin with."""
    allowed_hosts: tuple[str, ...] = ()
    """ALLOWED_HOSTS: host names this site answers to, by commas; BASE_URL's host always."""
    trusted_proxies: int = 0
    """TRUSTED_PROXIES: how many proxies stand in front and say in X-Forwarded-For and -Proto who came, and how."""
    files_dir: Path = field(default_factory=lambda: Path("var/files"))
    """FILES_DIR: where photos and documents are kept."""
    smtp_host: str | None = None
    """SMTP_HOST: the mail server; without it letters are kept and shown in demo and development."""
    smtp_port: int = 587
    """SMTP_PORT."""
    smtp_username: str | None = None
    """SMTP_USERNAME."""
    smtp_password: str | None = field(default=None, repr=False)
    """SMTP_PASSWORD."""
    smtp_starttls: bool = True
    """SMTP_STARTTLS: 0 only for a server on the same machine."""
    smtp_sender: str = "ronde@localhost"
    """SMTP_SENDER: the address letters come from; the workshop's own is the reply address."""
    bounce_mailbox: str = ""
    """BOUNCE_MAILBOX: where letters come back to, each under an address of its own (bounces+…@); piped into
    `ronde mail read -`. Empty: they come back to SMTP_SENDER."""
    reply_mailbox: str = ""
    """REPLY_MAILBOX: where customers' answers come to, likewise. Empty: answers go to the workshop's own address."""
    geocoder_url: str = ""
    """GEOCODER_URL: a server that finds addresses as Nominatim does; empty: the middle of the postcode."""
    router_url: str = ""
    """ROUTER_URL: tables of distances, of OSRM such as http://osrm:5000/table/v1/bike, or of Valhalla such as
    http://valhalla:8002/sources_to_targets?costing=bicycle; empty: estimated."""
    demo_url: str = ""
    """DEMO_URL: where newcomers may try things out, offered behind the question mark of each screen; empty: nowhere."""
    webhooks_local: bool = False
    """WEBHOOKS_LOCAL: 1 lets webhooks call this machine, by http too; refused in production."""
    metrics_token: str | None = field(default=None, repr=False)
    """METRICS_TOKEN: who bears it reads /metrics; without it only this machine does."""
    web_threads: int = 8
    """WEB_THREADS: threads per web process."""
    log_level: str = "INFO"
    """LOG_LEVEL."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Read and check the environment. Raises SettingsError with one sentence."""
        environment = env.get("RONDE_ENV", "production")
        if environment not in ENVIRONMENTS:
            raise SettingsError(f"RONDE_ENV is {environment!r}: set it to one of {', '.join(ENVIRONMENTS)}.")
        base_url = env.get("BASE_URL", "http://localhost:8000").rstrip("/")
        found = cls(
            environment=environment,
            database_url=normalised(env.get("DATABASE_URL", "")),
            redis_url=env.get("REDIS_URL") or None,
            secret_key=env.get("SECRET_KEY", ""),
            base_url=base_url,
            allowed_hosts=_hosts(env.get("ALLOWED_HOSTS", ""), base_url),
            trusted_proxies=_number(env, "TRUSTED_PROXIES", 0),
            files_dir=Path(env.get("FILES_DIR", "var/files")).absolute(),
            smtp_host=env.get("SMTP_HOST") or None,
            smtp_port=_number(env, "SMTP_PORT", 587),
            smtp_username=env.get("SMTP_USERNAME") or None,
            smtp_password=env.get("SMTP_PASSWORD") or None,
            smtp_starttls=env.get("SMTP_STARTTLS", "1") != "0",
            smtp_sender=env.get("SMTP_SENDER", "ronde@localhost"),
            bounce_mailbox=_mailbox(env, "BOUNCE_MAILBOX"),
            reply_mailbox=_mailbox(env, "REPLY_MAILBOX"),
            geocoder_url=env.get("GEOCODER_URL", ""),
            router_url=env.get("ROUTER_URL", ""),
            demo_url=env.get("DEMO_URL", ""),
            webhooks_local=env.get("WEBHOOKS_LOCAL") == "1",
            metrics_token=env.get("METRICS_TOKEN") or None,
            web_threads=_number(env, "WEB_THREADS", 8),
            log_level=env.get("LOG_LEVEL", "INFO").upper(),
        )
        found._refuse_to_guess()
        return found

    def _refuse_to_guess(self) -> None:
        if not self.database_url:
            raise SettingsError(
                "DATABASE_URL is not set: give the address of a PostgreSQL database, or start Ronde here with `make run`."
            )
        if len(self.secret_key) < 32:
            raise SettingsError("SECRET_KEY is missing or shorter than 32 characters: set it to a long random text.")
        if self.environment == "production" and self.smtp_host is None:
            raise SettingsError("SMTP_HOST is not set: name the mail server that sends the letters.")
        if self.environment == "production" and self.webhooks_local:
            raise SettingsError(
                "WEBHOOKS_LOCAL is set: in production webhooks call public addresses only; take it away."
            )
        if self.environment == "production" and not self.base_url.startswith("https://"):
            raise SettingsError(f"BASE_URL is {self.base_url}: in production it must begin with https://.")


def normalised(url: str) -> str:
    """The address with SQLAlchemy's name of the driver. Refuses another database."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if url and not url.startswith("postgresql+psycopg://"):
        raise SettingsError("DATABASE_URL must begin with postgresql://: Ronde runs on PostgreSQL only.")
    return url


def _hosts(text: str, base_url: str) -> tuple[str, ...]:
    named = [host.strip() for host in text.split(",") if host.strip()]
    own = urlsplit(base_url).hostname or "localhost"
    return tuple(dict.fromkeys([*named, own, "localhost", "127.0.0.1"]))


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdigit():
        raise SettingsError(f"{name} is {text!r}: give a whole number.")
    return int(text)


# A local part has 64 characters at most (RFC 5321, 4.5.3.1.1); what is put behind the + takes up to 44.
_LONGEST_LOCAL_PART = 18


def _mailbox(env: Mapping[str, str], name: str) -> str:
    """An address to which something can be added behind a +, or nothing."""
    text = env.get(name, "").strip()
    local, at, domain = text.rpartition("@")
    if text and (not at or not local or not domain or len(local) > _LONGEST_LOCAL_PART or set("+@ ") & set(local)):
        raise SettingsError(
            f"{name} is {text!r}: give an address like bounces@example.be, short before the @, without a +."
        )
    return text
