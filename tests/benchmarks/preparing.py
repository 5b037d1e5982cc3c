"""Makes, by the bank's own rules, what must be there before a load: customers with money, consents with their tokens.

`python -m tests.benchmarks prepare COUNT` prints one approved payment a line, as JSON: the crash tests use it so, since
their bank is another process's.
"""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from accounts import ledger
from accounts.models import Account
from bank import clock, ids
from bank.customers.models import User
from bank.oauth import tokens
from bank.oauth.models import Authorization, Client
from bank.outbox import unit
from bank.sandbox import enrolment
from bank.sandbox.tpp import pay
from bank.sandbox.tpp.folder import Folder
from bank.tpps.models import Certificate
from consents import lifecycle

SORT_CODE = "040004"
BATCH = 100
PAYMENTS_EACH = 4
RICH_MINOR = 1_000_000_00
AMOUNT = "1.25"
RISK = {"PaymentContextCode": "TransferToThirdParty"}
ACR = "urn:openbanking:psd2:sca"
SCOPES = {"domestic-payment": "payments", "account-access": "accounts"}


@dataclass(frozen=True)
class Approved:
    """A consent that was approved, and the access token that came of it."""

    consent_id: str
    token: str
    data: dict[str, Any]
    risk: dict[str, Any]


def customer(*, now: datetime) -> User:
    """A customer of no particular name."""
    with unit.work():
        return User.objects.make(
            username=f"load-{secrets.token_hex(6)}",
            password=secrets.token_urlsafe(16),
            full_name="Lena Load",
            kind=User.Kind.CUSTOMER,
            now=now,
        )


def account(holder: User, *, now: datetime, balance_minor: int = RICH_MINOR) -> Account:
    """An account with money on it."""
    with unit.work():
        made = Account.open(
            account_id=ids.new("acc"),
            holder=holder,
            name=holder.full_name,
            identification=SORT_CODE + str(secrets.randbelow(90_000_000) + 10_000_000),
            limit_minor=0,
            now=now,
        )
        if balance_minor:
            source = ledger.settlement_account(made.id)
            legs = [ledger.Leg(account_id=source, amount_minor=-balance_minor)]
            legs += [ledger.Leg(account_id=made.id, amount_minor=balance_minor)]
            ledger.transfer(kind="opening", legs=legs, now=now)
    return made


def client_of(folder_identity: dict[str, str]) -> tuple[Client, dict[str, str]]:
    """A TPP's client row, and what its tokens are bound to."""
    client = Client.objects.get(client_id=folder_identity["client_id"])
    certificate = Certificate.objects.get(software_statement=client.software_statement, use=Certificate.Use.TRANSPORT)
    return client, {"x5t#S256": certificate.thumbprint}


def payments(
    count: int, *, client: Client, cnf: dict[str, str], payers: Sequence[Account], payee: Account, now: datetime
) -> Iterator[Approved]:
    """Approved payments, from these payers in turn."""
    to = pay.Payment(amount=AMOUNT, to=payee.identification, name=payee.name, reference="Load")
    holders = {payer.pk: User.objects.get(holdings__account=payer) for payer in payers}
    for start in range(0, count, BATCH):
        with unit.work():
            batch = [
                _approved(
                    client,
                    cnf,
                    kind="domestic-payment",
                    data={"Initiation": pay.instruction(to)},
                    risk=RISK,
                    holder=holders[payers[number % len(payers)].pk],
                    chosen=payers[number % len(payers)],
                    now=now,
                )
                for number in range(start, min(start + BATCH, count))
            ]
        yield from batch


def account_access(client: Client, cnf: dict[str, str], *, holder: User, chosen: Account, now: datetime) -> Approved:
    """An approved consent to read an account with all its transactions."""
    permissions = ["ReadAccountsDetail", "ReadTransactionsDetail", "ReadTransactionsCredits", "ReadTransactionsDebits"]
    with unit.work():
        return _approved(
            client,
            cnf,
            kind="account-access",
            data={"Permissions": permissions},
            risk={},
            holder=holder,
            chosen=chosen,
            now=now,
        )


def _approved(
    client: Client,
    cnf: dict[str, str],
    *,
    kind: str,
    data: dict[str, Any],
    risk: dict[str, Any],
    holder: User,
    chosen: Account,
    now: datetime,
) -> Approved:
    consent = lifecycle.lodge(
        consent_id=ids.new("con"),
        kind=kind,
        client_pk=client.pk,
        data=data,
        risk=risk,
        permissions=data.get("Permissions", ()),
        actor=f"tpp:{client.client_id}",
        now=now,
    )
    actor = f"customer:{holder.username}"
    lifecycle.authorise(consent, customer=holder, accounts=[chosen], actor=actor, now=now)
    authorization = Authorization.objects.create(
        client=client, user=holder, consent=consent, acr=ACR, auth_time=now, created_at=now
    )
    request = SimpleNamespace(
        user=holder, client=client, authorization=authorization, grant_type="authorization_code", refresh_token=None
    )
    token = {
        "access_token": tokens.new_value(),
        "scope": f"openid {SCOPES[kind]}",
        "expires_in": 24 * 3600,
    }
    tokens.save_tokens(token, request, cnf=cnf, now=now)  # type: ignore[arg-type] # as much of oauthlib's as it reads
    return Approved(consent.id, str(token["access_token"]), data, risk)


def tell(count: int) -> None:
    """Print approved payments of the ready-made TPP."""
    now = clock.now()
    client, cnf = client_of(Folder(enrolment.folder_of(enrolment.READY_MADE)).identity)
    holder = customer(now=now)
    # So few payments from each that no fraud rule finds them too quick.
    payers = [account(holder, now=now) for _ in range(1 + count // PAYMENTS_EACH)]
    payee = account(customer(now=now), now=now)
    for made in payments(count, client=client, cnf=cnf, payers=payers, payee=payee, now=now):
        print(json.dumps(made.__dict__))  # noqa: T201 - what the command is for
