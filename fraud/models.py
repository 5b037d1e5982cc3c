"""What the bank decided about a payment, and what it knows about payees."""

from typing import ClassVar

from django.db import models

from bank import rights


@rights.append_only
class Decision(models.Model):
    """The outcome of one screening, with every rule's result and the facts they saw."""

    class Outcome(models.TextChoices):
        ALLOW = "allow"
        HOLD = "hold"
        REJECT = "reject"

    for_order = models.CharField(max_length=40)
    outcome = models.CharField(max_length=6, choices=Outcome.choices)
    results = models.JSONField("one entry a rule: name, outcome, reason")
    facts = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["for_order"], name="decision_by_order")]

    def __str__(self) -> str:
        return f"{self.for_order}: {self.outcome}"


class Case(models.Model):
    """A held payment that a person must look at."""

    class State(models.TextChoices):
        OPEN = "open"
        RELEASED = "released"
        REJECTED = "rejected"

    for_order = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at=None)
                | (~models.Q(state="open") & models.Q(closed_at__isnull=False)),
                name="case_is_open_or_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.for_order}: {self.state}"


class PayeeMark(models.Model):
    """A payee that the bank no longer trusts, and why: marked by staff, or by a payment that was rejected."""

    counterparty = models.CharField("scheme and identification", max_length=300, unique=True)
    reason = models.CharField(max_length=300)
    marked_by = models.CharField("who: staff:…, bank:…", max_length=80)
    marked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.counterparty
