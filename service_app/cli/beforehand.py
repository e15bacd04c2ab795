"""What may be in the way of a start, found before anything is started, each said in one sentence."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import psycopg
import redis

from config.local import LocalServerError

PORTS = range(1, 65536)
ROOM_MB, ROOM_TO_BEGIN_MB = 50, 250


def chosen_port() -> int:
    """PORT, else 8000; refuse what is no port, or one that is taken."""
    said = os.environ.get("PORT", "8000")
    port = int(said) if said.isascii() and said.isdigit() else 0
    if port not in PORTS:
        raise LocalServerError(f"PORT is {said!r}: give a number from 1 to 65535, e.g. `PORT=8001 make run`.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise LocalServerError(f"Port {port} is not for ordinary users: try `PORT=8000 make run`.") from error
        except OSError as error:
            other = port + 1 if port + 1 in PORTS else 8000
            raise LocalServerError(
                f"Port {port} is taken: stop what uses it, or start with another, e.g. `PORT={other} make run`."
            ) from error
    return port


def refuse_full(var_dir: Path) -> None:
    """Refuse a disk that would be full before the end: a first start writes a cluster and the demo."""
    begun = os.environ.get("DATABASE_URL") or (var_dir / "postgres" / "ready").exists()
    least = ROOM_MB if begun else ROOM_TO_BEGIN_MB
    free = shutil.disk_usage(var_dir).free // 2**20
    if free < least:
        raise LocalServerError(
            f"The disk of {var_dir} has {free} MB free and Ronde needs about {least} MB: make room and start again."
        )


def answering_database(url: str) -> str:
    """The address, when a database answers there."""
    try:
        with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), connect_timeout=5):
            return url
    except psycopg.Error as error:
        raise LocalServerError(
            f"The database of DATABASE_URL does not answer ({first_line(error)}): start it, "
            "or unset DATABASE_URL to use the built-in one."
        ) from error


def answering_redis(url: str) -> str:
    """The address, when a Redis answers there."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
            return url
    except (redis.RedisError, ValueError) as error:
        raise LocalServerError(
            f"The Redis of REDIS_URL does not answer ({first_line(error)}): start it, "
            "or unset REDIS_URL to use the built-in one."
        ) from error


def first_line(error: BaseException | None) -> str:
    """What an error says first: what happened, without the hints that follow."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
