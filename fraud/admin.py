"""The desk's pages for what screening decided and which payees it knows. The queue of held payments is payments'."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html

from bank.desk import pages
from fraud import desk
from fraud.models import Decision, PayeeMark


@admin.register(Decision)
class DecisionAdmin(pages.ReadOnly):
    """Decisions on payments."""

    list_display = ("for_order", "outcome", "spoke", "at")
    list_filter = ("outcome",)
    ordering = ("-id",)
    search_fields = ("=for_order",)
    fields = ("for_order", "outcome", "why", "at", "seen")
    readonly_fields = ("seen",)

    @admin.display(description="what spoke against it")
    def spoke(self, decision: Decision) -> str:
        """The reasons in words."""
        return "; ".join(decision.reasons()) or "nothing"

    @admin.display(description="facts, as the rules saw them")
    def seen(self, decision: Decision) -> str:
        """The facts, readable."""
        return pages.pretty(decision.facts)


@admin.register(PayeeMark)
class PayeeMarkAdmin(pages.ReadOnly):
    """Payees that the bank no longer trusts."""

    alone = (desk.MarkPayee(),)
    list_display = ("counterparty", "reason", "marked_by", "marked_at")
    ordering = ("-marked_at",)
    search_fields = ("counterparty", "reason")


@pages.section(Decision)
def findings_of(decision: Decision) -> pages.Table:
    """What every rule found."""
    return findings_for(decision.for_order)


def findings_for(for_order: str) -> pages.Table:
    """The decision on a payment, with every rule's finding."""
    decision = Decision.objects.filter(for_order=for_order).first()
    if decision is None:
        return pages.Table(title="Fraud screening", columns=[], rows=[], note="This payment was not screened.")
    when = pages.moment(decision.at)
    return pages.Table(
        title=f"Fraud screening: {decision.get_outcome_display().lower()}",
        columns=["Rule", "Says", "Because"],
        rows=[[result["name"], _signal(result), result["reason"]] for result in decision.results],
        note=f"{when}: {decision.why}",
    )


def _signal(result: dict[str, Any]) -> str:
    return format_html('<span class="signal-{}">{}</span>', result["outcome"], result["outcome"])
