"""The paths of this package."""

from django.urls import path

from consents import views

urlpatterns = [
    path("account-access-consents", views.AccountAccessConsents.as_view()),
    path("account-access-consents/<ConsentId>", views.AccountAccessConsent.as_view()),
]
