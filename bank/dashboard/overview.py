"""The first page: all accounts of the customer, and who may see them or pay from them."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from bank.customers.entrance import READ
from bank.customers.models import User
from bank.dashboard import agreements, holdings, pages
from bank.dashboard.sharing import DONE


@pages.ENTRANCE.page(methods=READ)
def overview(request: HttpRequest, customer: User, now: datetime) -> HttpResponse:
    """Show the accounts, and what is agreed with others."""
    return pages.show(
        request,
        "overview",
        customer,
        holdings=holdings.of(customer),
        agreements=agreements.in_force(customer, now=now),
        done=DONE.get(request.GET.get("done", ""), ""),
    )
