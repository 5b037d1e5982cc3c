"""Personal current accounts: OBPCAData1. Source: Products v4.0.1."""

from typing import Annotated, Literal

import typing_extensions as te
from pydantic import Field

from accounts.schemas.products import atoms
from bank.api import wire

Segment = Literal[
    "Basic", "BenefitAndReward", "CreditInterest", "Cashback", "General", "Graduate", "Other", "Overdraft",
    "Packaged", "Premium", "Reward", "Student", "YoungAdult", "Youth",
]  # fmt: skip
TierBandMethod = Literal["Tiered", "Whole"]
InterestFrequency = Literal[
    "PerAcademicTerm", "Daily", "HalfYearly", "Monthly", "Other", "Quarterly", "PerStatementDate", "Weekly", "Yearly",
]  # fmt: skip
BankInterestRateType = Literal["LinkedBaseRate", "Gross", "Net", "Other"]
OverdraftTierBandMethod = Literal["Tiered", "Whole", "Banded"]
OverdraftType = Literal["Committed", "OnDemand", "Other"]
OverdraftFeeType = Literal[
    "ArrangedOverdraft", "EmergencyBorrowing", "BorrowingItem", "OverdraftRenewal", "AnnualReview", "OverdraftSetup",
    "Surcharge", "TempOverdraft", "UnauthorisedBorrowing", "UnauthorisedPaidTrans", "Other",
    "UnauthorisedUnpaidTrans",
]  # fmt: skip
CappingPeriod = Literal["AcademicTerm", "Day", "Half Year", "Month", "Quarter", "Week", "Year"]
FeeFrequency = Literal[
    "AccountClosing", "AccountOpening", "AcademicTerm", "ChargingPeriod", "Daily", "PerItem", "Monthly",
    "OnAccountAnniversary", "Other", "PerHour", "PerOccurrence", "PerSheet", "PerTransaction", "PerTransactionAmount",
    "PerTransactionPercentage", "Quarterly", "SixMonthly", "StatementMonthly", "Weekly", "Yearly",
]  # fmt: skip
ServiceFeeType = Literal["ServiceCAccountFee", "ServiceCAccountFeeMonthly", "ServiceCOther", "Other"]


class PCAProductDetails(te.TypedDict, closed=True):
    """The product itself: for whom it is, and what comes with it."""

    Segment: te.NotRequired[list[Segment]]
    MonthlyMaximumCharge: te.NotRequired[atoms.Quantity]
    Notes: te.NotRequired[list[atoms.Max2000Text]]


class PCATierBand(te.TypedDict, closed=True):
    """One tier of credit interest."""

    Identification: te.NotRequired[wire.Max35Text]
    TierValueMinimum: atoms.Quantity
    TierValueMaximum: te.NotRequired[atoms.Quantity]
    CalculationFrequency: te.NotRequired[InterestFrequency]
    ApplicationFrequency: InterestFrequency
    DepositInterestAppliedCoverage: te.NotRequired[TierBandMethod]
    FixedVariableInterestRateType: atoms.FixedVariableInterestRateType
    AER: atoms.Rate
    BankInterestRateType: te.NotRequired[BankInterestRateType]
    BankInterestRate: te.NotRequired[atoms.Rate]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherBankInterestType: te.NotRequired[atoms.OtherCode]
    OtherApplicationFrequency: te.NotRequired[atoms.OtherCode]
    OtherCalculationFrequency: te.NotRequired[atoms.OtherCode]


class PCATierBandSet(te.TypedDict, closed=True):
    """Tiers of credit interest that belong together."""

    TierBandMethod: TierBandMethod
    CalculationMethod: te.NotRequired[atoms.CalculationMethod]
    Destination: te.NotRequired[atoms.Destination]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    TierBand: Annotated[list[PCATierBand], Field(min_length=1)]


class PCACreditInterest(te.TypedDict, closed=True):
    """The interest that is paid to the holder."""

    TierBandSet: Annotated[list[PCATierBandSet], Field(min_length=1)]


class PCAOverdraftFeeChargeCap(te.TypedDict, closed=True):
    """How far the charges of an overdraft may go."""

    FeeType: Annotated[list[OverdraftFeeType], Field(min_length=1)]
    OverdraftControlIndicator: te.NotRequired[bool]
    MinMaxType: atoms.MinMaxType
    FeeCapOccurrence: te.NotRequired[atoms.Number]
    FeeCapAmount: te.NotRequired[atoms.Quantity]
    CappingPeriod: te.NotRequired[CappingPeriod]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherFeeType: te.NotRequired[list[atoms.OtherCode]]


class PCAOverdraftFeeChargeDetail(te.TypedDict, closed=True):
    """One charge of an overdraft."""

    FeeType: OverdraftFeeType
    OverdraftControlIndicator: te.NotRequired[bool]
    IncrementalBorrowingAmount: te.NotRequired[atoms.Quantity]
    FeeAmount: te.NotRequired[atoms.Quantity]
    FeeRate: te.NotRequired[atoms.Rate]
    FeeRateType: te.NotRequired[BankInterestRateType]
    ApplicationFrequency: FeeFrequency
    CalculationFrequency: te.NotRequired[FeeFrequency]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherFeeType: te.NotRequired[atoms.OtherCode]
    OtherFeeRateType: te.NotRequired[atoms.OtherCode]
    OtherApplicationFrequency: te.NotRequired[atoms.OtherCode]
    OtherCalculationFrequency: te.NotRequired[atoms.OtherCode]
    OverdraftFeeChargeCap: te.NotRequired[PCAOverdraftFeeChargeCap]


