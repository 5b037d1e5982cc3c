"""How these pages write amounts and days."""

from django import template

from accounts.models import Account
from bank.dashboard import amounts, holdings
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


@register.filter
def name(account: Account) -> str:
    """What the customer calls an account."""
    return holdings.name(account)
