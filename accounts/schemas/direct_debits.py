"""Direct debits on the wire: OBReadDirectDebit2, v4.0.1."""

from typing import Literal

import typing_extensions as te

from bank.api import instructions, wire

ExternalMandateStatus1Code = Literal["ACTV", "CANC", "EXPI", "SUSP"]


class DirectDebit(te.TypedDict, closed=True):
    """A mandate by which somebody collects from the account."""

    AccountId: wire.Max40Text
    DirectDebitId: te.NotRequired[wire.Max40Text]
    DirectDebitStatusCode: te.NotRequired[ExternalMandateStatus1Code]
    Name: wire.Max70Text
    MandateRelatedInformation: te.NotRequired[instructions.OBMandateRelatedInformation1]
    PreviousPaymentDateTime: te.NotRequired[wire.DateTime]
    PreviousPaymentAmount: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]


class OBReadDirectDebit2Data(te.TypedDict, closed=True):
    """The direct debits of the accounts."""

    DirectDebit: te.NotRequired[list[DirectDebit]]


class OBReadDirectDebit2(te.TypedDict, closed=True):
    """The answer to a request for direct debits."""

    Data: OBReadDirectDebit2Data
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


ANSWER = wire.Wire(OBReadDirectDebit2)
