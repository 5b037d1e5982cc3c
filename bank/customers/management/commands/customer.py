"""Print the letters that wait for customers; in a sandbox, show the codes that a customer's app would show."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank import clock
from bank.customers import codes, recovery
from bank.customers.models import Authenticator
from bank.outbox import unit


class Command(BaseCommand):
    """The sub-commands; what letters and codes are stands in bank/customers/recovery.py and codes.py."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the two sub-commands."""
        commands = parser.add_subparsers(dest="what", required=True)
        letters = commands.add_parser("letters", help="print the letters that wait, each once")
        letters.set_defaults(do=self.print_letters)
        code = commands.add_parser("code", help="be the customer's app: show the code of this moment (sandbox only)")
        code.add_argument("username")
        code.add_argument(
            "--payment", metavar="TEXT", default="", help="what the page shows for the bank's app to scan"
        )
        code.set_defaults(do=self.show_code)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Run one of them."""
        options["do"](options)

    def print_letters(self, _options: dict[str, Any]) -> None:
        """Write the letters to standard output, a form feed after each."""
        with unit.work():
            for letter in recovery.print_letters(now=clock.now()):
                self.stdout.write(letter + "\f")

    def show_code(self, options: dict[str, Any]) -> None:
        """Make the code out of the secret, which only the customer's app and the bank hold."""
        if not settings.SANDBOX:
            raise CommandError("Only a sandbox plays its customers' apps.")
        app = Authenticator.objects.filter(customer__username=options["username"]).order_by("added_at").last()
        if app is None:
            raise CommandError(f"{options['username']} has no app: add one at {settings.ISSUER}/security")
        self.stdout.write(codes.shown_by(app, payment=options["payment"], now=clock.now()))
