"""The trail's rows: what happened, and the chain that proves nothing was changed since."""

from typing import ClassVar

import pgtrigger
from django.db import models

from bank import rights


@rights.append_only
class Entry(models.Model):
    """One thing that somebody did, or was refused."""

    at = models.DateTimeField()
    actor = models.CharField("who", max_length=80)  # tpp:…, customer:…, staff:… or bank:…
    action = models.CharField(max_length=60)
    subject = models.CharField("to what", max_length=140)  # an id
    detail = models.JSONField(default=dict)
    interaction_id = models.CharField(max_length=36, blank=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes: ClassVar = [
            models.Index(fields=["subject", "id"], name="entry_by_subject"),
            models.Index(
                fields=["interaction_id"], name="entry_by_interaction", condition=~models.Q(interaction_id="")
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="entries_stay", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.action} {self.subject}"


@rights.append_only
class Seal(models.Model):
    """An entry's place in the chain: its digest covers the entry and the digest before it."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT)
    digest = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        triggers: ClassVar = [
            pgtrigger.Protect(name="seals_stay", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"seal {self.position}"
