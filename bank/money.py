"""Money: whole minor units of one currency. Text only at the edge, no floats anywhere.

What is divided is rounded here and by the rule that the function is named for; what rounding leaves is given back,
to be carried by whoever asked.
"""

import re
from dataclasses import dataclass

from bank.errors import Refused

AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,5})?")

# ISO 4217: the currencies in use, by how many digits they have after the point. Funds, metals and test codes are none.
CURRENCIES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC"
    " CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD"
    " KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO"
    " NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL"
    " THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "US$"}  # any other currency is written by its code
EXPONENTS = {code: digits for digits, codes in CURRENCIES.items() for code in codes.split()}


class CurrencyUnsupported(Refused):
    """The currency is not one that this bank knows."""

    code = "U023"
    message = "The currency is not supported."


class AmountInvalid(Refused):
    """The text is not an amount of this currency."""

    code = "U002"
    message = "The amount is not valid."


def absolute(minor: int, currency: str) -> str:
    """An amount without its sign as the standard writes it; for whoever writes hundreds of them (see Money.text)."""
    exponent = EXPONENTS[currency]
    digits = str(abs(minor)).rjust(exponent + 1, "0")
    return f"{digits[:-exponent]}.{digits[-exponent:]}" if exponent else digits


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
        return absolute(self.minor, self.currency)

    @property
    def figures(self) -> str:
        """The absolute amount as people write it, without its currency: `1,234.50`."""
        whole, point, fraction = self.text.partition(".")
        return f"{int(whole):,}{point}{fraction}"

    @property
    def written(self) -> str:
        """The absolute amount as people write it: `£1,234.50`."""
        return SYMBOLS.get(self.currency, f"{self.currency} ") + self.figures

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


def half_even(numerator: int, denominator: int) -> tuple[int, int]:
    """Divide to a whole number, a half going to the even neighbour; return it with the remainder, negative or not.

    rounded * denominator + remainder is the numerator again. denominator must be positive.
    """
    assert denominator > 0, denominator
    rounded, remainder = divmod(numerator, denominator)
    if remainder * 2 > denominator or (remainder * 2 == denominator and rounded % 2):
        return rounded + 1, remainder - denominator
    return rounded, remainder
