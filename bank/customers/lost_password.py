"""The way to a new password for customers who have lost theirs: prove it without one, then choose.

A passkey does, which is two factors in one touch, or a recovery code, on whose list no other then counts. A new
password opens nothing by itself: whatever the customer does next takes the second factor as ever. Whether a user name
exists, is paused, or has such a thing at all, no answer tells.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bank.audit import trail
from bank.customers import passkeys, proving, recovery, sca, sessions
from bank.customers.entrance import BAD_REQUEST, LOGIN, go, locked_down
from bank.customers.errands import Errand
from bank.customers.models import User
from bank.outbox import unit

LOST, CHOOSE = "/security/lost-password", "/security/new-password"
ERRAND = Errand(id=recovery.PASSWORD, words="choose a new password", facts={"page": LOST}, has_no_password=True)
LENGTH_MAX = 128  # as long as the log-in's field
WRONG = "That did not fit together. After five wrong tries, log-in is paused."
DIFFERENT = "The two passwords differ."
TOO_LONG = f"This password is too long. It may have {LENGTH_MAX} letters."
LETTER = """\
{name},

on {at:%d %B %Y} at {at:%H:%M} UTC a new password was chosen for your account, with {how}.
If that was not you, call us at once.
"""
HOW = {recovery.RecoveryCodes.name: "a recovery code; the others of its list count no more"}
HOW[passkeys.Passkeys.name] = "a passkey of yours"


@locked_down
def lost(request: HttpRequest, now: datetime) -> HttpResponse:
    """Ask for a user name and a recovery code, or for a passkey, which knows whose it is."""
    if request.POST.get("step") == "cancel":
        return go("/")
    problems = []
    if request.method == "POST":
        if _prove(request, now=now):
            return go(CHOOSE)
        field = "passkey-submit" if "credential" in request.POST else "username"
        problems = [{"field": field, "words": WRONG}]
    options = passkeys.options_for_anybody(ERRAND, nonce=sessions.offer_nonce(request.session, errand=ERRAND.id))
    ways = [{"template": "lombard/sca_passkey.html", "options": options}, {"template": "lombard/lost_code.html"}]
    username = request.POST.get("username", "")[:LENGTH_MAX]
    context = {"here": LOST, "ways": ways, "username": username, "is_done": "done" in request.GET}
    return _show(request, "lost_password", problems=problems, **context)


def _prove(request: HttpRequest, *, now: datetime) -> bool:
    """Check what was sent, as every proof is checked, and remember in a fresh session whom it proved."""
    nonce = sessions.take_nonce(request.session, errand=ERRAND.id)
    with unit.work():
        customer = _whose(request)
        if customer is None:
            return False
        made = sca.complete(customer, errand=ERRAND, nonce=nonce, form=request.POST.dict(), now=now)
    if made.outcome is not sca.Outcome.PASSED:
        return False
    request.session.flush()
    whose = {"customer": customer.pk, "epoch": customer.session_epoch}
    sessions.prove(request.session, errand=ERRAND.id, evidence={**made.evidence, **whose})
    return True


def _whose(request: HttpRequest) -> User | None:
    """The active customer whom the form speaks of."""
    if "credential" in request.POST:
        person = passkeys.owner(request.POST["credential"])
    else:
        username = request.POST.get("username", "").replace("\0", "").strip()
        person = User.objects.filter(username=username).first()
    is_customer = person is not None and person.kind == User.Kind.CUSTOMER and person.is_active
    return person if is_customer else None


@locked_down
def choose(request: HttpRequest, now: datetime) -> HttpResponse:
    """Take the new password of who has just proved it, once; other sessions end."""
    proof = proving.proof(request.session, errand=ERRAND, now=now)
    if proof is None:
        return go(LOGIN)
    if request.POST.get("step") == "cancel":
        request.session.flush()
        return go("/")
    problems = []
    if request.method == "POST":
        problems = _faults(request.POST.get("password", ""), again=request.POST.get("again", ""))
        if not problems:
            with unit.work():
                _replace(proof.evidence, password=request.POST["password"], now=now)
            request.session.flush()
            return go(LOST, done="1")
    return _show(request, "new_password", problems=problems, here=CHOOSE)


def _faults(password: str, *, again: str) -> list[dict[str, str]]:
    """What is wrong with a new password, in words for the page."""
    if len(password) > LENGTH_MAX:
        return [{"field": "password", "words": TOO_LONG}]
    try:
        validate_password(password)
    except ValidationError as reason:
        return [{"field": "password", "words": words} for words in reason.messages]
    return [] if password == again else [{"field": "again", "words": DIFFERENT}]


def _replace(evidence: sca.Evidence, *, password: str, now: datetime) -> None:
    """Set the password, unless the customer's sessions were ended since the proof; tell the customer by letter."""
    rows = User.objects.select_for_update().filter(is_active=True, session_epoch=evidence["epoch"])
    customer = rows.filter(pk=evidence["customer"]).first()
    if customer is None:
        return
    customer.set_password(password)
    customer.save(update_fields=["password"])
    customer.end_sessions()
    if evidence["method"] == recovery.RecoveryCodes.name:
        customer.recovery_codes.filter(used_at=None).delete()
    words = LETTER.format(name=customer.full_name, at=now, how=HOW[evidence["method"]])
    recovery.write_letter(customer, words=words, now=now)
    trail.record(
        actor=f"customer:{customer.username}",
        action="password.replaced",
        subject=customer.username,
        detail={"method": evidence["method"]},
        now=now,
    )


def _show(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(request, f"lombard/{template}.html", context, status=BAD_REQUEST if context["problems"] else 200)
