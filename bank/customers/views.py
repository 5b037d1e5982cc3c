"""The bank's front door. Log-in and decisions happen on the pages of consents/pages."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bank import rights


@rights.audience("public", is_page=True)
@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """Tell a visitor what this is and where to go on."""
    return render(
        request,
        "lombard/welcome.html",
        {
            "discovery_path": "/.well-known/openid-configuration",
            "issuer": settings.ISSUER,
            "mtls_url": settings.MTLS_URL,
        },
    )
