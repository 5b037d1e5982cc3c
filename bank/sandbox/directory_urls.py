"""The paths of the directory's desk for TPPs."""

from collections.abc import Callable

from django.urls import URLPattern, path

from bank.oauth.backends import Reply
from bank.sandbox import self_service as desk

TPP, SOFTWARE = "tpps/<str:organisation>", "tpps/<str:organisation>/software/<str:software>"
CERTIFICATES = f"{SOFTWARE}/certificates"
CERTIFICATE = f"{CERTIFICATES}/<str:thumbprint>"


def _answers(at: str, **by_method: Callable[..., Reply]) -> URLPattern:
    return path(at, desk.Desk.as_view(answers=by_method))


urlpatterns = [
    _answers("tpps", post=desk.enrol),
    _answers(TPP, get=desk.show),
    _answers(f"{TPP}/software", post=desk.add_software),
    _answers(SOFTWARE, delete=desk.withdraw),
    _answers(f"{SOFTWARE}/statement", post=desk.sign),
    _answers(CERTIFICATES, post=desk.issue),
    _answers(CERTIFICATE, delete=desk.revoke),
    _answers(f"{CERTIFICATE}/renewal", post=desk.renew),
]
