"""An order is compared with its consent, field by field."""

import copy

import pytest

from payments import comparison
from tests.payments import given

INITIATION = given.initiation(
    amount="10.00",
    LocalInstrument="UK.OBIE.FPS",
    SupplementaryData={},
    RegulatoryReporting=[
        {"Details": [{"Date": "2026-11-24T10:00:00+00:00", "Amount": {"Amount": "1.5", "Currency": "GBP"}}]}
    ],
    RemittanceInformation={"Unstructured": ["one", "two"], "Structured": [{"ReferredDocumentAmount": "5"}]},
)


def changed(path: str, value: object) -> dict:
    """The Initiation with one member put there; a value of None takes it away."""
    body = copy.deepcopy(INITIATION)
    *parents, name = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = body
    for parent in parents:
        place = place[parent]
    if value is None:
        del place[name]
    else:
        place[name] = value
    return body


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("InstructedAmount.Amount", "10"),
        ("InstructedAmount.Amount", "10.0"),
        ("InstructedAmount.Amount", "010.00000"),
        ("RegulatoryReporting.0.Details.0.Date", "2026-11-24T11:00:00+01:00"),
        ("RegulatoryReporting.0.Details.0.Date", "2026-11-24T10:00:00.000Z"),
        ("RegulatoryReporting.0.Details.0.Date", "2026-11-24T10:00"),
        ("RegulatoryReporting.0.Details.0.Amount.Amount", "1.50"),
        ("RemittanceInformation.Structured.0.ReferredDocumentAmount", "5.00"),
    ],
)
def test_takes_another_spelling_of_the_same_for_the_same(path, value):
    assert comparison.first_difference(changed(path, value), INITIATION, path="I") is None


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("InstructedAmount.Amount", "10.01", "I.InstructedAmount.Amount"),
        ("InstructedAmount.Currency", "EUR", "I.InstructedAmount.Currency"),
        ("InstructionIdentification", "Instruction-1", "I.InstructionIdentification"),
        ("EndToEndIdentification", "end-to-end-1 ", "I.EndToEndIdentification"),
        ("LocalInstrument", None, "I.LocalInstrument"),
        ("SupplementaryData", None, "I.SupplementaryData"),
        ("CreditorAccount.SecondaryIdentification", "1", "I.CreditorAccount.SecondaryIdentification"),
        ("DebtorAccount", {}, "I.DebtorAccount"),
        ("RemittanceInformation.Unstructured", ["one"], "I.RemittanceInformation.Unstructured[1]"),
        ("RemittanceInformation.Unstructured", ["one", "two", "3"], "I.RemittanceInformation.Unstructured[2]"),
        ("RemittanceInformation.Unstructured.1", "to", "I.RemittanceInformation.Unstructured[1]"),
        ("RegulatoryReporting.0.Details.0.Date", "2026-11-24T10:00:01Z", "I.RegulatoryReporting[0].Details[0].Date"),
        ("RemittanceInformation", [], "I.RemittanceInformation"),
    ],
)
def test_names_the_path_of_the_first_difference(path, value, found):
    assert comparison.first_difference(changed(path, value), INITIATION, path="I") == found


def test_does_not_take_a_number_for_a_truth():
    assert comparison.first_difference({"ContractPresentIndicator": True}, {"ContractPresentIndicator": 1}, path="Risk")


def test_refuses_a_difference_as_a_consent_mismatch():
    with pytest.raises(comparison.ConsentMismatch) as refused:
        comparison.check_same({"A": "1"}, {"A": "2"}, path="Risk")

    fault = refused.value.faults[0]
    assert (fault.code, fault.path) == ("U008", "Risk.A")
