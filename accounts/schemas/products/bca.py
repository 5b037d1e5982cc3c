"""Business current accounts: OBBCAData1. Source: Products v4.0.1."""

from typing import Annotated, Literal

import typing_extensions as te
from pydantic import Field

from accounts.schemas.products import atoms
from bank.api import wire

Segment = Literal[
    "ClientAccount", "Standard", "NonCommercialChaitiesClbSoc", "NonCommercialPublicAuthGovt", "Religious",
    "SectorSpecific", "Startup", "Switcher",
]  # fmt: skip
FeeFreeLengthPeriod = Literal["Day", "Half Year", "Month", "Quarter", "Week", "Year"]
TierBandMethod = Literal["Banded", "Tiered", "Whole"]
InterestFrequency = Literal[
    "Daily", "HalfYearly", "Monthly", "Other", "Quarterly", "PerStatementDate", "Weekly", "Yearly",
]  # fmt: skip
BankInterestRateType = Literal["Gross", "Other"]
OverdraftType = Literal["Committed", "OnDemand"]
OverdraftFeeType = Literal[
    "ArrangedOverdraft", "AnnualReview", "EmergencyBorrowing", "BorrowingItem", "OverdraftRenewal", "OverdraftSetup",
    "Surcharge", "TempOverdraft", "UnauthorisedBorrowing", "UnauthorisedPaidTrans", "Other",
    "UnauthorisedUnpaidTrans",
]  # fmt: skip
FeeFrequency = Literal[
    "OnClosing", "OnOpening", "ChargingPeriod", "Daily", "PerItem", "Monthly", "OnAnniversary", "Other",
    "PerHundredPounds", "PerHour", "PerOccurrence", "PerSheet", "PerTransaction", "PerTransactionAmount",
    "PerTransactionPercentage", "Quarterly", "SixMonthly", "StatementMonthly", "Weekly", "Yearly",
]  # fmt: skip
TariffType = Literal["Electronic", "Mixed", "Other"]
ServiceFeeType = Literal[
    "Other", "ServiceCAccountFee", "ServiceCAccountFeeMonthly", "ServiceCAccountFeeQuarterly", "ServiceCFixedTariff",
    "ServiceCBusiDepAccBreakage", "ServiceCMinimumMonthlyFee", "ServiceCOther",
]  # fmt: skip


class BCAProductDetails(te.TypedDict, closed=True):
    """The product itself: for whom it is, and what comes with it."""

    Segment: te.NotRequired[list[Segment]]
    FeeFreeLength: te.NotRequired[atoms.Number]
    FeeFreeLengthPeriod: te.NotRequired[FeeFreeLengthPeriod]
    Notes: te.NotRequired[list[atoms.Max2000Text]]


class BCATierBand(te.TypedDict, closed=True):
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


class BCATierBandSet(te.TypedDict, closed=True):
    """Tiers of credit interest that belong together."""

    TierBandMethod: TierBandMethod
    CalculationMethod: te.NotRequired[atoms.CalculationMethod]
    Destination: atoms.Destination
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    TierBand: Annotated[list[BCATierBand], Field(min_length=1)]


class BCACreditInterest(te.TypedDict, closed=True):
    """The interest that is paid to the holder."""

    TierBandSet: Annotated[list[BCATierBandSet], Field(min_length=1)]


class BCAOverdraftFeeChargeCap(te.TypedDict, closed=True):
    """How far the charges of an overdraft may go."""

    FeeType: Annotated[list[OverdraftFeeType], Field(min_length=1)]
    MinMaxType: atoms.MinMaxType
    FeeCapOccurrence: te.NotRequired[atoms.Number]
    FeeCapAmount: te.NotRequired[atoms.Quantity]
    CappingPeriod: te.NotRequired[FeeFreeLengthPeriod]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherFeeType: te.NotRequired[list[atoms.OtherCode]]


class BCAOverdraftFeeChargeDetail(te.TypedDict, closed=True):
    """One charge of an overdraft."""

    FeeType: OverdraftFeeType
    NegotiableIndicator: te.NotRequired[bool]
    OverdraftControlIndicator: te.NotRequired[bool]
    IncrementalBorrowingAmount: te.NotRequired[atoms.Quantity]
    FeeAmount: te.NotRequired[atoms.Quantity]
    FeeRate: te.NotRequired[atoms.Rate]
    FeeRateType: te.NotRequired[BankInterestRateType]
    ApplicationFrequency: FeeFrequency
    CalculationFrequency: te.NotRequired[FeeFrequency]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OverdraftFeeChargeCap: te.NotRequired[list[BCAOverdraftFeeChargeCap]]
    OtherFeeType: te.NotRequired[atoms.OtherCode]
    OtherFeeRateType: te.NotRequired[atoms.OtherCode]
    OtherApplicationFrequency: te.NotRequired[atoms.OtherCode]
    OtherCalculationFrequency: te.NotRequired[atoms.OtherCode]


