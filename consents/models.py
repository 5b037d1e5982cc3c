"""Consent objects and every transition they went through."""

import functools
import operator
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from bank import ids, rights
from consents import transitions


class Status(models.TextChoices):
    """Consent status codes: OBInternalConsentStatus1Code to 3Code, v4.0.1."""

    AWAU = "AWAU", "awaiting authorisation"
    AUTH = "AUTH", "authorised"
    RJCT = "RJCT", "rejected"
    CANC = "CANC", "cancelled"
    EXPD = "EXPD", "expired"
    COND = "COND", "consumed"


@rights.guarded(
    "id", "kind", "client_id", "status", "status_updated_at", "status_reasons", "created_at", "created_version",
    "data", "risk", "permissions", "from_at", "to_at", "expires_at",
)  # fmt: skip
class Consent(models.Model):
    """What a customer is asked to allow, as the TPP lodged it. Its content never changes after creation.

    The status columns are moved by a trigger when a Transition comes in, and by nothing else (consents/lifecycle.py).
    """

    id = ids.Field(primary_key=True, max_length=ids.LETTERS_MAX)
    kind = models.CharField(max_length=40)  # the resource's name, e.g. account-access, domestic-payment
    client = models.ForeignKey(settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.PROTECT, related_name="consents")
    status = models.CharField(max_length=4, choices=Status.choices, default=Status.AWAU)
    status_updated_at = models.DateTimeField()
    status_reasons = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_version = models.CharField(max_length=8, default="4.0")
    data = models.JSONField("Data, as it came")
    risk = models.JSONField("Risk, as it came", default=dict)
    permissions = ArrayField(models.CharField(max_length=40), default=list)
    from_at = models.DateTimeField("TransactionFromDateTime", null=True)
    to_at = models.DateTimeField("TransactionToDateTime", null=True)
    expires_at = models.DateTimeField("ExpirationDateTime", null=True)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="consents", db_index=False
    )
    debtor_account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+", db_index=False)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status__in=transitions.EVERY_KIND_STATUSES)
                | models.Q(kind__in=transitions.LASTING_KINDS, status__in=transitions.LASTING_STATUSES)
                | (
                    ~models.Q(kind__in=transitions.LASTING_KINDS) & models.Q(status__in=transitions.SINGLE_USE_STATUSES)
                ),
                name="consent_has_a_status_of_its_kind",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-created_at"], name="consent_by_customer"),
            models.Index(fields=["created_at"], name="consent_awaiting", condition=models.Q(status="AWAU")),
            models.Index(
                fields=["expires_at"],
                name="consent_by_end",
                condition=models.Q(status="AUTH", expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class ConsentAccount(models.Model):
    """An account that the customer put into an account-access consent."""

    consent = models.ForeignKey(Consent, models.PROTECT, related_name="accounts")
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consent", "account"], name="account_stands_once_in_a_consent"),
        ]


class Use(models.Model):
    """How often a consent was used on a day for one operation and account; an empty account: for all of them at once.

    Attended: the customer was there (x-fapi-customer-ip-address). Pages that follow a first page are not counted.
    """

    consent = models.ForeignKey(Consent, models.PROTECT, related_name="uses", db_index=False)
    day = models.DateField()
    operation = models.CharField(max_length=60)  # operationId
    account_id = models.CharField(max_length=ids.LETTERS_MAX, blank=True)
    attended = models.PositiveIntegerField(default=0)
    unattended = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consent", "day", "operation", "account_id"], name="use_is_counted_in_one"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} on {self.day}"


@rights.append_only
class FundsConfirmation(models.Model):
    """An answer whether an amount was there, kept for good; the TPP's reference counts once in a consent."""

    id = ids.Field(primary_key=True, max_length=ids.LETTERS_MAX)
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="confirmations", db_index=False)
    reference = models.CharField(max_length=35)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_available = models.BooleanField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consent", "reference"], name="reference_counts_once_in_a_consent"),
        ]


@rights.append_only
class Transition(models.Model):
    """One step of a consent's life, kept for good."""

    # The trigger that moves the consent finds it, and a consent is kept for good: a constraint would look once more.
    consent = models.ForeignKey(
        Consent, models.PROTECT, related_name="transitions", db_index=False, db_constraint=False
    )
    from_status = models.CharField(max_length=4, choices=Status.choices)
    to_status = models.CharField(max_length=4, choices=Status.choices)
    reasons = models.JSONField("StatusReason[]", default=list)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=functools.reduce(
                    operator.or_,
                    (models.Q(from_status=start, to_status=end) for start, end in sorted(transitions.LEGAL)),
                ),
                name="transition_is_a_step_of_the_table",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["consent", "id"], name="transition_by_consent")]
