"""What staff do about payees: one marks, which only stops money; two unmark, which lets it flow again."""

from datetime import datetime
from typing import Any

from django import forms

from bank import numbering
from bank.approvals import requests
from bank.approvals.requests import Order
from bank.desk.deeds import Deed
from fraud import payees

IDENTIFICATIONS = {
    numbering.SORT_CODE_ACCOUNT_NUMBER: numbering.FOURTEEN_DIGITS,
    numbering.IBAN: numbering.IBAN_LETTERS,
}


class Marking(forms.Form):
    """A payee and what is wrong with it."""

    scheme = forms.ChoiceField(
        choices=[(numbering.SORT_CODE_ACCOUNT_NUMBER, "Sort code and account number"), (numbering.IBAN, "IBAN")]
    )
    identification = forms.CharField(
        max_length=256, help_text="Sort code and account number as 14 digits; spaces and hyphens do not matter."
    )
    reason = forms.CharField(max_length=requests.REASON_MAX, label="Why", widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        """Take the identification as orders carry it."""
        fields: dict[str, Any] = super().clean() or {}
        identification = numbering.read(fields.get("identification", ""))
        pattern = IDENTIFICATIONS.get(fields.get("scheme", ""))
        if pattern is not None and not pattern.fullmatch(identification):
            self.add_error("identification", "This is no account of that kind.")
        return {**fields, "identification": identification}


class MarkPayee(Deed):
    """Mark a payee."""

    name = "mark"
    words = "Mark a payee"
    permission = "fraud.mark_payee"
    form = Marking
    done = "Marked: every payment to this payee is rejected from now on."

    def perform(self, fields: dict[str, Any], *, actor: str, now: datetime) -> None:
        """Mark it; a payee that is marked already keeps its first mark."""
        counterparty = f"{fields['scheme']}:{fields['identification']}"
        payees.mark(counterparty=counterparty, reason=fields["reason"], marked_by=actor, now=now)


@requests.action
class UnmarkPayee(requests.Action):
    """Take a payee's mark away."""

    name = "fraud.unmark"
    words = "Take this mark away"
    model = "fraud.PayeeMark"
    unfit = "This payee bears no mark."

    def is_offered(self, thing: Any) -> bool:  # noqa: ARG002 - a mark can always be taken away
        """Every mark."""
        return True

    def carry_out(self, order: Order) -> None:
        """Unmark it."""
        try:
            payees.unmark(int(order.subject), reason=order.reason, actor=order.actor, now=order.now)
        except payees.NotMarked as refused:
            raise requests.NotAllowed(str(refused)) from refused