class BCAOverdraftFeesCharges(te.TypedDict, closed=True):
    """What an overdraft costs beside its interest."""

    OverdraftFeeChargeCap: te.NotRequired[list[BCAOverdraftFeeChargeCap]]
    OverdraftFeeChargeDetail: Annotated[list[BCAOverdraftFeeChargeDetail], Field(min_length=1)]


class BCAOverdraftTierBand(te.TypedDict, closed=True):
    """One tier of an overdraft."""

    Identification: te.NotRequired[wire.Max35Text]
    TierValueMin: atoms.Quantity
    TierValueMax: te.NotRequired[atoms.Quantity]
    EAR: te.NotRequired[atoms.Rate]
    RepresentativeAPR: te.NotRequired[atoms.Rate]
    AgreementLengthMin: te.NotRequired[atoms.Number]
    AgreementLengthMax: te.NotRequired[atoms.Number]
    AgreementPeriod: te.NotRequired[FeeFreeLengthPeriod]
    OverdraftInterestChargingCoverage: te.NotRequired[TierBandMethod]
    BankGuaranteedIndicator: te.NotRequired[bool]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OverdraftFeesCharges: te.NotRequired[list[BCAOverdraftFeesCharges]]


class BCAOverdraftTierBandSet(te.TypedDict, closed=True):
    """Tiers of an overdraft that belong together."""

    TierBandMethod: TierBandMethod
    OverdraftType: te.NotRequired[OverdraftType]
    Identification: te.NotRequired[wire.Max35Text]
    AuthorisedIndicator: te.NotRequired[bool]
    BufferAmount: te.NotRequired[atoms.Quantity]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OverdraftTierBand: Annotated[list[BCAOverdraftTierBand], Field(min_length=1)]
    OverdraftFeesCharges: te.NotRequired[list[BCAOverdraftFeesCharges]]


class BCAOverdraft(te.TypedDict, closed=True):
    """What may be borrowed on the account."""

    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OverdraftTierBandSet: Annotated[list[BCAOverdraftTierBandSet], Field(min_length=1)]


class BCAFeeChargeCap(te.TypedDict, closed=True):
    """How far charges may go."""

    FeeType: Annotated[list[ServiceFeeType], Field(min_length=1)]
    MinMaxType: atoms.MinMaxType
    FeeCapOccurrence: te.NotRequired[atoms.Number]
    FeeCapAmount: te.NotRequired[atoms.Quantity]
    CappingPeriod: te.NotRequired[FeeFreeLengthPeriod]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherFeeType: te.NotRequired[list[atoms.OtherCode]]


class BCAOtherFeeType(te.TypedDict, closed=True):
    """A kind of charge that the standard has no code for."""

    Code: te.NotRequired[atoms.ShortMnemonic]
    FeeCategory: atoms.FeeCategory
    Name: wire.Max70Text
    Description: wire.Max350Text


class BCAFeeApplicableRange(te.TypedDict, closed=True):
    """The amounts or rates that a charge is for."""

    MinimumAmount: te.NotRequired[atoms.Quantity]
    MaximumAmount: te.NotRequired[atoms.Quantity]
    MinimumRate: te.NotRequired[atoms.Rate]
    MaximumRate: te.NotRequired[atoms.Rate]


class BCAFeeChargeDetail(te.TypedDict, closed=True):
    """One charge."""

    FeeCategory: atoms.FeeCategory
    FeeType: ServiceFeeType
    NegotiableIndicator: te.NotRequired[bool]
    FeeAmount: te.NotRequired[atoms.Quantity]
    FeeRate: te.NotRequired[atoms.Rate]
    FeeRateType: te.NotRequired[BankInterestRateType]
    ApplicationFrequency: FeeFrequency
    CalculationFrequency: te.NotRequired[FeeFrequency]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    FeeChargeCap: te.NotRequired[list[BCAFeeChargeCap]]
    OtherFeeCategoryType: te.NotRequired[atoms.OtherCode]
    OtherFeeType: te.NotRequired[BCAOtherFeeType]
    OtherFeeRateType: te.NotRequired[atoms.OtherCode]
    OtherApplicationFrequency: te.NotRequired[atoms.OtherCode]
    OtherCalculationFrequency: te.NotRequired[atoms.OtherCode]
    FeeApplicableRange: te.NotRequired[BCAFeeApplicableRange]


class BCAOtherFeesCharges(te.TypedDict, closed=True):
    """All charges that are not an overdraft's."""

    TariffType: te.NotRequired[TariffType]
    TariffName: te.NotRequired[wire.Max350Text]
    OtherTariffType: te.NotRequired[atoms.OtherCode]
    FeeChargeDetail: Annotated[list[BCAFeeChargeDetail], Field(min_length=1)]
    FeeChargeCap: te.NotRequired[list[BCAFeeChargeCap]]


class OBBCAData1(te.TypedDict, closed=True):
    """A business current account."""

    ProductDetails: te.NotRequired[BCAProductDetails]
    CreditInterest: te.NotRequired[BCACreditInterest]
    Overdraft: te.NotRequired[BCAOverdraft]
    OtherFeesCharges: te.NotRequired[list[BCAOtherFeesCharges]]
