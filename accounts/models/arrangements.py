"""What will move money on an account: mandates, standing orders, future payments, and whom it is sent to.

Amounts are minor units of the account's currency. Accounts and agents of others are kept as the standard writes them.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from bank import ids, numbering


class Mandate(models.TextChoices):
    """ExternalMandateStatus1Code: of direct debits and standing orders."""

    ACTIVE = "ACTV"
    CANCELLED = "CANC"
    EXPIRED = "EXPI"
    SUSPENDED = "SUSP"


class DirectDebit(models.Model):
    """A mandate by which somebody collects from the account. Source: Direct Debits v4.0.1."""

    id = ids.Field("DirectDebitId", primary_key=True, max_length=ids.LETTERS_MAX)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="direct_debits")
    status = models.CharField(max_length=4, choices=Mandate.choices, default=Mandate.ACTIVE)
    name = models.CharField("the collector", max_length=70)
    collector = models.JSONField()  # the collector's account: OBCashAccount
    mandate = models.JSONField()  # OBMandateRelatedInformation1: MandateIdentification, Frequency, …
    next_at = models.DateTimeField(null=True)
    previous_at = models.DateTimeField(null=True)
    previous_minor = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.status})"


class StandingOrder(models.Model):
    """A payment that the customer has the bank repeat. Source: Standing Orders v4.0.1."""

    id = ids.Field("StandingOrderId", primary_key=True, max_length=ids.LETTERS_MAX)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="standing_orders")
    status = models.CharField(max_length=4, choices=Mandate.choices, default=Mandate.ACTIVE)
    creditor_account = models.JSONField()  # OBCashAccount
    creditor_agent = models.JSONField(default=dict)
    mandate = models.JSONField()  # OBMandateRelatedInformation1
    remittance = models.JSONField(default=dict)  # OBRemittanceInformation2
    number_of_payments = models.PositiveSmallIntegerField(null=True)  # from the first to the final; none: no end
    first_minor = models.BigIntegerField()
    next_at = models.DateTimeField(null=True)
    next_minor = models.BigIntegerField(null=True)
    last_at = models.DateTimeField(null=True)
    last_minor = models.BigIntegerField(null=True)
    final_at = models.DateTimeField(null=True)
    final_minor = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.creditor_account.get('Name', '')} ({self.status})"


class ScheduledPayment(models.Model):
    """One payment on a later day. Source: Scheduled Payments v4.0.1."""

    class Kind(models.TextChoices):
        ARRIVAL = "Arrival"
        EXECUTION = "Execution"

    id = ids.Field("ScheduledPaymentId", primary_key=True, max_length=ids.LETTERS_MAX)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="scheduled_payments")
    kind = models.CharField("ScheduledType", max_length=9, choices=Kind.choices)
    due_at = models.DateTimeField("ScheduledPaymentDateTime")
    amount_minor = models.BigIntegerField()
    reference = models.CharField(max_length=35, blank=True)
    debtor_reference = models.CharField(max_length=35, blank=True)
    creditor_account = models.JSONField()
    creditor_agent = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)  # paid, refused or taken back: it is shown no more

    class Meta:
        ordering: ClassVar = ["due_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["account", "due_at"], name="scheduled_open", condition=models.Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.creditor_account.get('Name', '')} {self.due_at:%Y-%m-%d}"


class Beneficiary(models.Model):
    """Somebody whom the customer pays, kept so that it need not be typed again. Source: Beneficiaries v4.0.1.

    Kept for one account, or by the customer for all of them; then it stands under every account of the consent that is
    the customer's, and in the list over all accounts once and without an AccountId.
    """

    class Kind(models.TextChoices):
        TRUSTED = "Trusted"
        ORDINARY = "Ordinary"

    id = ids.Field("BeneficiaryId", primary_key=True, max_length=ids.LETTERS_MAX)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="beneficiaries")
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="beneficiaries")
    kind = models.CharField("BeneficiaryType", max_length=8, choices=Kind.choices, default=Kind.ORDINARY)
    reference = models.CharField(max_length=35, blank=True)
    creditor_account = models.JSONField()
    creditor_agent = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return str(self.creditor_account.get("Name", ""))

    @property
    def number(self) -> str:
        """The payee's account number as people write it; none where the payee is known by name alone."""
        account = self.creditor_account
        return numbering.written(account.get("Identification", ""), scheme=account.get("SchemeName", ""))


class Unbooked(models.Model):
    """A line that moved no money: announced for a coming day (FUTR), or refused (RJCT). Source: Transactions v4.0.1.

    Its number comes from the postings' sequence, so that both are ordered among each other without a tie. An announced
    line ends when it is booked, refused or withdrawn, and is shown no more; a refused one stays.
    """

    class Status(models.TextChoices):
        ANNOUNCED = "FUTR"
        REFUSED = "RJCT"

    id = models.BigIntegerField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="unbooked", db_index=False)
    status = models.CharField(max_length=4, choices=Status.choices)
    amount_minor = models.BigIntegerField()  # as it would be on a posting
    at = models.DateTimeField()  # when it is to be booked, or was refused
    details = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "unbooked lines"
        indexes: ClassVar = [
            models.Index(fields=["account", "-at", "-id"], name="unbooked_shown", condition=models.Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.at:%Y-%m-%d}"
