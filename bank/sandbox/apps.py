"""Django's entry for this package."""

from importlib import import_module

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.sandbox"
    label = "sandbox"
    verbose_name = "Sandbox"

    def ready(self) -> None:
        """Register who handles the messages of the town."""
        import_module("bank.sandbox.life.nights")
