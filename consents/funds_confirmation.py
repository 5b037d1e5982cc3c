"""The funds-confirmation kind: leave to ask whether an amount is there on one account, which the TPP has named.

What the bank answers then: consents/confirming.py.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from accounts.models import PAYMENT_TYPES, Account
from bank.customers.models import User
from bank.errors import Refused
from consents.kinds import Lasting
from consents.models import Consent, Status


class AccountNotNamed(Refused):
    """The account is not the one that the TPP has named."""

    code = "AG01"
    message = "The consent is for another account."


class FundsConfirmation(Lasting):
    """Answers of yes or no about the account that the TPP has named, until the consent ends or is taken back.

    Source: Confirmation of Funds v4.0.1, funds-confirmation-consents.
    """

    name: ClassVar[str] = "funds-confirmation"
    scope: ClassVar[str] = "fundsconfirmations"
    template: ClassVar[str] = "lombard/funds_confirmation.html"
    chooses_many: ClassVar[bool] = False

    def words(self, consent: Consent) -> dict[str, object]:
        """The end; what may be asked is the same for every consent, and the account is shown by the page's frame."""
        return {
            "purpose": "let it check whether you have enough money",
            "expires_at": consent.expires_at,
            "is_renewal": consent.status != Status.AWAU,
        }

    def facts(self, consent: Consent) -> dict[str, str]:  # noqa: ARG002 - a hook's signature
        """Nothing more: no money is moved."""
        return {}

    def eligible(self, consent: Consent, customer: User) -> Iterable[Account]:
        """The named account, if it is an open payment account that the customer holds."""
        return Account.objects.filter(
            identification=consent.data["DebtorAccount"]["Identification"],
            kind=Account.Kind.CUSTOMER,
            status=Account.Status.ENABLED,
            type_code__in=sorted(PAYMENT_TYPES),
            holders__customer=customer,
            holders__may_pay=True,
        )

    def check_approval(self, consent: Consent, accounts: list[Account], now: datetime) -> None:
        """Refuse an approval after the end, or for another account. Raises ConsentHasEnded, AccountNotNamed."""
        super().check_approval(consent, accounts, now)
        if [account.identification for account in accounts] != [consent.data["DebtorAccount"]["Identification"]]:
            raise AccountNotNamed
