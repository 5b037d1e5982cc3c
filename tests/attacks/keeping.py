"""What the bank keeps for those who come to it without a payment: as much of it after a refusal as before."""

from django.db import connection

TABLES = (
    "oauth_client",
    "oauth_registration",
    "oauth_authorization",
    "oauth_authorizationrequest",
    "oauth_backchannelrequest",
    "oauth_grant",
    "oauth_accesstoken",
    "oauth_refreshtoken",
    "tpps_tpp",
    "tpps_softwarestatement",
    "consents_consent",
    "outbox_message",
)
COUNT = "select " + ", ".join(f"(select count(*) from {table})" for table in TABLES)


def stored() -> tuple[int, ...]:
    """How many rows there are of each kind."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        return tuple(cursor.fetchone())
