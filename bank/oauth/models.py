"""The five swapped models of django-oauth-toolkit, the authorization request, and the authorization it ends in.

Columns are named as upstream names them, so that its next release merges by one migration.
"""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)

from bank.tpps.models import SoftwareStatement


def digest(value: str) -> str:
    """The SHA-256 of a secret with enough entropy of its own, in hex."""
    return hashlib.sha256(value.encode()).hexdigest()


class DigestField(models.CharField):
    """Stores the SHA-256 of a one-time value, so that the value itself never rests in the database."""

    def get_prep_value(self, value: Any) -> Any:
        """Hash what is not hashed yet, so that filter(code=value) just works."""
        value = super().get_prep_value(value)
        if value is None or value.startswith("sha256:"):
            return value
        return "sha256:" + digest(value)


class Client(AbstractApplication):
    """A registered client: one software statement of a TPP, and how it proves who it is."""

    class AuthMethod(models.TextChoices):
        PRIVATE_KEY_JWT = "private_key_jwt"
        TLS = "tls_client_auth"
        SELF_SIGNED = "self_signed_tls_client_auth"

    class Profile(models.TextChoices):
        FAPI1 = "fapi1-advanced"
        FAPI2 = "fapi2-security"
        MESSAGE_SIGNING = "fapi2-message-signing"

    class Delivery(models.TextChoices):
        POLL = "poll"
        PING = "ping"

    objects: ClassVar[models.Manager["Client"]] = models.Manager()

    client_secret = None  # no shared secret exists in this bank
    hash_client_secret = None  # type: ignore[assignment] # nor a flag about one: None takes a field of the base away
    algorithm = models.CharField(max_length=5, default="PS256", choices=[("PS256", "PS256"), ("ES256", "ES256")])
    profile = models.CharField(max_length=32, choices=Profile.choices, default=Profile.FAPI1)
    token_endpoint_auth_method = models.CharField(max_length=32, choices=AuthMethod.choices)
    grant_types = ArrayField(models.CharField(max_length=64), default=list)
    response_types = ArrayField(models.CharField(max_length=32), default=list)
    scopes = ArrayField(models.CharField(max_length=32), default=list)
    client_jwks = models.TextField(blank=True, default="")
    client_jwks_uri = models.URLField(max_length=500, blank=True, default="")
    require_pushed_authorization_requests = models.BooleanField(null=True, blank=True)
    tls_client_auth_subject_dn = models.CharField(max_length=512, blank=True)
    dpop_bound_access_tokens = models.BooleanField(default=False)
    require_signed_request_object = models.BooleanField(default=False)
    request_object_signing_alg = models.CharField(max_length=5, blank=True)  # empty: any of the bank's
    token_endpoint_auth_signing_alg = models.CharField(max_length=5, blank=True)
    authorization_signed_response_alg = models.CharField(max_length=5, blank=True)  # not empty: answers are JWTs
    backchannel_token_delivery_mode = models.CharField(max_length=4, choices=Delivery.choices, blank=True)
    backchannel_client_notification_endpoint = models.URLField(max_length=500, blank=True)
    registration_token_checksum = models.CharField(max_length=64, blank=True)  # of the token of RFC 7592
    software_statement = models.ForeignKey(SoftwareStatement, models.PROTECT, related_name="clients")
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractApplication.Meta):
        abstract = False
        verbose_name = "client"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["software_statement"], condition=models.Q(deleted_at=None), name="statement_has_one_client"
            ),
        ]

    def allows_grant_type(self, *grant_types: str) -> bool:
        """Tell whether the client registered for one of these, in django-oauth-toolkit's spelling or the RFC's."""
        return not {name.replace("-", "_") for name in grant_types}.isdisjoint(self.grant_types)


