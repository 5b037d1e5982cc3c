"""What is on the accounts. Source: Balances v4.0.1."""

from dataclasses import replace

from accounts import permissions
from accounts.rendering import balances
from accounts.resources.row import MAY_BE_MISSING, Found, Reading, Resource
from accounts.schemas.balances import ANSWER


def read_balances(reading: Reading) -> Found:
    """Every balance of the accounts."""
    return Found(
        items=[balance for account in reading.accounts for balance in balances.balances(account, now=reading.now)]
    )


ACCOUNT_BALANCES = Resource(
    path="accounts/<str:AccountId>/balances",
    operation_id="GetAccountsAccountIdBalances",
    member="Balance",
    permissions=permissions.BALANCES,
    answers=ANSWER,
    read=read_balances,
)
ROWS = (
    ACCOUNT_BALANCES,
    replace(ACCOUNT_BALANCES, path="balances", operation_id="GetBalances", also=MAY_BE_MISSING),
)
