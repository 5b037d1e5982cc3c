"""GET /products and /accounts/{AccountId}/product: terms that are kept once, in the words of three trees."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.accounts import full, given

SAVINGS = {
    "kind": "Other",
    "name": "Instant Saver",
    "description": "Savings with instant access.",
    "type_code": "SVGS",
    "debit_rate": None,
    "debit_free_minor": 0,
    "monthly_fee_minor": 0,
    "returned_payment_fee_minor": 0,
    "foreign_purchase_percent": 0,
    "credit_tiers": [
        {"from_minor": 0, "to_minor": 10_000_00, "rate": "2.75"},
        {"from_minor": 10_000_00, "to_minor": None, "rate": "3.00"},
    ],
}
LOAN = SAVINGS | {"name": "Personal Loan", "type_code": "LOAN", "credit_tiers": [], "debit_rate": Decimal("6.900")}
CARD = LOAN | {
    "name": "Platinum",
    "type_code": "CARD",
    "debit_rate": Decimal("24.900"),
    "foreign_purchase_percent": Decimal("2.990"),
    "cash_advance_percent": Decimal(3),
    "minimum_payment_percent": Decimal("2.500"),
}


@pytest.fixture
def shown(consented, now):
    """Show the product that an account is."""

    def show(of=None, **terms):
        account = given.account(now=now, product=full.product(**terms), **(of or {}))
        (found,) = consented([account], ["ReadProducts"]).read(f"accounts/{account.pk}/product")["Data"]["Product"]
        assert (found["AccountId"], found["ProductId"]) == (account.pk, account.product_id)
        return found

    return show


def charges(details):
    """What is charged, by its name or its code."""
    return {
        row.get("OtherFeeType", {}).get("Name") or row["FeeType"]: row.get("FeeAmount") or row["FeeRate"]
        for row in details
    }


def test_tells_a_personal_current_accounts_terms(shown):
    tree = shown()["PCA"]

    (tier,) = tree["CreditInterest"]["TierBandSet"][0]["TierBand"]
    assert (tier["BankInterestRate"], tier["AER"]) == ("1.50", "1.51")
    (overdraft,) = tree["Overdraft"]["OverdraftTierBandSet"]
    assert (overdraft["BufferAmount"], overdraft["OverdraftType"]) == ("25.00", "OnDemand")
    told = {"OverdraftInterestChargingCoverage": "Tiered", "BankGuaranteedIndicator": False}
    assert overdraft["OverdraftTierBand"] == [
        {"TierValueMin": "0.00", "TierValueMax": "25.00", "EAR": "0.00", "RepresentativeAPR": "0.00", **told},
        {"TierValueMin": "25.00", "EAR": "42.44", "RepresentativeAPR": "42.44", **told},
    ]
    assert charges(tree["OtherFeesCharges"]["FeeChargeDetail"]) == {
        "ServiceCAccountFeeMonthly": "5.00",
        "Returned payment": "2.70",
        "Foreign currency purchase": "2.75",
    }


def test_tells_a_business_current_accounts_terms(shown):
    product = shown(kind="BusinessCurrentAccount", debit_free_minor=0)

    (sets,) = product["BCA"]["Overdraft"]["OverdraftTierBandSet"]
    assert (sets["TierBandMethod"], len(sets["OverdraftTierBand"])) == ("Whole", 1)
    (listed,) = product["BCA"]["OtherFeesCharges"]
    assert charges(listed["FeeChargeDetail"])["ServiceCAccountFeeMonthly"] == "5.00"
    assert {row["NegotiableIndicator"] for row in listed["FeeChargeDetail"]} == {False}
    assert "PCA" not in product


def test_tells_for_whom_a_product_is_and_how_long_it_is_free(shown):
    words = {"product": ["For those who begin."], "interest": ["Paid monthly."], "owed": ["Repayable on demand."]}

    tree = shown(kind="BusinessCurrentAccount", segments=["Startup"], fee_free_months=12, notes=words)["BCA"]

    assert tree["ProductDetails"] == {
        "Segment": ["Startup"],
        "FeeFreeLength": 12,
        "FeeFreeLengthPeriod": "Month",
        "Notes": words["product"],
    }
    assert tree["CreditInterest"]["TierBandSet"][0]["Notes"] == words["interest"]
    assert tree["Overdraft"]["Notes"] == words["owed"]


def test_leaves_out_what_a_free_account_does_not_have(shown):
    nothing = dict.fromkeys(("debit_free_minor", "monthly_fee_minor", "returned_payment_fee_minor"), 0)

    product = shown(credit_tiers=[], debit_rate=None, foreign_purchase_percent=0, **nothing)

    assert "PCA" not in product
    assert product["ProductType"] == "PersonalCurrentAccount"


def test_tells_the_tiers_of_savings(shown):
    other = shown(**SAVINGS)["OtherProductType"]

    (sets,) = other["CreditInterest"]["TierBandSet"]
    assert (other["Name"], sets["TierBandMethod"]) == ("Instant Saver", "INTI")
    assert [(tier["TierValueMinimum"], tier.get("TierValueMaximum"), tier["AER"]) for tier in sets["TierBand"]] == [
        ("0.00", "10000.00", "2.78"),
        ("10000.00", None, "3.04"),
    ]
    assert other.keys() == {"Name", "Description", "CreditInterest"}


def test_tells_a_loans_interest_over_the_accounts_own_time(shown, now):
    opened = {"opened_at": now - timedelta(days=365), "matures_at": now + timedelta(days=4 * 365 + 1)}

    other = shown(opened, **LOAN)["OtherProductType"]

    (band,) = other["LoanInterest"]["LoanInterestTierBandSet"][0]["LoanInterestTierBand"]
    assert (band["TierValueMinTerm"], band["TierValueMaxTerm"], band["MinTermPeriod"]) == (60, 60, "PMTH")
    assert (band["LoanProviderInterestRate"], band["RepAPR"]) == ("6.90", "7.12")
    assert other["Repayment"] == {"RepaymentType": "USCI", "RepaymentFrequency": "SMMO", "AmountType": "RACI"}


def test_tells_what_paying_a_fixed_loan_back_early_costs(shown, now):
    opened = {"matures_at": now + timedelta(days=4 * 365 + 1)}

    other = shown(opened, **LOAN, early_repayment_percent="3.000")["OtherProductType"]

    (charge,) = other["Repayment"]["RepaymentFeeCharges"]["RepaymentFeeChargeDetail"]
    assert (charge["OtherFeeType"]["Name"], charge["FeeRate"], charge["FeeType"]) == (
        "Early repayment charge", "3.00", "FTOT"
    )  # fmt: skip


def test_tells_what_a_card_costs_and_what_must_be_paid(shown):
    other = shown(**CARD)["OtherProductType"]

    assert charges(other["OtherFeesCharges"][0]["FeeChargeDetail"]) == {
        "Foreign currency purchase": "2.99",
        "Cash advance": "3.00",
        "Purchase interest": "24.90",
    }
    assert other["Repayment"]["Notes"] == ["At least 2.50 % of what the statement says is owed."]
    assert "LoanInterest" not in other


@pytest.mark.parametrize("kind", ["CommercialCreditCard", "SMELoan"])
def test_names_products_that_the_standard_has_no_tree_for(shown, kind):
    product = shown(kind=kind, type_code="CARD")

    assert not product.keys() & {"PCA", "BCA", "OtherProductType"}


def test_lists_the_product_of_each_account_once(consented, now):
    everyday, saver = full.product(), full.product(**SAVINGS)
    accounts = [given.account(now=now, product=product) for product in (everyday, saver, everyday, None)]

    rows = consented(accounts, ["ReadProducts"]).read("products")["Data"]["Product"]

    assert [(row["AccountId"], row["ProductId"]) for row in rows] == [
        (account.pk, account.product_id) for account in accounts[:3]
    ]
