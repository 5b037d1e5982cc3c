"""A customer in whose life every field of the standard's account information has a value."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import (
    Account,
    Beneficiary,
    DirectDebit,
    Holder,
    Offer,
    Party,
    Product,
    ScheduledPayment,
    StandingOrder,
    Statement,
)
from bank import ids
from bank.customers.models import User
from tests import people
from tests.accounts import given

POUND = {"Amount": "1.00", "Currency": "GBP"}
AGENT = {"SchemeName": "UK.OBIE.BICFI", "Identification": "BARCGB22XXX"}
ADDRESS = {"AddressType": "HOME", "StreetName": "Acacia Avenue", "BuildingNumber": "12", "PostCode": "CF10 1AA"}
FREQUENCY = {"Type": "MNTH", "PointInTime": "01"}
MANDATE = {"MandateIdentification": "CWW-0042", "Classification": "FIXE", "Frequency": FREQUENCY}
PHONE = "+44-29-2018-0000"


@dataclass(frozen=True, kw_only=True)
class Full:
    """The customer, the account that has everything, and a plain one beside it."""

    customer: User
    account: Account
    beside: Account
    card_number: str
    statement_id: str


def full(*, now: datetime) -> Full:
    """Make them."""
    card_number = "4539" + "".join(secrets.choice("0123456789") for _ in range(12))
    customer = people.customer(now=now)
    party(customer)
    account = _account(card_number, now=now)
    beside = given.account(now=now, opened_at=now - timedelta(days=50))
    for held in (account, beside):
        Holder.objects.create(account=held, customer=customer)
    _arrangements(account, customer, creditor=card(card_number), now=now)
    Offer.objects.create(id=ids.new("off"), account=account, **offer(now=now))
    for amount_minor in (50_00, -20_00):
        given.move(account, amount_minor, now=now - timedelta(days=10), details=line(card_number))
    statement = _statement(account, now=now)
    return Full(customer=customer, account=account, beside=beside, card_number=card_number, statement_id=statement.pk)


def card(number: str) -> dict[str, str]:
    """A card, where somebody's account would stand."""
    return {"SchemeName": "UK.OBIE.PAN", "Identification": number, "Name": "C Cycles"}


def party(customer: User, **more: Any) -> Party:
    """Everything that the bank knows of a customer."""
    known = {
        "full_legal_name": f"{customer.full_name} Arabella Example",
        "lei": "213800ABCDEFGHIJKL45",
        "email": "alice@example.com",
        "phone": PHONE,
        "mobile": "+44-7700-900123",
        "addresses": [ADDRESS],
    }
    return Party.objects.create(id=ids.new("par"), customer=customer, number=ids.new("no"), **known | more)


def product(**more: Any) -> Product:
    """A personal current account with terms of every kind."""
    terms = {
        "name": "Everyday",
        "kind": Product.Kind.PERSONAL_CURRENT,
        "description": "A current account.",
        "secondary_id": "EVERYDAY-2",
        "marketing_state": "P1",
        "type_code": "CACC",
        "credit_tiers": [{"from_minor": 0, "to_minor": None, "rate": "1.50"}],
        "debit_rate": Decimal("35.900"),
        "debit_free_minor": 25_00,
        "monthly_fee_minor": 5_00,
        "returned_payment_fee_minor": 2_70,
        "foreign_purchase_percent": Decimal("2.750"),
    }
    made = Product.objects.create(id=ids.new("prd"), **terms | more)
    made.refresh_from_db()  # decimals as the column has them
    return made


def offer(*, now: datetime, **more: Any) -> dict[str, Any]:
    """An offer that runs now."""
    terms = {
        "kind": Offer.Kind.BALANCE_TRANSFER,
        "description": "Move what you owe elsewhere.",
        "starts_at": now - timedelta(days=3),
        "ends_at": now + timedelta(days=30),
        "rate": "0.00",
        "value": 12,
        "term": "For twelve months.",
        "url": "https://lombard.example/offers/transfer",
        "amount_minor": 2_000_00,
        "fee_minor": 60_00,
    }
    return terms | more


