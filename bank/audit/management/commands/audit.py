"""manage.py audit verify: prove that the trail is as it was written; audit seal: seal what is not sealed yet."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bank.audit import chain, tasks


class Command(BaseCommand):
    """Proves and seals the audit trail."""

    help = "Prove that no row of the audit trail was changed or removed since it was sealed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, and a head that was noted earlier."""
        parser.add_argument("what", choices=["verify", "seal"])
        parser.add_argument(
            "--head", metavar="POSITION:DIGEST", help="a head noted earlier, which the chain must still contain"
        )

    def handle(self, *, what: str, head: str | None, **_options: Any) -> None:
        """Do it; a chain that does not hold ends with exit code 1."""
        if what == "seal":
            tasks.seal(everything=True)
        verdict = chain.verify(noted=self._noted(head))
        if not verdict.holds:
            raise CommandError(f"The chain breaks at position {verdict.bad_position}: {verdict.why}.")
        print(f"{verdict.sealed} sealed entries hold. Head {verdict.sealed}:{verdict.head}")
        if verdict.unsealed:
            print(f"{verdict.unsealed} entries since {verdict.unsealed_since:%Y-%m-%d %H:%M:%S} UTC wait for a seal.")

    def _noted(self, head: str | None) -> tuple[int, str] | None:
        if head is None:
            return None
        position, _, digest = head.partition(":")
        if not position.isdigit() or not digest:
            raise CommandError("--head is a position and a digest: 1234:9f86d0…")
        return int(position), digest
