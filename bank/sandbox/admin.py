"""The desk's pages for the town, in a sandbox alone."""

from django.conf import settings
from django.contrib import admin
from django.utils.safestring import SafeString

from bank.customers.models import User
from bank.desk import pages
from bank.sandbox import desk
from bank.sandbox.models import Resident


class ResidentAdmin(pages.ReadOnly):
    """Who lives in the town, newest first, and by what document."""

    list_display = ("username", "name", "arrived_on", "lived_until")
    list_select_related = ("customer",)
    ordering = ("-pk",)
    search_fields = ("customer__username", "customer__full_name")
    search_help_text = "User name or name"
    fields = ("person", "username", "arrived_on", "lived_until", "written")
    readonly_fields = ("person", "username", "written")
    alone = (desk.BringIn(),)

    @admin.display(description="user name")
    def username(self, resident: Resident) -> str:
        """What the customer logs in with."""
        return resident.customer.username

    @admin.display(description="name")
    def name(self, resident: Resident) -> str:
        """The customer's name."""
        return resident.customer.full_name

    @admin.display(description="person")
    def person(self, resident: Resident) -> SafeString:
        """A link to all that the bank knows about the customer."""
        return pages.link(User, resident.customer_id, resident.customer.full_name)

    @admin.display(description="document")
    def written(self, resident: Resident) -> SafeString | str:
        """The document, readable."""
        return pages.pretty(resident.document)


if settings.SANDBOX:
    admin.site.register(Resident, ResidentAdmin)
