"""Django's entry for this package."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.sandbox"
    label = "sandbox"
    verbose_name = "Sandbox"
