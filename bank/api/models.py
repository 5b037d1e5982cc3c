"""Idempotency keys: which resource a key created."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """A key that a client used on an endpoint. The answer is not kept: a replay renders the resource as it stands.

    Source: Read/Write API profile v4.0.1, "Idempotency".
    """

    # No constraint in the database: checking it would lock one row of a busy client in every one of its requests. The
    # client has been read with its token a moment before.
    client = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, db_constraint=False, db_index=False
    )
    endpoint = models.CharField(max_length=120)
    key = models.CharField(max_length=40)
    body_digest = models.BinaryField(max_length=32)
    resource_id = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "endpoint", "key"], name="idempotency_key_is_used_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_key_by_age")]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.key}"
