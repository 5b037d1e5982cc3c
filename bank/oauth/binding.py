"""What codes and access tokens are bound to: the caller's certificate (RFC 8705 section 3), or a key (RFC 9449).

Which of the two is the client's choice, as far as its profile lets it choose. Whether a proof of a key is good is told
in bank/oauth/dpop.py, whether a certificate is in bank/oauth/clients.py.
"""

from collections.abc import Mapping

from bank.oauth import clients, dpop, profile
from bank.oauth.clients import Caller
from bank.oauth.dpop import InvalidDpopProof
from bank.oauth.models import Client
from bank.oauth.refusals import InvalidRequest


def key_of_request(parameters: Mapping[str, str], *, client: Client, caller: Caller) -> str:
    """The thumbprint of the key that a pushed request wants its code bound to; empty if it names none.

    The request says it (dpop_jkt), its DPoP header proves it, or both. Raises InvalidRequest, InvalidDpopProof.
    Source: RFC 9449 section 10.
    """
    named = parameters.get("dpop_jkt", "")
    if named and not dpop.is_thumbprint(named):
        raise InvalidRequest("The dpop_jkt is not a SHA-256 in base64url.")
    if named or caller.dpop is not None:
        _check_may_use_keys(client)
    if caller.dpop is None:
        return named
    proved = _prove(caller)
    if named and named != proved:
        raise InvalidDpopProof("The dpop_jkt is not the key of the proof.")
    return proved


def confirmation(client: Client, caller: Caller, *, code_key: str = "") -> dict[str, str]:
    """What a new access token is bound to, as its cnf says it. code_key: the key that its code was bound to, if any.

    A refresh may come with a new key: the refresh token is the client's, not the key's (RFC 9449 section 5).
    Raises InvalidClient, InvalidRequest, InvalidDpopProof.
    """
    if caller.dpop is None and not client.dpop_bound_access_tokens and not code_key:
        if caller.certificate is None:
            raise InvalidRequest("An access token is bound to a client certificate, and there is none.")
        return {"x5t#S256": clients.check_holder(client, caller)}
    _check_may_use_keys(client)
    proved = _prove(caller)
    if code_key and code_key != proved:
        raise InvalidDpopProof("The proof was not made with the key that the code is bound to.")
    return {"jkt": proved}


def _check_may_use_keys(client: Client) -> None:
    if not profile.policy(client).may_use_dpop:
        raise InvalidRequest("The tokens of this client are bound to its certificate, not to a key.")


def _prove(caller: Caller) -> str:
    return dpop.verify(caller.dpop, method="POST", url=caller.url, now=caller.now)
