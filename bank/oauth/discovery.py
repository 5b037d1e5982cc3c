"""What the authorization server says of itself: one document under two well-known names, and nothing it cannot do.

Every list is that of the code which keeps to it. What differs by profile is listed if some client may use it, and
demanded (require_…) only where it is demanded of all.
Source: OpenID Connect Discovery section 3, RFC 8414, RFC 8705 section 5, RFC 9101 section 10.5, RFC 9126 section 5,
RFC 9207 section 3, RFC 9396 section 10, RFC 9449 section 5.1, RFC 9701 section 7, JARM section 4, CIBA Core section 4.
"""

from typing import Any

from django.conf import settings

from bank.keys.store import ALGORITHMS
from bank.oauth import backchannel, details, profile, registration, userinfo
from bank.oauth.models import Client

CLIENTS_ENDPOINTS = {  # where clients authenticate
    "token_endpoint": "/oauth/token",
    "pushed_authorization_request_endpoint": "/oauth/par",
    "revocation_endpoint": "/oauth/revoke",
    "introspection_endpoint": "/oauth/introspect",
    "backchannel_authentication_endpoint": "/oauth/backchannel",
}
MACHINE_ENDPOINTS = CLIENTS_ENDPOINTS | {"registration_endpoint": "/oauth/register", "userinfo_endpoint": userinfo.PATH}
SAID_TO_AUTHENTICATE = ("token_endpoint", "revocation_endpoint", "introspection_endpoint")  # others as at the token's


def document() -> dict[str, Any]:
    """The metadata. Machine endpoints stand on the mutual-TLS host at the top level too: many clients know no alias."""
    machine = {name: settings.MTLS_URL + path for name, path in MACHINE_ENDPOINTS.items()}
    return {
        "issuer": settings.ISSUER,
        "authorization_endpoint": f"{settings.ISSUER}/oauth/authorize",
        "jwks_uri": f"{settings.ISSUER}/oauth/jwks",
        **machine,
        "mtls_endpoint_aliases": machine,
        "scopes_supported": [*sorted(profile.OPEN_SCOPES, reverse=True), *registration.SCOPES.values()],
        "response_types_supported": registration.RESPONSE_TYPES,
        "response_modes_supported": profile.response_modes(),
        "grant_types_supported": registration.GRANT_TYPES,
        "subject_types_supported": ["pairwise"],
        "acr_values_supported": list(profile.ACR_VALUES),
        "claims_parameter_supported": True,
        "claims_supported": ["sub", *userinfo.ON_REQUEST],
        "authorization_details_types_supported": list(details.TYPES),
        "ui_locales_supported": ["en-GB"],
        "code_challenge_methods_supported": ["S256"],
        "request_parameter_supported": True,
        "request_uri_parameter_supported": False,
        "require_signed_request_object": False,
        "require_pushed_authorization_requests": False,
        "authorization_response_iss_parameter_supported": True,
        "tls_client_certificate_bound_access_tokens": True,
        **{f"{name}_auth_methods_supported": Client.AuthMethod.values for name in SAID_TO_AUTHENTICATE},
        **{f"{name}_auth_signing_alg_values_supported": list(ALGORITHMS) for name in SAID_TO_AUTHENTICATE},
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "request_object_signing_alg_values_supported": list(ALGORITHMS),
        "authorization_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        **backchannel.metadata(),
    }
