"""Products of the type Other: their terms. Source: Products v4.0.1."""

from typing import Annotated, Literal

import typing_extensions as te
from pydantic import Field

from accounts.schemas.products import atoms
from bank.api import wire

Segment = Literal[
    "GEAS", "GEBA", "GEBR", "GEBU", "GECI", "GECS", "GEFB", "GEFG", "GEG", "GEGR", "GEGS", "GEOT", "GEOV", "GEPA",
    "GEPR", "GERE", "GEST", "GEYA", "GEYO", "PSCA", "PSES", "PSNC", "PSNP", "PSRG", "PSSS", "PSST", "PSSW",
]  # fmt: skip
FeeFreeLengthPeriod = Literal["PACT", "PDAY", "PHYR", "PMTH", "PQTR", "PWEK", "PYER"]
TierBandMethod = Literal["INBA", "INTI", "INWH"]
CalculationMethod = Literal["ITCO", "ITOT", "ITSI"]
Destination = Literal["INOT", "INPA", "INSC"]
InterestFrequency = Literal["FQAT", "FQDY", "FQHY", "FQMY", "FQOT", "FQQY", "FQSD", "FQWY", "FQYY"]
FixedVariableInterestRateType = Literal["INFI", "INVA"]
BankInterestRateType = Literal["INBB", "INFR", "INGR", "INLR", "INNE", "INOT"]
OverdraftType = Literal["OVCO", "OVOD", "OVOT"]
OverdraftFeeType = Literal[
    "FBAO", "FBAR", "FBEB", "FBIT", "FBOR", "FBOS", "FBSC", "FBTO", "FBUB", "FBUT", "FTOT", "FTUT"
]
MinMaxType = Literal["FMMN", "FMMX"]
FeeFrequency = Literal[
    "FEAC", "FEAO", "FECP", "FEDA", "FEHO", "FEI", "FEMO", "FEOA", "FEOT", "FEPC", "FEPH", "FEPO", "FEPS", "FEPT",
    "FEPTA", "FEPTP", "FEQU", "FESM", "FEST", "FEWE", "FEYE",
]  # fmt: skip
LoanFeeType = Literal["FEPF", "FTOT", "FYAF", "FYAM", "FYAQ", "FYCP", "FYDB", "FYMI", "FYXX"]
FeeCategory = Literal["FCOT", "FCRE", "FCSV"]
RepaymentType = Literal[
    "USBA", "USBU", "USCI", "USCS", "USER", "USFA", "USFB", "USFI", "USIO", "USOT", "USPF", "USRW", "USSL",
]  # fmt: skip
RepaymentFrequency = Literal["SMDA", "SMFL", "SMFO", "SMHY", "SMMO", "SMOT", "SMQU", "SMWE", "SMYE"]
AmountType = Literal["RABD", "RABL", "RACI", "RAFC", "RAIO", "RALT", "USOT"]
TariffType = Literal["TTEL", "TTMX", "TTOT"]


class OtherProductDetails(te.TypedDict, closed=True):
    """The product itself: for whom it is, and what comes with it."""

    Segment: te.NotRequired[list[Segment]]
    FeeFreeLength: te.NotRequired[int]
    FeeFreeLengthPeriod: te.NotRequired[FeeFreeLengthPeriod]
    MonthlyMaximumCharge: te.NotRequired[atoms.Quantity]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherSegment: te.NotRequired[atoms.OtherMnemonic]


class OtherTierBand(te.TypedDict, closed=True):
    """One tier of credit interest."""

    Identification: te.NotRequired[wire.Max35Text]
    TierValueMinimum: atoms.Quantity
    TierValueMaximum: te.NotRequired[atoms.Quantity]
    CalculationFrequency: te.NotRequired[InterestFrequency]
    ApplicationFrequency: InterestFrequency
    DepositInterestAppliedCoverage: te.NotRequired[TierBandMethod]
    FixedVariableInterestRateType: FixedVariableInterestRateType
    AER: atoms.Rate
    BankInterestRateType: te.NotRequired[BankInterestRateType]
    BankInterestRate: te.NotRequired[atoms.Rate]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherBankInterestType: te.NotRequired[atoms.OtherMnemonic]
    OtherApplicationFrequency: te.NotRequired[atoms.OtherMnemonic]
    OtherCalculationFrequency: te.NotRequired[atoms.OtherMnemonic]


