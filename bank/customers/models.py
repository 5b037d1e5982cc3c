"""People with a log-in, customers or staff, never both at once; and what customers prove themselves with."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.crypto import salted_hmac


class Users(BaseUserManager["User"]):
    """How people come to be."""

    def make(self, *, username: str, password: str, full_name: str, kind: str, now: datetime, **more: Any) -> "User":
        """Create a person; the password is hashed at once."""
        person = self.model(username=username, full_name=full_name, kind=kind, created_at=now, **more)
        person.set_password(password)
        person.save(using=self._db)
        return person


class User(AbstractBaseUser, PermissionsMixin):
    """A customer (the standard's PSU) or a member of staff."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer"
        STAFF = "staff"

    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=140)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    is_active = models.BooleanField(default=True)
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    pauses = models.PositiveSmallIntegerField(default=0)  # in a row: each is twice as long as the one before
    locked_until = models.DateTimeField(null=True, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)  # sessions of an earlier epoch are over
    created_at = models.DateTimeField()

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "username"

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["customer", "staff"]), name="user_is_customer_or_staff"
            ),
            models.CheckConstraint(
                condition=models.Q(is_superuser=False) | models.Q(kind="staff"), name="customer_is_never_superuser"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_staff(self) -> bool:
        """Tell Django's admin who may come in."""
        return self.kind == self.Kind.STAFF

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Tie sessions to the epoch as well as to the password."""
        salt = "bank.customers.models.User.session"
        return salted_hmac(salt, f"{self.session_epoch}:{self.password}", secret=secret, algorithm="sha256").hexdigest()

    def end_sessions(self) -> None:
        """Log this person out everywhere."""
        User.objects.filter(pk=self.pk).update(session_epoch=models.F("session_epoch") + 1)
        self.refresh_from_db(fields=["session_epoch"])


class Passkey(models.Model):
    """A WebAuthn credential: its private half never leaves the customer's device or key chain."""

    objects: ClassVar[models.Manager["Passkey"]] = models.Manager()

    customer = models.ForeignKey(User, models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential_id = models.CharField(max_length=1400, unique=True)  # base64url
    credential = models.BinaryField()  # attested credential data: id and public key
    sign_count = models.PositiveBigIntegerField()
    is_backed_up = models.BooleanField()  # kept in a key chain that several devices share
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Authenticator(models.Model):
    """An app that makes codes out of a secret that the bank shares with it; counts once a first code was right."""

    objects: ClassVar[models.Manager["Authenticator"]] = models.Manager()

    customer = models.ForeignKey(User, models.CASCADE, related_name="authenticators")
    name = models.CharField(max_length=60)
    encrypted_secret = models.BinaryField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)  # of the last code that was taken: none is taken twice
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """A code on paper that opens the security page once, for somebody who has lost everything else."""

    objects: ClassVar[models.Manager["RecoveryCode"]] = models.Manager()

    customer = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    came_by_letter = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)


class Letter(models.Model):
    """A letter to a customer, until it is printed: the one way to reach somebody whose devices are lost."""

    objects: ClassVar[models.Manager["Letter"]] = models.Manager()

    customer = models.ForeignKey(User, models.CASCADE, related_name="letters")
    encrypted_words = models.BinaryField()
    written_at = models.DateTimeField()
    printed_at = models.DateTimeField(null=True)
