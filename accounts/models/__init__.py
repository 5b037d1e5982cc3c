"""The rows of this package: accounts and their ledger, what holds for an account, and what its customer is sent."""

from accounts.models.arrangements import Beneficiary, DirectDebit, Mandate, ScheduledPayment, StandingOrder, Unbooked
from accounts.models.ledger import PAYMENT_TYPES, Account, Hold, HoldEnd, Holder, Posting, Transfer
from accounts.models.parties import Party
from accounts.models.rates import ExchangeRate
from accounts.models.statements import Statement, StatementFile
from accounts.models.terms import Offer, Product

__all__ = [
    "PAYMENT_TYPES",
    "Account",
    "Beneficiary",
    "DirectDebit",
    "ExchangeRate",
    "Hold",
    "HoldEnd",
    "Holder",
    "Mandate",
    "Offer",
    "Party",
    "Posting",
    "Product",
    "ScheduledPayment",
    "StandingOrder",
    "Statement",
    "StatementFile",
    "Transfer",
    "Unbooked",
]
