"""Products on the wire: a product's terms, kept once in its columns, in the words of the standard's three trees.

The bank works interest out every day and books it every month (accounts/models/terms.py says from what), so that a
yearly rate earns or costs a little more than it says: that effective rate is computed here, to two decimal places.
Source: Products v4.0.1; of cards and loans to businesses the standard has no tree.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

from accounts.models import Product
from accounts.rendering.atoms import present
from accounts.rendering.facts import Account
from accounts.schemas.products import Product as WireProduct
from bank.money import Money

MONTHS = 12
LOANS = frozenset({"LOAN", "MORT"})  # paid back by a date, at a rate that is fixed until then


@dataclass(frozen=True, kw_only=True)
class Words:
    """What one of the trees calls the same things."""

    tiered: str
    whole: str
    compound: str
    to_itself: str
    on_demand: str
    months: str
    daily: str
    monthly: str
    variable: str
    gross: str
    servicing: str
    monthly_fee: str
    other: str
    other_fee: str
    each_month: str
    each_item: str
    each_percentage: str


CURRENT = Words(
    tiered="Tiered",
    whole="Whole",
    compound="Compound",
    to_itself="SelfCredit",
    on_demand="OnDemand",
    months="Month",
    daily="Daily",
    monthly="Monthly",
    variable="Variable",
    gross="Gross",
    servicing="Servicing",
    monthly_fee="ServiceCAccountFeeMonthly",
    other="Other",
    other_fee="Other",
    each_month="Monthly",
    each_item="PerItem",
    each_percentage="PerTransactionPercentage",
)
OTHER = Words(
    tiered="INTI",
    whole="INWH",
    compound="ITCO",
    to_itself="INSC",
    on_demand="OVOD",
    months="PMTH",
    daily="FQDY",
    monthly="FQMY",
    variable="INVA",
    gross="INGR",
    servicing="FCSV",
    monthly_fee="FYAM",
    other="FCOT",
    other_fee="FTOT",
    each_month="FEMO",
    each_item="FEI",
    each_percentage="FEPTP",
)


def product(row: Product, *, of: Account) -> WireProduct:
    """The product that an account is."""
    shown: dict[str, Any] = {
        "AccountId": of.account_id,
        "ProductName": row.name,
        "ProductId": row.pk,
        "SecondaryProductId": row.secondary_id,
        "ProductType": row.kind,
        "MarketingStateId": row.marketing_state,
    }
    if row.kind == Product.Kind.PERSONAL_CURRENT:
        shown["PCA"] = _current(row, charges=_charges(row, CURRENT))
    elif row.kind == Product.Kind.BUSINESS_CURRENT:
        shown["BCA"] = _current(row, charges=_listed(_charges(row, CURRENT)))
    elif row.kind == Product.Kind.OTHER:
        shown["OtherProductType"] = _other(row, of=of)
    return cast("WireProduct", present(shown))


def _current(row: Product, *, charges: Any) -> dict[str, Any]:
    """The tree of a current account; the personal one has its charges in an object, that of a business in a list."""
    return present(
        {
            "ProductDetails": _details(row, CURRENT),
            "CreditInterest": _credit_interest(row, CURRENT),
            "Overdraft": _overdraft(row),
            "OtherFeesCharges": charges,
        }
    )


def _other(row: Product, *, of: Account) -> dict[str, Any]:
    return present(
        {
            "Name": row.name,
            "Description": row.description,
            "ProductDetails": _details(row, OTHER),
            "CreditInterest": _credit_interest(row, OTHER),
            "LoanInterest": _loan_interest(row, of=of),
            "Repayment": _repayment(row),
            "OtherFeesCharges": _listed(_charges(row, OTHER)),
        }
    )


def _details(row: Product, words: Words) -> dict[str, Any]:
    """For whom the product is, how long it is without its fee, and what the bank says of it."""
    free = {"FeeFreeLength": row.fee_free_months, "FeeFreeLengthPeriod": words.months} if row.fee_free_months else {}
    return present({"Segment": row.segments, **free, "Notes": _notes(row, "product")})


def _notes(row: Product, about: str) -> list[str]:
    found: list[str] = row.notes.get(about, [])
    return found


def _credit_interest(row: Product, words: Words) -> dict[str, Any]:
    if not row.credit_tiers:
        return {}
    method = words.tiered if len(row.credit_tiers) > 1 else words.whole
    tiers = {
        "TierBandMethod": method,
        "CalculationMethod": words.compound,
        "Destination": words.to_itself,
        "Notes": _notes(row, "interest"),
        "TierBand": [_tier(tier, row.currency, words, method=method) for tier in row.credit_tiers],
    }
    return {"TierBandSet": [present(tiers)]}


def _tier(tier: dict[str, Any], currency: str, words: Words, *, method: str) -> dict[str, Any]:
    return present(
        {
            "TierValueMinimum": _quantity(tier["from_minor"], currency),
            "TierValueMaximum": None if tier["to_minor"] is None else _quantity(tier["to_minor"], currency),
            "CalculationFrequency": words.daily,
            "ApplicationFrequency": words.monthly,
            "DepositInterestAppliedCoverage": method,
            "FixedVariableInterestRateType": words.variable,
            "AER": _effective(Decimal(tier["rate"])),
            "BankInterestRateType": words.gross,
            "BankInterestRate": _rate(Decimal(tier["rate"])),
        }
    )


def _overdraft(row: Product) -> dict[str, Any]:
    """The arranged overdraft: free up to an amount, where the product says so, then at its rate."""
    if row.debit_rate is None:
        return {}
    free, currency = row.debit_free_minor, row.currency
    method = CURRENT.tiered if free else CURRENT.whole
    bands = [_overdraft_band(row.debit_rate, method=method, least=_quantity(free, currency))]
    if free:
        most = {"TierValueMax": _quantity(free, currency)}
        bands.insert(0, _overdraft_band(Decimal(0), method=method, least=_quantity(0, currency), **most))
    tiers = {
        "TierBandMethod": method,
        "OverdraftType": CURRENT.on_demand,
        "AuthorisedIndicator": True,
        "BufferAmount": _quantity(free, currency) if free else None,
        "OverdraftTierBand": bands,
    }
    return present({"Notes": _notes(row, "owed"), "OverdraftTierBandSet": [present(tiers)]})


def _overdraft_band(yearly: Decimal, *, method: str, least: str, **more: str) -> dict[str, Any]:
    """A part of what is owed, repayable on demand: so nothing is guaranteed.

    Nothing is charged beside interest, so the representative rate is the effective one.
    """
    rate = _effective(yearly)
    told = {"OverdraftInterestChargingCoverage": method, "BankGuaranteedIndicator": False}
    return {"TierValueMin": least, **more, **told, "EAR": rate, "RepresentativeAPR": rate}


def _loan_interest(row: Product, *, of: Account) -> dict[str, Any]:
    """The interest of a loan, over the time that the account was opened for; cards have theirs among the charges."""
    if row.debit_rate is None or row.type_code not in LOANS or of.matures_at is None:
        return {}
    months = _months(of.opened_at, of.matures_at)
    band = {
        "TierValueMinimum": _quantity(0, row.currency),
        "TierValueMinTerm": months,
        "MinTermPeriod": "PMTH",
        "TierValueMaxTerm": months,
        "MaxTermPeriod": "PMTH",
        "FixedVariableInterestRateType": "INFI",
        "RepAPR": _effective(row.debit_rate),
        "LoanProviderInterestRateType": "INFR",
        "LoanProviderInterestRate": _rate(row.debit_rate),
    }
    tiers = {"TierBandMethod": OTHER.whole, "CalculationMethod": OTHER.compound, "LoanInterestTierBand": [band]}
    return present({"Notes": _notes(row, "owed"), "LoanInterestTierBandSet": [tiers]})


def _repayment(row: Product) -> dict[str, Any]:
    """A loan is paid back with its interest in equal parts; of a card there is a least payment."""
    if row.type_code in LOANS:
        told = {"RepaymentType": "USCI", "RepaymentFrequency": "SMMO", "AmountType": "RACI"}
        return present({**told, "RepaymentFeeCharges": _early_repayment(row)})
    if not row.minimum_payment_percent:
        return {}
    least = f"At least {_rate(row.minimum_payment_percent)} % of what the statement says is owed."
    return {"RepaymentFrequency": "SMMO", "Notes": [least]}


def _early_repayment(row: Product) -> dict[str, Any]:
    if not row.early_repayment_percent:
        return {}
    words, fee = "Of what is paid back before the fixed rate ends.", {"FeeRate": _rate(row.early_repayment_percent)}
    charge = _charge("Early repayment charge", words, fee, OTHER.each_percentage, OTHER)
    del charge["FeeCategory"]  # which a charge of a repayment does not have
    return {"RepaymentFeeChargeDetail": [{**charge, "NegotiableIndicator": False}]}


def _charges(row: Product, words: Words) -> dict[str, Any]:
    """What the account costs beside an overdraft's interest; nothing where it is free."""
    details = []
    if row.monthly_fee_minor:
        details.append(
            {
                "FeeCategory": words.servicing,
                "FeeType": words.monthly_fee,
                "FeeAmount": _quantity(row.monthly_fee_minor, row.currency),
                "ApplicationFrequency": words.each_month,
                "CalculationFrequency": words.each_month,
            }
        )
    if row.returned_payment_fee_minor:
        fee = {"FeeAmount": _quantity(row.returned_payment_fee_minor, row.currency)}
        details.append(
            _charge("Returned payment", "For each payment that is returned unpaid.", fee, words.each_item, words)
        )
    for name, description, percent in _percentages(row):
        fee = {"FeeRate": _rate(percent)}
        details.append(_charge(name, description, fee, words.each_percentage, words))
    return {"FeeChargeDetail": details} if details else {}


