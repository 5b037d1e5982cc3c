"""What is on the accounts. Source: Balances v4.0.1."""

from dataclasses import replace

from accounts import permissions, rates
from accounts.rendering import balances
from accounts.resources.row import MAY_BE_MISSING, Found, Reading, Resource
from accounts.schemas.balances import ANSWER


def read_balances(reading: Reading) -> Found:
    """Every balance of the accounts, in pounds as well, and what all of them come to."""
    market = rates.newest({account.currency for account in reading.accounts})
    total = balances.total(reading.accounts, market=market)
    return Found(
        items=[balance for account in reading.accounts for balance in balances.balances(account, market=market)],
        beside={} if total is None else {"TotalValue": total},
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
