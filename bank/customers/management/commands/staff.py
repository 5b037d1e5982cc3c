"""Give a member of staff the authenticator app whose codes open the desk."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bank import clock
from bank.audit import trail
from bank.customers import codes
from bank.customers.models import User
from bank.outbox import unit


class Command(BaseCommand):
    """The one sub-command; what a code is stands in bank/customers/codes.py."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the sub-command."""
        commands = parser.add_subparsers(dest="what", required=True)
        app = commands.add_parser("app", help="print the secret of a new app, once; an earlier one counts no more")
        app.add_argument("username")
        app.set_defaults(do=self.give_app)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Run it."""
        options["do"](options)

    def give_app(self, options: dict[str, Any]) -> None:
        """Make an app's secret, which counts at once, and end what the person has open."""
        username = options["username"]
        now = clock.now()
        with unit.work():
            person = User.objects.select_for_update().filter(username=username, kind=User.Kind.STAFF).first()
            if person is None:
                raise CommandError(f"No member of staff is named {username}.")
            app = codes.replace(person, name="Given by the operator", now=now)
            person.end_sessions()
            trail.record(actor="bank:operator", action="staff.app-given", subject=username, now=now)
        self.stdout.write(f"{codes.address(app)}\nTyped into an app: {codes.spelled(app)}")
