"""What the authorization server says of itself: one document under two well-known names, and nothing it cannot do.

Source: OpenID Connect Discovery section 3, RFC 8414, RFC 8705 section 5, RFC 9101, RFC 9126, RFC 9207, JARM.
"""

from typing import Any

from django.conf import settings
from oauth2_provider.settings import oauth2_settings

from bank.keys.store import ALGORITHMS
from bank.oauth import backchannel, profile, registration
from bank.oauth.models import Client

MACHINE_ENDPOINTS = {
    "token_endpoint": "/oauth/token",
    "pushed_authorization_request_endpoint": "/oauth/par",
    "revocation_endpoint": "/oauth/revoke",
    "backchannel_authentication_endpoint": "/oauth/backchannel",
}


def document() -> dict[str, Any]:
    """The metadata. Machine endpoints stand on the mutual-TLS host at the top level too: many clients know no alias."""
    machine = {name: settings.MTLS_URL + path for name, path in MACHINE_ENDPOINTS.items()}
    return {
        "issuer": settings.ISSUER,
        "authorization_endpoint": f"{settings.ISSUER}/oauth/authorize",
        "jwks_uri": f"{settings.ISSUER}/oauth/jwks",
        **machine,
        "mtls_endpoint_aliases": machine,
        "scopes_supported": list(oauth2_settings.SCOPES),
        "response_types_supported": registration.RESPONSE_TYPES,
        "response_modes_supported": profile.response_modes(),
        "grant_types_supported": registration.GRANT_TYPES,
        "subject_types_supported": ["pairwise"],
        "acr_values_supported": list(profile.ACR_VALUES),
        "claims_parameter_supported": True,
        "claims_supported": ["sub", "acr", "auth_time", "nonce", "openbanking_intent_id"],
        "ui_locales_supported": ["en-GB"],
        "code_challenge_methods_supported": ["S256"],
        "request_parameter_supported": True,
        "request_uri_parameter_supported": False,
        "require_signed_request_object": True,
        "require_pushed_authorization_requests": False,
        "authorization_response_iss_parameter_supported": True,
        "token_endpoint_auth_methods_supported": Client.AuthMethod.values,
        "revocation_endpoint_auth_methods_supported": Client.AuthMethod.values,
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "request_object_signing_alg_values_supported": list(ALGORITHMS),
        "authorization_signing_alg_values_supported": list(ALGORITHMS),
        "tls_client_certificate_bound_access_tokens": True,
        **backchannel.metadata(),
    }
