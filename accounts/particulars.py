"""What a statement tells beside its sums: fees, interest, limits, dates, rates. Pure: figures in, members out.

Everything here is the account's own: its product's terms, and what was booked in the period. In the standard's members
and words, kept with the statement. Source: Statements v4.0.1; OB_Internal_CodeSet, OBInternalStatement…1Code.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Account, Product, Statement
from accounts.rendering.atoms import amount, indicator, instant, statement_amount
from accounts.schemas.statements import StatementAmount
from bank import money

CARD = "CARD"
FEE, INTEREST, PURCHASE, CASH = "CHRG", "INTR", "POSD", "CWDL"  # SubCodes of BankTransactionCode
DAYS_TO_PAY = timedelta(days=25)
MINIMUM_PAYMENT_MINOR = 5_00
# OBInternalStatementFeeType1Code, by what follows `UK.OBIE.`; all fees together are its Total.
FEES = {
    "Annual": "Annual fee",
    "BalanceTransfer": "Balance transfer fee",
    "CashAdvance": "Cash advance fee",
    "CashTransaction": "Cash transaction fee",
    "ForeignCashTransaction": "Fee for cash abroad",
    "ForeignTransaction": "Fee for purchases in other currencies",
    "Gambling": "Fee for gambling transactions",
    "LatePayment": "Late payment fee",
    "MoneyTransfer": "Money transfer fee",
    "Monthly": "Monthly account fee",
    "Overlimit": "Fee for going over the limit",
    "PostalOrder": "Postal order fee",
    "PrizeEntry": "Prize entry fee",
    "StatementCopy": "Fee for a copy of a statement",
    "InstalmentPlan": "Instalment plan fee",
    "ReturnedPayment": "Returned payment fee",
}
FREQUENCIES = {"Monthly": "UK.OBIE.StatementMonthly"}
# OBInternalStatementInterestType1Code likewise.
INTERESTS = {"BalanceTransfer", "Cash", "InstalmentPlan", "MoneyTransfer", "Purchase"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The entries of a period that have the same codes; own is the bank's own (ProprietaryBankTransactionCode)."""

    code: str
    own: str
    credits_minor: int
    debits_minor: int
    credits: int
    debits: int

    @property
    def charged_minor(self) -> int:
        """What it took from the account, less what it gave back."""
        return self.debits_minor - self.credits_minor


def tell(
    statement: Statement, *, account: Account, groups: list[Group], next_at: datetime | None
) -> dict[str, list[Any]]:
    """Everything that is to be told, by the standard's members; what there is nothing of is left out."""
    members: dict[str, list[Any]] = {
        "StatementDescription": _descriptions(statement),
        "StatementBenefit": _benefits(account, groups=groups),
        "StatementFee": _fees(account, groups=groups),
        "StatementInterest": _interest(account, groups=groups),
        "StatementAmount": _amounts(statement, account=account, groups=groups),
        "StatementDateTime": _instants(statement, account=account, next_at=next_at),
        "StatementRate": _rates(account),
        "StatementValue": [
            {"Value": str(sum(group.credits for group in groups)), "Type": "UK.OBIE.Credits"},
            {"Value": str(sum(group.debits for group in groups)), "Type": "UK.OBIE.Debits"},
        ],
    }
    return {name: member for name, member in members.items() if member}


def _descriptions(statement: Statement) -> list[str]:
    last = statement.ends_at - timedelta(seconds=1)
    return [f"{statement.starts_at.day} {statement.starts_at:%B %Y} to {last.day} {last:%B %Y}"]


def _benefits(account: Account, *, groups: list[Group]) -> list[dict[str, Any]]:
    """Those of the product's benefits that were paid in the period, under their own name."""
    paid = {group.own: -group.charged_minor for group in groups if group.charged_minor < 0}
    kinds = [benefit["Type"] for benefit in (account.product.benefits if account.product else [])]
    return [
        {"Type": kind, "Amount": amount(paid[own], account.currency)}
        for kind in kinds
        if (own := kind.removeprefix("UK.OBIE.")) in paid
    ]


def _fees(account: Account, *, groups: list[Group]) -> list[dict[str, Any]]:
    charged = [group for group in groups if group.code == FEE and group.charged_minor]
    told = [
        {
            "Description": FEES[group.own],
            **_signed(group.charged_minor, account, kind=group.own),
            **_fee_rate(group.own, product=account.product),
        }
        for group in charged
        if group.own in FEES
    ]
    if charged:
        total = sum(group.charged_minor for group in charged)
        told.append({"Description": "Fees in this period", **_signed(total, account, kind="Total")})
    return told


