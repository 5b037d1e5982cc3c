"""What staff may ask to be done with a TPP."""

from typing import Any

from bank.approvals import requests
from bank.approvals.requests import Order
from bank.tpps import directory
from bank.tpps.models import TPP


@requests.action
class Block(requests.Action):
    """Shut a TPP out."""

    name = "tpps.block"
    words = "Block this TPP"
    model = "tpps.TPP"
    unfit = "This TPP is blocked already."

    def is_offered(self, thing: Any) -> bool:
        """Only an active one."""
        return bool(thing.status == TPP.Status.ACTIVE)

    def carry_out(self, order: Order) -> None:
        """Block it: its very next call fails."""
        self.check(order.subject)
        tpp = TPP.objects.get(pk=order.subject)
        directory.block(tpp, reason=order.reason, actor=order.actor, now=order.now)


@requests.action
class Unblock(requests.Action):
    """Let a TPP in again."""

    name = "tpps.unblock"
    words = "Unblock this TPP"
    model = "tpps.TPP"
    unfit = "This TPP is not blocked."

    def is_offered(self, thing: Any) -> bool:
        """Only a blocked one."""
        return bool(thing.status == TPP.Status.BLOCKED)

    def carry_out(self, order: Order) -> None:
        """Unblock it."""
        self.check(order.subject)
        tpp = TPP.objects.get(pk=order.subject)
        directory.unblock(tpp, reason=order.reason, actor=order.actor, now=order.now)
