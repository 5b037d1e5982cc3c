"""How a payment is asked of the bank."""

from datetime import timedelta

import pytest

from bank.errors import Refused
from consents import kinds
from payments.types.domestic import DomesticPayment
from tests import people
from tests.payments import given

KIND = kinds.KINDS[DomesticPayment.name]


def debtor(identification: str) -> dict:
    return {"DebtorAccount": {"SchemeName": given.SCHEME, "Identification": identification}}


def test_tells_the_customer_amount_payee_and_reference(work, now):
    body = given.consent_body(amount="1234.5", RemittanceInformation={"Unstructured": ["Rent"]})

    words = KIND.words(given.lodged(body, now=now))

    assert words["amount"] == "£1,234.50"
    assert (words["payee"], words["payee_account"], words["reference"]) == ("Bob Example", "20-00-00 12345678", "Rent")


def test_offers_the_accounts_that_pay_in_pounds(work, now):
    alice = people.customer("alice", now=now)
    current = people.account(alice, now=now)
    people.account(alice, now=now, balance_minor=0, currency="EUR")
    people.account(alice, now=now, balance_minor=0, type_code="LOAN")
    people.account(alice, now=now, balance_minor=0, status="Disabled")
    people.account(people.customer("bob", now=now), now=now)

    assert list(KIND.eligible(given.lodged(given.consent_body(), now=now), alice)) == [current]


def test_offers_no_account_to_be_paid_from_itself(work, now):
    alice = people.customer("alice", now=now)
    one, other = people.account(alice, now=now), people.account(alice, now=now)

    consent = given.lodged(given.consent_body(to=one.identification), now=now)

    assert list(KIND.eligible(consent, alice)) == [other]


def test_offers_the_named_account_alone(work, now):
    alice = people.customer("alice", now=now)
    people.account(alice, now=now)
    named = people.account(alice, now=now)

    consent = given.lodged(given.consent_body(**debtor(named.identification)), now=now)

    assert list(KIND.eligible(consent, alice)) == [named]


def test_offers_nothing_when_the_named_account_is_somebody_elses(work, now):
    alice, bob = people.customer("alice", now=now), people.customer("bob", now=now)
    people.account(alice, now=now)
    bobs = people.account(bob, now=now)

    consent = given.lodged(given.consent_body(**debtor(bobs.identification)), now=now)

    assert list(KIND.eligible(consent, alice)) == []


def test_offers_nothing_where_several_must_authorise(work, now):
    alice = people.customer("alice", now=now)
    people.account(alice, now=now)

    consent = given.lodged(given.consent_body(data={"Authorisation": {"AuthorisationType": "Multiple"}}), now=now)

    assert list(KIND.eligible(consent, alice)) == []


def test_refuses_an_approval_after_the_completion_time(work, now):
    alice = people.customer("alice", now=now)
    account = people.account(alice, now=now)
    until = (now + timedelta(minutes=5)).isoformat()
    body = given.consent_body(data={"Authorisation": {"AuthorisationType": "Any", "CompletionDateTime": until}})
    consent = given.lodged(body, now=now)

    KIND.check_approval(consent, [account], now + timedelta(minutes=4))
    with pytest.raises(Refused) as refused:
        KIND.check_approval(consent, [account], now + timedelta(minutes=5))

    assert refused.value.faults[0].code == "DS24"


@pytest.mark.parametrize("flaw", ["other", "none", "loan", "blocked"])
def test_refuses_an_approval_for_an_unsuitable_account(work, now, flaw):
    alice = people.customer("alice", now=now)
    named = people.account(alice, now=now)
    consent = given.lodged(given.consent_body(**debtor(named.identification)), now=now)
    chosen = {
        "other": lambda: [people.account(alice, now=now)],
        "none": list,
        "loan": lambda: [people.account(alice, now=now, balance_minor=0, type_code="LOAN")],
        "blocked": lambda: [people.account(alice, now=now, balance_minor=0, status="Disabled")],
    }[flaw]()

    with pytest.raises(Refused) as refused:
        KIND.check_approval(consent, chosen, now)

    assert refused.value.faults[0].code == "AG01"
