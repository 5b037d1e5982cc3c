"""What the bank decided about a payment, and what it knows about payees."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

import orjson
import pgtrigger
from django.db import models

from bank import rights
from bank.outbox import sql

if TYPE_CHECKING:
    from fraud.facts import Facts
    from fraud.rules import Finding

KEEP = (
    "insert into fraud_decision (for_order, outcome, why, results, facts, at)"
    " values (%s, %s, %s, %s::text::jsonb, %s::text::jsonb, %s) on conflict (for_order) do nothing returning id"
)


@rights.append_only
class Decision(models.Model):
    """The outcome of a payment's screening, with every rule's finding and the facts they saw."""

    class Outcome(models.TextChoices):
        ALLOW = "allow"
        HOLD = "hold"
        REJECT = "reject"

    for_order = models.CharField(max_length=40)
    outcome = models.CharField(max_length=6, choices=Outcome.choices)
    why = models.CharField("why", max_length=200)  # the policy that decided
    results = models.JSONField()  # one entry a rule: name, outcome, reason
    facts = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["for_order"], name="payment_is_screened_once"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="decisions_stay", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.for_order}: {self.outcome}"

    @classmethod
    def new(
        cls,
        *,
        for_order: str,
        outcome: Outcome,
        why: str,
        findings: Sequence["Finding"],
        facts: "Facts",
        now: datetime,
    ) -> "Decision | None":
        """Keep a decision, so that it can be told and replayed. None: another was kept before."""
        results = [
            {"name": finding.rule, "outcome": finding.signal.name.lower(), "reason": finding.reason}
            for finding in findings
        ]
        kept = cls(for_order=for_order, outcome=outcome, why=why, results=results, facts=facts.as_json(), at=now)
        values = [for_order, outcome, why, orjson.dumps(results).decode(), orjson.dumps(kept.facts).decode(), now]
        row = sql.prepared(KEEP, values).fetchone()
        if row is None:
            return None
        kept.pk = row[0]
        return kept

    def reasons(self) -> list[str]:
        """What spoke against the payment, in words."""
        return [result["reason"] for result in self.results if result["outcome"] != "clear"]


class Case(models.Model):
    """A held payment that a person must look at."""

    class State(models.TextChoices):
        OPEN = "open"
        RELEASED = "released"
        REJECTED = "rejected"

    for_order = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at=None)
                | (~models.Q(state="open") & models.Q(closed_at__isnull=False)),
                name="case_is_open_or_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.for_order}: {self.state}"

    @classmethod
    def new(cls, *, for_order: str, now: datetime) -> "Case":
        """Open a case."""
        return cls.objects.create(for_order=for_order, opened_at=now)

    def close(self, *, state: State, now: datetime) -> None:
        """End the case; a closed one is never opened again."""
        assert self.state == self.State.OPEN
        self.state, self.closed_at = state, now
        self.save(update_fields=["state", "closed_at"])


class PayeeMark(models.Model):
    """A payee that the bank no longer trusts, and why: marked by staff, or by a payment that was rejected."""

    # Scheme and identification, with a colon.
    counterparty = models.CharField("payee's account", max_length=300, unique=True)
    reason = models.CharField(max_length=300)
    marked_by = models.CharField("marked by", max_length=80)  # staff:… or bank:…
    marked_at = models.DateTimeField()

    class Meta:
        verbose_name = "marked payee"
        permissions: ClassVar = [("mark_payee", "Can mark a payee")]

    def __str__(self) -> str:
        return self.counterparty

    @property
    def trail_subject(self) -> str:
        """What the audit trail calls this mark: it holds no account numbers."""
        return f"mark:{self.pk}"
