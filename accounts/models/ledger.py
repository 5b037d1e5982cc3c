"""Accounts, who holds them, and the rows of the double-entry ledger.

The ledger's rows are written by accounts/ledger.py alone and are never changed or deleted. The two sums on the account,
booked_minor and held_minor, are moved by triggers (accounts/migrations/0004_ledger_rules.py) when a posting or a hold
comes in: no other statement can change them, whoever sends it.
"""

from datetime import datetime
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models

from bank import ids, numbering, rights
from bank.customers.models import User

PAYMENT_TYPES = frozenset({"CACC", "SVGS"})  # AccountTypeCode of accounts that payments may be made from


def kept_for_good(name: str) -> pgtrigger.Protect:
    """Make the trigger that refuses every change and deletion of a row, also to the tables' owner."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


@rights.guarded("booked_minor", "held_minor", "last_booked_at", "last_held_at", "currency", "limit_minor", "kind")
class Account(models.Model):
    """A place where money is: a customer's account, or one of the bank's own that money passes through."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer"
        SETTLEMENT = "settlement"  # the bank's position with a scheme, in shards: many payments, no hot row
        SUSPENSE = "suspense"

    class Status(models.TextChoices):
        ENABLED = "Enabled"
        DISABLED = "Disabled"
        DELETED = "Deleted"

    id = ids.Field(primary_key=True, max_length=ids.LETTERS_MAX)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CUSTOMER)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ENABLED)
    status_updated_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    category = models.CharField("AccountCategory", max_length=8, default="Personal")
    type_code = models.CharField("AccountTypeCode", max_length=4, default="CACC")
    description = models.CharField(max_length=35, blank=True)
    nickname = models.CharField(max_length=70, blank=True)
    name = models.CharField("the name on the account", max_length=350)
    scheme = models.CharField("scheme of its number", max_length=40, default=numbering.SORT_CODE_ACCOUNT_NUMBER)
    identification = models.CharField("number", max_length=34, unique=True)  # of 14 digits: sort code and number
    secondary_identification = models.CharField(max_length=34, blank=True)  # a savings account's roll number
    product = models.ForeignKey("accounts.Product", models.PROTECT, null=True, related_name="accounts")
    switch_status = models.CharField(max_length=32, blank=True)  # OBExternalSwitchStatusCode: UK.CASS.…
    statement_day = models.PositiveSmallIntegerField(null=True)  # of each month, 1 to 28; none: no statements
    accrued_micro = models.BigIntegerField(default=0)  # interest not yet booked, in 10⁻⁶ minor units; owed if negative
    opened_at = models.DateTimeField()
    matures_at = models.DateTimeField(null=True)
    booked_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0)
    last_booked_at = models.DateTimeField(null=True)  # booked_at of its newest posting
    last_held_at = models.DateTimeField(null=True)  # when a hold last began or ended
    limit_minor = models.BigIntegerField(null=True, default=0)  # how far below zero it may go; none: as far as it takes

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(limit_minor=None)
                | models.Q(booked_minor__gte=models.F("held_minor") - models.F("limit_minor")),
                name="account_stays_within_its_limit",
            ),
            models.CheckConstraint(condition=models.Q(held_minor__gte=0), name="account_holds_are_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @property
    def number(self) -> str:
        """The account's number as people write it; of a card, the last digits."""
        return numbering.written(self.identification, scheme=self.scheme)

    @classmethod
    def open(
        cls,
        *,
        account_id: str,
        holder: User,
        name: str,
        identification: str,
        now: datetime,
        currency: str = "GBP",
        limit_minor: int = 0,
        **more: Any,
    ) -> "Account":
        """Open an empty account for its first holder. Money comes by transfers.

        identification is sort code and account number in 14 digits; limit_minor is the agreed overdraft.
        """
        account = cls.objects.create(
            id=account_id,
            name=name,
            identification=identification,
            currency=currency,
            limit_minor=limit_minor,
            opened_at=now,
            status_updated_at=now,
            **more,
        )
        account.holders.create(customer=holder)
        return account


class Holder(models.Model):
    """A customer's part in an account."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="holders")
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="holdings")
    role = models.CharField("OBExternalAccountRole1Code", max_length=40, default="UK.OBIE.Principal")
    may_pay = models.BooleanField("may pay from it", default=True)  # a delegate may be allowed to look, and no more

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "customer"], name="holder_stands_once"),
        ]


@rights.append_only
class Transfer(models.Model):
    """Money that moved, all at once: its postings sum to zero."""

    id = ids.Field(primary_key=True, max_length=ids.LETTERS_MAX)
    kind = models.CharField(max_length=20)  # payment, return, salary, card, opening, …
    for_order = models.CharField(max_length=40, blank=True)
    booked_at = models.DateTimeField()

    class Meta:
        triggers: ClassVar = [kept_for_good("transfer_is_kept")]
        indexes: ClassVar = [
            models.Index(fields=["for_order"], name="transfer_by_order", condition=~models.Q(for_order="")),
        ]


@rights.append_only
class Posting(models.Model):
    """One side of a transfer, as the account's holder sees it."""

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings", db_index=False)
    amount_minor = models.BigIntegerField()  # what it adds to the account; negative: what it takes
    balance_minor = models.BigIntegerField(default=0)  # booked balance after it; filled in by the trigger
    booked_at = models.DateTimeField()  # never before the account's earlier postings: the trigger sees to it
    counterparty = models.CharField(max_length=300, blank=True)  # the other side's scheme and identification
    details = models.JSONField(default=dict)  # what the statement line says

    class Meta:
        triggers: ClassVar = [kept_for_good("posting_is_kept")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="posting_amount_is_not_zero"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-booked_at", "-id"], name="posting_by_account_and_time"),
            # A consent may show one direction alone; its page must not cost more where that is the rare one.
            models.Index(
                fields=["account", "-booked_at", "-id"], name="credit_by_time", condition=models.Q(amount_minor__gt=0)
            ),
            models.Index(
                fields=["account", "-booked_at", "-id"], name="debit_by_time", condition=models.Q(amount_minor__lt=0)
            ),
            models.Index(
                fields=["account", "counterparty", "-booked_at"],
                name="posting_by_counterparty",
                condition=~models.Q(counterparty=""),
            ),
        ]


@rights.append_only
class Hold(models.Model):
    """Money set aside for an order. It ends once, in a row of its own."""

    id = ids.Field(primary_key=True, max_length=ids.LETTERS_MAX)
    account = models.ForeignKey(Account, models.PROTECT, related_name="holds", db_index=False)
    amount_minor = models.BigIntegerField()
    for_order = models.CharField(max_length=40)
    placed_at = models.DateTimeField()
    counterparty = models.CharField(max_length=300, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        triggers: ClassVar = [kept_for_good("hold_is_kept")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="hold_amount_is_positive"),
            models.UniqueConstraint(fields=["for_order"], name="order_has_one_hold"),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-placed_at", "-id"], name="hold_by_account_and_time")]


@rights.append_only
class HoldEnd(models.Model):
    """How a hold ended: posted by a transfer, or released."""

    class Outcome(models.TextChoices):
        POSTED = "posted"
        RELEASED = "released"

    hold = models.OneToOneField(Hold, models.PROTECT, primary_key=True, related_name="end")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    transfer = models.ForeignKey(Transfer, models.PROTECT, null=True)
    ended_at = models.DateTimeField()

    class Meta:
        triggers: ClassVar = [kept_for_good("hold_end_is_kept")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(outcome="posted", transfer__isnull=False)
                | models.Q(outcome="released", transfer__isnull=True),
                name="hold_is_posted_by_a_transfer_or_released",
            ),
        ]