class OtherTierBandSet(te.TypedDict, closed=True):
    """Tiers of credit interest that belong together."""

    TierBandMethod: TierBandMethod
    CalculationMethod: te.NotRequired[CalculationMethod]
    Destination: Destination
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherCalculationMethod: te.NotRequired[atoms.OtherMnemonic]
    OtherDestination: te.NotRequired[atoms.OtherMnemonic]
    TierBand: Annotated[list[OtherTierBand], Field(min_length=1)]


class OtherCreditInterest(te.TypedDict, closed=True):
    """The interest that is paid to the holder."""

    TierBandSet: Annotated[list[OtherTierBandSet], Field(min_length=1)]


class OtherOverdraftFeeChargeCap(te.TypedDict, closed=True):
    """How far the charges of an overdraft may go."""

    FeeType: Annotated[list[OverdraftFeeType], Field(min_length=1)]
    MinMaxType: MinMaxType
    FeeCapOccurrence: te.NotRequired[int]
    FeeCapAmount: te.NotRequired[atoms.Quantity]
    CappingPeriod: te.NotRequired[FeeFreeLengthPeriod]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherFeeType: te.NotRequired[list[atoms.OtherMnemonic]]


class OtherOverdraftFeeChargeDetail(te.TypedDict, closed=True):
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
    OverdraftFeeChargeCap: te.NotRequired[list[OtherOverdraftFeeChargeCap]]
    OtherFeeType: te.NotRequired[atoms.OtherMnemonic]
    OtherFeeRateType: te.NotRequired[atoms.OtherMnemonic]
    OtherApplicationFrequency: te.NotRequired[atoms.OtherMnemonic]
    OtherCalculationFrequency: te.NotRequired[atoms.OtherMnemonic]


class OtherOverdraftFeesCharges(te.TypedDict, closed=True):
    """What an overdraft costs beside its interest."""

    OverdraftFeeChargeCap: te.NotRequired[list[OtherOverdraftFeeChargeCap]]
    OverdraftFeeChargeDetail: Annotated[list[OtherOverdraftFeeChargeDetail], Field(min_length=1)]


class OtherOverdraftTierBand(te.TypedDict, closed=True):
    """One tier of an overdraft."""

    Identification: te.NotRequired[wire.Max35Text]
    TierValueMin: atoms.Quantity
    TierValueMax: te.NotRequired[atoms.Quantity]
    EAR: te.NotRequired[atoms.Rate]
    AgreementLengthMin: te.NotRequired[int]
    AgreementLengthMax: te.NotRequired[int]
    AgreementPeriod: te.NotRequired[FeeFreeLengthPeriod]
    OverdraftInterestChargingCoverage: te.NotRequired[TierBandMethod]
    BankGuaranteedIndicator: te.NotRequired[bool]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OverdraftFeesCharges: te.NotRequired[list[OtherOverdraftFeesCharges]]


class OtherOverdraftTierBandSet(te.TypedDict, closed=True):
    """Tiers of an overdraft that belong together."""

    TierBandMethod: TierBandMethod
    OverdraftType: te.NotRequired[OverdraftType]
    Identification: te.NotRequired[wire.Max35Text]
    AuthorisedIndicator: te.NotRequired[bool]
    BufferAmount: te.NotRequired[atoms.Quantity]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OverdraftTierBand: Annotated[list[OtherOverdraftTierBand], Field(min_length=1)]
    OverdraftFeesCharges: te.NotRequired[list[OtherOverdraftFeesCharges]]


class OtherOverdraft(te.TypedDict, closed=True):
    """What may be borrowed on the account."""

    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OverdraftTierBandSet: Annotated[list[OtherOverdraftTierBandSet], Field(min_length=1)]


class OtherOtherFeeType(te.TypedDict, closed=True):
    """A kind of charge that the standard has no code for."""

    Code: te.NotRequired[atoms.Mnemonic]
    FeeCategory: FeeCategory
    Name: wire.Max70Text
    Description: wire.Max350Text


