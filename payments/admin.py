"""The desk's pages for payments: an order's whole story on one page, and the queue of held payments."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import JSONField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse

from accounts import admin as ledger_pages
from accounts.models import Account
from bank import numbering
from bank.desk import pages, site
from bank.tpps.models import TPP
from consents.models import Consent
from fraud import admin as fraud_pages
from fraud.models import Case, Decision
from payments import desk
from payments.models import PaymentOrder, SchemePayment

__all__ = ["desk"]  # imported so that its actions are registered


@admin.register(PaymentOrder)
class PaymentOrderAdmin(pages.ReadOnly):
    """Orders, found by any id that belongs to them."""

    list_display = ("id", "type", "amount", "status", "client", "debtor_account", "created_at")
    list_filter = ("status", "type")
    list_select_related = ("client", "debtor_account")
    ordering = ("-created_at",)
    search_fields = ("=id", "=consent__id", "=client__client_id", "=debtor_account__identification", "=counterparty")
    search_help_text = "Order id, consent id, client id, or the debtor's sort code and account number"
    fields = (
        "id",
        "type",
        "amount",
        "debtor_account",
        "creditor",
        "counterparty",
        "status",
        "status_updated_at",
        "reasons",
        "consent",
        "customer",
        "client",
        "created_at",
        "content",
    )
    readonly_fields = ("amount", "creditor", "reasons", "customer", "content")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaymentOrder]:
        """Read what an order's page names with the order."""
        return super().get_queryset(request).select_related("consent__customer", "client", "debtor_account")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PaymentOrder], search_term: str
    ) -> tuple[QuerySet[PaymentOrder], bool]:
        """Find the orders of an account by its number as these pages write it, too."""
        return super().get_search_results(request, queryset, numbering.read(search_term))

    @admin.display(ordering="amount_minor")
    def amount(self, order: PaymentOrder) -> str:
        """The amount."""
        return pages.amount(order.amount_minor, order.currency)

    @admin.display(description="creditor")
    def creditor(self, order: PaymentOrder) -> str:
        """The payee's name, as the TPP gave it."""
        return str(order.initiation.get("CreditorAccount", {}).get("Name", pages.NOTHING))

    @admin.display(description="status reasons")
    def reasons(self, order: PaymentOrder) -> str:
        """Why it stands as it stands."""
        return pages.pretty(order.status_reasons)

    @admin.display(description="customer")
    def customer(self, order: PaymentOrder) -> str:
        """Who approved it."""
        person = order.consent.customer
        return pages.link(type(person), person.pk, str(person)) if person else pages.NOTHING

    @admin.display(description="Initiation, as it came")
    def content(self, order: PaymentOrder) -> str:
        """What the TPP ordered."""
        return pages.pretty(order.initiation)


@admin.register(Case)
class CaseAdmin(pages.ReadOnly):
    """Held payments: what they are, why they are held, since when."""

    list_display = ("payment", "state", "amount", "payee", "because", "opened_at", "closed_at")
    list_display_links = None
    list_filter = ("state",)
    ordering = ("-state", "opened_at")
    search_fields = ("=for_order",)
    fields = ("payment", "state", "amount", "payee", "because", "opened_at", "closed_at")
    readonly_fields = ("payment", "amount", "payee", "because")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        """Read the decision with the case."""
        decision = Decision.objects.filter(for_order=OuterRef("for_order"))
        cases: QuerySet[Case] = super().get_queryset(request)
        return cases.annotate(
            facts=Subquery(decision.values("facts"), output_field=JSONField()),
            results=Subquery(decision.values("results"), output_field=JSONField()),
        )

    @admin.display(description="payment", ordering="for_order")
    def payment(self, case: Case) -> str:
        """The order, with a link to its story, where it is decided."""
        return pages.link(PaymentOrder, case.for_order)

    @admin.display(description="amount")
    def amount(self, case: Any) -> str:
        """The amount."""
        return pages.amount(case.facts["amount_minor"], case.facts["currency"])

    @admin.display(description="to")
    def payee(self, case: Any) -> str:
        """The payee's name."""
        return str(case.facts["payee_name"] or case.facts["counterparty"])

    @admin.display(description="held because")
    def because(self, case: Any) -> str:
        """What spoke against it."""
        return "; ".join(result["reason"] for result in case.results if result["outcome"] != "clear")


