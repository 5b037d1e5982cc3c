"""What two members of staff decide about a consent."""

from typing import Any

from bank.approvals import requests
from bank.approvals.requests import Order
from consents import lifecycle, transitions
from consents.models import Status


@requests.action
class Cancel(requests.Action):
    """Take a TPP's access back."""

    name = "consents.cancel"
    words = "Take this access back"
    model = "consents.Consent"
    unfit = "Only access that goes on can be taken back."

    def is_offered(self, thing: Any) -> bool:
        """Only for what lasts, while it does."""
        return thing.kind in transitions.LASTING_KINDS and thing.status == Status.AUTH and thing.deleted_at is None

    def carry_out(self, order: Order) -> None:
        """Cancel it: the TPP's next call is told so. The reason stays in the bank's own trail."""
        try:
            consent = lifecycle.lock(order.subject)
            words = "The bank took the access back."
            lifecycle.cancel(consent, code="TKSP", description=words, actor=order.actor, now=order.now)
        except (lifecycle.ConsentUnknown, lifecycle.WrongStatus) as refused:
            raise requests.NotAllowed(self.unfit) from refused
