"""The desk's pages for consents: what was lodged, what the customer did with it, and every step since."""

from django.contrib import admin
from django.db.models import QuerySet

from accounts.models import Account
from bank.customers.models import User
from bank.desk import pages
from bank.oauth.models import Authorization, Client
from bank.tpps.models import TPP
from consents import desk
from consents.models import Consent, ConsentAccount, FundsConfirmation, Use

__all__ = ["desk"]  # imported so that its actions are registered


@admin.register(Consent)
class ConsentAdmin(pages.ReadOnly):
    """Consents, found by id, client or customer."""

    list_display = ("id", "kind", "status", "client", "customer", "created_at", "deleted_at")
    list_filter = ("kind", "status")
    list_select_related = ("client", "customer")
    ordering = ("-created_at",)
    search_fields = ("=id", "=client__client_id", "=customer__username")
    search_help_text = "Consent id, client id or a customer's user name"
    fields = (
        "id",
        "kind",
        "client",
        "customer",
        "status",
        "status_updated_at",
        "reasons",
        "debtor_account",
        "permissions",
        "from_at",
        "to_at",
        "expires_at",
        "created_at",
        "deleted_at",
        "content",
        "content_risk",
    )
    readonly_fields = ("reasons", "content", "content_risk")

    @admin.display(description="status reasons")
    def reasons(self, consent: Consent) -> str:
        """Why it stands as it stands."""
        return pages.pretty(consent.status_reasons)

    @admin.display(description="Data, as it came")
    def content(self, consent: Consent) -> str:
        """What the TPP lodged."""
        return pages.pretty(consent.data)

    @admin.display(description="Risk, as it came")
    def content_risk(self, consent: Consent) -> str:
        """What the TPP said about risk."""
        return pages.pretty(consent.risk)


@pages.section(Consent)
def transitions_of(consent: Consent) -> pages.Table:
    """Every step of a consent's life."""
    return pages.table(
        "Transitions",
        of=consent.transitions.order_by("id"),
        row=lambda step: {
            "At": pages.moment(step.at),
            "From": step.get_from_status_display(),
            "To": step.get_to_status_display(),
            "By": step.actor,
            "Reasons": pages.pretty(step.reasons),
        },
    )


@pages.section(Consent)
def accounts_of(consent: Consent) -> pages.Table:
    """The accounts that the customer put into it."""
    chosen = ConsentAccount.objects.filter(consent=consent).select_related("account").order_by("id")
    return pages.table(
        "Accounts in it",
        of=chosen,
        row=lambda one: {
            "Account": pages.link(Account, one.account_id, str(one.account)),
            "Type": one.account.type_code,
            "Status": one.account.status,
        },
    )


@pages.section(Consent)
def uses_of(consent: Consent) -> pages.Table:
    """How it was used, the last days first."""
    uses = Use.objects.filter(consent=consent).order_by("-day", "operation", "account_id")
    return pages.table(
        "Uses",
        of=uses,
        row=lambda use: {
            "Day": f"{use.day:%Y-%m-%d}",
            "Operation": use.operation,
            "Account": use.account_id or "all",
            "With the customer": use.attended,
            "Without": use.unattended,
            "Last": pages.moment(use.last_at),
        },
    )


@pages.section(Consent)
def confirmations_of(consent: Consent) -> pages.Table:
    """Every question whether an amount was there, with the answer."""
    return pages.table(
        "Funds confirmations",
        of=FundsConfirmation.objects.filter(consent=consent).order_by("-created_at"),
        row=lambda one: {
            "Confirmation": one.pk,
            "At": pages.moment(one.created_at),
            "Reference": one.reference,
            "Amount": pages.amount(one.amount_minor, one.currency),
            "Available": "yes" if one.is_available else "no",
        },
    )


@pages.section(Consent)
def authorizations_of(consent: Consent) -> pages.Table:
    """When the customer said yes, how that was proved, and whether it was taken back."""
    return pages.table(
        "Authorizations",
        of=consent.authorizations.select_related("user").order_by("created_at"),
        row=lambda one: {
            "Authorization": pages.link(Authorization, one.pk),
            "Customer": one.user,
            "Proved by": one.acr,
            "At": pages.moment(one.auth_time),
            "Revoked": pages.moment(one.revoked_at),
        },
    )


@pages.section(TPP)
def consents_of_tpp(tpp: TPP) -> pages.Table:
    """The last consents that a TPP lodged."""
    return _consents(Consent.objects.filter(client__software_statement__tpp=tpp))


@pages.section(Client)
def consents_of_client(client: Client) -> pages.Table:
    """The last consents that a client lodged."""
    return _consents(Consent.objects.filter(client=client))


@pages.section(User)
def consents_of_customer(person: User) -> pages.Table:
    """The last consents that a customer decided on."""
    return _consents(Consent.objects.filter(customer=person))


def _consents(consents: QuerySet[Consent]) -> pages.Table:
    return pages.table(
        "Last consents",
        of=consents.select_related("client", "customer").order_by("-created_at"),
        row=lambda consent: {
            "Consent": pages.link(Consent, consent.pk),
            "Kind": consent.kind,
            "Status": consent.get_status_display(),
            "Client": consent.client.name,
            "Customer": consent.customer or pages.NOTHING,
            "Lodged": pages.moment(consent.created_at),
        },
    )
