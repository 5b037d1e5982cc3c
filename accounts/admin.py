"""The desk's pages for accounts and the ledger: what is there and how it came there."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts import desk
from accounts.models import (
    Account,
    Beneficiary,
    DirectDebit,
    Hold,
    Holder,
    Offer,
    Party,
    Posting,
    ScheduledPayment,
    StandingOrder,
    Statement,
    Transfer,
    Unbooked,
)
from bank import numbering
from bank.customers.models import User
from bank.desk import pages

__all__ = ["desk"]  # imported so that its actions are registered


@admin.register(Account)
class AccountAdmin(pages.ReadOnly):
    """Accounts, found by number, name or holder."""

    list_display = ("name", "number", "kind", "status", "type_code", "booked", "held", "id")
    list_filter = ("kind", "status")
    ordering = ("name", "id")
    search_fields = ("name", "=id", "=identification", "=holders__customer__username")
    search_help_text = "Name, sort code and account number, account id, or a customer's user name"
    fields = (
        "id",
        "name",
        "number",
        "scheme",
        "secondary_identification",
        "kind",
        "status",
        "status_updated_at",
        "switch_status",
        "category",
        "type_code",
        "product",
        "nickname",
        "booked",
        "held",
        "limit",
        "opened_at",
        "matures_at",
    )
    readonly_fields = ("number", "booked", "held", "limit")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Account], search_term: str
    ) -> tuple[QuerySet[Account], bool]:
        """Find an account by its number as these pages write it, too."""
        return super().get_search_results(request, queryset, numbering.read(search_term))

    @admin.display(description="number", ordering="identification")
    def number(self, account: Account) -> str:
        """The account's number as people write it."""
        return account.number

    @admin.display(ordering="booked_minor")
    def booked(self, account: Account) -> str:
        """The booked balance."""
        return pages.amount(account.booked_minor, account.currency)

    @admin.display(ordering="held_minor")
    def held(self, account: Account) -> str:
        """What open holds set aside."""
        return pages.amount(account.held_minor, account.currency)

    @admin.display(description="may go below zero by")
    def limit(self, account: Account) -> str:
        """The overdraft."""
        return "any amount" if account.limit_minor is None else pages.amount(account.limit_minor, account.currency)


@admin.register(Transfer)
class TransferAdmin(pages.ReadOnly):
    """Transfers of the ledger."""

    list_display = ("id", "kind", "for_order", "booked_at")
    list_filter = ("kind",)
    ordering = ("-booked_at", "-id")
    search_fields = ("=id", "=for_order")


@pages.section(User)
def accounts_of(person: User) -> pages.Table:
    """A customer's accounts."""
    holdings = Holder.objects.filter(customer=person).select_related("account").order_by("account__opened_at", "id")
    return pages.table(
        "Accounts",
        of=holdings,
        row=lambda holding: {
            "Account": pages.link(Account, holding.account_id, str(holding.account)),
            "Type": holding.account.type_code,
            "Role": holding.role,
            "Status": holding.account.status,
            "Booked": pages.amount(holding.account.booked_minor, holding.account.currency),
            "Held": pages.amount(holding.account.held_minor, holding.account.currency),
        },
    )


@pages.section(Account)
def holders_of(account: Account) -> pages.Table:
    """Whose account it is."""
    return pages.table(
        "Holders",
        of=account.holders.select_related("customer").order_by("id"),
        row=lambda holding: {
            "Customer": pages.link(User, holding.customer_id, str(holding.customer)),
            "Role": holding.role,
            "May pay": "yes" if holding.may_pay else "no",
        },
    )


@pages.section(Account)
def holds_on(account: Account) -> pages.Table:
    """What was set aside last, and how it ended."""
    return _holds(Hold.objects.filter(account=account).order_by("-placed_at", "-id"), title="Last holds")


@pages.section(Account)
def postings_on(account: Account) -> pages.Table:
    """The last postings."""
    return _postings(Posting.objects.filter(account=account).order_by("-booked_at", "-id"), title="Last postings")


@pages.section(Account)
def unbooked_on(account: Account) -> pages.Table:
    """What is announced for the coming days, and what was refused."""
    lines = Unbooked.objects.filter(account=account, ended_at=None).order_by("-at", "-id")
    return pages.table(
        "Announced and refused",
        of=lines,
        row=lambda line: {
            "For": pages.moment(line.at),
            "Status": line.get_status_display(),
            "Amount": pages.amount(line.amount_minor, account.currency),
            "Says": line.details.get("TransactionInformation", pages.NOTHING),
        },
    )


@pages.section(Account)
def direct_debits_of(account: Account) -> pages.Table:
    """Who may collect from it."""
    return pages.table(
        "Direct debits",
        of=DirectDebit.objects.filter(account=account),
        row=lambda debit: {
            "Collector": debit.name,
            "Mandate": debit.mandate.get("MandateIdentification", pages.NOTHING),
            "Status": debit.get_status_display(),
            "Last collected": pages.moment(debit.previous_at),
            "Amount": _amount(debit.previous_minor, account),
            "Next": pages.moment(debit.next_at),
        },
    )


@pages.section(Account)
def standing_orders_of(account: Account) -> pages.Table:
    """What the bank repeats."""
    return pages.table(
        "Standing orders",
        of=StandingOrder.objects.filter(account=account),
        row=lambda order: {
            "To": str(order.creditor_account.get("Name", pages.NOTHING)),
            "Status": order.get_status_display(),
            "Last paid": pages.moment(order.last_at),
            "Last amount": _amount(order.last_minor, account),
            "Next": pages.moment(order.next_at),
            "Next amount": _amount(order.next_minor, account),
        },
    )


