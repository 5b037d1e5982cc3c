"""Django's entry for this package."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    """This package, as Django sees it."""

    name = "consents"
    label = "consents"
    verbose_name = "Consents"

    def ready(self) -> None:
        """Register the kinds of this package and fill the authorization server's port."""
        from bank.oauth import intents as port
        from consents import intents, kinds, resources

        for resource in resources.RESOURCES:
            kinds.register(resource.kind)
        port.install(intents.ConsentIntents())
