"""The desk's page for what must still happen."""

from django.contrib import admin

from bank.desk import pages
from bank.outbox.models import Message


@admin.register(Message)
class MessageAdmin(pages.ReadOnly):
    """Messages that wait; one with many hand-overs and an error needs a person."""

    list_display = ("kind", "payload", "created_at", "due_at", "hand_overs", "last_error")
    list_filter = ("kind",)
    ordering = ("due_at", "id")
