"""Django's entry for this package."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.approvals"
    label = "approvals"
    verbose_name = "Approvals"
