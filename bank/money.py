"""Money: whole minor units of one currency. Text only at the edge, no floats anywhere."""

import re
from dataclasses import dataclass

from bank.errors import Refused

AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,5})?")

# ISO 4217: digits after the point, for the currencies that this bank or its customers' payees may use.
EXPONENTS = {
    "AED": 2, "AUD": 2, "BHD": 3, "BRL": 2, "CAD": 2, "CHF": 2, "CLP": 0, "CNY": 2, "CZK": 2, "DKK": 2, "EUR": 2,
    "GBP": 2, "HKD": 2, "HUF": 2, "IDR": 2, "ILS": 2, "INR": 2, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3,
    "MXN": 2, "MYR": 2, "NOK": 2, "NZD": 2, "OMR": 3, "PHP": 2, "PLN": 2, "QAR": 2, "RON": 2, "SAR": 2, "SEK": 2,
    "SGD": 2, "THB": 2, "TND": 3, "TRY": 2, "TWD": 2, "UAH": 2, "USD": 2, "VND": 0, "ZAR": 2,
}  # fmt: skip


class CurrencyUnsupported(Refused):
    """The currency is not one that this bank knows."""

    code = "U023"
    message = "The currency is not supported."


class AmountInvalid(Refused):
    """The text is not an amount of this currency."""

    code = "U002"
    message = "The amount is not valid."


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in integer minor units of an ISO 4217 currency: Money(16588, "GBP") is £165.88."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str, *, path: str | None = None) -> "Money":
        """Read an amount as the standard writes it: `165.88`, `165`, `10.00000`.

        Digits beyond the currency's own must be zeros. Raises CurrencyUnsupported, AmountInvalid.
        Source: OBActiveCurrencyAndAmount_SimpleType, Read/Write API v4.0.1.
        """
        if currency not in EXPONENTS:
            raise CurrencyUnsupported(path=path and f"{path}.Currency")
        exponent = EXPONENTS[currency]
        if not AMOUNT.fullmatch(text):
            raise AmountInvalid(path=path and f"{path}.Amount")
        whole, _, fraction = text.partition(".")
        if fraction[exponent:].strip("0"):
            raise AmountInvalid(f"{currency} has {exponent} decimal places.", path=path and f"{path}.Amount")
        return cls(int(whole + fraction[:exponent].ljust(exponent, "0")), currency)

    @property
    def text(self) -> str:
        """The absolute amount as the standard writes it: `165.88`. The sign lives in CreditDebitIndicator."""
        exponent = EXPONENTS[self.currency]
        digits = str(abs(self.minor)).rjust(exponent + 1, "0")
        return f"{digits[:-exponent]}.{digits[-exponent:]}" if exponent else digits

    @property
    def wire(self) -> dict[str, str]:
        """The standard's object {Amount, Currency}, unsigned."""
        return {"Amount": self.text, "Currency": self.currency}

    def _same(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{'-' if self.minor < 0 else ''}{self.text} {self.currency}"
