"""TPPs, their software statements, their certificates, and whom the bank trusts to vouch for them."""

from datetime import datetime
from typing import ClassVar

from cryptography import x509
from django.contrib.postgres.fields import ArrayField
from django.db import models

from bank import rights


class Role(models.TextChoices):
    """What a regulator lets a TPP do."""

    AISP = "AISP", "account information"
    PISP = "PISP", "payment initiation"
    CBPII = "CBPII", "funds confirmation"


class TPP(models.Model):
    """A third-party provider: an organisation that the directory knows."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        BLOCKED = "blocked"

    id = models.CharField("organisation id", primary_key=True, max_length=40)
    name = models.CharField(max_length=140)
    roles = ArrayField(models.CharField(max_length=8, choices=Role.choices))
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)
    blocked_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    token_checksum = models.CharField(max_length=64, blank=True)  # of what it manages itself in the directory with

    class Meta:
        verbose_name = "TPP"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(status__in=["active", "blocked"]), name="tpp_status_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class SoftwareStatement(models.Model):
    """One application of a TPP: what it calls itself, where it is sent back to, and the keys it signs with."""

    id = models.CharField("software id", primary_key=True, max_length=40)
    tpp = models.ForeignKey(TPP, models.PROTECT, related_name="software_statements")
    client_name = models.CharField(max_length=140)
    redirect_uris = ArrayField(models.URLField(max_length=500))
    roles = ArrayField(models.CharField(max_length=8, choices=Role.choices))
    jwks = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.client_name} ({self.id})"


class Certificate(models.Model):
    """A certificate that the sandbox directory issued."""

    class Use(models.TextChoices):
        TRANSPORT = "transport"
        SIGNING = "signing"
        SERVER = "server"

    thumbprint = models.CharField("SHA-256 thumbprint", primary_key=True, max_length=43)  # base64url
    software_statement = models.ForeignKey(SoftwareStatement, models.PROTECT, null=True, related_name="certificates")
    use = models.CharField(max_length=9, choices=Use.choices)
    subject = models.CharField(max_length=500)
    serial_number = models.CharField(max_length=50, unique=True)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    pem = models.TextField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.subject

    def read(self) -> x509.Certificate:
        """The certificate itself."""
        return x509.load_pem_x509_certificate(self.pem.encode())


@rights.guarded("software_statement_id", "use", "shape", "csr", "asked_by", "asked_at")
class CertificateRequest(models.Model):
    """A signing request that a TPP sent to staff: what a second person agrees to is what one has brought."""

    software_statement = models.ForeignKey(SoftwareStatement, models.PROTECT, related_name="certificate_requests")
    use = models.CharField(max_length=9, choices=Certificate.Use.choices)
    shape = models.CharField(max_length=12)  # as bank/tpps/directory.py names them
    csr = models.TextField("signing request")  # PEM
    asked_by = models.CharField("brought by", max_length=200)  # staff:…
    asked_at = models.DateTimeField("brought at")
    issued = models.OneToOneField(Certificate, models.PROTECT, null=True, related_name="request")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(use__in=["transport", "signing"]), name="certificate_request_is_for_a_tpps_use"
            ),
            models.CheckConstraint(
                condition=models.Q(shape__in=["open-banking", "eidas"]), name="certificate_request_shape_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use} certificate for {self.software_statement_id}"

    def link(self, certificate: Certificate) -> None:
        """Note what was issued over it: once."""
        assert self.issued_id is None, "one certificate a request"
        self.issued = certificate
        self.save(update_fields=["issued"])


class TrustAnchor(models.Model):
    """Whom this bank believes when it vouches for a TPP: by certificates, by software statements. Data, not code."""

    class Kind(models.TextChoices):
        SANDBOX = "sandbox", "this sandbox's directory"
        OPEN_BANKING = "open-banking", "an open banking directory"
        EIDAS = "eidas", "a qualified trust service provider"

    class Use(models.TextChoices):
        TRANSPORT = "transport", "transport certificates"
        SIGNING = "signing", "signing certificates"
        STATEMENTS = "statements", "software statements"

    name = models.CharField(max_length=140, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.OPEN_BANKING)
    uses = ArrayField(models.CharField(max_length=10, choices=Use.choices), default=list)  # what it is believed in
    pem = models.TextField(blank=True)  # the CA's certificate and, below it, those of its intermediates
    crl_url = models.URLField(max_length=500, blank=True)  # empty: this authority is not known to take anything back
    issuer = models.CharField(max_length=200, blank=True)  # iss of its software statements
    jwks = models.JSONField(default=dict, blank=True)  # what it signs them with
    trusted_since = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    def trusts(self, now: datetime) -> bool:
        """Tell whether this anchor counts at that instant."""
        return self.trusted_since <= now and (self.withdrawn_at is None or now < self.withdrawn_at)


class RevocationList(models.Model):
    """What an authority says it has taken back, as the bank has last read it (RFC 5280 section 5)."""

    anchor = models.OneToOneField(TrustAnchor, models.CASCADE, primary_key=True, related_name="revocation_list")
    der = models.BinaryField()
    issued_at = models.DateTimeField()
    ends_at = models.DateTimeField()  # from then on it says nothing any more
    read_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.anchor} {self.issued_at}"
