"""How staff come in at the desk: the password, then the code of an app, under the same rules as the customers' log-in.

A wrong code counts like a wrong password, and one answer serves for both. Staff get their app from the operator
(`manage.py staff app NAME`), since nobody can add one before having come in.
"""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest

from bank import clock
from bank.customers import sca
from bank.customers.errands import Errand
from bank.customers.models import User
from bank.outbox import unit

ERRAND = Errand(id="desk", words="come in at the desk", facts={"page": "/admin"})


class DeskLogIn(AdminAuthenticationForm):
    """The desk's log-in, with a code beside user name and password."""

    otp = forms.CharField(
        label="One-time code",
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, request: HttpRequest | None = None, *arguments: Any, **options: Any) -> None:
        """In a sandbox tell the fixed code."""
        super().__init__(request, *arguments, **options)
        fixed, nobody = sca.FixedCode(), User()
        if fixed.is_offered(customer=nobody, errand=ERRAND):
            self.fields["otp"].help_text = str(fixed.offer(customer=nobody, errand=ERRAND, nonce="")["hint"])

    def confirm_login_allowed(self, user: User) -> None:
        """Let in whose password was right if the code is. Raises ValidationError."""
        super().confirm_login_allowed(user)
        code = {"otp": self.cleaned_data.get("otp", "")}
        with unit.work():
            made = sca.complete(user, errand=ERRAND, nonce="", form=code, now=clock.now())
        if made.outcome is not sca.Outcome.PASSED:
            raise self.get_invalid_login_error()
