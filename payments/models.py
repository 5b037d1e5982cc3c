"""Payment orders and every status they went through, and the simulated scheme's own book.

Which status may follow which, and how an order is moved: payments/statuses.py.
"""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models

from bank import ids, rights
from payments.statuses import FINAL, TRANSITIONS, Status


@rights.guarded("status", "status_updated_at", "status_reasons")
class PaymentOrder(models.Model):
    """A payment that the bank took: the consent's Initiation, made an order.

    The status columns are moved by a trigger when an OrderTransition comes in, and by nothing else.
    """

    id = ids.Field(primary_key=True, max_length=ids.LETTERS_MAX)
    type = models.CharField(max_length=40)  # the payment type's name, e.g. domestic-payment
    consent = models.ForeignKey("consents.Consent", models.PROTECT, related_name="orders")
    # The consent's client; not checked in the database again, which would lock a busy client's row in every order.
    client = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.PROTECT, related_name="+", db_constraint=False
    )
    debtor_account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    counterparty = models.CharField("creditor's account", max_length=300)  # scheme and identification, with a colon
    initiation = models.JSONField("Initiation, as it came")
    status = models.CharField(max_length=4, choices=Status.choices, default=Status.RCVD)
    status_updated_at = models.DateTimeField()
    status_reasons = models.JSONField("StatusReason[]", default=list)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["consent"], condition=~models.Q(type="domestic-vrp"), name="consent_is_spent_once"
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="order_amount_is_positive"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["status_updated_at"],
                name="order_unfinished",
                condition=~models.Q(status__in=sorted(FINAL)),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.ReadOnly(name="order_is_as_taken", exclude=["status", "status_updated_at", "status_reasons"]),
            pgtrigger.Protect(name="order_is_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def consent_data(self) -> dict[str, Any]:
        """Data of the consent that the order spends."""
        data: dict[str, Any] = self.consent.data
        return data


LEGAL = reduce(
    or_, (models.Q(from_status=before, to_status__in=after) for before, after in TRANSITIONS.items() if after)
)


@rights.append_only
class OrderTransition(models.Model):
    """One step of an order's life: the history that payment-details tells."""

    order = models.ForeignKey(PaymentOrder, models.PROTECT, related_name="transitions", db_index=False)
    from_status = models.CharField(max_length=4, choices=Status.choices)
    to_status = models.CharField(max_length=4, choices=Status.choices)
    reason_code = models.CharField("OBExternalStatusReason1Code", max_length=4, blank=True)
    reason = models.CharField(max_length=256, blank=True)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=LEGAL, name="order_step_is_in_the_table"),
        ]
        indexes: ClassVar = [models.Index(fields=["order", "id"], name="order_transition_by_order")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="order_history_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]


class SchemePayment(models.Model):
    """A payment in the simulated Faster Payments scheme's own book: the outside world, as far as this sandbox goes."""

    fpid = models.CharField("FPID", primary_key=True, max_length=42)  # the scheme's id of the payment
    order_id = models.CharField(max_length=40, unique=True)
    amount_minor = models.BigIntegerField()
    sort_code = models.CharField(max_length=6)
    account_number = models.CharField(max_length=8)
    course = models.CharField(max_length=10)  # how it goes on: a key of payments.schemes.magic.COURSES
    reason_code = models.CharField(max_length=4, blank=True)
    words = models.CharField(max_length=100)
    received_at = models.DateTimeField()
    answers_given = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=10, blank=True)  # what the scheme answered last
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.fpid

    def give(self, answer: str, *, now: datetime) -> None:
        """Write down the next answer."""
        self.answers_given += 1
        self.answer, self.answered_at = answer, now
        self.save(update_fields=["answers_given", "answer", "answered_at"])