class OtherLoanInterestFeeChargeDetail(te.TypedDict, closed=True):
    """One charge of a loan."""

    FeeType: LoanFeeType
    NegotiableIndicator: te.NotRequired[bool]
    FeeAmount: te.NotRequired[atoms.Quantity]
    FeeRate: te.NotRequired[atoms.Rate]
    FeeRateType: te.NotRequired[BankInterestRateType]
    ApplicationFrequency: FeeFrequency
    CalculationFrequency: FeeFrequency
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherFeeType: te.NotRequired[OtherOtherFeeType]
    OtherFeeRateType: te.NotRequired[atoms.OtherMnemonic]
    OtherApplicationFrequency: te.NotRequired[atoms.OtherMnemonic]
    OtherCalculationFrequency: te.NotRequired[atoms.OtherMnemonic]


class OtherLoanInterestFeeChargeCap(te.TypedDict, closed=True):
    """How far the charges of a loan may go."""

    FeeType: Annotated[list[LoanFeeType], Field(min_length=1)]
    MinMaxType: MinMaxType
    FeeCapOccurrence: te.NotRequired[int]
    FeeCapAmount: te.NotRequired[atoms.Quantity]
    CappingPeriod: te.NotRequired[FeeFrequency]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherFeeType: te.NotRequired[list[atoms.OtherMnemonic]]


class OtherLoanInterestFeesCharges(te.TypedDict, closed=True):
    """What a loan costs beside its interest."""

    LoanInterestFeeChargeDetail: Annotated[list[OtherLoanInterestFeeChargeDetail], Field(min_length=1)]
    LoanInterestFeeChargeCap: te.NotRequired[list[OtherLoanInterestFeeChargeCap]]


class OtherLoanInterestTierBand(te.TypedDict, closed=True):
    """One tier of a loan's interest."""

    Identification: te.NotRequired[wire.Max35Text]
    TierValueMinimum: atoms.Quantity
    TierValueMaximum: te.NotRequired[atoms.Quantity]
    TierValueMinTerm: int
    MinTermPeriod: FeeFreeLengthPeriod
    TierValueMaxTerm: te.NotRequired[int]
    MaxTermPeriod: te.NotRequired[FeeFreeLengthPeriod]
    FixedVariableInterestRateType: FixedVariableInterestRateType
    RepAPR: atoms.Rate
    LoanProviderInterestRateType: te.NotRequired[BankInterestRateType]
    LoanProviderInterestRate: te.NotRequired[atoms.Rate]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherLoanProviderInterestRateType: te.NotRequired[atoms.OtherMnemonic]
    LoanInterestFeesCharges: te.NotRequired[list[OtherLoanInterestFeesCharges]]


class OtherLoanInterestTierBandSet(te.TypedDict, closed=True):
    """Tiers of a loan's interest that belong together."""

    TierBandMethod: TierBandMethod
    Identification: te.NotRequired[wire.Max35Text]
    CalculationMethod: CalculationMethod
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherCalculationMethod: te.NotRequired[atoms.OtherMnemonic]
    LoanInterestTierBand: Annotated[list[OtherLoanInterestTierBand], Field(min_length=1)]
    LoanInterestFeesCharges: te.NotRequired[list[OtherLoanInterestFeesCharges]]


class OtherLoanInterest(te.TypedDict, closed=True):
    """The interest of a loan."""

    Notes: te.NotRequired[list[atoms.Max2000Text]]
    LoanInterestTierBandSet: Annotated[list[OtherLoanInterestTierBandSet], Field(min_length=1)]


class OtherRepaymentFeeChargeCap(te.TypedDict, closed=True):
    """How far the charges of a repayment may go."""

    FeeType: Annotated[list[LoanFeeType], Field(min_length=1)]
    MinMaxType: MinMaxType
    FeeCapOccurrence: te.NotRequired[int]
    FeeCapAmount: te.NotRequired[atoms.Quantity]
    CappingPeriod: te.NotRequired[FeeFreeLengthPeriod]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherFeeType: te.NotRequired[list[atoms.OtherMnemonic]]


