"""The desk's pages for people: customers and staff. No password is shown, hashed or not."""

from django.contrib import admin

from bank.customers import desk, staff
from bank.customers.models import User
from bank.desk import pages

__all__ = ["desk"]  # imported so that its actions are registered

admin.site.login_form = staff.DeskLogIn


@admin.register(User)
class UserAdmin(pages.ReadOnly):
    """People, found by name."""

    list_display = ("username", "full_name", "kind", "is_active", "locked_until", "created_at")
    list_filter = ("kind", "is_active")
    ordering = ("username",)
    search_fields = ("username", "full_name")
    fields = (
        "username",
        "full_name",
        "kind",
        "is_active",
        "is_superuser",
        "failed_attempts",
        "pauses",
        "locked_until",
        "last_login",
        "created_at",
    )
