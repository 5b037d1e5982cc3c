"""GET /party, /accounts/{AccountId}/party and /accounts/{AccountId}/parties: who stands behind what."""

import pytest
from django.conf import settings

from accounts.models import Holder
from tests import calls, people
from tests.accounts import full, given

BOTH = ["ReadParty", "ReadPartyPSU"]


@pytest.fixture
def account(db, now):
    return given.account(now=now)


@pytest.fixture
def hold(account, now):
    """Let somebody whom the bank knows hold the account."""

    def make(name, role="UK.OBIE.Principal", *, on=account, **known):
        customer = people.customer(name, now=now)
        Holder.objects.create(account=on, customer=customer, role=role)
        full.party(customer, **known)
        return customer

    return make


def parties(consented, account, customer):
    rows = consented([account], BOTH, customer=customer).read(f"accounts/{account.pk}/parties")["Data"]["Party"]
    return {row["Name"]: row for row in rows}


def owner(consented, account, customer):
    return consented([account], BOTH, customer=customer).read(f"accounts/{account.pk}/party")["Data"]["Party"]


def test_calls_one_owner_sole(consented, account, hold):
    alice = hold("alice")

    shown = parties(consented, account, alice)["Alice"]

    assert (shown["PartyType"], shown["AccountRole"], shown["BeneficialOwnership"]) == (
        "Sole",
        "UK.OBIE.Principal",
        True,
    )
    assert shown["Relationships"]["Account"] == {
        "Related": f"{settings.MTLS_URL}{calls.AISP}/accounts/{account.pk}",
        "Id": account.pk,
    }


def test_calls_two_owners_joint_and_who_acts_for_them_a_delegate(consented, account, hold):
    alice, _, _ = hold("alice"), hold("bob", "UK.OBIE.SecondaryOwner"), hold("carol", "UK.OBIE.PowerOfAttorney")

    shown = parties(consented, account, alice)

    assert {name: row["PartyType"] for name, row in shown.items()} == {
        "Alice": "Joint",
        "Bob": "Joint",
        "Carol": "Delegate",
    }
    assert shown["Carol"]["BeneficialOwnership"] is False


def test_leaves_one_owner_sole_beside_a_delegate(consented, account, hold):
    alice, _ = hold("alice"), hold("carol", "UK.OBIE.Administrator")

    assert parties(consented, account, alice)["Alice"]["PartyType"] == "Sole"


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_takes_on_a_joint_account_the_one_who_authorised_for_the_party(consented, account, hold, name):
    couple = {who: hold(who) for who in ("alice", "bob")}

    assert owner(consented, account, couple[name])["Name"] == name.title()


def test_takes_the_owner_for_the_party_where_a_delegate_authorised(consented, account, hold):
    hold("firm", legal_structure="UK.OBIE.PrivateLimitedCompany")
    carol = hold("carol", "UK.OBIE.PowerOfAttorney")

    shown = owner(consented, account, carol)

    assert (shown["Name"], shown["LegalStructure"]) == ("Firm", "UK.OBIE.PrivateLimitedCompany")


def test_shows_the_person_who_authorised_and_no_account(consented, account, hold):
    hold("firm")
    carol = hold("carol", "UK.OBIE.PowerOfAttorney")

    shown = consented([account], BOTH, customer=carol).read("party")["Data"]["Party"]

    assert (shown["Name"], shown["FullLegalName"]) == ("Carol", "Carol Arabella Example")
    assert not shown.keys() & {"PartyType", "AccountRole", "BeneficialOwnership", "Relationships"}


def test_shows_nobody_where_the_bank_knows_nothing(consented, account, now):
    stranger = people.customer("dave", now=now)
    Holder.objects.create(account=account, customer=stranger)
    reader = consented([account], BOTH, customer=stranger)

    assert reader.read(f"accounts/{account.pk}/parties")["Data"] == {"Party": []}
    assert reader.read(f"accounts/{account.pk}/party")["Data"] == {}
    assert reader.read("party")["Data"] == {}
