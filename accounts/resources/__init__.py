"""The account-information resources: a table, one row for each path of the standard that this bank offers.

A row says who may ask, what is read and how it is shown; accounts/views.py does with every row the same. A new resource
is a row (here, in the module of its subject), a query and a renderer (accounts/rendering/).
Source: AIS profile v4.0.1, "Endpoints" and "Permissions".
"""

from accounts.resources import accounts, arrangements, balances, parties, statements, terms, transactions
from accounts.resources.row import Found, Reading, Resource, find_accounts, known

RESOURCES = (
    *accounts.ROWS,
    *balances.ROWS,
    *transactions.ROWS,
    *statements.ROWS,
    *arrangements.ROWS,
    *terms.ROWS,
    *parties.ROWS,
)

__all__ = ["RESOURCES", "Found", "Reading", "Resource", "find_accounts", "known"]
