"""What a customer proves themselves for: one errand, in words for the page and in facts that every proof is bound to.

Dynamic linking: the challenge of an errand is made of its facts, so that a proof given for one amount and payee proves
nothing for another. Source: technical standards on strong customer authentication, article 5.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, kw_only=True)
class Errand:
    """Something that takes strong authentication; `id` is what the customer's session calls it."""

    id: str
    words: str  # completes "you are asked to …"
    facts: Mapping[str, str]
    has_no_password: bool = False  # nobody gave one before: what proves this must be enough without

    @property
    def is_payment(self) -> bool:
        """Tell whether money is paid, so that the proof must be bound to amount and payee."""
        return "amount" in self.facts


def challenge(facts: Mapping[str, str], *, nonce: str) -> bytes:
    """What a device signs: the SHA-256 of the facts, written so that anybody can repeat it, with the bank's nonce."""
    return hashlib.sha256(canonical(facts, nonce=nonce)).digest()


def canonical(facts: Mapping[str, str], *, nonce: str) -> bytes:
    """The facts and the nonce as JSON with sorted names and no spaces."""
    assert "nonce" not in facts, "the nonce is the bank's"
    return orjson.dumps({**facts, "nonce": nonce}, option=orjson.OPT_SORT_KEYS)