def _fee_rate(own: str, *, product: Product | None) -> dict[str, Any]:
    percents = {}
    if product is not None:
        percents = {"CashAdvance": product.cash_advance_percent, "ForeignTransaction": product.foreign_purchase_percent}
    if percent := percents.get(own):
        return {"Rate": float(percent), "Frequency": "UK.OBIE.PerTransactionPercentage"}
    return {"Frequency": FREQUENCIES[own]} if own in FREQUENCIES else {}


def _interest(account: Account, *, groups: list[Group]) -> list[dict[str, Any]]:
    """What was paid, and what was charged, each at the product's rate; on a card also by what it was charged for."""
    booked = [group for group in groups if group.code == INTEREST]
    told = [
        {"Description": "Interest charged", **_signed(group.charged_minor, account, kind=group.own)}
        for group in booked
        if group.own in INTERESTS and group.charged_minor
    ]
    if charged := sum(group.debits_minor for group in booked):
        rate = account.product.debit_rate if account.product else None
        terms = {} if rate is None else {"Rate": float(rate), "RateType": "UK.OBIE.FixedRate"}
        told.append({"Description": "Interest charged", **_signed(charged, account, kind="Total"), **terms})
    if paid := sum(group.credits_minor for group in booked):
        told.append({"Description": "Interest paid", **_signed(-paid, account, kind="Total"), **_paid_at(account)})
    return [{**interest, "Frequency": "UK.OBIE.Monthly"} for interest in told]


def _paid_at(account: Account) -> dict[str, Any]:
    """The rate of interest that the bank pays: the first tier's, which is the only one where there are no others."""
    tiers = account.product.credit_tiers if account.product else []
    return {"Rate": float(tiers[0]["rate"]), "RateType": "UK.OBIE.Gross"} if len(tiers) == 1 else {}


def _amounts(statement: Statement, *, account: Account, groups: list[Group]) -> list[StatementAmount]:
    """What there is beside the four sums, which are columns of the statement; positive: what the customer has."""
    charges = sum(group.charged_minor for group in groups if group.code in {FEE, INTEREST} and group.charged_minor > 0)
    limit = account.limit_minor or 0
    told = {"PreviousClosingBalance": statement.opening_minor, "TotalCharges": -charges}
    if limit:
        told |= {"CreditLimit": limit, "AvailableBalance": statement.closing_minor + limit}
    if account.type_code == CARD:
        told |= {
            "TotalPurchases": -sum(group.debits_minor for group in groups if group.code == PURCHASE),
            "TotalCashAdvances": -sum(group.debits_minor for group in groups if group.code == CASH),
            "MinimumPaymentDue": -_minimum_payment_minor(statement, account=account),
        }
    return [
        statement_amount(kind, minor, account.currency, per_pound=statement.per_pound) for kind, minor in told.items()
    ]


def _minimum_payment_minor(statement: Statement, *, account: Account) -> int:
    """The product's part of what is owed, £5 at least, and never more than is owed."""
    owed = max(0, -statement.closing_minor)
    percent = account.product.minimum_payment_percent if account.product else Decimal(0)
    part, _ = money.half_even(owed * int(percent * 1000), 100_000)
    return min(owed, max(part, MINIMUM_PAYMENT_MINOR))


def _instants(statement: Statement, *, account: Account, next_at: datetime | None) -> list[dict[str, Any]]:
    told = {
        "LastStatement": statement.starts_at if statement.starts_at > account.opened_at else None,
        "NextStatement": next_at,
        "PaymentDue": statement.ends_at + DAYS_TO_PAY
        if account.type_code == CARD and statement.closing_minor < 0
        else None,
        "StatementAvailable": statement.created_at,
    }
    return [{"DateTime": instant(at), "Type": f"UK.OBIE.{kind}"} for kind, at in told.items() if at is not None]


def _rates(account: Account) -> list[dict[str, Any]]:
    """A card's rates of interest: the standard has names for these alone; others stand beside their interest."""
    if account.type_code != CARD or account.product is None or account.product.debit_rate is None:
        return []
    rate = f"{account.product.debit_rate.normalize():f}"
    return [{"Rate": rate, "Type": "UK.OBIE.AnnualPurchase"}, {"Rate": rate, "Type": "UK.OBIE.AnnualCash"}]


def _signed(charged_minor: int, account: Account, *, kind: str) -> dict[str, Any]:
    return {
        "CreditDebitIndicator": indicator(-charged_minor),
        "Type": f"UK.OBIE.{kind}",
        "Amount": amount(charged_minor, account.currency),
    }
