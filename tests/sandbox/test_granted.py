"""What a TPP of the sandbox says in plain words of the resources that it reads; each item is one of the standard's."""

import json
from typing import Any

import pytest

from accounts.resources import RESOURCES as OFFERED
from bank.sandbox.tpp import granted

LAMB = {"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "20000012345678", "Name": "Mrs Lamb"}
ACCOUNT = {"AccountId": "acc_1"}
DAY = "2026-05-01T00:00:00Z"
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("beneficiaries", {"CreditorAccount": LAMB, "BeneficiaryType": "Trusted"}, "Mrs Lamb, 20-00-00 12345678, trusted"),
    ("beneficiaries", {"BeneficiaryId": "ben_1"}, "somebody who is not named"),
    (
        "direct-debits",
        {
            "Name": "Water",
            "PreviousPaymentDateTime": DAY,
            "PreviousPaymentAmount": {"Amount": "31.20", "Currency": "GBP"},
        },
        "Water, last 31.20 GBP on 1 May 2026",
    ),
    ("direct-debits", {"Name": "Old Gym", "DirectDebitStatusCode": "CANC"}, "Old Gym (canceled)"),
    (
        "standing-orders",
        {
            "CreditorAccount": LAMB,
            "NextPaymentAmount": {"Amount": "675.00", "Currency": "GBP"},
            "NextPaymentDateTime": DAY,
        },
        "675.00 GBP to Mrs Lamb, 20-00-00 12345678, next on 1 May 2026",
    ),
    (
        "standing-orders",
        {"FirstPaymentAmount": {"Amount": "5.00", "Currency": "EUR"}, "StandingOrderStatusCode": "SUSP"},
        "5.00 EUR to somebody who is not named (suspended)",
    ),
    ("standing-orders", {"CreditorAccount": {**LAMB, "Name": "Rent"}}, "to Rent, 20-00-00 12345678"),
    (
        "scheduled-payments",
        {
            "CreditorAccount": LAMB,
            "ScheduledPaymentDateTime": DAY,
            "ScheduledType": "Execution",
            "InstructedAmount": {"Amount": "99.00", "Currency": "GBP"},
        },
        "99.00 GBP to Mrs Lamb, 20-00-00 12345678 on 1 May 2026",
    ),
    ("offers", {"Description": "A year of 4 %.", "EndDateTime": DAY}, "A year of 4 %, until 1 May 2026"),
    ("offers", {"OfferType": "Other"}, "Other"),
    ("party", {"PartyId": "1", "FullLegalName": "Alice Ann", "Name": "Alice", "EmailAddress": "a@b"}, "Alice Ann, a@b"),
    ("party", {"PartyId": "1"}, "1"),
    (
        "statements",
        {
            "StatementReference": "MAY",
            "Type": "RegularPeriodic",
            "StartDateTime": DAY,
            "EndDateTime": "2026-05-31T23:59:59Z",
            "CreationDateTime": DAY,
        },
        "MAY: 1 May 2026 to 31 May 2026",
    ),
]


@pytest.mark.parametrize(("path", "item", "words"), CASES)
def test_says_in_words_what_it_read(path: str, item: dict[str, Any], words: str) -> None:
    resource = next(one for one in granted.RESOURCES if one.path == path)
    offered = next(one for one in OFFERED if one.path == path)
    data = {resource.member: item if offered.is_single else [ACCOUNT | item]}
    assert offered.answers is not None
    offered.answers.read(json.dumps({"Data": data}).encode())  # it is one of the standard's

    assert resource.words(item) == words


def test_reads_resources_that_the_bank_offers_under_the_permissions_that_open_them() -> None:
    offered = {resource.path: resource for resource in OFFERED}

    for resource in granted.RESOURCES:
        assert resource.permission in offered[resource.path].permissions
        assert resource.member == offered[resource.path].member
