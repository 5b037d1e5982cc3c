"""The accounts of the consent. Source: Accounts v4.0.1."""

from accounts import permissions
from accounts.rendering import accounts
from accounts.resources.row import Found, Reading, Resource
from accounts.schemas.accounts import ANSWER


def read_accounts(reading: Reading) -> Found:
    """The accounts themselves."""
    return Found(items=[accounts.account(account, held=reading.access.permissions) for account in reading.accounts])


ROWS = (
    Resource(
        path="accounts",
        operation_id="GetAccounts",
        member="Account",
        permissions=permissions.ACCOUNTS,
        answers=ANSWER,
        read=read_accounts,
    ),
    Resource(
        path="accounts/<str:AccountId>",
        operation_id="GetAccountsAccountId",
        member="Account",
        permissions=permissions.ACCOUNTS,
        answers=ANSWER,
        read=read_accounts,
    ),
)
