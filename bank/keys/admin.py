"""The desk's pages for the bank's signing keys, whose private parts are not shown, and for key sets of others."""

from django.contrib import admin

from bank.desk import pages
from bank.keys import desk
from bank.keys.models import RemoteKeySet, SigningKey

__all__ = ["desk"]  # imported so that its actions are registered


@admin.register(SigningKey)
class SigningKeyAdmin(pages.ReadOnly):
    """The keys that the bank signs with."""

    list_display = ("kid", "algorithm", "state", "created_at", "activated_at", "retired_at")
    ordering = ("-created_at",)
    fields = ("kid", "algorithm", "state", "created_at", "activated_at", "retired_at", "withdrawn_at")


@admin.register(RemoteKeySet)
class RemoteKeySetAdmin(pages.ReadOnly):
    """Key sets that others publish, as they were last fetched."""

    list_display = ("url", "fetched_at", "tried_at", "failures", "last_error")
    ordering = ("url",)
    search_fields = ("url",)
    fields = ("url", "fetched_at", "tried_at", "failures", "last_error", "text")
