"""The bank's own signing keys, and what is known of key sets that others publish."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class SigningKey(models.Model):
    """A key pair that the bank signs with: next (published, not used yet), then active, then retired.

    Which of them it is, its instants say. A retired key stays published until it is withdrawn, for the signatures that
    were made with it.
    """

    class State(models.TextChoices):
        NEXT = "next"
        ACTIVE = "active"
        RETIRED = "retired"

    objects: ClassVar[models.Manager["SigningKey"]] = models.Manager()

    kid = models.CharField(primary_key=True, max_length=43)
    algorithm = models.CharField(max_length=5, choices=[("PS256", "PS256"), ("ES256", "ES256")])
    encrypted_pem = models.BinaryField()  # PKCS #8, encrypted under the key outside the database
    created_at = models.DateTimeField()  # and published
    activated_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # from the published set

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["algorithm"], condition=Q(activated_at=None, retired_at=None), name="algorithm_has_one_next_key"
            ),
            models.UniqueConstraint(
                fields=["algorithm"],
                condition=Q(activated_at__isnull=False, retired_at=None),
                name="algorithm_has_one_active_key",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(retired_at__isnull=False), name="withdrawn_key_is_retired"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.algorithm} {self.kid}"

    @property
    def state(self) -> State:
        """Where the key is in its life."""
        if self.retired_at is not None:
            return self.State.RETIRED
        return self.State.NEXT if self.activated_at is None else self.State.ACTIVE


class RemoteKeySet(models.Model):
    """A key set that somebody else publishes, as it was last fetched, and how the last try went."""

    url = models.CharField(primary_key=True, max_length=500)
    text = models.TextField(blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    last_error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.url
