"""Whom the sandbox keeps alive: the document of each customer, and how far it has been lived."""

from django.conf import settings
from django.db import models


class Resident(models.Model):
    """A customer of the town. Every night the day that is over is lived for everybody (bank/sandbox/life/nights.py)."""

    customer = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="resident")
    document = models.JSONField()  # bank/sandbox/life/document.py
    arrived_on = models.DateField()  # the first day that was not history; the document counts its days from here
    lived_until = models.DateField(db_index=True)  # the last day that has been lived

    def __str__(self) -> str:
        return str(self.document["customer"]["username"])
