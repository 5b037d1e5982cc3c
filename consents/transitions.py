"""The steps that a consent's life may take: the literal tables that code and database both hold to.

Two shapes of life: access that lasts (account-access and funds-confirmation; in time VRP), and leave for one order.
Deletion by the TPP is no step: it is allowed in every status and kept in deleted_at.
Source: Read/Write API v4.0.1, consent state models of the AIS and PIS profiles.
"""

LASTING: frozenset[tuple[str, str]] = frozenset(
    {
        ("AWAU", "AUTH"),  # the customer approved
        ("AWAU", "RJCT"),  # the customer declined, failed to authenticate, or never decided
        ("AUTH", "CANC"),  # revoked or suspended at the bank
        ("CANC", "AUTH"),  # the customer approved once more
        ("AUTH", "EXPD"),  # ExpirationDateTime has passed
    }
)
SINGLE_USE: frozenset[tuple[str, str]] = frozenset(
    {
        ("AWAU", "AUTH"),
        ("AWAU", "RJCT"),
        ("AUTH", "COND"),  # its one order was created
    }
)
LEGAL: frozenset[tuple[str, str]] = LASTING | SINGLE_USE

LASTING_KINDS: tuple[str, ...] = ("account-access", "funds-confirmation")
EVERY_KIND_STATUSES: tuple[str, ...] = ("AWAU", "AUTH", "RJCT")
LASTING_STATUSES: tuple[str, ...] = ("CANC", "EXPD")
SINGLE_USE_STATUSES: tuple[str, ...] = ("COND",)
