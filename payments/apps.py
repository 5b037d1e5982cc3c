"""Django's entry for this package."""

from importlib import import_module

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """This package, as Django sees it."""

    name = "payments"
    label = "payments"
    verbose_name = "Payments"

    def ready(self) -> None:
        """Register what customers are asked about payments, and who handles the messages of settlement."""
        from consents import kinds
        from payments import asking

        import_module("payments.settlement")  # its handlers register themselves, and those of the schemes
        kinds.register(asking.DomesticPaymentKind())
