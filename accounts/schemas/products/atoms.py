"""What the three kinds of products have in common: atoms, and codes. Source: Products v4.0.1."""

from typing import Annotated, Literal

import typing_extensions as te
from pydantic import Field, WithJsonSchema

from bank.api import wire

Max2000Text = Annotated[str, Field(min_length=1, max_length=2000)]
Rate = Annotated[str, wire.pattern(r"^(-?\d{1,3}){1}(\.\d{1,4}){0,1}$")]  # percent
Quantity = Annotated[str, wire.pattern(r"^(-?\d{1,14}){1}(\.\d{1,4}){0,1}$")]  # an amount of the product's currency
Mnemonic = Annotated[str, wire.pattern(r"^\w{0,4}$")]
ShortMnemonic = Annotated[str, wire.pattern(r"^\w{0,4}$", min_length=0, max_length=4)]
Number = Annotated[float, WithJsonSchema({"type": "number", "format": "float"})]
CalculationMethod = Literal["Compound", "SimpleInterest"]
Destination = Literal["PayAway", "SelfCredit"]
FixedVariableInterestRateType = Literal["Fixed", "Variable"]
MinMaxType = Literal["Minimum", "Maximum"]
FeeCategory = Literal["Other", "Servicing"]


class OtherCode(te.TypedDict, closed=True):
    """What the standard has no code for."""

    Code: te.NotRequired[ShortMnemonic]
    Name: wire.Max70Text
    Description: wire.Max350Text


class OtherMnemonic(te.TypedDict, closed=True):
    """The same where the published code has no bounds but its pattern."""

    Code: te.NotRequired[Mnemonic]
    Name: wire.Max70Text
    Description: wire.Max350Text
