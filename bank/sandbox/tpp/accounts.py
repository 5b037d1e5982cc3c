"""A whole account read, step by step (Account Access Consents v4.0.1, "Sequence diagram")."""

from contextlib import nullcontext
from typing import Any

from bank.sandbox.tpp import granted
from bank.sandbox.tpp.client import Client, expect
from bank.sandbox.tpp.pay import Approve
from bank.sandbox.tpp.telling import Telling

CONSENTS = "/aisp/account-access-consents"
PERMISSIONS = [
    "ReadAccountsDetail",
    "ReadBalances",
    "ReadTransactionsDetail",
    "ReadTransactionsCredits",
    "ReadTransactionsDebits",
]
EVERYTHING = PERMISSIONS + [resource.permission for resource in granted.RESOURCES]


def lodge(tpp: Client, *, token: str, permissions: list[str] = PERMISSIONS, **data: str) -> dict[str, Any]:
    """Lodge a consent to read accounts; return the bank's answer. Raises Refused."""
    body = {"Data": {"Permissions": permissions, **data}, "Risk": {}}
    consent: dict[str, Any] = expect(tpp.post(CONSENTS, body, token=token), status=201).json()
    return consent


def walk(tpp: Client, *, approve: Approve, tell: Telling) -> None:
    """Read a customer's accounts and all that belongs to them, then end the consent, and tell it.

    Raises Refused or NotProven.
    """
    tell.step(f"Prove who we are ({tpp.identity['token_endpoint_auth_method']}); get a client-credentials token")
    own = tpp.client_credentials("accounts")
    tell.proved("the bank knows this client and its transport certificate, to which the token is bound")

    tell.step("Lodge what we would like to read as a consent")
    consent = lodge(tpp, token=own, permissions=EVERYTHING)
    consent_id = consent["Data"]["ConsentId"]
    tell.proved(f"consent {consent_id} is {consent['Data']['Status']}")

    tell.step("Push the request for authorization, and let the customer decide at the bank")
    authorization = tpp.authorization(consent_id, scope="accounts")
    fragment = approve(authorization)
    tell.proved("the customer is back, with a code in the URL")

    tell.step("Check the ID token, then exchange the code")
    tokens = tpp.finish(authorization, fragment=fragment)
    tell.proved("issuer, state, nonce and every signature are right, and it speaks of this very consent")

    read(tpp, access=tokens.access, tell=tell)
    granted.read(tpp, access=tokens.access, permissions=consent["Data"]["Permissions"], tell=tell)

    tell.step("Get a fresh access token by the refresh token")
    access = tpp.refresh(tokens)
    tell.proved("the consent goes on; the customer was not needed")

    tell.step("End the consent, then try again with the token that was good a moment ago")
    expect(tpp.delete(f"{CONSENTS}/{consent_id}", token=own), status=204)
    refused = expect(tpp.get("/aisp/accounts", token=access), status=401)
    tell.proved("refused at once: the token ended with the consent")
    tell.note(f"Why? manage.py tpp why {refused.headers['x-fapi-interaction-id']}")


def read(tpp: Client, *, access: str, tell: Telling) -> None:
    """Read all accounts with balances and transactions, page by page; what comes again is told in short."""
    tell.step("Read the accounts that the customer chose")
    accounts = [account for page in tpp.pages("/aisp/accounts", token=access) for account in page["Data"]["Account"]]
    tell.proved(f"{len(accounts)} accounts: {', '.join(_name(account) for account in accounts)}")
    for number, account in enumerate(accounts):
        tell.step(f"Read the balances and the transactions of {_name(account)}")
        with tell.in_short() if number else nullcontext():
            _read_one(tpp, account["AccountId"], access=access, tell=tell)


def _read_one(tpp: Client, account_id: str, *, access: str, tell: Telling) -> None:
    for page in tpp.pages(f"/aisp/accounts/{account_id}/balances", token=access):
        for balance in page["Data"]["Balance"]:
            tell.proved(f"{balance['Type']}: {_signed(balance)}")
    following = tpp.pages(f"/aisp/accounts/{account_id}/transactions", token=access)
    pages = [next(following)]
    with tell.in_short():
        pages += following
    transactions = [entry for page in pages for entry in page["Data"].get("Transaction", [])]
    pending = sum(entry["Status"] == "PDNG" for entry in transactions)
    tell.proved(f"{len(transactions)} transactions on {len(pages)} pages, {pending} of them pending")


def _name(account: dict[str, Any]) -> str:
    return str(account.get("Nickname", account["AccountId"]))


def _signed(entry: dict[str, Any]) -> str:
    sign = "-" if entry["CreditDebitIndicator"] == "Debit" else ""
    return f"{sign}{entry['Amount']['Amount']} {entry['Amount']['Currency']}"
