"""What a customer is sent about a time that is over, and the document that it was written into."""

from typing import ClassVar

from django.db import models

from accounts.models.ledger import kept_for_good
from bank import ids, rights


@rights.append_only
class Statement(models.Model):
    """An account's statement. It reconciles with the ledger: opening and what was booked make its closing balance.

    It covers from starts_at up to, not including, ends_at; on the wire the last second is shown. Amounts are minor
    units of the account's currency. Source: Statements v4.0.1.
    """

    class Kind(models.TextChoices):
        CLOSURE = "AccountClosure"
        OPENING = "AccountOpening"
        ANNUAL = "Annual"
        INTERIM = "Interim"
        REGULAR = "RegularPeriodic"

    id = ids.Field("StatementId", primary_key=True, max_length=ids.LETTERS_MAX)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="statements", db_index=False)
    kind = models.CharField("Type", max_length=15, choices=Kind.choices, default=Kind.REGULAR)
    reference = models.CharField("StatementReference", max_length=35)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField()
    opening_minor = models.BigIntegerField()
    credits_minor = models.BigIntegerField()
    debits_minor = models.BigIntegerField()  # not negative
    closing_minor = models.BigIntegerField()
    entries = models.PositiveIntegerField()  # how many transactions it lists
    # What a pound bought of the account's currency on the last day; none of an account in pounds.
    per_pound = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    # What else the standard's OBStatement2 tells, in its own members and words: StatementFee, StatementInterest,
    # StatementDateTime, StatementRate, StatementValue, StatementBenefit, StatementDescription, and amounts beyond ours.
    details = models.JSONField(default=dict)

    class Meta:
        triggers: ClassVar = [kept_for_good("statement_is_kept")]
        ordering: ClassVar = ["-ends_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "kind", "starts_at"], name="statement_is_made_once"),
            models.CheckConstraint(condition=models.Q(starts_at__lt=models.F("ends_at")), name="statement_covers_time"),
            models.CheckConstraint(
                condition=models.Q(
                    closing_minor=models.F("opening_minor") + models.F("credits_minor") - models.F("debits_minor")
                ),
                name="statement_reconciles",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-ends_at", "-id"], name="statement_by_account_and_time")]

    def __str__(self) -> str:
        return f"{self.reference} of {self.account_id}"


class StatementFile(models.Model):
    """A statement as a document, kept by what it was made from: the same content is drawn once."""

    content_digest = models.CharField(primary_key=True, max_length=64)  # SHA-256 of what is drawn and of how
    statement = models.ForeignKey(Statement, models.CASCADE, related_name="files")
    pdf = models.BinaryField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.statement_id}.pdf"
