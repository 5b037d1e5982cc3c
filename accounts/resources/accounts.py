"""The accounts of the consent. Source: Accounts v4.0.1."""

from accounts import permissions
from accounts.models import Holder
from accounts.rendering import accounts
from accounts.resources.row import Found, Reading, Resource
from accounts.schemas.accounts import ANSWER


def read_accounts(reading: Reading) -> Found:
    """The accounts themselves."""
    held, leis = reading.access.permissions, _leis(reading)
    return Found(
        items=[
            accounts.account(account, lei=leis.get(account.account_id, ""), held=held) for account in reading.accounts
        ]
    )


def _leis(reading: Reading) -> dict[str, str]:
    """The legal entity identifiers of those who hold business accounts. No statement where there are no such."""
    businesses = [account.account_id for account in reading.accounts if account.category == "Business"]
    if not businesses:
        return {}
    held = Holder.objects.filter(account__in=businesses).filter(customer__party__lei__gt="").order_by("-id")
    return dict(held.values_list("account_id", "customer__party__lei"))


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
