"""See, replace and withdraw the bank's signing keys."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bank import clock
from bank.keys import rotation, store
from bank.keys.models import SigningKey
from bank.outbox import unit

ACTOR = "bank:operator"


class Command(BaseCommand):
    """The sub-commands; the rules themselves stand in bank/keys/rotation.py."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the three sub-commands."""
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser("list", help="show every key and where it is in its life").set_defaults(do=self.show)
        rotate = commands.add_parser("rotate", help="let the next key sign, retire the one that did, publish a new one")
        rotate.add_argument("--algorithm", choices=store.ALGORITHMS, help="only this one (default: all)")
        rotate.add_argument(
            "--early", action="store_true", help="although clients who read the key set once a day may not know it yet"
        )
        rotate.set_defaults(do=self.rotate)
        retire = commands.add_parser("retire", help="use and publish a key no more, at once: it may be in wrong hands")
        retire.add_argument("kid")
        retire.set_defaults(do=self.retire)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Run one of them."""
        try:
            options["do"](options)
        except rotation.NotRotated as refused:
            raise CommandError(str(refused)) from refused

    def show(self, _options: dict[str, Any]) -> None:
        """List the keys, newest first."""
        for key in SigningKey.objects.order_by("algorithm", "-created_at"):
            state = f"{key.state}, withdrawn" if key.withdrawn_at else str(key.state)
            self.stdout.write(f"{key.kid}  {key.algorithm}  made {key.created_at:%Y-%m-%d %H:%M}  {state}")

    def rotate(self, options: dict[str, Any]) -> None:
        """Rotate one or all, together or not at all."""
        algorithms = [options["algorithm"]] if options["algorithm"] else store.ALGORITHMS
        with unit.work():
            for algorithm in algorithms:
                signs = rotation.rotate(algorithm, early=options["early"], actor=ACTOR, now=clock.now())
                self.stdout.write(f"{signs.kid} signs with {algorithm} from now on.")

    def retire(self, options: dict[str, Any]) -> None:
        """Withdraw a key."""
        with unit.work():
            rotation.withdraw(options["kid"], actor=ACTOR, now=clock.now())
        self.stdout.write(f"{options['kid']} is used no more; every process knows within {store.REREAD_SECONDS} s.")
