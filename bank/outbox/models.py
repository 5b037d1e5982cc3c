"""Messages to the bank's own future."""

from typing import ClassVar

from django.db import models


class Message(models.Model):
    """Something that must still happen. The row goes away in the transaction in which it has happened."""

    kind = models.CharField(max_length=60)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()  # not before; moved on by each hand-over, so that a lost one is handed over again
    hand_overs = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at", "id"], name="message_by_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.payload}"