class PCAOverdraftFeesCharges(te.TypedDict, closed=True):
    """What an overdraft costs beside its interest."""

    OverdraftFeeChargeCap: te.NotRequired[list[PCAOverdraftFeeChargeCap]]
    OverdraftFeeChargeDetail: Annotated[list[PCAOverdraftFeeChargeDetail], Field(min_length=1)]


class PCAOverdraftTierBand(te.TypedDict, closed=True):
    """One tier of an overdraft."""

    Identification: te.NotRequired[wire.Max35Text]
    TierValueMin: atoms.Quantity
    TierValueMax: te.NotRequired[atoms.Quantity]
    OverdraftInterestChargingCoverage: te.NotRequired[TierBandMethod]
    BankGuaranteedIndicator: te.NotRequired[bool]
    EAR: te.NotRequired[atoms.Rate]
    RepresentativeAPR: te.NotRequired[atoms.Rate]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OverdraftFeesCharges: te.NotRequired[list[PCAOverdraftFeesCharges]]


class PCAOverdraftTierBandSet(te.TypedDict, closed=True):
    """Tiers of an overdraft that belong together."""

    TierBandMethod: OverdraftTierBandMethod
    OverdraftType: te.NotRequired[OverdraftType]
    Identification: te.NotRequired[wire.Max35Text]
    AuthorisedIndicator: te.NotRequired[bool]
    BufferAmount: te.NotRequired[atoms.Quantity]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OverdraftTierBand: Annotated[list[PCAOverdraftTierBand], Field(min_length=1)]
    OverdraftFeesCharges: te.NotRequired[list[PCAOverdraftFeesCharges]]


class PCAOverdraft(te.TypedDict, closed=True):
    """What may be borrowed on the account."""

    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OverdraftTierBandSet: Annotated[list[PCAOverdraftTierBandSet], Field(min_length=1)]


class PCAOtherFeeType(te.TypedDict, closed=True):
    """A kind of charge that the standard has no code for."""

    Code: te.NotRequired[atoms.ShortMnemonic]
    FeeCategory: atoms.FeeCategory
    Name: wire.Max70Text
    Description: wire.Max350Text


class PCAFeeChargeCap(te.TypedDict, closed=True):
    """How far charges may go."""

    FeeType: Annotated[list[ServiceFeeType], Field(min_length=1)]
    MinMaxType: atoms.MinMaxType
    FeeCapOccurrence: te.NotRequired[atoms.Number]
    FeeCapAmount: te.NotRequired[atoms.Quantity]
    CappingPeriod: te.NotRequired[CappingPeriod]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherFeeType: te.NotRequired[list[atoms.OtherCode]]


class PCAFeeApplicableRange(te.TypedDict, closed=True):
    """The amounts or rates that a charge is for."""

    MinimumAmount: te.NotRequired[atoms.Quantity]
    MaximumAmount: te.NotRequired[atoms.Quantity]
    MinimumRate: te.NotRequired[atoms.Rate]
    MaximumRate: te.NotRequired[atoms.Rate]


class PCAFeeChargeDetail(te.TypedDict, closed=True):
    """One charge."""

    FeeCategory: atoms.FeeCategory
    FeeType: ServiceFeeType
    FeeAmount: te.NotRequired[atoms.Quantity]
    FeeRate: te.NotRequired[atoms.Rate]
    FeeRateType: te.NotRequired[BankInterestRateType]
    ApplicationFrequency: FeeFrequency
    CalculationFrequency: te.NotRequired[FeeFrequency]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherFeeCategoryType: te.NotRequired[atoms.OtherCode]
    OtherFeeType: te.NotRequired[PCAOtherFeeType]
    OtherFeeRateType: te.NotRequired[atoms.OtherCode]
    OtherApplicationFrequency: te.NotRequired[atoms.OtherCode]
    OtherCalculationFrequency: te.NotRequired[atoms.OtherCode]
    FeeChargeCap: te.NotRequired[list[PCAFeeChargeCap]]
    FeeApplicableRange: te.NotRequired[PCAFeeApplicableRange]


class PCAOtherFeesCharges(te.TypedDict, closed=True):
    """All charges that are not an overdraft's."""

    FeeChargeDetail: Annotated[list[PCAFeeChargeDetail], Field(min_length=1)]
    FeeChargeCap: te.NotRequired[list[PCAFeeChargeCap]]


class OBPCAData1(te.TypedDict, closed=True):
    """A personal current account."""

    ProductDetails: te.NotRequired[PCAProductDetails]
    CreditInterest: te.NotRequired[PCACreditInterest]
    Overdraft: te.NotRequired[PCAOverdraft]
    OtherFeesCharges: te.NotRequired[PCAOtherFeesCharges]
