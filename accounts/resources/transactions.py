"""The entries of an account, page by page. Source: Transactions v4.0.1."""

from datetime import datetime

from accounts import entries, paging, permissions, windows
from accounts.rendering import transactions
from accounts.rendering.atoms import instant
from accounts.rendering.facts import Account
from accounts.resources.row import Found, Reading, Resource
from accounts.schemas.transactions import ANSWER, FILTER
from bank.api.access import Access


def read_transactions(reading: Reading) -> Found:
    """One page of the account's entries: those inside the consent's window and the request's filter."""
    access, (account,) = reading.access, reading.accounts
    shows = permissions.directions(access.permissions)
    asked = {name: text for name, text in reading.query.items() if name in FILTER.kind.__annotations__}
    wanted = windows.filtered(asked, from_name="fromBookingDateTime", to_name="toBookingDateTime")
    consented = windows.including(access.from_at, access.to_at)
    place = paging.Place(consent_id=str(access.consent_id), path=reading.path, query=asked)
    page = entries.page(
        account.account_id,
        window=consented.meet(wanted),
        shows=shows,
        cursor=place.cursor(reading.query.get(paging.PARAMETER)),
    )
    links = {"First": place.link()}
    if page.newer is not None:
        links["Prev"] = place.link(page.newer)
    if page.older is not None:
        links["Next"] = place.link(page.older)
    return Found(
        items=[transactions.transaction(entry, of=account, held=access.permissions) for entry in page.entries],
        links=links,
        meta=_available(account, access=access, now=reading.now),
    )


def _available(account: Account, *, access: Access, now: datetime) -> dict[str, str]:
    """Between which instants there could be entries for this consent; nothing if its window lies outside."""
    first = max(account.opened_at, access.from_at or account.opened_at)
    last = min(now, access.to_at or now)
    if first > last:
        return {}
    return {"FirstAvailableDateTime": instant(first), "LastAvailableDateTime": instant(last)}


ROWS = (
    Resource(
        path="accounts/<str:AccountId>/transactions",
        operation_id="GetAccountsAccountIdTransactions",
        member="Transaction",
        permissions=permissions.TRANSACTIONS,
        answers=ANSWER,
        query=FILTER,
        read=read_transactions,
    ),
)
