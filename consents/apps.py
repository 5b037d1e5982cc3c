"""Django's entry for this package."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    """This package, as Django sees it."""

    name = "consents"
    label = "consents"
    verbose_name = "Consents"

    def ready(self) -> None:
        """Register the kinds of this package and fill the ports of the server and of the interface."""
        from bank.api import uses as counting
        from bank.oauth import intents as port
        from consents import intents, kinds, resources, uses

        for resource in resources.RESOURCES:
            kinds.register(resource.kind)
        port.install(intents.ConsentIntents())
        counting.install(uses.Counted())
