"""Requests of one member of staff that another must decide."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Approval(models.Model):
    """An action that waits for, or got, its second person."""

    class Decision(models.TextChoices):
        APPROVED = "approved"
        REFUSED = "refused"

    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=140)
    reason = models.CharField(max_length=500)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("requested_by")),
                name="approval_needs_a_second_person",
            ),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_by=None, decided_at=None)
                | (~models.Q(decision="") & models.Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="approval_is_open_or_decided",
            ),
            models.UniqueConstraint(
                fields=["action", "subject"], condition=models.Q(decision=""), name="approval_is_asked_for_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
