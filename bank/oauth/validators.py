"""What oauthlib asks the bank."""

from oauth2_provider.oauth2_validators import OAuth2Validator


class Validator(OAuth2Validator):
    """The only subclass of django-oauth-toolkit's validator."""
