"""A customer is asked past any browser, answers on their telephone, and the bank tells the TPP so (CIBA, ping)."""

import json
import re
import secrets
import time
from pathlib import Path

import pytest
from authlib.integrations.base_client import OAuthError

from bank.sandbox.tpp import browser
from tests.elsewhere import answer
from tests.journeys import outsiders, world
from tests.journeys.outsiders import Outsider
from tests.journeys.test_other_clients import authlib, sign

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
GRANT_TYPE = "urn:openid:params:grant-type:ciba"
PATIENCE_SECONDS = 20


@pytest.fixture(scope="module")
def certificate(tpp, tmp_path_factory) -> Path:
    """What `tpp new` gives a TPP for a server of its own; the sandbox believes it."""
    path = tmp_path_factory.mktemp("notified") / "server.pem"
    path.write_text("".join(Path(tpp.folder.file(name)).read_text() for name in ("redirect.pem", "redirect.key")))
    return path


def answer_on_the_telephone(who: Outsider, message: str) -> list[str]:
    """Alice opens the newest request on her telephone and allows it; return what the bank says then."""
    issuer, alice = who.discovery()["issuer"], world.customer("alice")
    phone = browser.Browser(ca=who.ca, stop_at="https://nowhere.test")
    phone.open(f"{issuer}/security/login?to=/approvals")
    phone.send("login-submit", username=alice.username, password=alice.password)
    told = phone.session.get(f"{issuer}/approvals", timeout=30).text
    found = re.search(rf"{message}.*?href=\"(/consent\?request=[^\"]+)\"", told, re.DOTALL)
    assert found, told
    phone.open(issuer + found[1])
    phone.send("otp-submit", otp=alice.code)
    phone.send("consent-approve")
    assert phone.page
    return phone.page.words


def test_tells_the_tpp_that_its_customer_has_answered(bank, elsewhere):
    address, heard = elsewhere(answer(204))
    suite = address.removesuffix("/here?a=b")
    who = outsiders.register(bank, "ciba-ping", suite=suite)["ciba-ping"]
    session, discovery = authlib(who), who.discovery()
    message, notification_token = secrets.token_hex(8), secrets.token_urlsafe(24)
    request = {
        "iat": int(time.time()),
        "jti": secrets.token_urlsafe(16),
        "scope": who.scope,
        "login_hint": "alice",
        "binding_message": message,
        "client_notification_token": notification_token,
    }
    asked = who.session().post(
        discovery["backchannel_authentication_endpoint"],
        data=sign(who, request),
        auth=session.client_auth(session.token_endpoint_auth_method),
    )
    assert asked.status_code == 200, asked.text
    form = {"grant_type": GRANT_TYPE, "auth_req_id": asked.json()["auth_req_id"]}
    with pytest.raises(OAuthError, match="authorization_pending"):
        session.fetch_token(discovery["token_endpoint"], **form)
    assert heard == []

    words = answer_on_the_telephone(who, message)
    until = time.monotonic() + PATIENCE_SECONDS
    while not heard and time.monotonic() < until:
        time.sleep(0.05)
    token = session.fetch_token(discovery["token_endpoint"], **form)

    assert "You approved it. Go on where you were asked." in words
    [(path, headers, body)] = heard
    assert path == "/test/a/lombard-ciba-ping/ciba-notification-endpoint"
    assert headers["Authorization"] == f"Bearer {notification_token}"
    assert json.loads(body) == {"auth_req_id": form["auth_req_id"]}
    assert who.checked(token["id_token"])["acr"] == "urn:openbanking:psd2:sca"
    assert session.get(who.resource).status_code == 200
    assert "oauth.ping" in (bank.var / "log" / "caller.log").read_text()  # the worker of payments has not waited for us
