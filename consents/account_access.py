"""The account-access kind: what a customer lets a TPP read, in plain words."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from accounts.models import Account
from bank.customers.models import User
from bank.errors import Refused
from consents.kinds import Lasting
from consents.models import Consent, Status

# What permissions mean to a customer: heading, the codes that open it, and what it lets a TPP see. The order of the
# standard's Customer Experience Guidelines, "AIS data clusters".
CLUSTERS: tuple[tuple[str, dict[str, tuple[str, ...]]], ...] = (
    (
        "Your account details",
        {
            "ReadAccountsBasic": ("Any other name by which you refer to this account", "The currency of the account"),
            "ReadAccountsDetail": (
                "Your account name, number and sort code",
                "Any other name by which you refer to this account",
                "The currency of the account",
            ),
            "ReadBalances": ("Your account balance",),
            "ReadPAN": ("Your full card number",),
        },
    ),
    (
        "Your regular payments",
        {
            "ReadBeneficiariesBasic": ("Payee agreements you have set up",),
            "ReadBeneficiariesDetail": ("Details of payee agreements you have set up",),
            "ReadStandingOrdersBasic": ("Your standing orders",),
            "ReadStandingOrdersDetail": ("Details of your standing orders",),
            "ReadDirectDebits": ("Your direct debits",),
            "ReadScheduledPaymentsBasic": ("Recurring and future dated payments",),
            "ReadScheduledPaymentsDetail": ("Details of recurring and future dated payments",),
        },
    ),
    (
        "Your account transactions",
        {
            "ReadTransactionsBasic": ("Dates, amounts and balances of your transactions",),
            "ReadTransactionsDetail": (
                "Dates, amounts and balances of your transactions",
                "Who you paid, who paid you, and what for",
            ),
            "ReadTransactionsCredits": ("Money coming into your account",),
            "ReadTransactionsDebits": ("Money going out of your account",),
        },
    ),
    (
        "Your statements",
        {
            "ReadStatementsBasic": ("Information contained in your statement",),
            "ReadStatementsDetail": ("Details of information contained in your statement",),
        },
    ),
    (
        "Your account features and benefits",
        {
            "ReadProducts": ("Product details: fees, charges, interest, benefits and rewards",),
            "ReadOffers": ("Offers available on your account",),
        },
    ),
    (
        "Contact and party details",
        {
            "ReadParty": ("The full legal name of the account holders, their address, phone numbers and e-mail",),
            "ReadPartyPSU": ("Your full legal name, address, phone numbers and e-mail",),
        },
    ),
)


class NoAccountChosen(Refused):
    """Access to accounts needs an account."""

    code = "AC13"
    message = "At least one account must be chosen."


def clusters(permissions: Iterable[str]) -> list[tuple[str, list[str]]]:
    """What these permissions open, as headings with sentences; a sentence that two permissions share stands once."""
    held = set(permissions)
    found = []
    for heading, lines in CLUSTERS:
        sentences = [sentence for code, words in lines.items() if code in held for sentence in words]
        if sentences:
            found.append((heading, list(dict.fromkeys(sentences))))
    return found


class AccountAccess(Lasting):
    """Access to the accounts that the customer chooses, until it ends or is taken back."""

    name: ClassVar[str] = "account-access"
    scope: ClassVar[str] = "accounts"
    template: ClassVar[str] = "lombard/account_access.html"
    chooses_many: ClassVar[bool] = True

    def words(self, consent: Consent) -> dict[str, object]:
        """The clusters of data, the window they are read in, and the end of the access."""
        return {
            "purpose": "share account information",
            "clusters": clusters(consent.permissions),
            "reads_transactions": any(
                code.startswith(("ReadTransactions", "ReadStatements")) for code in consent.permissions
            ),
            "from_at": consent.from_at,
            "to_at": consent.to_at,
            "expires_at": consent.expires_at,
            "is_renewal": consent.status != Status.AWAU,
        }

    def facts(self, consent: Consent) -> dict[str, str]:  # noqa: ARG002 - a hook's signature
        """Nothing more: the consent tells all."""
        return {}

    def eligible(self, consent: Consent, customer: User) -> Iterable[Account]:  # noqa: ARG002 - the port's shape
        """Every open account that the customer holds."""
        return Account.objects.filter(
            kind=Account.Kind.CUSTOMER, status=Account.Status.ENABLED, holders__customer=customer
        ).order_by("opened_at", "identification")

    def check_approval(self, consent: Consent, accounts: list[Account], now: datetime) -> None:
        """Refuse an approval after the end, or without accounts. Raises ConsentHasEnded, NoAccountChosen."""
        super().check_approval(consent, accounts, now)
        if not accounts:
            raise NoAccountChosen
