"""The desk's pages for TPPs and whom the bank trusts."""

from collections.abc import Iterator
from urllib.parse import urlencode

from cryptography import x509
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from bank.desk import pages
from bank.tpps import chains, desk, signing_requests
from bank.tpps.models import (
    TPP,
    Certificate,
    CertificateRequest,
    RevocationList,
    SoftwareStatement,
    TrustAnchor,
)


@admin.register(TPP)
class TPPAdmin(pages.ReadOnly):
    """TPPs, found by their name or any of their ids."""

    list_display = ("name", "id", "status", "roles", "created_at")
    list_filter = ("status",)
    ordering = ("name",)
    search_fields = ("name", "=id", "=software_statements__id", "=software_statements__clients__client_id")
    search_help_text = "Name, organisation id, software id or client id"
    fields = ("id", "name", "status", "blocked_reason", "roles", "created_at")


@admin.register(SoftwareStatement)
class SoftwareStatementAdmin(pages.ReadOnly):
    """The applications of TPPs."""

    list_display = ("client_name", "id", "tpp", "roles", "created_at")
    list_select_related = ("tpp",)
    ordering = ("client_name",)
    search_fields = ("client_name", "=id", "tpp__name")
    fields = ("id", "tpp", "client_name", "redirect_uris", "roles", "keys", "created_at", "withdrawn_at")
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


@admin.register(CertificateRequest)
class CertificateRequestAdmin(pages.ReadOnly):
    """Signing requests that TPPs sent to staff, and what was issued over them."""

    list_display = ("software_statement", "use", "shape", "asked_by", "asked_at", "issued")
    list_filter = ("use", ("issued", admin.EmptyFieldListFilter))
    list_select_related = ("software_statement", "issued")
    ordering = ("-asked_at",)
    search_fields = ("=software_statement__id", "=issued__thumbprint")
    search_help_text = "Software id, or thumbprint (base64url) of what was issued"
    fields = (
        "software_statement",
        "use",
        "shape",
        "subject",
        "key",
        "key_thumbprint",
        "asked_by",
        "asked_at",
        "issued",
        "pem",
    )
    readonly_fields = ("subject", "key", "key_thumbprint", "pem")
    alone = (desk.BringSigningRequest(),)

    @admin.display(description="calls itself")
    def subject(self, request: CertificateRequest) -> str:
        """The subject of the signing request; the certificate's is the directory's."""
        return signing_requests.read(request.csr).subject or pages.NOTHING

    @admin.display(description="key")
    def key(self, request: CertificateRequest) -> str:
        """Its kind and size."""
        return signing_requests.read(request.csr).kind

    @admin.display(description="SHA-256 of the key")
    def key_thumbprint(self, request: CertificateRequest) -> str:
        """What the TPP reads out to staff, who compare it."""
        return signing_requests.read(request.csr).key_thumbprint

    @admin.display(description="certificate")
    def pem(self, request: CertificateRequest) -> str:
        """What was issued, to be sent to the TPP."""
        return format_html("<pre>{}</pre>", request.issued.pem) if request.issued else pages.NOTHING


@admin.register(TrustAnchor)
class TrustAnchorAdmin(pages.ReadOnly):
    """Authorities that the bank believes."""

    list_display = ("name", "kind", "uses", "trusted_since", "withdrawn_at")
    list_filter = ("kind",)
    ordering = ("name",)
    fields = ("name", "kind", "uses", "issuer", "crl_url", "trusted_since", "withdrawn_at", "certificates", "keys")
    readonly_fields = ("certificates", "keys")
    alone = (desk.AddAnchor(),)

    @admin.display(description="certificates")
    def certificates(self, anchor: TrustAnchor) -> SafeString:
        """Its certificates, by name and end."""
        known = chains.chain_of(anchor)
        return format_html_join(
            mark_safe("<br>"),
            "{}, until {}",
            ((one.subject.rfc4514_string(), pages.moment(one.not_valid_after_utc)) for one in known),
        )

    @admin.display(description="keys it signs statements with")
    def keys(self, anchor: TrustAnchor) -> str:
        """The key set, readable."""
        return pages.pretty(anchor.jwks)


@pages.section(TPP)
def software_statements_of(tpp: TPP) -> pages.Table:
    """The TPP's applications."""
    return pages.table(
        "Software statements",
        of=tpp.software_statements.order_by("created_at"),
        row=lambda statement: {
            "Software id": pages.link(SoftwareStatement, statement.pk),
            "Name": statement.client_name,
            "Roles": ", ".join(statement.roles),
            "Sent back to": ", ".join(statement.redirect_uris),
            "Since": pages.moment(statement.created_at),
        },
    )


@pages.section(TPP)
def certificates_of(tpp: TPP) -> pages.Table:
    """The certificates that were issued to it, newest first."""
    certificates = Certificate.objects.filter(software_statement__tpp=tpp).order_by("-not_before")
    return pages.table(
        "Certificates",
        of=certificates,
        row=lambda certificate: {
            "Thumbprint": pages.link(Certificate, certificate.pk),
            "Use": certificate.use,
            "Software id": certificate.software_statement_id,
            "From": pages.moment(certificate.not_before),
            "To": pages.moment(certificate.not_after),
            "Revoked": pages.moment(certificate.revoked_at),
        },
    )


@pages.offers(SoftwareStatement)
def bringing_a_signing_request(statement: SoftwareStatement) -> Iterator[pages.Offer]:
    """Offer to bring a signing request for it, while it stands."""
    if statement.withdrawn_at is None:
        filled = urlencode({"software": statement.pk})
        path = f"{reverse('admin:tpps_certificaterequest_bring')}?{filled}"
        yield pages.Offer(words=desk.BringSigningRequest.words, path=path)


@pages.section(TrustAnchor)
def revocation_list_of(anchor: TrustAnchor) -> pages.Table:
    """What it has revoked, as far as the bank has read it."""
    known = RevocationList.objects.filter(anchor=anchor)
    return pages.Table(
        title="Revocation list",
        columns=["Read", "Issued", "Ends", "Certificates on it"],
        rows=[
            [
                pages.moment(one.read_at),
                pages.moment(one.issued_at),
                pages.moment(one.ends_at),
                len(x509.load_der_x509_crl(bytes(one.der))),
            ]
            for one in known
        ],
        note="" if known or not anchor.crl_url else "It was never read: no certificate of this authority counts.",
    )
