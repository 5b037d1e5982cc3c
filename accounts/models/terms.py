"""What the bank offers: products, whose terms its accounts live by, and offers to single accounts."""

from typing import ClassVar

from django.db import models

from bank import ids


class Product(models.Model):
    """The terms of a kind of account: interest and charges are computed from them, and the standard's tree shows them.

    Rates are yearly, in percent. Tiers are a list of {"from_minor", "to_minor" (null: no end), "rate" (text)}, lowest
    first. Source: Products v4.0.1.
    """

    class Kind(models.TextChoices):
        PERSONAL_CURRENT = "PersonalCurrentAccount"
        BUSINESS_CURRENT = "BusinessCurrentAccount"
        COMMERCIAL_CARD = "CommercialCreditCard"
        SME_LOAN = "SMELoan"
        OTHER = "Other"

    id = models.CharField("ProductId", primary_key=True, max_length=40)
    name = models.CharField("ProductName", max_length=350)
    kind = models.CharField("ProductType", max_length=22, choices=Kind.choices)
    description = models.CharField(max_length=350)  # of another product type
    secondary_id = models.CharField("SecondaryProductId", max_length=70, blank=True)
    marketing_state = models.CharField("MarketingStateId", max_length=35, blank=True)
    type_code = models.CharField("AccountTypeCode", max_length=4)
    currency = models.CharField(max_length=3, default="GBP")
    credit_tiers = models.JSONField(default=list)  # interest that the bank pays, by balance
    debit_rate = models.DecimalField(max_digits=6, decimal_places=3, null=True)  # interest on what is owed
    debit_free_minor = models.BigIntegerField(default=0)  # so much may be owed without interest
    monthly_fee_minor = models.BigIntegerField(default=0)
    returned_payment_fee_minor = models.BigIntegerField(default=0)
    foreign_purchase_percent = models.DecimalField(max_digits=5, decimal_places=3, default=0)
    cash_advance_percent = models.DecimalField(max_digits=5, decimal_places=3, default=0)
    minimum_payment_percent = models.DecimalField(max_digits=5, decimal_places=3, default=0)  # of a card's balance
    fee_free_months = models.PositiveSmallIntegerField(default=0)  # so long no monthly fee is taken
    segments = models.JSONField(default=list)  # for whom it is: the standard's codes, of this kind's tree
    notes = models.JSONField(default=dict)  # the bank's own words: lists of them on `product`, `interest`, `owed`
    early_repayment_percent = models.DecimalField(max_digits=5, decimal_places=3, default=0)  # of a loan, while fixed
    benefits = models.JSONField(default=list)  # of a statement: the standard's StatementBenefit without amounts

    def __str__(self) -> str:
        return self.name


class Offer(models.Model):
    """What the bank proposes to an account's holder, for a time. Source: Offers v4.0.1."""

    class Kind(models.TextChoices):
        BALANCE_TRANSFER = "BalanceTransfer"
        LIMIT_INCREASE = "LimitIncrease"
        MONEY_TRANSFER = "MoneyTransfer"
        OTHER = "Other"
        PROMOTIONAL_RATE = "PromotionalRate"

    id = ids.Field("OfferId", primary_key=True, max_length=ids.LETTERS_MAX)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="offers")
    kind = models.CharField("OfferType", max_length=15, choices=Kind.choices)
    description = models.CharField(max_length=500)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    rate = models.CharField(max_length=10, blank=True)  # percent a year, as the standard's text
    value = models.PositiveIntegerField(null=True)
    term = models.CharField(max_length=500, blank=True)
    url = models.CharField(max_length=256, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    fee_minor = models.BigIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.account_id}"
