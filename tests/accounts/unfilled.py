"""The fields of account information that this bank fills in nobody's life, and why: patterns, as fnmatch reads them.

A test holds the table against the answers of the whole town, both ways.
"""

ONE_PAGE = (
    "OBReadAccount6", "OBReadBalance1", "OBReadBeneficiary5", "OBReadDirectDebit2", "OBReadStandingOrder6",
    "OBReadScheduledPayment3", "OBReadProduct2", "OBReadOffer1", "OBReadParty2", "OBReadParty3",
)  # fmt: skip
PRODUCT = "OBReadProduct2 Data.Product"
ON_ONE_PAGE = "The answer is one page."
NO_WINDOW = "Only transactions are held against the consent's window."

UNFILLED = {
    "*Meta.TotalPages": "Pages are not counted: that would read all of them.",
    "*Links.Last": "The last page is found by following the links; pages are not counted.",
    **{f"{kind} Links.{name}": ON_ONE_PAGE for kind in ONE_PAGE for name in ("First", "Prev", "Next")},
    **{f"{kind} Meta.*AvailableDateTime": NO_WINDOW for kind in (*ONE_PAGE, "OBReadStatement2")},
    "OBReadAccount6 *.DeliveryAddress": "Statements are read online: none is sent by post.",
    "OBReadStatement2 *.StatementFee.RateType": "Its codes are yearly rates (AER, EAR); a fee is a part of an amount.",
    "*.RecurringPaymentDateTime": "To be told only where the first payment is not on the day of the others.",
    "OBReadStandingOrder6 *.MandateIdentification": "A creditor gives it; the customer sets a standing order up alone.",
    # Products: what no product of this bank has.
    f"{PRODUCT}.*.Other*.Code": "What the standard has no code for is told by name: the bank has no codes of its own.",
    f"{PRODUCT}.*.Other*Frequency.*": "Whatever recurs here does so as often as one of the standard's codes says.",
    f"{PRODUCT}.*.OtherBankInterestType.*": "All interest here is of a kind that has a code.",
    f"{PRODUCT}.*.OtherLoanProviderInterestRateType.*": "All interest here is of a kind that has a code.",
    f"{PRODUCT}.*.OtherCalculationMethod.*": "Interest is compound, which has a code.",
    f"{PRODUCT}.*.OtherDestination.*": "Interest is paid into the account itself, which has a code.",
    f"{PRODUCT}.*.OtherSegment.*": "Every product is for somebody whom a code names.",
    f"{PRODUCT}.*.Repayment.Other*": "How loans and cards are paid back has codes.",
    f"{PRODUCT}.*.OtherFeeRateType.*": "A charge that is a part of an amount has no type of rate.",
    f"{PRODUCT}.*.FeeRateType": "A charge that is a part of an amount has no type of rate.",
    f"{PRODUCT}.*.OtherFeeCategoryType.*": "Every charge is for servicing, or Other with a type of its own.",
    f"{PRODUCT}.*.FeeChargeCap.*": "No charge is capped.",
    f"{PRODUCT}.*.FeeApplicableRange.*": "Charges are the same for every amount.",
    f"{PRODUCT}.*.FeeChargeDetail.Notes": "The name and the words of a charge say all of it.",
    f"{PRODUCT}.*.Tariff*": "There is one tariff, and it has no name.",
    f"{PRODUCT}.*.OtherTariffType.*": "There is one tariff, and it has no name.",
    f"{PRODUCT}.*.MonthlyMaximumCharge": "It is about unarranged overdrafts, which this bank does not give.",
    f"{PRODUCT}.*.OverdraftFeesCharges.*": "An overdraft costs its interest and nothing else.",
    f"{PRODUCT}.*.LoanInterestFeesCharges.*": "A loan costs its interest and nothing else.",
    f"{PRODUCT}.*.RepaymentFeeChargeDetail.FeeAmount": "Paying back early costs a part of it.",
    f"{PRODUCT}.*.RepaymentFeeChargeDetail.Notes": "The name and the words of a charge say all of it.",
    f"{PRODUCT}.*.RepaymentFeeChargeCap.*": "No charge is capped.",
    f"{PRODUCT}.*.RepaymentHoliday.*": "No loan may be left unpaid for a time.",
    f"{PRODUCT}.OtherProductType.Overdraft.*": "Only current accounts have overdrafts.",
    f"{PRODUCT}.OtherProductType.ProductDetails.FeeFree*": "Of these products none has a monthly fee.",
    f"{PRODUCT}.*.Identification": "Tiers have no names.",
    f"{PRODUCT}.*Band.Notes": "What is to be said is said of all tiers together.",
    f"{PRODUCT}.*.OverdraftTierBandSet.Notes": "What is to be said is said of the overdraft as a whole.",
    f"{PRODUCT}.*.LoanInterestTierBandSet.Notes": "What is to be said is said of the loan's interest as a whole.",
    f"{PRODUCT}.*.LoanInterestTierBand.TierValueMaximum": "One rate holds for whatever is owed.",
    f"{PRODUCT}.*.Agreement*": "An overdraft is agreed upon until it is ended.",
}
