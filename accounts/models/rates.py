"""What the bank writes down of the market: what a pound buys."""

from typing import ClassVar

from django.db import models

from accounts.models.ledger import kept_for_good
from bank import rights


@rights.append_only
class ExchangeRate(models.Model):
    """How much of a currency a pound bought on a day; what was quoted is kept."""

    currency = models.CharField(max_length=3)
    quoted_on = models.DateField()
    per_pound = models.DecimalField(max_digits=12, decimal_places=4)

    class Meta:
        triggers: ClassVar = [kept_for_good("exchange_rate_is_kept")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["currency", "quoted_on"], name="exchange_rate_is_quoted_once_a_day"),
            models.CheckConstraint(condition=models.Q(per_pound__gt=0), name="exchange_rate_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.per_pound} {self.currency} on {self.quoted_on}"
