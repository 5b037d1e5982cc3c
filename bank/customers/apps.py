"""Django's entry for this package."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.customers"
    label = "customers"
    verbose_name = "Customers and staff"

    def ready(self) -> None:
        """Register the methods of strong customer authentication, in the order in which pages offer them."""
        from bank.customers import codes, passkeys, recovery, sca

        sca.register(passkeys.Passkeys, codes.AppCodes, sca.FixedCode, recovery.RecoveryCodes)
