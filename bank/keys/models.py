"""The bank's own signing keys."""

from django.db import models


class SigningKey(models.Model):
    """A key pair that the bank signs with. The newest of an algorithm signs; all that are not retired are published."""

    kid = models.CharField(primary_key=True, max_length=43)
    algorithm = models.CharField(max_length=5, choices=[("PS256", "PS256"), ("ES256", "ES256")])
    encrypted_pem = models.BinaryField()  # PKCS #8, encrypted under the key outside the database
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.algorithm} {self.kid}"
