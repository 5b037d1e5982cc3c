"""The way back in for a customer who has lost phone and key: codes on paper, the customer's own or from a letter.

Such a code, after the password, opens the security page once, and nothing else: no payment, no account. Instead, it can
stand for a lost password (bank/customers/lost_password.py): then the others of the list count no more, since whoever
found the list would hold both factors. A letter is written when two members of staff have decided so
(bank/customers/desk.py); what the customer had before is then void.
"""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from cryptography.fernet import Fernet
from django.conf import settings
from django.db.models import Q, QuerySet

from bank.audit import trail
from bank.customers import passwords, sca
from bank.customers.errands import Errand
from bank.customers.models import Letter, RecoveryCode, User
from bank.keys import sealing

CODES = 8
CODE_BYTES = 10  # 80 bits: nobody finds one from its digest
LETTER_COUNTS = timedelta(days=14)
SECURITY, PASSWORD = "security", "password"  # the errands that a recovery code is good for


def make_codes(customer: User, *, now: datetime) -> list[str]:
    """Make the customer's codes anew; earlier ones count no more. They are shown this once."""
    customer.recovery_codes.filter(used_at=None).delete()
    made = [_new() for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(customer=customer, digest=_digest(code), made_at=now) for code in made
    )
    return made


def start_anew(customer: User, *, actor: str, now: datetime) -> Letter:
    """Void everything that the customer proves themselves with, end their sessions, and write a letter with a code."""
    customer.passkeys.all().delete()
    customer.authenticators.all().delete()
    customer.recovery_codes.all().delete()
    customer.end_sessions()
    passwords.forgive(customer)
    code = _new()
    RecoveryCode.objects.create(
        customer=customer, digest=_digest(code), came_by_letter=True, made_at=now, ends_at=now + LETTER_COUNTS
    )
    words = LETTER.format(name=customer.full_name, code=code, days=LETTER_COUNTS.days, issuer=settings.ISSUER)
    letter = write_letter(customer, words=words, now=now)
    trail.record(actor=actor, action="customer.let-in-anew", subject=customer.username, now=now)
    return letter


LETTER = """\
{name},

here is the code with which you can let yourself in again. It counts once, within {days} days:

    {code}

Log in at {issuer}/security with your password, enter the code, and add a passkey or an authenticator app.
If you have lost your password as well, the code lets you choose a new one; then ask us for another letter.
If you did not ask for this letter, call us: somebody may have pretended to be you.
"""


def write_letter(customer: User, *, words: str, now: datetime) -> Letter:
    """Leave a letter to be printed."""
    return Letter.objects.create(customer=customer, encrypted_words=_cipher().encrypt(words.encode()), written_at=now)


def print_letters(*, now: datetime) -> list[str]:
    """The letters that nobody has printed yet, each once."""
    waiting = list(Letter.objects.select_for_update().filter(printed_at=None).order_by("written_at"))
    Letter.objects.filter(pk__in=[letter.pk for letter in waiting]).update(printed_at=now)
    for letter in waiting:
        trail.record(actor="bank:letters", action="letter.printed", subject=str(letter.pk), now=now)
    return [_cipher().decrypt(bytes(letter.encrypted_words)).decode() for letter in waiting]


class RecoveryCodes(sca.SCAMethod):
    """A code from paper."""

    name: ClassVar[str] = "recovery-code"
    template: ClassVar[str] = "lombard/sca_recovery.html"
    field: ClassVar[str] = "recovery_code"

    def is_offered(self, *, customer: User, errand: Errand) -> bool:
        """Only for the security page and for a lost password, to who has been given codes."""
        return errand.id in (SECURITY, PASSWORD) and customer.recovery_codes.filter(used_at=None).exists()

    def check(self, *, customer: User, errand: Errand, nonce: str, answer: str, now: datetime) -> sca.Evidence | None:  # noqa: ARG002 - a code of one page
        """Use a code up."""
        code = usable(customer, now=now).filter(digest=_digest(answer)).first()
        if code is None:
            return None
        code.used_at = now
        code.save(update_fields=["used_at"])
        return {"recovery_code": code.pk}


def usable(customer: User, *, now: datetime) -> QuerySet[RecoveryCode]:
    """The codes that still count."""
    return customer.recovery_codes.filter(Q(ends_at=None) | Q(ends_at__gt=now), used_at=None)


def _new() -> str:
    """Sixteen letters and digits in groups of four."""
    letters = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def _digest(code: str) -> str:
    """However it is typed: small letters, gaps, hyphens."""
    return hashlib.sha256("".join(filter(str.isalnum, code.upper())).encode()).hexdigest()


def _cipher() -> Fernet:
    return sealing.cipher("letters to customers")
