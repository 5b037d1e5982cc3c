"""The authorization server's paths."""

from django.urls import path

from bank.oauth import backchannel_views, introspection, registering, views

urlpatterns = [
    path(".well-known/openid-configuration", views.Metadata.as_view()),
    path(".well-known/oauth-authorization-server", views.Metadata.as_view()),
    path("oauth/jwks", views.Keys.as_view()),
    path("oauth/authorize", views.Authorize.as_view()),
    path("oauth/error", views.ErrorPage.as_view()),
    path("oauth/par", views.PushedRequests.as_view()),
    path("oauth/token", views.Token.as_view()),
    path("oauth/revoke", views.Revocation.as_view()),
    path("oauth/introspect", introspection.Introspection.as_view()),
    path("oauth/register", registering.Registrations.as_view()),
    path("oauth/register/<str:client_id>", registering.Registered.as_view()),
    path("oauth/backchannel", backchannel_views.BackchannelAuthentication.as_view()),
]
