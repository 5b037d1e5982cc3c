"""The desk's page for the bank's signing keys; the private parts are not shown."""

from django.contrib import admin

from bank.desk import pages
from bank.keys import desk
from bank.keys.models import SigningKey

__all__ = ["desk"]  # imported so that its actions are registered


@admin.register(SigningKey)
class SigningKeyAdmin(pages.ReadOnly):
    """The keys that the bank signs with."""

    list_display = ("kid", "algorithm", "state", "created_at", "activated_at", "retired_at")
    ordering = ("-created_at",)
    fields = ("kid", "algorithm", "state", "created_at", "activated_at", "retired_at", "withdrawn_at")
