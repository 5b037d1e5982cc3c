"""Who a customer is, beyond a name to log in with."""

from django.conf import settings
from django.db import models

from bank import ids


class Party(models.Model):
    """A person or an organisation as the bank knows it. Source: Parties v4.0.1."""

    id = ids.Field("PartyId", primary_key=True, max_length=ids.LETTERS_MAX)
    customer = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="party")
    number = models.CharField("PartyNumber", max_length=35, unique=True)
    full_legal_name = models.CharField(max_length=350)
    legal_structure = models.CharField(max_length=45, default="UK.OBIE.Individual")
    has_beneficial_ownership = models.BooleanField(default=True)
    lei = models.CharField("LEI", max_length=20, blank=True)
    email = models.CharField(max_length=256, blank=True)
    phone = models.CharField(max_length=35, blank=True)  # +44-20-7946-0000: the standard's form
    mobile = models.CharField(max_length=35, blank=True)
    addresses = models.JSONField(default=list)  # of the standard's OBPostalAddress7

    def __str__(self) -> str:
        return self.full_legal_name
