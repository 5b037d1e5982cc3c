"""What each of the standard's permission codes opens: operations, fields, directions, card numbers.

A consent holds codes; here stands what they mean for the resources. Which combinations may be asked for: consents/.
Source: AIS profile v4.0.1, "Permissions" and "Detail Permissions".
"""

from collections.abc import Set as AbstractSet
from typing import Any, Literal, get_args

from bank import numbering
from bank.api.permissions import PermissionMissing

Permission = Literal[
    "ReadAccountsBasic",
    "ReadAccountsDetail",
    "ReadBalances",
    "ReadBeneficiariesBasic",
    "ReadBeneficiariesDetail",
    "ReadDirectDebits",
    "ReadOffers",
    "ReadPAN",
    "ReadParty",
    "ReadPartyPSU",
    "ReadProducts",
    "ReadScheduledPaymentsBasic",
    "ReadScheduledPaymentsDetail",
    "ReadStandingOrdersBasic",
    "ReadStandingOrdersDetail",
    "ReadStatementsBasic",
    "ReadStatementsDetail",
    "ReadTransactionsBasic",
    "ReadTransactionsCredits",
    "ReadTransactionsDebits",
    "ReadTransactionsDetail",
]
CODES: tuple[Permission, ...] = get_args(Permission)

# Who may ask at all: any one of these.
ACCOUNTS = ("ReadAccountsBasic", "ReadAccountsDetail")
BALANCES = ("ReadBalances",)
TRANSACTIONS = ("ReadTransactionsBasic", "ReadTransactionsDetail")
BENEFICIARIES = ("ReadBeneficiariesBasic", "ReadBeneficiariesDetail")
DIRECT_DEBITS = ("ReadDirectDebits",)
STANDING_ORDERS = ("ReadStandingOrdersBasic", "ReadStandingOrdersDetail")
SCHEDULED_PAYMENTS = ("ReadScheduledPaymentsBasic", "ReadScheduledPaymentsDetail")
PRODUCTS = ("ReadProducts",)
OFFERS = ("ReadOffers",)
PARTIES = ("ReadParty",)
CUSTOMER = ("ReadPartyPSU",)
STATEMENTS = ("ReadStatementsBasic", "ReadStatementsDetail")
STATEMENT_FILES = ("ReadStatementsDetail",)

# The fields that only the Detail code opens; whatever else a resource has is Basic.
CREDITOR = frozenset({"CreditorAgent", "CreditorAccount"})
DETAIL_FIELDS = {
    "ReadAccountsDetail": frozenset({"Account", "Servicer", "StatementFrequencyAndFormat"}),
    "ReadBeneficiariesDetail": CREDITOR,
    "ReadStandingOrdersDetail": CREDITOR,
    "ReadScheduledPaymentsDetail": CREDITOR,
    "ReadStatementsDetail": frozenset({"StatementAmount"}),
    "ReadTransactionsDetail": frozenset(
        {
            "TransactionInformation",
            "Balance",
            "MerchantDetails",
            "CreditorAgent",
            "CreditorAccount",
            "DebtorAgent",
            "DebtorAccount",
            "UltimateCreditor",
            "UltimateDebtor",
            "IntermediaryAgent1",
            "IntermediaryAgent2",
            "IntermediaryAgent3",
        }
    ),
}


def hidden_fields(held: AbstractSet[str], *, detail: str) -> frozenset[str]:
    """The fields that these permissions do not open; `detail` is the resource's Detail code."""
    return frozenset() if detail in held else DETAIL_FIELDS[detail]


def directions(held: AbstractSet[str]) -> tuple[bool, bool]:
    """Whether credits and whether debits may be seen. Raises PermissionMissing where neither may.

    A reversal of a debit is a credit entry, and goes with the credits; and the other way round.
    """
    shows = "ReadTransactionsCredits" in held, "ReadTransactionsDebits" in held
    if not any(shows):
        raise PermissionMissing(reason="The consent has neither ReadTransactionsCredits nor ReadTransactionsDebits.")
    return shows


def mask_account(account: dict[str, Any], *, held: AbstractSet[str]) -> dict[str, Any]:
    """An account's identification, with its card number masked unless ReadPAN is held."""
    if "ReadPAN" in held or account.get("SchemeName") != numbering.PAN:
        return account
    return {**account, "Identification": numbering.masked(account["Identification"])}


def mask_card(card: dict[str, Any], *, held: AbstractSet[str]) -> dict[str, Any]:
    """A card, with its number masked unless ReadPAN is held."""
    if "ReadPAN" in held or "Identification" not in card:
        return card
    return {**card, "Identification": numbering.masked(card["Identification"])}
