"""Requests of one member of staff that another must decide."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models

from bank import rights


@rights.guarded("action", "subject", "reason", "requested_by_id", "requested_at")
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
        permissions: ClassVar = [
            ("ask_approval", "Can ask for approval"),
            ("decide_approval", "Can decide an approval"),
        ]
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

    @classmethod
    def new(cls, *, action: str, subject: str, reason: str, by_id: int, now: datetime) -> "Approval":
        """Keep a request that waits."""
        return cls.objects.create(
            action=action, subject=subject, reason=reason, requested_by_id=by_id, requested_at=now
        )

    def decide(self, decision: Decision, *, by_id: int, now: datetime) -> None:
        """Keep the second person's word; it is never changed."""
        assert not self.decision
        self.decision, self.decided_by_id, self.decided_at = decision, by_id, now
        self.save(update_fields=["decision", "decided_by", "decided_at"])
