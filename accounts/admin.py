"""The desk's pages for accounts and the ledger: what is there and how it came there."""

from django.contrib import admin
from django.db.models import Q, QuerySet

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
    search_help_text = "Name, 14 digits of sort code and account number, account id, or a customer's user name"
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
    return pages.Table(
        title="Accounts",
        columns=["Account", "Type", "Role", "Status", "Booked", "Held"],
        rows=[
            [
                pages.link(Account, holding.account_id, str(holding.account)),
                holding.account.type_code,
                holding.role,
                holding.account.status,
                pages.amount(holding.account.booked_minor, holding.account.currency),
                pages.amount(holding.account.held_minor, holding.account.currency),
            ]
            for holding in holdings[: pages.ROWS_MAX]
        ],
    )


@pages.section(Account)
def holders_of(account: Account) -> pages.Table:
    """Whose account it is."""
    return pages.Table(
        title="Holders",
        columns=["Customer", "Role", "May pay"],
        rows=[
            [
                pages.link(User, holding.customer_id, str(holding.customer)),
                holding.role,
                "yes" if holding.may_pay else "no",
            ]
            for holding in account.holders.select_related("customer").order_by("id")[: pages.ROWS_MAX]
        ],
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
    return pages.Table(
        title="Announced and refused",
        columns=["For", "Status", "Amount", "Says"],
        rows=[
            [
                pages.moment(line.at),
                line.get_status_display(),
                pages.amount(line.amount_minor, account.currency),
                line.details.get("TransactionInformation", pages.NOTHING),
            ]
            for line in lines[: pages.ROWS_MAX]
        ],
    )


@pages.section(Account)
def direct_debits_of(account: Account) -> pages.Table:
    """Who may collect from it."""
    return pages.Table(
        title="Direct debits",
        columns=["Collector", "Mandate", "Status", "Last collected", "Amount", "Next"],
        rows=[
            [
                debit.name,
                debit.mandate.get("MandateIdentification", pages.NOTHING),
                debit.get_status_display(),
                pages.moment(debit.previous_at),
                _amount(debit.previous_minor, account),
                pages.moment(debit.next_at),
            ]
            for debit in DirectDebit.objects.filter(account=account)[: pages.ROWS_MAX]
        ],
    )


@pages.section(Account)
def standing_orders_of(account: Account) -> pages.Table:
    """What the bank repeats."""
    return pages.Table(
        title="Standing orders",
        columns=["To", "Status", "Last paid", "Amount", "Next", "Amount"],
        rows=[
            [
                str(order.creditor_account.get("Name", pages.NOTHING)),
                order.get_status_display(),
                pages.moment(order.last_at),
                _amount(order.last_minor, account),
                pages.moment(order.next_at),
                _amount(order.next_minor, account),
            ]
            for order in StandingOrder.objects.filter(account=account)[: pages.ROWS_MAX]
        ],
    )


@pages.section(Account)
def scheduled_payments_of(account: Account) -> pages.Table:
    """What is to be paid on a later day."""
    return pages.Table(
        title="Scheduled payments",
        columns=["To", "Due", "Amount", "Ended"],
        rows=[
            [
                str(payment.creditor_account.get("Name", pages.NOTHING)),
                pages.moment(payment.due_at),
                _amount(payment.amount_minor, account),
                pages.moment(payment.ended_at),
            ]
            for payment in ScheduledPayment.objects.filter(account=account)[: pages.ROWS_MAX]
        ],
    )


@pages.section(Account)
def statements_of(account: Account) -> pages.Table:
    """The last statements."""
    return pages.Table(
        title="Statements",
        columns=["Statement", "Type", "From", "To", "Opening", "In", "Out", "Closing", "Transactions"],
        rows=[
            [
                statement.reference,
                statement.get_kind_display(),
                pages.moment(statement.starts_at),
                pages.moment(statement.ends_at),
                _amount(statement.opening_minor, account),
                _amount(statement.credits_minor, account),
                _amount(statement.debits_minor, account),
                _amount(statement.closing_minor, account),
                statement.entries,
            ]
            for statement in Statement.objects.filter(account=account)[: pages.ROWS_MAX]
        ],
    )


@pages.section(Account)
def offers_to(account: Account) -> pages.Table:
    """What the bank proposes to its holder."""
    return pages.Table(
        title="Offers",
        columns=["Offer", "From", "To", "Says"],
        rows=[
            [offer.get_kind_display(), pages.moment(offer.starts_at), pages.moment(offer.ends_at), offer.description]
            for offer in Offer.objects.filter(account=account)[: pages.ROWS_MAX]
        ],
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
    return pages.Table(
        title="Beneficiaries",
        columns=["Name", "Number", "Type", "Kept for"],
        rows=[
            [
                str(one.creditor_account.get("Name", pages.NOTHING)),
                one.number or pages.NOTHING,
                one.get_kind_display(),
                str(one.account) if one.account else "every account",
            ]
            for one in kept[: pages.ROWS_MAX]
        ],
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
    return pages.Table(
        title=title,
        columns=["Hold", "Account", "Amount", "For order", "Placed", "Ended", "At", "By transfer"],
        rows=[_hold(hold) for hold in holds.select_related("account", "end")[: pages.ROWS_MAX]],
    )


def _hold(hold: Hold) -> list[str]:
    end = getattr(hold, "end", None)
    return [
        hold.pk,
        pages.link(Account, hold.account_id, str(hold.account)),
        pages.amount(hold.amount_minor, hold.account.currency),
        hold.for_order,
        pages.moment(hold.placed_at),
        end.outcome if end else "open",
        pages.moment(end.ended_at) if end else pages.NOTHING,
        pages.link(Transfer, end.transfer_id) if end and end.transfer_id else pages.NOTHING,
    ]


def _postings(postings: QuerySet[Posting], *, title: str) -> pages.Table:
    return pages.Table(
        title=title,
        columns=["Booked", "Transfer", "Kind", "Account", "Amount", "Balance after", "Counterparty", "Says"],
        rows=[
            [
                pages.moment(posting.booked_at),
                pages.link(Transfer, posting.transfer_id),
                posting.transfer.kind,
                pages.link(Account, posting.account_id, str(posting.account)),
                pages.amount(posting.amount_minor, posting.account.currency),
                pages.amount(posting.balance_minor, posting.account.currency),
                posting.counterparty or pages.NOTHING,
                posting.details.get("TransactionInformation", pages.NOTHING),
            ]
            for posting in postings.select_related("transfer", "account")[: pages.ROWS_MAX]
        ],
    )


def _amount(minor: int | None, account: Account) -> str:
    return pages.NOTHING if minor is None else pages.amount(minor, account.currency)
