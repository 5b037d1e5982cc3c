"""What the journeys share: the running bank as its TPPs, its customers and its operator see it."""

import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bank.sandbox import postgres
from bank.sandbox.tpp import accounts, browser, client, pay

ROOT = Path(__file__).resolve().parents[2]
PASSWORDS = {"alice": "alice-pays", "bob": "bob-pays", "carol": "carol-pays"}
STAFF = {"sam": "sam-decides", "tess": "tess-decides"}
CODE = "123456"
ALICE, BOB, CAROL = "04000410000001", "04000410000003", "04000410000004"
ALICE_ID, BOB_ID = "acc_01kc0w8r5t6v3q9m2n7x4b1e8d", "acc_01kc0w8r5t9c4y1g8w5r2m7q3v"

_names = itertools.count(1)


def customer(name: str) -> browser.Customer:
    """What a customer of the cast knows."""
    return browser.Customer(name, PASSWORDS[name], CODE)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class World:
    """A running sandbox: `var` is its data folder, `environment` what its commands need."""

    var: Path
    environment: dict[str, str] = field(default_factory=dict)

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command beside the bank, as its operator would."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=check,
            timeout=200,  # longer than any command waits by itself, so that it tells what it waited for
            env={**os.environ, **self.environment, "LOMBARD_VAR": str(self.var)},
        )

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Read from the bank's database."""
        place = f"host={postgres.socket_directory(self.var)} user={postgres.OWNER} dbname={postgres.DATABASE}"
        with psycopg.connect(place, autocommit=True) as connection:
            return connection.execute(statement, parameters).fetchall()

    def tpp(
        self, *, auth_method: str = "private_key_jwt", name: str = "", options: Sequence[str] = ()
    ) -> client.Client:
        """A new TPP of this bank, with a redirect URI that nobody else listens on."""
        name = name or f"tpp-{os.getpid()}-{next(_names)}"
        redirect_uri = f"https://localhost:{free_port()}/callback"
        self.manage("tpp", "new", name, "--auth", auth_method, "--redirect-uri", redirect_uri, *options)
        return client.Client(self.var / "tpps" / name)


def approve(tpp: client.Client, authorization: client.Authorization, *, who: str = "alice") -> str:
    """The customer approves; returns the fragment."""
    return browser.approve(
        authorization.url,
        customer=customer(who),
        ca=tpp.folder.file("ca.pem"),
        stop_at=tpp.identity["redirect_uri"],
    )


@dataclass(frozen=True)
class Approved:
    """A consent that its customer approved, with the tokens that came of it; own is a client-credentials token."""

    consent: dict[str, Any]
    tokens: client.Tokens
    own: str

    @property
    def consent_id(self) -> str:
        """The consent's id."""
        consent_id: str = self.consent["Data"]["ConsentId"]
        return consent_id


def payment(amount: str, *, to: str = BOB, name: str = "Bob Ashdown", reference: str = "Rent") -> pay.Payment:
    """A payment to Bob, unless said otherwise."""
    return pay.Payment(amount=amount, to=to, name=name, reference=reference)


def approved_payment(tpp: client.Client, what: pay.Payment, *, who: str = "alice", pushed: bool = True) -> Approved:
    """Lodge a payment and have it approved."""
    own = tpp.client_credentials("payments")
    consent = pay.lodge(tpp, what, token=own)
    authorization = tpp.authorization(consent["Data"]["ConsentId"], scope="payments", pushed=pushed)
    tokens = tpp.finish(authorization, fragment=approve(tpp, authorization, who=who))
    return Approved(consent, tokens, own)


def order(tpp: client.Client, approved: Approved, *, key: str | None = None) -> dict[str, Any]:
    """Place the order of an approved payment; return its Data."""
    answer = tpp.post(pay.ORDERS, pay.order_body(approved.consent), token=approved.tokens.access, key=key)
    data: dict[str, Any] = client.expect(answer, status=201).json()["Data"]
    return data


def approved_read(tpp: client.Client, *, who: str = "alice", **data: str) -> Approved:
    """Lodge a consent to read accounts and have it approved, with every account that the page offers."""
    own = tpp.client_credentials("accounts")
    consent = accounts.lodge(tpp, token=own, **data)
    authorization = tpp.authorization(consent["Data"]["ConsentId"], scope="accounts")
    tokens = tpp.finish(authorization, fragment=approve(tpp, authorization, who=who))
    return Approved(consent, tokens, own)


def transactions(tpp: client.Client, read: Approved, account_id: str, **query: str) -> list[dict[str, Any]]:
    """All transactions of an account, over all pages."""
    pages = tpp.pages(f"/aisp/accounts/{account_id}/transactions", token=read.tokens.access, **query)
    return [entry for page in pages for entry in page["Data"].get("Transaction", [])]
