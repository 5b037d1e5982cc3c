"""What staff may do in the town: bring in a customer of their own."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings

from bank.api import wire
from bank.desk.deeds import Deed, DeedRefused
from bank.sandbox.life import newcomers


class Newcomer(forms.Form):
    """A customer's document, pasted or as a file: its bytes are `raw`."""

    document = forms.CharField(
        required=False,
        help_text="JSON, as docs/personas.md tells.",
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false"}),
    )
    file = forms.FileField(required=False, label="Or its file")

    def clean(self) -> dict[str, Any]:
        """Take the one or the other."""
        fields: dict[str, Any] = super().clean() or {}
        text, file = fields.get("document"), fields.get("file")
        if not self.errors and bool(text) == bool(file):
            raise forms.ValidationError("Paste a document or choose a file, one of the two.")
        return {**fields, "raw": file.read(newcomers.BYTES_MAX + 1) if file else (text or "").encode()}


class BringIn(Deed):
    """Bring in a customer, whose history a worker lives afterwards."""

    name = "bring"
    words = "Bring in a customer"
    permission = "sandbox.add_resident"
    form = Newcomer
    done = "Here. A worker lives the history: the list tells how far it has come."

    def perform(self, fields: dict[str, Any], *, actor: str, now: datetime) -> None:
        """Bring in whom the document describes, or tell its faults."""
        if not settings.SANDBOX:
            raise DeedRefused("Only a sandbox makes customers up.")
        try:
            newcomers.arrive(newcomers.expect(fields["raw"], now=now), actor=actor, now=now)
        except wire.BodyInvalid as invalid:
            raise DeedRefused(*newcomers.in_words(invalid)) from invalid
