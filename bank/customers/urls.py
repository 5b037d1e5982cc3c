"""The paths of this package."""

from django.urls import path

from bank.customers import lost_password, security, views

urlpatterns = [
    path("", views.welcome),
    path("security", security.overview),
    path("security/login", security.login),
    path("security/prove", security.ENTRANCE.prove),
    path("security/passkey", security.add_passkey),
    path("security/app", security.add_app),
    path("security/codes", security.make_codes),
    path("security/remove", security.remove),
    path("security/log-out", security.log_out),
    path("security/lost-password", lost_password.lost),
    path("security/new-password", lost_password.choose),
]