def _percentages(row: Product) -> list[tuple[str, str, Decimal]]:
    found = [
        ("Foreign currency purchase", "Of what is bought in another currency.", row.foreign_purchase_percent),
        ("Cash advance", "Of what is taken out in cash.", row.cash_advance_percent),
    ]
    if row.type_code == "CARD" and row.debit_rate is not None:
        found.append(("Purchase interest", "A year, on what is owed after a statement's due date.", row.debit_rate))
    return [(name, description, percent) for name, description, percent in found if percent]


def _charge(name: str, description: str, fee: dict[str, str], frequency: str, words: Words) -> dict[str, Any]:
    return {
        "FeeCategory": words.other,
        "FeeType": words.other_fee,
        **fee,
        "ApplicationFrequency": frequency,
        "CalculationFrequency": frequency,
        "OtherFeeType": {"FeeCategory": words.other, "Name": name, "Description": description},
    }


def _listed(charges: dict[str, Any]) -> list[dict[str, Any]]:
    """Charges as the other trees have them: in a list, and each says that it is the same for everybody."""
    details = [{**detail, "NegotiableIndicator": False} for detail in charges.get("FeeChargeDetail", [])]
    return [{"FeeChargeDetail": details}] if details else []


def _quantity(minor: int, currency: str) -> str:
    return Money(minor, currency).text


def _rate(percent: Decimal) -> str:
    """A percentage as its column has it, without needless zeros, and two decimal places at least."""
    cents = percent.quantize(Decimal("0.01"))
    return str(cents if cents == percent else percent)


def _effective(yearly: Decimal) -> str:
    """What a yearly rate comes to in a year that books it every month."""
    effective = ((1 + yearly / (100 * MONTHS)) ** MONTHS - 1) * 100
    return str(effective.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def _months(since: datetime, until: datetime) -> int:
    return (until.year - since.year) * MONTHS + until.month - since.month
