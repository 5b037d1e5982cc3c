"""Django's entry for the bank as a whole; each package below has its own."""

from django.apps import AppConfig


class BankConfig(AppConfig):
    """The roof: what is checked over all packages."""

    name = "bank"
    verbose_name = "Bank"

    def ready(self) -> None:
        """Register the system checks."""
        from bank import checks  # noqa: F401 - registers by being imported, once every model is there
