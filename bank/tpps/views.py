"""What the sandbox's directory publishes for everybody: keys, what it has revoked, and its own certificates.

What TPPs do there: bank/sandbox/self_service.py.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.utils.http import http_date
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from bank import rights
from bank.tpps import directory, statements
from bank.tpps.models import RevocationList, SoftwareStatement, TrustAnchor

MINUTES_KEPT = 5
FRESH = {"Cache-Control": f"public, max-age={MINUTES_KEPT * 60}"}
KEY_SET = "application/jwk-set+json"
NOT_FOUND = {"error": "not_found", "error_description": "The directory has nothing under this path."}


@rights.audience("public")
@method_decorator(csrf_exempt, name="dispatch")  # reads only: another method is 405, no forgery
class Published(View):
    """Something that anybody may read."""

    http_method_names = ("get", "head")

    def get(self, _request: HttpRequest, **names: str) -> HttpResponse:
        """Show it, or say that there is none."""
        try:
            return self.show(**names)
        except (RevocationList.DoesNotExist, SoftwareStatement.DoesNotExist, TrustAnchor.DoesNotExist):
            return JsonResponse(NOT_FOUND, status=404)

    def show(self, **names: str) -> HttpResponse:
        """The thing itself."""
        raise NotImplementedError


class Keys(Published):
    """GET /directory/jwks: what software statements are signed with."""

    def show(self, **_names: str) -> HttpResponse:
        """The directory's own key set."""
        return JsonResponse(statements.jwks(), content_type=KEY_SET, headers=FRESH)


class SoftwareKeys(Published):
    """GET /directory/{organisation}/{software}.jwks: what an application signs with."""

    def show(self, *, organisation: str = "", software: str = "", **_names: str) -> HttpResponse:
        """The application's key set; empty once it is withdrawn."""
        statement = SoftwareStatement.objects.get(pk=software, tpp=organisation)
        keys: dict[str, Any] = {"keys": []} if statement.withdrawn_at else statement.jwks or {"keys": []}
        return JsonResponse(keys, content_type=KEY_SET, headers=FRESH)


class Revoked(Published):
    """GET /directory/crl: what was taken back (RFC 5280 section 5; the media type is RFC 2585's)."""

    def show(self, **_names: str) -> HttpResponse:
        """The list, in DER."""
        known = RevocationList.objects.get(anchor__name=directory.ANCHOR)
        headers = {"Last-Modified": http_date(known.issued_at.timestamp()), **FRESH}
        return HttpResponse(bytes(known.der), content_type="application/pkix-crl", headers=headers)


class Authorities(Published):
    """GET /directory/ca.pem: the root, and the authority below it that issues."""

    def show(self, **_names: str) -> HttpResponse:
        """Both, in PEM."""
        anchor = TrustAnchor.objects.get(name=directory.ANCHOR)
        return HttpResponse(anchor.pem, content_type="application/x-pem-file", headers=FRESH)