def line(card_number: str) -> dict[str, Any]:
    """What a statement line may say, in full."""
    other, ultimate = card(card_number), {"Name": "Carol"}
    return {
        "TransactionReference": "REF-1",
        "TransactionInformation": "CARD PAYMENT TO C CYCLES",
        "AddressLine": "1 High Street, Cardiff",
        "ChargeAmount": POUND,
        "CurrencyExchange": {"SourceCurrency": "EUR", "ExchangeRate": 1.17},
        "BankTransactionCode": {"Code": "CCRD", "SubCode": "POSD"},
        "ProprietaryBankTransactionCode": {"Code": "Card", "Issuer": "Lombard"},
        "ExtendedProprietaryBankTransactionCodes": [{"Code": "Chip"}],
        "MerchantDetails": {"MerchantName": "C Cycles", "MerchantCategoryCode": "5940"},
        "CreditorAgent": AGENT,
        "CreditorAccount": other,
        "DebtorAgent": AGENT,
        "DebtorAccount": other,
        "CardInstrument": {"CardSchemeName": "VISA", "Identification": card_number},
        "CategoryPurposeCode": "CASH",
        "PaymentPurposeCode": "GDDS",
        "UltimateCreditor": ultimate,
        "UltimateDebtor": ultimate,
        **{f"IntermediaryAgent{place}": {"Name": "Between"} for place in (1, 2, 3)},
    }


def _account(card_number: str, *, now: datetime) -> Account:
    made = given.account(
        now=now,
        opened_at=now - timedelta(days=60),
        overdraft="500.00",
        description="Current account",
        nickname="Bills",
        secondary_identification="ROLL-1",
        product=product(),
        switch_status="UK.CASS.NotSwitched",
        statement_day=5,
        matures_at=now + timedelta(days=700),
    )
    Account.objects.filter(pk=made.pk).update(scheme="UK.OBIE.PAN", identification=card_number)
    made.refresh_from_db()
    return made


def _arrangements(account: Account, customer: User, *, creditor: dict[str, str], now: datetime) -> None:
    last, following = now - timedelta(days=20), now + timedelta(days=10)
    paid = {"creditor_account": creditor, "creditor_agent": AGENT}
    DirectDebit.objects.create(
        id=ids.new("ddb"),
        account=account,
        name="Cardiff Water",
        collector=creditor,
        mandate=MANDATE,
        next_at=following,
        previous_at=last,
        previous_minor=31_50,
    )
    StandingOrder.objects.create(
        id=ids.new("sto"),
        account=account,
        mandate=MANDATE,
        remittance={"Unstructured": ["Rent"]},
        first_minor=600_00,
        next_at=following,
        next_minor=650_00,
        last_at=last,
        last_minor=650_00,
        final_at=following,
        final_minor=650_00,
        **paid,
    )
    ScheduledPayment.objects.create(
        id=ids.new("sch"),
        account=account,
        kind=ScheduledPayment.Kind.ARRIVAL,
        due_at=following,
        amount_minor=75_00,
        reference="Deposit",
        debtor_reference="Mine",
        **paid,
    )
    for kept_for in (account, None):
        Beneficiary.objects.create(id=ids.new("ben"), customer=customer, account=kept_for, reference="Cycles", **paid)


def _statement(account: Account, *, now: datetime) -> Statement:
    """A statement of both entries, with a part of every kind."""
    return Statement.objects.create(
        id=ids.new("sta"),
        account=account,
        reference="STATEMENT-1",
        starts_at=now - timedelta(days=40),
        ends_at=now - timedelta(days=5),
        created_at=now - timedelta(days=5),
        opening_minor=0,
        credits_minor=50_00,
        debits_minor=20_00,
        closing_minor=30_00,
        entries=2,
        details={
            "StatementDescription": ["A quiet month"],
            "StatementBenefit": [{"Type": "UK.OBIE.Cashback", "Amount": POUND}],
            "StatementFee": [
                {
                    "Description": "Monthly fee",
                    "CreditDebitIndicator": "Debit",
                    "Type": "UK.OBIE.Monthly",
                    "Amount": POUND,
                }
            ],
            "StatementInterest": [
                {"Description": "Interest", "CreditDebitIndicator": "Credit", "Type": "UK.OBIE.Total", "Amount": POUND}
            ],
            "StatementDateTime": [{"DateTime": "2026-12-05T00:00:00.000+00:00", "Type": "UK.OBIE.NextStatement"}],
            "StatementRate": [{"Rate": "1.50", "Type": "UK.OBIE.AnnualInterest"}],
            "StatementValue": [{"Value": "12", "Type": "UK.OBIE.AirMilesPoints"}],
        },
    )
