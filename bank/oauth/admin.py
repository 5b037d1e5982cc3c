"""The desk's pages for clients and what customers allowed them. No code and no token is shown."""

from django.contrib import admin
from django.db.models import QuerySet

from bank.desk import pages
from bank.oauth.models import Authorization, Client
from bank.tpps.models import TPP, SoftwareStatement


@admin.register(Client)
class ClientAdmin(pages.ReadOnly):
    """Registered clients."""

    list_display = (
        "name",
        "client_id",
        "software_statement",
        "token_endpoint_auth_method",
        "profile",
        "created",
        "deleted_at",
    )
    list_select_related = ("software_statement",)
    ordering = ("name",)
    search_fields = ("name", "=client_id", "=software_statement__id")
    fields = (
        "client_id",
        "name",
        "software_statement",
        "profile",
        "token_endpoint_auth_method",
        "tls_client_auth_subject_dn",
        "algorithm",
        "grant_types",
        "response_types",
        "scopes",
        "redirect_uris",
        "dpop_bound_access_tokens",
        "require_pushed_authorization_requests",
        "require_signed_request_object",
        "authorization_signed_response_alg",
        "backchannel_token_delivery_mode",
        "backchannel_client_notification_endpoint",
        "client_jwks_uri",
        "created",
        "deleted_at",
    )


@admin.register(Authorization)
class AuthorizationAdmin(pages.ReadOnly):
    """What customers allowed clients."""

    list_display = ("id", "client", "user", "consent", "acr", "auth_time", "revoked_at")
    list_select_related = ("client", "user", "consent")
    ordering = ("-created_at",)
    search_fields = ("=consent__id", "=client__client_id", "=user__username")
    search_help_text = "Consent id, client id or user name"
    fields = ("id", "client", "user", "consent", "acr", "auth_time", "created_at", "revoked_at")


@pages.section(TPP)
def clients_of_tpp(tpp: TPP) -> pages.Table:
    """The clients of a TPP."""
    return _clients(Client.objects.filter(software_statement__tpp=tpp))


@pages.section(SoftwareStatement)
def clients_of_statement(statement: SoftwareStatement) -> pages.Table:
    """The client of a software statement."""
    return _clients(Client.objects.filter(software_statement=statement))


def _clients(clients: QuerySet[Client]) -> pages.Table:
    return pages.table(
        "Clients",
        of=clients.order_by("created"),
        row=lambda client: {
            "Client id": pages.link(Client, client.pk, client.client_id),
            "Name": client.name,
            "Proves itself by": client.token_endpoint_auth_method,
            "Profile": client.profile,
            "Scopes": ", ".join(client.scopes),
            "Since": pages.moment(client.created),
        },
    )
