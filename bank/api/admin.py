"""The desk's page for idempotency keys: which resource a key of a TPP created."""

from django.contrib import admin

from bank.api.models import IdempotencyKey
from bank.desk import pages


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(pages.ReadOnly):
    """Keys, found by what they created."""

    list_display = ("key", "endpoint", "client", "resource_id", "created_at")
    list_select_related = ("client",)
    ordering = ("-created_at",)
    search_fields = ("=key", "=resource_id", "=client__client_id")
    fields = ("key", "endpoint", "client", "resource_id", "created_at")
