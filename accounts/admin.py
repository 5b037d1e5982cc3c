"""The desk's pages for accounts and the ledger: what is there and how it came there."""

from django.contrib import admin
from django.db.models import Q, QuerySet

from accounts.models import Account, Hold, Holder, Posting, Transfer
from bank.customers.models import User
from bank.desk import pages


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
        "kind",
        "status",
        "status_updated_at",
        "category",
        "type_code",
        "nickname",
        "booked",
        "held",
        "limit",
        "opened_at",
    )
    readonly_fields = ("number", "booked", "held", "limit")

    @admin.display(description="sort code and number", ordering="identification")
    def number(self, account: Account) -> str:
        """The account's number as people write it."""
        digits = account.identification
        return f"{digits[:2]}-{digits[2:4]}-{digits[4:6]} {digits[6:]}"

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
        columns=["Customer", "Role"],
        rows=[
            [pages.link(User, holding.customer_id, str(holding.customer)), holding.role]
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
