"""The desk's pages for TPPs and whom the bank trusts."""

from django.contrib import admin

from bank.desk import pages
from bank.tpps import desk
from bank.tpps.models import TPP, Certificate, SoftwareStatement, TrustAnchor

__all__ = ["desk"]  # imported so that its actions are registered


@admin.register(TPP)
class TPPAdmin(pages.ReadOnly):
    """TPPs, found by their name or any of their ids."""

    list_display = ("name", "id", "status", "roles", "created_at")
    list_filter = ("status",)
    ordering = ("name",)
    search_fields = ("name", "=id", "=software_statements__id", "=software_statements__client__client_id")
    search_help_text = "Name, organisation id, software id or client id"
    fields = ("id", "name", "status", "blocked_reason", "roles", "created_at")


@admin.register(SoftwareStatement)
class SoftwareStatementAdmin(pages.ReadOnly):
    """The applications of TPPs."""

    list_display = ("client_name", "id", "tpp", "roles", "created_at")
    list_select_related = ("tpp",)
    ordering = ("client_name",)
    search_fields = ("client_name", "=id", "tpp__name")
    fields = ("id", "tpp", "client_name", "redirect_uris", "roles", "keys", "created_at")
    readonly_fields = ("keys",)

    @admin.display(description="keys it signs with")
    def keys(self, statement: SoftwareStatement) -> str:
        """The key set, readable."""
        return pages.pretty(statement.jwks)


@admin.register(Certificate)
class CertificateAdmin(pages.ReadOnly):
    """Certificates that the sandbox directory issued."""

    list_display = ("subject", "use", "software_statement", "not_after", "revoked_at")
    list_filter = ("use",)
    list_select_related = ("software_statement",)
    ordering = ("-not_before",)
    search_fields = ("=thumbprint", "=serial_number", "=software_statement__id")
    search_help_text = "Thumbprint (base64url), serial number or software id"


@admin.register(TrustAnchor)
class TrustAnchorAdmin(pages.ReadOnly):
    """Authorities that the bank believes."""

    list_display = ("name", "trusted_since", "withdrawn_at")
    ordering = ("name",)


@pages.section(TPP)
def software_statements_of(tpp: TPP) -> pages.Table:
    """The TPP's applications."""
    return pages.Table(
        title="Software statements",
        columns=["Software id", "Name", "Roles", "Sent back to", "Since"],
        rows=[
            [
                pages.link(SoftwareStatement, statement.pk),
                statement.client_name,
                ", ".join(statement.roles),
                ", ".join(statement.redirect_uris),
                pages.moment(statement.created_at),
            ]
            for statement in tpp.software_statements.order_by("created_at")[: pages.ROWS_MAX]
        ],
    )


@pages.section(TPP)
def certificates_of(tpp: TPP) -> pages.Table:
    """The certificates that were issued to it, newest first."""
    certificates = Certificate.objects.filter(software_statement__tpp=tpp).order_by("-not_before")
    return pages.Table(
        title="Certificates",
        columns=["Thumbprint", "Use", "Software id", "From", "To", "Revoked"],
        rows=[
            [
                pages.link(Certificate, certificate.pk),
                certificate.use,
                certificate.software_statement_id,
                pages.moment(certificate.not_before),
                pages.moment(certificate.not_after),
                pages.moment(certificate.revoked_at),
            ]
            for certificate in certificates[: pages.ROWS_MAX]
        ],
    )
