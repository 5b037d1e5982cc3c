"""The domestic payment: its own rules."""

from datetime import timedelta

import pytest

from bank.errors import Refused
from tests.payments import given

MEMBER = "Data.Initiation"


def fault(body, *, now) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        given.KIND.check_consent(body, now=now)
    return refused.value.faults[0].code, refused.value.faults[0].path


def account(identification: str = "04000412345678", scheme: str = given.SCHEME) -> dict[str, str]:
    return {"SchemeName": scheme, "Identification": identification, "Name": "Bob"}


def test_takes_an_ordinary_payment(now):
    given.KIND.check_consent(given.consent_body(LocalInstrument="UK.OBIE.FPS"), now=now)

    assert given.KIND.instruction(given.initiation(amount="12.30")).amount.minor == 1230


@pytest.mark.parametrize(
    ("amount", "code"), [("0", "AM01"), ("0.00000", "AM01"), ("1.234", "U002"), ("0.001", "U002"), ("1.00001", "U002")]
)
def test_refuses_amounts_that_are_none(now, amount, code):
    assert fault(given.consent_body(amount=amount), now=now) == (code, f"{MEMBER}.InstructedAmount.Amount")


def test_reads_zeros_beyond_the_pence(now):
    assert given.KIND.instruction(given.initiation(amount="10.00000")).amount.minor == 1000


@pytest.mark.parametrize("currency", ["EUR", "XXX"])
def test_refuses_other_currencies(now, currency):
    body = given.consent_body()
    body["Data"]["Initiation"]["InstructedAmount"]["Currency"] = currency

    assert fault(body, now=now) == ("U023", f"{MEMBER}.InstructedAmount.Currency")


@pytest.mark.parametrize("instrument", ["UK.OBIE.CHAPS", "UK.OBIE.BACS", "FPS", "Carrier.Pigeon"])
def test_refuses_other_instruments(now, instrument):
    assert fault(given.consent_body(LocalInstrument=instrument), now=now) == ("U026", f"{MEMBER}.LocalInstrument")


@pytest.mark.parametrize("member", ["DebtorAccount", "CreditorAccount"])
@pytest.mark.parametrize(
    ("given_account", "code", "place"),
    [
        (account(scheme="UK.OBIE.IBAN"), "U027", "SchemeName"),
        (account(scheme="SortCodeAccountNumber"), "U027", "SchemeName"),
        (account("0400041234567"), "U021", "Identification"),
        (account("04-00-04-12345678"), "U021", "Identification"),
        (account("0400041234567٣"), "U021", "Identification"),
    ],
)
def test_refuses_accounts_that_it_cannot_read(now, member, given_account, code, place):
    body = given.consent_body(**{member: given_account})

    assert fault(body, now=now) == (code, f"{MEMBER}.{member}.{place}")


def test_refuses_a_payment_to_itself(now):
    body = given.consent_body(DebtorAccount=account("20000012345678"))

    assert fault(body, now=now) == ("U021", f"{MEMBER}.CreditorAccount.Identification")


@pytest.mark.parametrize(
    "context", ["BillPayment", "EcommerceGoods", "EcommerceServices", "Other", "PartyToParty", "PispPayee"]
)
def test_refuses_contexts_of_version_three(now, context):
    body = given.consent_body(risk={"PaymentContextCode": context})

    assert fault(body, now=now) == ("U002", "Risk.PaymentContextCode")


def test_refuses_several_authorisers_for_an_account_that_has_one(now):
    body = given.consent_body(DebtorAccount=account(), data={"Authorisation": {"AuthorisationType": "Multiple"}})

    assert fault(body, now=now) == ("U002", "Data.Authorisation.AuthorisationType")


@pytest.mark.parametrize("kind", ["Any", "Single", "Multiple"])
def test_leaves_the_authorisation_to_the_customer_where_no_account_is_named(now, kind):
    body = given.consent_body(data={"Authorisation": {"AuthorisationType": kind}})

    assert given.KIND.check_consent(body, now=now) is None


def test_refuses_a_time_for_the_authorisation_that_has_passed(now):
    at = (now - timedelta(seconds=1)).isoformat()
    body = given.consent_body(data={"Authorisation": {"AuthorisationType": "Any", "CompletionDateTime": at}})

    assert fault(body, now=now) == ("U002", "Data.Authorisation.CompletionDateTime")


@pytest.mark.parametrize(
    ("remittance", "reference"),
    [
        ({}, "end-to-end-1"),
        ({"Unstructured": ["Rent", "May"]}, "Rent"),
        ({"Unstructured": ["Rent"], "Structured": [{"CreditorReferenceInformation": {"Reference": "RF18"}}]}, "RF18"),
        ({"Structured": [{"Invoicer": "Bob"}], "Unstructured": []}, "end-to-end-1"),
    ],
)
def test_finds_what_the_creditor_will_read(remittance, reference):
    assert given.KIND.instruction(given.initiation(RemittanceInformation=remittance)).reference == reference
