"""How these pages write amounts and days."""

from django import template

from bank.dashboard import amounts
from bank.money import Money

register = template.Library()


@register.filter
def balance(amount: Money) -> str:
    """What is on an account."""
    return amounts.balance(amount)


@register.filter
def movement(amount: Money) -> str:
    """What came in or went out."""
    return amounts.movement(amount)
