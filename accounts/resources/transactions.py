"""Entries, page by page: of an account, of all that a consent covers, of a statement. Source: Transactions v4.0.1."""

from dataclasses import replace

from accounts import entries, permissions, windows
from accounts.rendering import transactions
from accounts.rendering.atoms import instant
from accounts.resources import pages
from accounts.resources.row import MAY_BE_MISSING, Found, Reading, Resource
from accounts.schemas.transactions import ANSWER, FILTER, OBTransaction6


def read_transactions(reading: Reading) -> Found:
    """One page of the accounts' entries, merged: those inside the consent's window and the request's filter."""
    shows = permissions.directions(reading.access.permissions)
    place = pages.place(reading, query=FILTER)
    wanted = windows.filtered(place.query, from_name="fromBookingDateTime", to_name="toBookingDateTime")
    page = entries.page(
        *(account.account_id for account in reading.accounts),
        window=pages.window(reading).meet(wanted),
        shows=shows,
        cursor=pages.cursor(reading, place),
    )
    return Found(
        items=_shown(page, reading),
        links=pages.links(place, newer=page.newer, older=page.older),
        meta=_available(reading),
    )


def read_transactions_of_statement(reading: Reading) -> Found:
    """One page of what a statement lists: booked entries, of the directions that may be seen."""
    shows = permissions.directions(reading.access.permissions)
    place = pages.place(reading)
    page = entries.page_of_statement(
        reading.accounts[0].account_id,
        statement_id=reading.statement_id,
        window=pages.window(reading),
        shows=shows,
        cursor=pages.cursor(reading, place),
    )
    return Found(items=_shown(page, reading), links=pages.links(place, newer=page.newer, older=page.older))


def _shown(page: entries.Page, reading: Reading) -> list[OBTransaction6]:
    accounts = {account.account_id: account for account in reading.accounts}
    return transactions.transactions(page.entries, of=accounts, held=reading.access.permissions)


def _available(reading: Reading) -> dict[str, str]:
    """From the opening of the accounts to what last moved on them, inside the consent's window; nothing outside it."""
    access, accounts = reading.access, reading.accounts
    if not accounts:
        return {}
    opened_at = min(account.opened_at for account in accounts)
    moved_at = max(account.moved_at for account in accounts)
    first, last = max(opened_at, access.from_at or opened_at), min(moved_at, access.to_at or moved_at)
    if first > last:
        return {}
    return {"FirstAvailableDateTime": instant(first), "LastAvailableDateTime": instant(last)}


OF_ACCOUNT = Resource(
    path="accounts/<str:AccountId>/transactions",
    operation_id="GetAccountsAccountIdTransactions",
    member="Transaction",
    permissions=permissions.TRANSACTIONS,
    answers=ANSWER,
    query=FILTER,
    read=read_transactions,
)
ROWS = (
    OF_ACCOUNT,
    replace(OF_ACCOUNT, path="transactions", operation_id="GetTransactions", also=MAY_BE_MISSING),
    Resource(
        path="accounts/<str:AccountId>/statements/<str:StatementId>/transactions",
        operation_id="GetAccountsAccountIdStatementsStatementIdTransactions",
        member="Transaction",
        permissions=permissions.TRANSACTIONS,
        answers=ANSWER,
        read=read_transactions_of_statement,
        also=MAY_BE_MISSING,
    ),
)
