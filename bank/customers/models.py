"""People with a log-in: the bank's customers and its staff, never both at once."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


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
    locked_until = models.DateTimeField(null=True, blank=True)
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
