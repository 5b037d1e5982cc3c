"""The pages about one account: what happened on it, what will happen, and its statements."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from accounts import documents, paging
from accounts.entries import StatementNotFound
from bank.customers.entrance import READ
from bank.customers.models import User
from bank.dashboard import agreements, chart, holdings, lines, pages, regulars, searching


@pages.ENTRANCE.page(methods=READ)
def account(request: HttpRequest, customer: User, now: datetime, *, account_id: str) -> HttpResponse:
    """Show an account's balance and a page of its entries; on the first page the picture, and who else sees it.

    With q: those of its entries that a search finds, and no more.
    """
    holding = holdings.find(customer, account_id=account_id)
    search = searching.read(request.GET.get("q", ""), currency=holding.account.currency)
    at = lines.place(path=request.path, customer_id=customer.pk, **({"q": search.asked} if search else {}))
    cursor = lines.cursor(at, request.GET.get(paging.PARAMETER))
    context: dict[str, Any] = {"holding": holding, "search": search}
    if search:
        context["page"] = searching.page(holding.account, search=search, at=at, cursor=cursor)
        return pages.show(request, "account", customer, **context)
    context["page"] = lines.page(holding.account, at=at, cursor=cursor)
    if context["page"].is_first:
        context |= {
            "chart": chart.of(holding.account, now=now),
            "agreements": agreements.in_force(customer, now=now, account=holding.account),
        }
    return pages.show(request, "account", customer, **context)


@pages.ENTRANCE.page(methods=READ)
def regular(request: HttpRequest, customer: User, now: datetime, *, account_id: str) -> HttpResponse:  # noqa: ARG001 - the signature of every page
    """Show direct debits, standing orders, scheduled payments and payees."""
    holding = holdings.find(customer, account_id=account_id)
    return pages.show(
        request,
        "regular",
        customer,
        holding=holding,
        direct_debits=regulars.direct_debits(holding.account),
        standing_orders=regulars.standing_orders(holding.account),
        scheduled=regulars.scheduled(holding.account),
        payees=regulars.payees(holding.account, customer=customer),
    )


@pages.ENTRANCE.page(methods=READ)
def statements(request: HttpRequest, customer: User, now: datetime, *, account_id: str) -> HttpResponse:  # noqa: ARG001 - the signature of every page
    """List the account's statements, the newest first."""
    holding = holdings.find(customer, account_id=account_id)
    return pages.show(request, "statements", customer, holding=holding, statements=holdings.statements(holding))


@pages.ENTRANCE.page(methods=READ)
def statement(
    request: HttpRequest,  # noqa: ARG001 - the signature of every page
    customer: User,
    now: datetime,
    *,
    account_id: str,
    statement_id: str,
) -> HttpResponse:
    """Hand out a statement as the document that TPPs are given as well."""
    holding = holdings.find(customer, account_id=account_id)
    try:
        pdf = documents.of(Q(pk=statement_id, account=holding.account), now=now)
    except StatementNotFound as unknown:
        raise Http404 from unknown
    named = {"Content-Disposition": f'attachment; filename="{statement_id}.pdf"'}
    return HttpResponse(pdf, content_type=documents.MEDIA, headers=named)
