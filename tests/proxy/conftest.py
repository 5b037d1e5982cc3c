"""The bank's web processes behind HAProxy and behind nginx, each run by the file in deploy/ that operators are given.

Both listen on the same two ports, one after the other, since the bank has one issuer. All ends with this folder's
tests.
"""

import functools
import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from bank import clock
from bank.customers.models import User
from bank.outbox import unit
from bank.sandbox import parenthood, supervisor
from bank.sandbox.children import Child
from bank.sandbox.tpp import client
from bank.tpps import directory
from tests import environment, handshakes, people
from tests.handshakes import Answer, Identity
from tests.journeys import world

PROGRAMS_ALSO_IN = "/usr/local/sbin:/usr/sbin:/sbin"  # not on the path of everybody who runs tests
ELSEWHERE = "127.0.0.9"  # an address of this machine that the bank is not told to trust
NGINX = """
pid nginx.pid;
error_log stderr;
daemon off;
events {}
http {
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
    include lombard.conf;
}
"""


@dataclass(frozen=True)
class Bank:
    """The bank as it listens on this machine, and as its proxy shows it to the world."""

    world: world.World
    own_machines: int
    pages: int
    machines: int
    log: Path
    proxy: str = ""

    def reasons(self, answer: Answer) -> list[str]:
        """What the log tells of a refusal, by its interaction id."""
        sought = answer.headers["x-fapi-interaction-id"]
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if sought in line]
        return [line["words"] for line in lines if line["event"] == "request.refused"]

    def ask(self, token: str, *headers: str, identity: Identity | None = None, **connection: object) -> Answer:
        """Ask the machines' port for something that this token opens, over a connection of a caller's making."""
        path = "/open-banking/v4.0/aisp/account-access-consents/con_1"
        port = connection.pop("port", self.machines)
        with handshakes.shaken_hands(port, identity=identity, **connection) as shaken:
            return handshakes.send(shaken, "GET", path, f"Authorization: Bearer {token}", *headers)


@pytest.fixture(scope="package")
def behind(django_db_setup: None, django_db_blocker: pytest.Item) -> Iterator[Bank]:
    """The web processes, told who stands before them."""
    own_pages, own_machines, pages, machines = (world.free_port() for _ in range(4))
    told = {
        "LOMBARD_PORT": str(own_pages),
        "LOMBARD_MTLS_PORT": str(own_machines),
        "LOMBARD_ISSUER": f"https://localhost:{pages}",
        "LOMBARD_MTLS_URL": f"https://localhost:{machines}",
        "LOMBARD_TRUSTED_PROXIES": "127.0.0.1",
    }
    with django_db_blocker.unblock(), unit.work():
        directory.issue_server_certificate(["localhost", "127.0.0.1"], clock.now())
    web = Child(
        "web",
        ["gunicorn", "--config", "python:bank.sandbox.web", "bank.wsgi:application"],
        supervisor.for_children() | told,
        world.ROOT,
        environment.VAR / "log" / "web-behind-a-proxy.log",
    )
    web.start()
    try:
        handshakes.wait_for(own_machines)
        yield Bank(world.World(environment.VAR, told), own_machines, pages, machines, web.log)
    finally:
        web.ask_to_end()
        web.wait()


def program(name: str) -> str:
    """Where a proxy's program is. Never left out in CI."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:{PROGRAMS_ALSO_IN}")
    if found is None and os.environ.get("CI"):
        pytest.fail(f"{name} is missing; .ci/run installs it")
    if found is None:
        pytest.skip(f"{name} is not installed, so the bank was not run behind it (apt install {name})")
    return found


def settings_of(bank: Bank, folder: Path) -> dict[str, str]:
    """What the files in deploy/ leave open, and the folder with the certificates."""
    keys = environment.VAR / "keys"
    (folder / "server.pem").write_text((keys / "server.pem").read_text() + (keys / "server.key").read_text())
    shutil.copy(environment.VAR / "ca.pem", folder / "bank-ca.pem")
    return {
        "LOMBARD_TLS": str(folder),
        "LOMBARD_PAGES_LISTEN": f"127.0.0.1:{bank.pages}",
        "LOMBARD_MACHINES_LISTEN": f"127.0.0.1:{bank.machines}",
        "LOMBARD_PAGES": f"127.0.0.1:{bank.world.environment['LOMBARD_PORT']}",
        "LOMBARD_MACHINES": f"127.0.0.1:{bank.own_machines}",
        "LOMBARD_BANK_NAME": "localhost",
    }


def start(name: str, folder: Path, told: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a proxy by its file in deploy/, and wait until it listens."""
    if name == "nginx":
        shipped = (world.ROOT / "deploy" / "nginx.conf").read_text()
        (folder / "lombard.conf").write_text(re.sub(r"\$\{(LOMBARD_\w+)}", lambda match: told[match[1]], shipped))
        (folder / "nginx.conf").write_text(NGINX)
        command = [program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    else:
        command = [program("haproxy"), "-db", "-f", str(world.ROOT / "deploy" / "haproxy.cfg")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            env=os.environ | told,
            preexec_fn=parenthood.ends_with_us(signal.SIGTERM),  # noqa: PLW1509 - all it calls is prctl
        )
    handshakes.wait_for(int(told["LOMBARD_MACHINES_LISTEN"].rpartition(":")[2]))
    return process


@pytest.fixture(scope="package", params=["haproxy", "nginx"])
def bank(request: pytest.FixtureRequest, behind: Bank, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    """The bank behind a proxy."""
    folder = tmp_path_factory.mktemp(request.param)
    process = start(request.param, folder, settings_of(behind, folder))
    yield replace(behind, proxy=request.param)
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="package")
def alice(behind: Bank, django_db_blocker: pytest.Item) -> User:
    """A customer with an account."""
    with django_db_blocker.unblock(), unit.work():
        made = people.customer(now=clock.now())
        made.password = PBKDF2PasswordHasher().encode(people.PASSWORD, "salt")  # this run's own is not the bank's
        made.save(update_fields=["password"])
        people.account(made, now=clock.now())
    return made


TPPs = Callable[..., client.Client]


@pytest.fixture(scope="package")
def known(behind: Bank) -> TPPs:
    """Somebody's TPP; it registers itself at whichever proxy is there first, as that takes a while."""

    @functools.cache
    def register(name: str, auth_method: str = "private_key_jwt", *options: str) -> client.Client:
        return behind.world.tpp(name=f"{name}-behind-a-proxy", auth_method=auth_method, options=options)

    return register


@pytest.fixture
def bob(bank: Bank, known: TPPs) -> client.Client:
    return known("bob")


@pytest.fixture
def carol(bank: Bank, known: TPPs) -> client.Client:
    """She is known by her certificate alone."""
    return known("carol", "tls_client_auth")


@pytest.fixture
def dave(bank: Bank, known: TPPs) -> client.Client:
    """His tokens are bound to a key, which he proves to hold by DPoP."""
    return known("dave", "private_key_jwt", "--profile", "fapi2-security", "--dpop")


def shown_by(tpp: client.Client, which: str = "transport") -> Identity:
    """A TPP's certificate, with its key."""
    return Identity(tpp.folder.file(f"{which}.pem"), tpp.folder.file(f"{which}.key"))
