"""Print the letters that wait for customers; in a sandbox, show the codes of their apps, and bring in customers."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank import clock
from bank.api import wire
from bank.audit import trail
from bank.customers import codes, recovery
from bank.customers.models import Authenticator
from bank.outbox import unit
from bank.sandbox.life import document, newcomers, seeding


class Command(BaseCommand):
    """The sub-commands; what letters and codes are stands in bank/customers/recovery.py and codes.py."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the sub-commands."""
        commands = parser.add_subparsers(dest="what", required=True)
        letters = commands.add_parser("letters", help="print the letters that wait, each once")
        letters.set_defaults(do=self.print_letters)
        code = commands.add_parser("code", help="be the customer's app: show the code of this moment (sandbox only)")
        code.add_argument("username")
        code.add_argument(
            "--payment", metavar="TEXT", default="", help="what the page shows for the bank's app to scan"
        )
        code.set_defaults(do=self.show_code)
        load = commands.add_parser("load", help="bring in a customer by a document (sandbox only)")
        load.add_argument("file", type=Path, help="JSON, as docs/personas.md tells")
        load.set_defaults(do=self.load)
        schema = commands.add_parser("schema", help="print the JSON Schema of such documents")
        schema.set_defaults(do=lambda _options: self.stdout.write(document.schema()))

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

    def load(self, options: dict[str, Any]) -> None:
        """Bring in a customer with the whole history at once, or tell every fault of the document."""
        if not settings.SANDBOX:
            raise CommandError("Only a sandbox makes customers up.")
        now = clock.now()
        try:
            life = newcomers.expect(options["file"].read_bytes(), now=now)
            count = newcomers.settle(life, now=now)
        except OSError as unread:
            raise CommandError(f"{options['file']} cannot be read: {unread.strerror}.") from unread
        except wire.BodyInvalid as invalid:
            faults = "\n  ".join(newcomers.in_words(invalid))
            raise CommandError(f"The document has faults:\n  {faults}") from invalid
        with unit.work():
            seeding.make_statements([life], now=now)
            trail.record(actor="bank:manage.py", action="sandbox.customer_arrived", subject=life.username, now=now)
        self.stdout.write(f"{life.username} is here, with {len(life.spots)} accounts and {count} transactions.")
