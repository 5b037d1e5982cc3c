"""oauthlib's server and django-oauth-toolkit's backend, narrowed to what this bank offers."""

from oauth2_provider.oauth2_backends import OAuthLibCore
from oauthlib import openid


class Server(openid.Server):
    """oauthlib's OpenID server without the password, implicit and device grants."""


class Backend(OAuthLibCore):
    """Feeds oauthlib the parameters of a stored authorization request instead of those of the HTTP request."""
