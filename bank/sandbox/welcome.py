"""What the sandbox says when it is ready: where it is, who is in it, how to trust it, and what to try next."""

from django.conf import settings

from bank.sandbox import cast, enrolment

BANNER = """
  ################################################################################
  #                                                                              #
  #  THIS IS A SANDBOX. The one-time code is always {code:<6}, every password is    #
  #  public, and the money is made up. Never let it near a real customer.        #
  #                                                                              #
  ################################################################################
"""

WORDS = """
  Pages, discovery   {issuer}
                     {issuer}/.well-known/openid-configuration
  Machines (mTLS)    {mtls_url}
  Staff              {issuer}/admin/

  Customers          {customers}
  Staff log-ins      {staff}     (what one asks for, the other approves)
  A ready-made TPP   {tpp}     (keys, certificates, tpp.json)

  Trust this bank's CA
    curl             curl --cacert {ca} {issuer}/.well-known/openid-configuration
    Python           requests.get(url, verify="{ca}")
    browser          import {ca} under Settings > Certificates > Authorities,
                     or accept the warning once for each of the two addresses
  Logs               {logs}

  Now try            {where}.venv/bin/python manage.py tpp pay 12.34 --approve alice
  Stop               Ctrl-C
"""


def text() -> str:
    """The whole of it, for a terminal."""
    return BANNER.format(code=settings.SCA_FIXED_CODE) + WORDS.format(
        issuer=settings.ISSUER,
        mtls_url=settings.MTLS_URL,
        customers=_log_ins(cast.customers()),
        staff=_log_ins(cast.STAFF),
        tpp=enrolment.folder_of(enrolment.READY_MADE),
        ca=settings.VAR_DIR / "ca.pem",
        logs=settings.VAR_DIR / "log",
        where="" if settings.VAR_DIR == settings.BASE_DIR / "var" else f"LOMBARD_VAR={settings.VAR_DIR} ",
    )


def _log_ins(people: tuple[cast.Person, ...]) -> str:
    return ", ".join(f"{person.username} / {person.password}" for person in people)
