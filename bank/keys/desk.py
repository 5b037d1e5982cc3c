"""What staff may ask to be done with a signing key."""

from typing import Any

from bank.approvals import requests
from bank.approvals.requests import Order
from bank.keys import rotation
from bank.keys.models import SigningKey


class _Rotation(requests.Action):
    """An action on a key; a reason of the rules not to do it is told to staff in their own words."""

    model = "keys.SigningKey"

    def change(self, key: SigningKey, order: Order) -> None:
        """Do it. Raises NotRotated."""
        raise NotImplementedError

    def carry_out(self, order: Order) -> None:
        """Do it, or say why not."""
        self.check(order.subject)
        try:
            self.change(SigningKey.objects.get(pk=order.subject), order)
        except rotation.NotRotated as refused:
            raise requests.NotAllowed(str(refused)) from refused


@requests.action
class Rotate(_Rotation):
    """Replace the key that signs by the next one."""

    name = "keys.rotate"
    words = "Let the next key sign"
    unfit = "This key does not sign."

    def is_offered(self, thing: Any) -> bool:
        """Only the active one."""
        return bool(thing.state == SigningKey.State.ACTIVE)

    def change(self, key: SigningKey, order: Order) -> None:
        """Rotate its algorithm."""
        rotation.rotate(key.algorithm, early=False, actor=order.actor, now=order.now)


@requests.action
class Withdraw(_Rotation):
    """Use and publish a key no more."""

    name = "keys.withdraw"
    words = "Withdraw this key at once"
    unfit = "This key is withdrawn already."

    def is_offered(self, thing: Any) -> bool:
        """Until it is withdrawn."""
        return thing.withdrawn_at is None

    def change(self, key: SigningKey, order: Order) -> None:
        """Withdraw it."""
        rotation.withdraw(key.kid, actor=order.actor, now=order.now)