class Authorization(models.Model):
    """What a customer allowed a client to do; every code and token of that decision hangs off it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    client = models.ForeignKey(settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.PROTECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    consent = models.ForeignKey("consents.Consent", models.PROTECT, null=True, related_name="authorizations")
    acr = models.CharField(max_length=64)
    auth_time = models.DateTimeField()
    claims = models.JSONField(default=dict)
    authorization_details = models.JSONField(default=list)  # RFC 9396
    evidence = models.JSONField(default=dict)  # how the customer was authenticated, so that it can be proved later
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def revoke(self, *, now: datetime) -> None:
        """End every code and token of this decision. May be called twice."""
        Authorization.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now)
        self.accesstoken_set.all().delete()
        self.refreshtoken_set.filter(revoked=None).update(revoked=now)


class AuthorizationRequest(models.Model):
    """A request for authorization, pushed (RFC 9126) or by value (RFC 9101), kept until the customer decides."""

    PREFIX: ClassVar[str] = "urn:ietf:params:oauth:request_uri:"
    OPEN_MINUTES: ClassVar[int] = 10  # how long a customer may take, however short-lived the reference was

    reference = DigestField(max_length=80, unique=True)
    client = models.ForeignKey(settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE)
    parameters = models.JSONField()
    dpop_jkt = models.CharField(max_length=43, blank=True)  # the key that the code will be bound to (RFC 9449, 10)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="authorization_request_by_end")]

    @classmethod
    def keep(
        cls,
        *,
        client: Client,
        parameters: dict[str, str],
        lifetime_seconds: int,
        is_open: bool,
        now: datetime,
        dpop_jkt: str = "",
    ) -> str:
        """Store a request; return the reference that only its client and the customer's browser learn."""
        reference = secrets.token_urlsafe(32)
        cls.objects.create(
            reference=reference,
            client=client,
            parameters=parameters,
            dpop_jkt=dpop_jkt,
            expires_at=now + timedelta(seconds=lifetime_seconds),
            opened_at=now if is_open else None,
        )
        return reference

    @property
    def ends_at(self) -> datetime:
        """The instant from which the request counts no more."""
        return self.opened_at + timedelta(minutes=self.OPEN_MINUTES) if self.opened_at else self.expires_at

    def open(self, *, now: datetime) -> None:
        """Start the customer's time. A second visit, from another tab or after a reload, changes nothing."""
        AuthorizationRequest.objects.filter(pk=self.pk, opened_at=None).update(opened_at=now)

    def decide(self, *, now: datetime) -> None:
        """Use the request up. The caller has it locked."""
        assert self.decided_at is None, "a request is decided once"
        self.decided_at = now
        self.save(update_fields=["decided_at"])


class Grant(AbstractGrant):
    """An authorization code: stored hashed, kept after redemption so that its reuse is noticed."""

    objects: ClassVar[models.Manager["Grant"]] = models.Manager()

    code = DigestField(max_length=80, unique=True)
    nonce = models.CharField(max_length=1000, blank=True, default="")
    authorization = models.ForeignKey(Authorization, models.CASCADE)
    dpop_jkt = models.CharField(max_length=43, blank=True)
    redeemed_at = models.DateTimeField(null=True)

    class Meta(AbstractGrant.Meta):
        abstract = False


class AccessToken(AbstractAccessToken):
    """An access token: looked up by checksum, bound to the certificate in cnf (RFC 8705 section 3)."""

    objects: ClassVar[models.Manager["AccessToken"]] = models.Manager()

    authorization = models.ForeignKey(Authorization, models.CASCADE, null=True)
    cnf = models.JSONField(default=dict)

    class Meta(AbstractAccessToken.Meta):
        abstract = False


class RefreshToken(AbstractRefreshToken):
    """A refresh token: of the client, never rotated (FAPI 2.0 section 5.3.2.1), good as long as its authorization."""

    objects: ClassVar[models.Manager["RefreshToken"]] = models.Manager()

    authorization = models.ForeignKey(Authorization, models.CASCADE)
    scope = models.TextField(blank=True)

    class Meta(AbstractRefreshToken.Meta):
        abstract = False


class IDToken(AbstractIDToken):
    """Asked for by django-oauth-toolkit's schema; never written."""

    objects: ClassVar[models.Manager["IDToken"]] = models.Manager()

    class Meta(AbstractIDToken.Meta):
        abstract = False


class BackchannelRequest(models.Model):
    """A request for authorization that came without a browser (CIBA), kept until the customer decides elsewhere."""

    class Status(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"
        DENIED = "denied"
        REDEEMED = "redeemed"

    auth_req_id = DigestField(max_length=80, unique=True)
    reference = models.UUIDField(unique=True, default=uuid.uuid4)  # what the customer's page goes by
    client = models.ForeignKey(settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    consent = models.ForeignKey("consents.Consent", models.PROTECT, null=True)
    parameters = models.JSONField()  # the signed request's own: scope, binding_message, acr_values, claims
    client_notification_token = models.CharField(max_length=1024, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)
    authorization = models.ForeignKey(Authorization, models.PROTECT, null=True)
    interval_seconds = models.PositiveSmallIntegerField(default=5)
    polled_at = models.DateTimeField(null=True)
    notified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="backchannel_request_by_end"),
            models.Index(fields=["user", "status", "expires_at"], name="backchannel_request_by_user"),
        ]


class SpentIdentifier(models.Model):
    """A jti that was used once and may not be used again before it expires."""

    digest = models.CharField(primary_key=True, max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="spent_identifier_by_end")]


class Registration(models.Model):
    """What a client registered itself with: its answer holds the statement again, and no older one counts later."""

    client = models.OneToOneField(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, primary_key=True, related_name="registration"
    )
    software_statement = models.TextField()
    statement_issued_at = models.DateTimeField()
    application_type = models.CharField(max_length=8)
