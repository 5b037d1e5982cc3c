"""Amounts as these pages write them: with a real minus sign, which screen readers say aloud."""

from bank.money import EXPONENTS, Money

MINUS = "\N{MINUS SIGN}"


def balance(amount: Money) -> str:
    """What is on an account: £1,234.50; with a minus sign before the pound, if it is owed."""
    return (MINUS if amount.minor < 0 else "") + amount.written


def movement(amount: Money) -> str:
    """What came in or went out, always with its sign."""
    return ("+" if amount.minor > 0 else "") + balance(amount)


def whole(amount: Money) -> str:
    """An amount of whole pounds, without the pence."""
    text = balance(amount)
    return text[: -1 - EXPONENTS[amount.currency]] if EXPONENTS[amount.currency] else text
