"""A simulated Faster Payments scheme: the outside world, as far as this sandbox goes.

It has a book of its own and answers later, through the outbox, as the table in magic.py says. The bank's side of it is
send() and the messages `payments.answered`; nothing else of the bank looks into the scheme's book.
"""

from datetime import datetime, timedelta

from bank import ids
from bank.outbox import handlers, unit
from payments.models import SchemePayment
from payments.schemes import magic
from payments.schemes.base import Outgoing, Scheme

REFERENCE_LETTERS = 18
FIRST_SORT_CODE, LAST_SORT_CODE = "100000", "899999"


class FasterPayments(Scheme):
    """Immediate payments in pounds within the United Kingdom."""

    def reaches(self, identification: str) -> bool:
        """Every sort code from 10-00-00 to 89-99-99 is a bank of this sandbox's world."""
        return FIRST_SORT_CODE <= identification[:6] <= LAST_SORT_CODE

    def send(self, payment: Outgoing, *, now: datetime) -> None:
        """Put the payment on its way; the reference is cut to the scheme's 18 letters."""
        payload = {
            "order_id": payment.order_id,
            "amount_minor": payment.amount_minor,
            "identification": payment.identification,
            "reference": payment.reference[:REFERENCE_LETTERS],
        }
        unit.put(kind="faster-payments.receive", payload=payload, due_at=now, now=now)


SCHEME = FasterPayments()


@handlers.handler("faster-payments.receive")
def receive(*, order_id: str, amount_minor: int, identification: str, reference: str, now: datetime) -> None:
    """The scheme takes a payment into its book, once an order, and will answer."""
    row = magic.find(sort_code=identification[:6], account_number=identification[6:], reference=reference)
    _, is_new = SchemePayment.objects.get_or_create(
        order_id=order_id,
        defaults={
            "fpid": ids.new("fps"),
            "amount_minor": amount_minor,
            "sort_code": identification[:6],
            "account_number": identification[6:],
            "course": row.course,
            "reason_code": row.reason_code,
            "words": row.words,
            "received_at": now,
        },
    )
    if is_new:
        _answer_later(order_id, course=row.course, answers_given=0, now=now)


@handlers.handler("faster-payments.answer")
def answer(*, order_id: str, step: int, now: datetime) -> None:
    """The scheme gives its next answer about a payment, and plans the one after it."""
    payment = SchemePayment.objects.select_for_update().get(order_id=order_id)
    if payment.answers_given != step:
        return  # this answer was given before
    payment.give(magic.COURSES[payment.course][step].answer, now=now)
    _tell(payment, now=now)
    _answer_later(order_id, course=payment.course, answers_given=payment.answers_given, now=now)


def resume(order_ids: list[str], *, now: datetime) -> set[str]:
    """Have the scheme repeat itself about payments of which nothing more was heard; return those in its book.

    Its last answer is given again, for the bank may have missed it, and what is still to come is planned again.
    """
    payments = SchemePayment.objects.filter(order_id__in=order_ids)
    for payment in payments:
        if payment.answers_given:
            _tell(payment, now=now)
        _answer_later(payment.order_id, course=payment.course, answers_given=payment.answers_given, now=now)
    return {payment.order_id for payment in payments}


def _tell(payment: SchemePayment, *, now: datetime) -> None:
    """Give the bank the last answer."""
    payload = {
        "order_id": payment.order_id,
        "answer": payment.answer,
        "reason_code": payment.reason_code,
        "words": payment.words,
    }
    unit.put(kind="payments.answered", payload=payload, due_at=now, now=now)


def _answer_later(order_id: str, *, course: str, answers_given: int, now: datetime) -> None:
    steps = magic.COURSES[course]
    if answers_given < len(steps):
        due_at = now + timedelta(milliseconds=steps[answers_given].after_ms)
        payload = {"order_id": order_id, "step": answers_given}
        unit.put(kind="faster-payments.answer", payload=payload, due_at=due_at, now=now)
