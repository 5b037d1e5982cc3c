"""The plans of the suite that this bank is examined by, and what each asks of a client's registration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bank.oauth.models import Client
from bank.oauth.registration import CIBA

SUITE: Final = "https://localhost:8443"  # where it answers when it is started as its own pages say
AUTH_METHODS: Final = {"private_key_jwt": "private_key_jwt", "mtls": "tls_client_auth"}  # the suite's name: the RFCs'
FAPI1, FAPI2 = "fapi1-advanced-final-test-plan", "fapi2-security-profile-final-test-plan"
SIGNED, BACKCHANNEL = "fapi2-message-signing-final-test-plan", "fapi-ciba-id1-test-plan"
PROFILES: Final = {
    FAPI1: Client.Profile.FAPI1,
    FAPI2: Client.Profile.FAPI2,
    SIGNED: Client.Profile.MESSAGE_SIGNING,
    BACKCHANNEL: Client.Profile.FAPI1,
}


@dataclass(frozen=True)
class Plan:
    """One plan of the suite and the variant of it."""

    name: str
    variant: Mapping[str, str]

    def __str__(self) -> str:
        """The plan as the suite's own script takes it."""
        return self.name + "".join(f"[{key}={value}]" for key, value in self.variant.items())

    @property
    def is_uk(self) -> bool:
        """Tell whether the suite plays a TPP of the UK's standard: a consent first, then account information."""
        return "openbanking_uk" in self.variant.values()

    @property
    def has_browser(self) -> bool:
        """Tell whether the customer decides on the pages that a browser was sent to."""
        return self.name != BACKCHANNEL

    @property
    def is_dpop(self) -> bool:
        """Tell whether tokens are bound to a DPoP key."""
        return self.variant.get("sender_constrain") == "dpop"

    @property
    def is_openid(self) -> bool:
        """Tell whether an ID token is asked for."""
        return self.variant.get("openid", "openid_connect") == "openid_connect"

    @property
    def scope(self) -> str:
        """What the clients ask for: two scopes at least, since the suite changes their order."""
        if self.is_uk:
            return "openid accounts"
        return "openid offline_access" if self.is_openid else "offline_access"

    def metadata(self, *, base: str) -> dict[str, Any]:
        """What a client of this plan registers; base is the plan's own address at the suite."""
        is_jarm = self.variant.get("fapi_response_mode") == "jarm"
        asked: dict[str, Any] = {
            "profile": PROFILES[self.name].value,
            "token_endpoint_auth_method": AUTH_METHODS[self.variant["client_auth_type"]],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "response_types": ["code id_token"] if self.name == FAPI1 and not is_jarm else ["code"],
            "request_object_signing_alg": "PS256",
        }
        if is_jarm:
            asked["authorization_signed_response_alg"] = "PS256"
        if self.variant.get("fapi_auth_request_method") == "pushed":
            asked["require_pushed_authorization_requests"] = True
        if self.variant.get("fapi_request_method") == "signed_non_repudiation":
            asked["require_signed_request_object"] = True
        if self.is_dpop:
            asked["dpop_bound_access_tokens"] = True
        if not self.has_browser:
            asked |= self._backchannel(base)
        return asked

    def _backchannel(self, base: str) -> dict[str, Any]:
        mode = self.variant["ciba_mode"]
        ping = {"backchannel_client_notification_endpoint": f"{base}/ciba-notification-endpoint"}
        return {
            "grant_types": [CIBA, "refresh_token", "client_credentials"],
            "response_types": [],
            "backchannel_token_delivery_mode": mode,
            "backchannel_authentication_request_signing_alg": "PS256",
            **(ping if mode == "ping" else {}),
        }


def _fapi1(auth: str, profile: str, method: str, mode: str = "plain_response") -> Plan:
    return Plan(
        FAPI1,
        {
            "client_auth_type": auth,
            "fapi_profile": profile,
            "fapi_auth_request_method": method,
            "fapi_response_mode": mode,
        },
    )


def _fapi2(auth: str, bound: str, *, openid: str = "openid_connect", profile: str = "plain_fapi") -> Plan:
    return Plan(FAPI2, _of_fapi2(auth, bound, openid, profile))


def _signed(request: str, mode: str) -> Plan:
    variant = _of_fapi2("private_key_jwt", "mtls", "openid_connect", "plain_fapi")
    return Plan(SIGNED, variant | {"fapi_request_method": request, "fapi_response_mode": mode})


def _of_fapi2(auth: str, bound: str, openid: str, profile: str) -> dict[str, str]:
    return {
        "client_auth_type": auth,
        "sender_constrain": bound,
        "openid": openid,
        "fapi_profile": profile,
        "authorization_request_type": "simple",
    }


def _backchannel(auth: str, mode: str) -> Plan:
    return Plan(
        BACKCHANNEL,
        {
            "client_auth_type": auth,
            "ciba_mode": mode,
            "fapi_ciba_profile": "plain_fapi",
            "client_registration": "static_client",
        },
    )


PLANS: Final[Mapping[str, Plan]] = {
    "f1-obuk-pkjwt": _fapi1("private_key_jwt", "openbanking_uk", "by_value"),
    "f1-obuk-mtls": _fapi1("mtls", "openbanking_uk", "by_value"),
    "f1-plain-byvalue": _fapi1("private_key_jwt", "plain_fapi", "by_value"),
    "f1-plain-pushed": _fapi1("private_key_jwt", "plain_fapi", "pushed"),
    "f1-plain-byvalue-jarm": _fapi1("private_key_jwt", "plain_fapi", "by_value", "jarm"),
    "f1-plain-pushed-jarm": _fapi1("private_key_jwt", "plain_fapi", "pushed", "jarm"),
    "f2-pkjwt-dpop": _fapi2("private_key_jwt", "dpop"),
    "f2-pkjwt-mtls": _fapi2("private_key_jwt", "mtls"),
    "f2-mtls-dpop": _fapi2("mtls", "dpop"),
    "f2-mtls-mtls": _fapi2("mtls", "mtls"),
    "f2-oauth-pkjwt-dpop": _fapi2("private_key_jwt", "dpop", openid="plain_oauth"),
    "f2-obuk-pkjwt-mtls": _fapi2("private_key_jwt", "mtls", profile="openbanking_uk"),
    "f2ms-signed": _signed("signed_non_repudiation", "plain_response"),
    "f2ms-signed-jarm": _signed("signed_non_repudiation", "jarm"),
    "f2ms-unsigned-jarm": _signed("unsigned", "jarm"),
    "ciba-poll": _backchannel("private_key_jwt", "poll"),
    "ciba-ping": _backchannel("private_key_jwt", "ping"),
    "ciba-poll-mtls": _backchannel("mtls", "poll"),
    "ciba-ping-mtls": _backchannel("mtls", "ping"),
}
