"""What two members of staff decide about an account."""

from collections.abc import Callable
from typing import Any, ClassVar

from accounts import life
from accounts.models import Account
from bank.approvals import requests
from bank.approvals.requests import Order


class OfAccounts(requests.Action):
    """What the decisions about an account share: the rule that carries them out, and when it can be asked."""

    model = "accounts.Account"
    rule: ClassVar[Callable[..., None]]
    offered_to: ClassVar[tuple[Account.Status, ...]]

    def is_offered(self, thing: Any) -> bool:
        """Only for customers' accounts of a fitting status; what else stands in the way is told at the decision."""
        return thing.kind == Account.Kind.CUSTOMER and thing.status in self.offered_to

    def carry_out(self, order: Order) -> None:
        """Let the rule do it."""
        try:
            type(self).rule(order.subject, reason=order.reason, actor=order.actor, now=order.now)
        except life.NotPossible as refused:
            raise requests.NotAllowed(str(refused)) from refused


@requests.action
class Freeze(OfAccounts):
    """Stop everything on an account."""

    name = "accounts.freeze"
    words = "Freeze this account: nothing goes in or out"
    unfit = "Only an account that is open can be frozen."
    rule = life.freeze
    offered_to = (Account.Status.ENABLED,)


@requests.action
class Thaw(OfAccounts):
    """Let a frozen account be used again."""

    name = "accounts.thaw"
    words = "Thaw this account"
    unfit = "Only a frozen account can be thawed."
    rule = life.thaw
    offered_to = (Account.Status.DISABLED,)


@requests.action
class Close(OfAccounts):
    """End an account."""

    name = "accounts.close"
    words = "Close this account for good; it must be empty"
    unfit = "This account is closed."
    rule = life.close
    offered_to = (Account.Status.ENABLED, Account.Status.DISABLED)


@requests.action
class Switch(OfAccounts):
    """Let an account go to another bank."""

    name = "accounts.switch"
    words = "Complete the switch to another bank: its balance goes there, and it is closed"
    unfit = "Only a current account that is open can be switched."
    rule = life.switch
    offered_to = (Account.Status.ENABLED,)

    def is_offered(self, thing: Any) -> bool:
        """Only for current accounts."""
        return super().is_offered(thing) and thing.type_code in life.SWITCHES
