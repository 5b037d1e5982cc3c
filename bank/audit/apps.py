"""Django's entry for this package."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.audit"
    label = "audit"
    verbose_name = "Audit trail"
