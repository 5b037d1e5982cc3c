"""The paths of this package."""

from django.urls import path

from bank.dashboard import banking, overview, pages, sharing

urlpatterns = [
    path("dashboard", overview.overview),
    path("dashboard/prove", pages.ENTRANCE.prove),
    path("dashboard/accounts/<slug:account_id>", banking.account),
    path("dashboard/accounts/<slug:account_id>/regular", banking.regular),
    path("dashboard/accounts/<slug:account_id>/statements", banking.statements),
    path("dashboard/accounts/<slug:account_id>/statements/<slug:statement_id>", banking.statement),
    path("dashboard/sharing/ended", sharing.ended),
    path("dashboard/sharing/<slug:consent_id>", sharing.agreement),
    path("dashboard/sharing/<slug:consent_id>/stop", sharing.stop),
    path("dashboard/sharing/<slug:consent_id>/accounts/<slug:account_id>", sharing.take_out),
]
