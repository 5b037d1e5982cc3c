"""The whole map of the bank, on one screen. Every view declares who may call it (bank/checks.py)."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("open-banking/v4.0/", include("consents.urls")),
    path("open-banking/v4.0/aisp/", include("accounts.urls")),
    path("open-banking/v4.0/pisp/", include("payments.urls")),
    path("", include("bank.oauth.urls")),
    path("", include("bank.api.urls")),
    path("", include("bank.customers.urls")),
    path("", include("consents.pages.urls")),
    path("", include("bank.dashboard.urls")),
    path("admin/", admin.site.urls),
]
if settings.SANDBOX:
    urlpatterns += [
        path("sandbox/", include("bank.sandbox.urls")),
        path("directory/", include("bank.sandbox.directory_urls")),
        path("directory/", include("bank.tpps.urls")),
    ]

# What no view of ours has taken leaves through bank/api as well: in the standard's words below /open-banking.
handler400 = "bank.api.responses.bad_request"
handler404 = "bank.api.responses.not_found"
handler500 = "bank.api.responses.server_error"
