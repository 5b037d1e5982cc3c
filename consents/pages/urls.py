"""The paths of the customers' pages."""

from django.urls import path

from consents.pages import approvals, views

urlpatterns = [
    path("login", views.login),
    path("sca", views.prove),
    path("consent", views.decide),
    path("approvals", approvals.waiting),
]