@pages.section(Account)
def scheduled_payments_of(account: Account) -> pages.Table:
    """What is to be paid on a later day."""
    return pages.table(
        "Scheduled payments",
        of=ScheduledPayment.objects.filter(account=account),
        row=lambda payment: {
            "To": str(payment.creditor_account.get("Name", pages.NOTHING)),
            "Due": pages.moment(payment.due_at),
            "Amount": _amount(payment.amount_minor, account),
            "Ended": pages.moment(payment.ended_at),
        },
    )


@pages.section(Account)
def statements_of(account: Account) -> pages.Table:
    """The last statements."""
    return pages.table(
        "Statements",
        of=Statement.objects.filter(account=account),
        row=lambda statement: {
            "Statement": statement.reference,
            "Type": statement.get_kind_display(),
            "From": pages.moment(statement.starts_at),
            "To": pages.moment(statement.ends_at),
            "Opening": _amount(statement.opening_minor, account),
            "In": _amount(statement.credits_minor, account),
            "Out": _amount(statement.debits_minor, account),
            "Closing": _amount(statement.closing_minor, account),
            "Transactions": statement.entries,
        },
    )


@pages.section(Account)
def offers_to(account: Account) -> pages.Table:
    """What the bank proposes to its holder."""
    return pages.table(
        "Offers",
        of=Offer.objects.filter(account=account),
        row=lambda offer: {
            "Offer": offer.get_kind_display(),
            "From": pages.moment(offer.starts_at),
            "To": pages.moment(offer.ends_at),
            "Says": offer.description,
        },
    )


@pages.section(User)
def party_of(person: User) -> pages.Table:
    """Who the customer is, beyond the name to log in with."""
    party = Party.objects.filter(customer=person).first()
    facts = (
        []
        if party is None
        else [
            ["Legal name", party.full_legal_name],
            ["Structure", party.legal_structure],
            ["Number", party.number],
            ["E-mail", party.email or pages.NOTHING],
            ["Phone", party.phone or pages.NOTHING],
            ["Mobile", party.mobile or pages.NOTHING],
            ["Addresses", pages.pretty(party.addresses)],
        ]
    )
    return pages.Table(title="Party", columns=[], rows=facts)


@pages.section(User)
def beneficiaries_of(person: User) -> pages.Table:
    """Whom the customer pays."""
    kept = Beneficiary.objects.filter(customer=person).select_related("account")
    return pages.table(
        "Beneficiaries",
        of=kept,
        row=lambda one: {
            "Name": str(one.creditor_account.get("Name", pages.NOTHING)),
            "Number": one.number or pages.NOTHING,
            "Type": one.get_kind_display(),
            "Kept for": str(one.account) if one.account else "every account",
        },
    )


@pages.section(Transfer)
def postings_of(transfer: Transfer) -> pages.Table:
    """Both sides of a transfer."""
    return _postings(Posting.objects.filter(transfer=transfer).order_by("id"), title="Postings")


def holds_for(for_order: str) -> pages.Table:
    """What was set aside for an order, and how that ended."""
    return _holds(Hold.objects.filter(for_order=for_order).order_by("placed_at", "id"), title="Ledger: holds")


def postings_for(for_order: str) -> pages.Table:
    """Every posting of every transfer that was made for an order."""
    postings = Posting.objects.filter(Q(transfer__for_order=for_order) & ~Q(transfer__for_order=""))
    return _postings(postings.order_by("id"), title="Ledger: transfers and their postings")


def _holds(holds: QuerySet[Hold], *, title: str) -> pages.Table:
    return pages.table(
        title,
        of=holds.select_related("account", "end"),
        row=_hold,
    )


def _hold(hold: Hold) -> dict[str, Any]:
    end = getattr(hold, "end", None)
    return {
        "Hold": hold.pk,
        "Account": pages.link(Account, hold.account_id, str(hold.account)),
        "Amount": pages.amount(hold.amount_minor, hold.account.currency),
        "For order": hold.for_order,
        "Placed": pages.moment(hold.placed_at),
        "Ended": end.outcome if end else "open",
        "At": pages.moment(end.ended_at) if end else pages.NOTHING,
        "By transfer": pages.link(Transfer, end.transfer_id) if end and end.transfer_id else pages.NOTHING,
    }


def _postings(postings: QuerySet[Posting], *, title: str) -> pages.Table:
    return pages.table(
        title,
        of=postings.select_related("transfer", "account"),
        row=lambda posting: {
            "Booked": pages.moment(posting.booked_at),
            "Transfer": pages.link(Transfer, posting.transfer_id),
            "Kind": posting.transfer.kind,
            "Account": pages.link(Account, posting.account_id, str(posting.account)),
            "Amount": pages.amount(posting.amount_minor, posting.account.currency),
            "Balance after": pages.amount(posting.balance_minor, posting.account.currency),
            "Counterparty": posting.counterparty or pages.NOTHING,
            "Says": posting.details.get("TransactionInformation", pages.NOTHING),
        },
    )


def _amount(minor: int | None, account: Account) -> str:
    return pages.NOTHING if minor is None else pages.amount(minor, account.currency)