class OtherRepaymentFeeCharges(te.TypedDict, closed=True):
    """What paying back early, or not at all, costs."""

    RepaymentFeeChargeDetail: Annotated[list[OtherLoanInterestFeeChargeDetail], Field(min_length=1)]
    RepaymentFeeChargeCap: te.NotRequired[list[OtherRepaymentFeeChargeCap]]


class OtherRepaymentHoliday(te.TypedDict, closed=True):
    """For how long nothing need be paid back."""

    MaxHolidayLength: te.NotRequired[int]
    MaxHolidayPeriod: te.NotRequired[FeeFreeLengthPeriod]
    Notes: te.NotRequired[list[atoms.Max2000Text]]


class OtherRepayment(te.TypedDict, closed=True):
    """How a loan is paid back."""

    RepaymentType: te.NotRequired[RepaymentType]
    RepaymentFrequency: te.NotRequired[RepaymentFrequency]
    AmountType: te.NotRequired[AmountType]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    OtherRepaymentType: te.NotRequired[atoms.OtherMnemonic]
    OtherRepaymentFrequency: te.NotRequired[atoms.OtherMnemonic]
    OtherAmountType: te.NotRequired[atoms.OtherMnemonic]
    RepaymentFeeCharges: te.NotRequired[OtherRepaymentFeeCharges]
    RepaymentHoliday: te.NotRequired[list[OtherRepaymentHoliday]]


class OtherFeeApplicableRange(te.TypedDict, closed=True):
    """The amounts or rates that a charge is for."""

    MinimumAmount: te.NotRequired[atoms.Quantity]
    MaximumAmount: te.NotRequired[atoms.Quantity]
    MinimumRate: te.NotRequired[atoms.Rate]
    MaximumRate: te.NotRequired[atoms.Rate]


class OtherFeeChargeDetail(te.TypedDict, closed=True):
    """One charge."""

    FeeCategory: FeeCategory
    FeeType: LoanFeeType
    NegotiableIndicator: te.NotRequired[bool]
    FeeAmount: te.NotRequired[atoms.Quantity]
    FeeRate: te.NotRequired[atoms.Rate]
    FeeRateType: te.NotRequired[BankInterestRateType]
    ApplicationFrequency: FeeFrequency
    CalculationFrequency: te.NotRequired[FeeFrequency]
    Notes: te.NotRequired[list[atoms.Max2000Text]]
    FeeChargeCap: te.NotRequired[list[OtherRepaymentFeeChargeCap]]
    OtherFeeCategoryType: te.NotRequired[atoms.OtherMnemonic]
    OtherFeeType: te.NotRequired[OtherOtherFeeType]
    OtherFeeRateType: te.NotRequired[atoms.OtherMnemonic]
    OtherApplicationFrequency: te.NotRequired[atoms.OtherMnemonic]
    OtherCalculationFrequency: te.NotRequired[atoms.OtherMnemonic]
    FeeApplicableRange: te.NotRequired[OtherFeeApplicableRange]


class OtherOtherFeesCharges(te.TypedDict, closed=True):
    """All charges that are not an overdraft's."""

    TariffType: te.NotRequired[TariffType]
    TariffName: te.NotRequired[wire.Max350Text]
    OtherTariffType: te.NotRequired[atoms.OtherMnemonic]
    FeeChargeDetail: Annotated[list[OtherFeeChargeDetail], Field(min_length=1)]
    FeeChargeCap: te.NotRequired[list[OtherRepaymentFeeChargeCap]]


class OtherProductType(te.TypedDict, closed=True):
    """A product that is neither current account, card nor loan to a small business."""

    Name: wire.Max350Text
    Description: wire.Max350Text
    ProductDetails: te.NotRequired[OtherProductDetails]
    CreditInterest: te.NotRequired[OtherCreditInterest]
    Overdraft: te.NotRequired[OtherOverdraft]
    LoanInterest: te.NotRequired[OtherLoanInterest]
    Repayment: te.NotRequired[OtherRepayment]
    OtherFeesCharges: te.NotRequired[list[OtherOtherFeesCharges]]
    SupplementaryData: te.NotRequired[wire.OBSupplementaryData1]
