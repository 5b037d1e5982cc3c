"""The paths of the sandbox's directory that anybody may read."""

from django.urls import path

from bank.tpps import views

urlpatterns = [
    path("jwks", views.Keys.as_view()),
    path("crl", views.Revoked.as_view()),
    path("ca.pem", views.Authorities.as_view()),
    path("<str:organisation>/<str:software>.jwks", views.SoftwareKeys.as_view()),
]
