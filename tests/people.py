"""Everybody who appears in the tests: customers with their accounts, staff, TPPs with their clients.

Each call makes somebody new, of a name that nobody else has, since the database of a run is never emptied.
"""

import itertools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

from accounts import ledger
from accounts.models import Account, Holder
from bank import ids
from bank.customers.models import User
from bank.oauth.models import Client
from bank.tpps import authority, directory
from bank.tpps.models import Certificate, SoftwareStatement

PASSWORD = "correct-horse-battery"
REDIRECT_URI = "https://tpp.example/callback"
SORT_CODE = "040004"

_numbers = itertools.count(70_000_000)


def customer(name: str = "alice", *, now: datetime, password: str = PASSWORD) -> User:
    """A customer of the bank who can log in."""
    return _person(name, kind="customer", password=password, now=now)


def staff(name: str = "sam", *, now: datetime, password: str = PASSWORD) -> User:
    """A member of staff who may do anything."""
    return _person(name, kind="staff", password=password, now=now, is_superuser=True)


def at_the_desk(person: User, *, password: str = PASSWORD, otp: str = "") -> dict[str, str]:
    """What a member of staff types into the desk's log-in; the sandbox's code, unless said."""
    return {"username": person.username, "password": password, "otp": otp or settings.SCA_FIXED_CODE}


def account(
    holder: User,
    *,
    now: datetime,
    balance_minor: int = 100_000,
    limit_minor: int = 0,
    currency: str = "GBP",
    **more: Any,
) -> Account:
    """A current account with money on it (GBP 1,000.00 unless said), paid in by a transfer as everywhere else."""
    made = Account.objects.create(
        id=ids.new("acc"),
        status_updated_at=now,
        opened_at=now,
        currency=currency,
        limit_minor=limit_minor,
        name=holder.full_name,
        identification=more.pop("identification", f"{SORT_CODE}{next(_numbers)}"),
        **more,
    )
    Holder.objects.create(account=made, customer=holder)
    if balance_minor:
        fund(made, balance_minor, now=now)
        made.refresh_from_db()
    return made


def fund(to: Account, amount_minor: int, *, now: datetime) -> str:
    """Pay money in from outside; return the transfer's id."""
    source = ledger.settlement_account(to.id)
    legs = [
        ledger.Leg(account_id=source, amount_minor=-amount_minor),
        ledger.Leg(account_id=to.id, amount_minor=amount_minor),
    ]
    return ledger.transfer(kind="opening", legs=legs, now=now)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A TPP as the bank knows it, and what only the TPP has: its keys."""

    statement: SoftwareStatement
    client: Client
    transport: Certificate
    signing: Certificate
    transport_key: rsa.RSAPrivateKey
    signing_key: rsa.RSAPrivateKey


def tpp(
    name: str = "Bob's Budget",
    *,
    now: datetime,
    roles: tuple[str, ...] = ("AISP", "PISP"),
    auth_method: str = "private_key_jwt",
    transport_key: rsa.RSAPrivateKey | None = None,
    signing_key: rsa.RSAPrivateKey | None = None,
    **metadata: Any,
) -> Provider:
    """A TPP of the sandbox directory, registered with the bank. Call it inside a unit of work."""
    from bank.oauth import registration

    statement = directory.enrol(name, roles=roles, redirect_uris=[REDIRECT_URI], now=now)
    transport_key = transport_key or authority.new_key()
    signing_key = signing_key or authority.new_key()
    transport = directory.issue(statement, use="transport", public_key=transport_key.public_key(), now=now)
    signing = directory.issue(statement, use="signing", public_key=signing_key.public_key(), now=now)
    statement.refresh_from_db()
    client = registration.register(statement, token_endpoint_auth_method=auth_method, now=now, **metadata)
    return Provider(
        statement=statement,
        client=client,
        transport=transport,
        signing=signing,
        transport_key=transport_key,
        signing_key=signing_key,
    )


def _person(name: str, *, kind: str, password: str, now: datetime, **more: Any) -> User:
    return User.objects.make(
        username=f"{name}-{next(_numbers)}", password=password, full_name=name.title(), kind=kind, now=now, **more
    )
