"""What staff may ask to be done for a customer."""

from typing import Any

from bank.approvals import requests
from bank.approvals.requests import Order
from bank.customers import recovery
from bank.customers.models import Letter, User
from bank.desk import pages


@requests.action
class LetInAnew(requests.Action):
    """Help a customer who has lost everything to log in with."""

    name = "customers.let-in-anew"
    words = "Void all passkeys, apps and codes, and send a letter with a new code"
    model = "customers.User"
    unfit = "This is no active customer."

    def is_offered(self, thing: Any) -> bool:
        """Only to active customers."""
        return bool(thing.kind == User.Kind.CUSTOMER and thing.is_active)

    def carry_out(self, order: Order) -> None:
        """Void and write; the letter is printed by `manage.py customer letters`."""
        self.check(order.subject)
        customer = User.objects.select_for_update().get(pk=order.subject)
        recovery.start_anew(customer, actor=order.actor, now=order.now)


@pages.section(User)
def proofs(person: User) -> pages.Table:
    """What a customer proves themselves with; no secret is shown."""
    rows = [
        *(["passkey", row.name, pages.moment(row.added_at), pages.moment(row.used_at)] for row in _of(person.passkeys)),
        *(
            ["app", row.name, pages.moment(row.added_at), pages.moment(row.used_at)]
            for row in _of(person.authenticators)
        ),
        *(
            [
                "recovery code",
                "by letter" if row.came_by_letter else "",
                pages.moment(row.made_at),
                pages.moment(row.used_at),
            ]
            for row in person.recovery_codes.order_by("made_at", "pk")
        ),
        *(
            ["letter", "printed" if row.printed_at else "waits to be printed", pages.moment(row.written_at), ""]
            for row in Letter.objects.filter(customer=person).order_by("written_at")
        ),
    ]
    return pages.Table(title="Strong authentication", columns=["what", "name", "since", "last used"], rows=rows)


def _of(rows: Any) -> Any:
    return rows.order_by("added_at")
