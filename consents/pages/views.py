"""The three pages between a TPP's request and the customer's answer: log in, prove it, decide.

Each finds its request by the reference in the address, offers a way out to the TPP, and sends the browser back there
by a plain 303. Nothing here is kept by a browser's cache, told to another site, or shown in a frame.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bank.customers import proving, sca
from bank.customers.entrance import BAD_REQUEST, SEE_OTHER, WRONG_PROOF, go, locked_down, log_in
from bank.customers.models import User
from bank.errors import Fault
from consents.pages import answers, channels, visits
from consents.pages.visits import Visit

LOGIN, SCA, CONSENT = "/login", "/sca", "/consent"

Page = Callable[[HttpRequest, Visit, datetime], HttpResponse]


def _page(view: Page) -> Callable[..., HttpResponse]:
    """Find the visit before the page and lock the page down after it."""

    @wraps(view)
    def wrapped(request: HttpRequest, now: datetime) -> HttpResponse:
        try:
            visit = visits.find(request.GET.get("request", ""), now=now)
            return _told_nobody(view(request, visit, now), leads_to=visit.channel.answers_go_to)
        except channels.Unusable as reason:
            context = {"words": reason.words, "code": reason.code, "is_answered": reason.is_answered}
            return _told_nobody(render(request, "lombard/refused.html", context, status=BAD_REQUEST), leads_to="")

    return locked_down(wrapped)


def _told_nobody(response: HttpResponse, *, leads_to: str) -> HttpResponse:
    """No referrer; the form may lead back to the TPP, since browsers hold its redirect to the policy."""
    # Forms must tell where they come from (`Origin: null` looks like forgery); where we send people learns nothing.
    response["Referrer-Policy"] = "no-referrer" if response.status_code == SEE_OTHER else "same-origin"
    if leads_to:
        response._csp_update = {"form-action": [leads_to]}  # type: ignore[attr-defined] # read there by django-csp
    return response


@_page
def login(request: HttpRequest, visit: Visit, now: datetime) -> HttpResponse:
    """Ask for user name and password; skipped by somebody who has just given them, unless the TPP or they want it."""
    if request.method == "GET":
        if visits.customer(request, visit) and "again" not in request.GET:
            return _go(SCA, visit)
        return _show(request, "lombard/login.html", visit, username=visit.channel.username)
    if request.POST.get("step") == "cancel":
        return _cancel(request, visit, fault=answers.DECLINED, now=now)
    if wrong := log_in(request, now=now):
        return _show(request, "lombard/login.html", visit, **wrong, status=BAD_REQUEST)
    return _go(SCA, visit)


@_page
def prove(request: HttpRequest, visit: Visit, now: datetime) -> HttpResponse:
    """Ask for the one-time code, for this request alone."""
    customer = visits.customer(request, visit)
    if customer is None:
        return _go(LOGIN, visit)
    if request.method == "GET" and visits.proof(request, visit, now=now):
        return _go(CONSENT, visit)
    if request.POST.get("step") == "cancel":
        return _cancel(request, visit, fault=answers.DECLINED, now=now)
    problems = []
    if request.method == "POST":
        outcome = proving.attempt(request, customer=customer, errand=visit.errand, now=now)
        if outcome is sca.Outcome.PASSED:
            return _go(CONSENT, visit)
        if outcome is sca.Outcome.PAUSED:
            return _cancel(request, visit, fault=answers.NOT_AUTHENTICATED, now=now)
        problems = [{"field": proving.field_of(request), "words": WRONG_PROOF}]
    offer = proving.offer(request, customer=customer, errand=visit.errand)
    status = BAD_REQUEST if problems else 200
    return _show(request, "lombard/sca.html", visit, **offer, problems=problems, status=status)


@_page
def decide(request: HttpRequest, visit: Visit, now: datetime) -> HttpResponse:
    """Show what is asked, and take the customer's answer. Never skipped."""
    customer = visits.customer(request, visit)
    if customer is None:
        return _go(LOGIN, visit)
    proof = visits.proof(request, visit, now=now)
    if proof is None:
        return _go(SCA, visit)
    accounts = visit.eligible(customer)
    step = request.POST.get("step")
    if step == "cancel":
        return _cancel(
            request,
            visit,
            fault=answers.NO_ACCOUNT if visit.needs_account and not accounts else answers.DECLINED,
            now=now,
        )
    if visit.needs_account and not accounts:
        return _show(request, "lombard/no_account.html", visit, customer=customer)
    chosen = request.POST.getlist("accounts") if step else [account.pk for account in accounts[:1]]
    problems = []
    if step == "approve":
        try:
            return go(answers.approve(visit.reference, customer=customer, account_ids=chosen, proof=proof, now=now))
        except answers.AccountNotChosen:
            words = "Choose at least one account" if visit.chooses_many else "Choose one account"
            problems = [{"field": "account-1", "words": words}]
    return _show(
        request,
        visit.template,
        visit,
        customer=customer,
        accounts=accounts,
        chosen=chosen,
        chooses_many=visit.chooses_many,
        is_fixed=len(accounts) == 1 and not visit.chooses_many,
        problems=problems,
        status=BAD_REQUEST if problems else 200,
    )


def _show(request: HttpRequest, template: str, visit: Visit, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page of the visit: the kind's words, then what the page adds."""
    here = f"{request.path}?{urlencode({'request': visit.reference})}"
    login_again = f"{LOGIN}?{urlencode({'request': visit.reference, 'again': '1'})}"
    everywhere = {"asker": visit.asker, "here": here, "login_again": login_again}
    return render(request, template, {**visit.words, **visit.channel.words, **everywhere, **context}, status=status)


def _go(path: str, visit: Visit) -> HttpResponse:
    """Send the browser on to another page of the visit."""
    return go(path, request=visit.reference)


def _cancel(request: HttpRequest, visit: Visit, *, fault: Fault, now: datetime) -> HttpResponse:
    """Turn the request down and send the browser back to the TPP."""
    customer = request.user if isinstance(request.user, User) else None
    if not visit.channel.may_decline(customer):
        return go(channels.HOME)
    actor = f"customer:{customer.username}" if customer else "customer:unknown"
    return go(answers.decline(visit.reference, fault=fault, actor=actor, now=now))