@admin.register(SchemePayment)
class SchemePaymentAdmin(pages.ReadOnly):
    """The simulated scheme's own book."""

    list_display = ("fpid", "order_id", "course", "answer", "received_at", "answered_at")
    list_filter = ("course",)
    ordering = ("-received_at",)
    search_fields = ("=fpid", "=order_id")


@pages.section(PaymentOrder)
def transitions_of(order: PaymentOrder) -> pages.Table:
    """Every status that the order went through, by whom and why."""
    return pages.table(
        "Statuses",
        of=order.transitions.order_by("id"),
        row=lambda step: {
            "At": pages.moment(step.at),
            "From": f"{step.from_status} {step.get_from_status_display()}",
            "To": f"{step.to_status} {step.get_to_status_display()}",
            "By": step.actor,
            "Reason": f"{step.reason_code} {step.reason}".strip() or pages.NOTHING,
        },
    )


@pages.section(PaymentOrder)
def screening_of(order: PaymentOrder) -> pages.Table:
    """What fraud screening found."""
    return fraud_pages.findings_for(order.pk)


@pages.section(PaymentOrder)
def holds_of(order: PaymentOrder) -> pages.Table:
    """The money set aside for it."""
    return ledger_pages.holds_for(order.pk)


@pages.section(PaymentOrder)
def postings_of(order: PaymentOrder) -> pages.Table:
    """The money that moved for it."""
    return ledger_pages.postings_for(order.pk)


@pages.section(PaymentOrder)
def scheme_record_of(order: PaymentOrder) -> pages.Table:
    """What the scheme knows of it."""
    return pages.table(
        "Scheme",
        of=SchemePayment.objects.filter(order_id=order.pk),
        row=lambda payment: {
            "FPID": pages.link(SchemePayment, payment.pk),
            "To": numbering.written(
                payment.sort_code + payment.account_number, scheme=numbering.SORT_CODE_ACCOUNT_NUMBER
            ),
            "Course": payment.course,
            "Received": pages.moment(payment.received_at),
            "Last answer": payment.answer or pages.NOTHING,
            "At": pages.moment(payment.answered_at),
            "Reason": f"{payment.reason_code} {payment.words}".strip() or pages.NOTHING,
        },
    )


@pages.section(Consent)
def orders_of_consent(consent: Consent) -> pages.Table:
    """What was ordered under a consent."""
    return _orders(PaymentOrder.objects.filter(consent=consent))


@pages.section(Account)
def orders_of_account(account: Account) -> pages.Table:
    """The last payments ordered from an account."""
    return _orders(PaymentOrder.objects.filter(debtor_account=account))


@pages.section(TPP)
def orders_of_tpp(tpp: TPP) -> pages.Table:
    """The last payments that a TPP ordered."""
    return _orders(PaymentOrder.objects.filter(client__software_statement__tpp=tpp))


def _orders(orders: QuerySet[PaymentOrder]) -> pages.Table:
    return pages.table(
        "Last payment orders",
        of=orders.order_by("-created_at"),
        row=lambda order: {
            "Order": pages.link(PaymentOrder, order.pk),
            "Type": order.type,
            "Amount": pages.amount(order.amount_minor, order.currency),
            "Status": order.get_status_display(),
            "Ordered": pages.moment(order.created_at),
        },
    )


@pages.offers(PaymentOrder)
def marking_the_payee(order: PaymentOrder) -> Iterator[pages.Offer]:
    """Offer to mark the payee, with the form filled in."""
    scheme, _, identification = order.counterparty.partition(":")
    filled = urlencode({"scheme": scheme, "identification": identification})
    yield pages.Offer(words="Mark this payee", path=f"{reverse('admin:fraud_payeemark_mark')}?{filled}")


site.QUEUES.insert(
    0,
    site.Queue(
        words="held payments",
        path=lambda: reverse("admin:fraud_case_changelist") + "?state__exact=open",
        waiting=lambda: Case.objects.filter(state=Case.State.OPEN).count(),
    ),
)
