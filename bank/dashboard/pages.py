"""What the pages of this package share: the way in, and the frame."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bank.customers import sessions
from bank.customers.entrance import Entrance
from bank.customers.errands import Errand
from bank.customers.models import User

HOME = "/dashboard"
ENTRANCE = Entrance(
    home=HOME,
    prove_path=f"{HOME}/prove",
    errand=Errand(id="dashboard", words="see your accounts and what you share", facts={"page": HOME}),
    lasts=sessions.SESSION_MAX[User.Kind.CUSTOMER],  # as long as the log-in itself; an idle one ends before
)


def show(request: HttpRequest, template: str, customer: User, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page of this package."""
    everywhere = {"customer": customer, "here": request.path, "home": HOME}
    return render(request, f"lombard/dashboard/{template}.html", {**everywhere, **context}, status=status)
