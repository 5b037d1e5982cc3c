"""How the world names the accounts of this country: by sort code and account number, and by nothing else here.

What a TPP wrote is only judged by its shape: whether such an account exists, and whose it is, stays between the bank
and its customer.
"""

from collections.abc import Mapping

from bank import numbering
from bank.errors import Refused


class SchemeUnsupported(Refused):
    """The bank does not know accounts by this scheme."""

    code = "U027"
    message = "Accounts are known by UK.OBIE.SortCodeAccountNumber."


class IdentificationUnsupported(Refused):
    """The identification is not one of its scheme."""

    code = "U021"
    message = "The identification must be six digits of sort code and eight of account number."


def check(account: Mapping[str, str], *, path: str) -> None:
    """Refuse an account that is not named by sort code and number; path is that of the account on the wire.

    Raises SchemeUnsupported, IdentificationUnsupported.
    """
    if account["SchemeName"] != numbering.SORT_CODE_ACCOUNT_NUMBER:
        raise SchemeUnsupported(path=f"{path}.SchemeName")
    if not numbering.FOURTEEN_DIGITS.fullmatch(account["Identification"]):
        raise IdentificationUnsupported(path=f"{path}.Identification")
