"""What is on the accounts. Source: Balances v4.0.1."""

from accounts import permissions
from accounts.rendering import balances
from accounts.resources.row import Found, Reading, Resource
from accounts.schemas.balances import ANSWER


def read_balances(reading: Reading) -> Found:
    """Every balance of the accounts."""
    return Found(
        items=[balance for account in reading.accounts for balance in balances.balances(account, now=reading.now)]
    )


ROWS = (
    Resource(
        path="accounts/<str:AccountId>/balances",
        operation_id="GetAccountsAccountIdBalances",
        member="Balance",
        permissions=permissions.BALANCES,
        answers=ANSWER,
        read=read_balances,
    ),
)
