"""A kind of consent, or a type of payment, that leaves something open is refused where it is registered."""

import pytest

from bank import hooks
from consents import kinds
from consents.account_access import AccountAccess
from payments import urls
from payments.asking import DomesticPaymentKind
from payments.types.base import PaymentType
from payments.types.domestic import DomesticPayment


def without(name: str, whole: type) -> type:
    """A class like another, but for one thing that it does not say."""
    kept = {key: value for key, value in vars(whole).items() if key not in (name, "__dict__", "__weakref__")}
    return type(f"{whole.__name__}Without", whole.__bases__, kept)


@pytest.mark.parametrize("hook", ["words", "eligible", "facts", "check_approval"])
def test_knows_no_kind_without_a_hook(hook):
    with pytest.raises(TypeError, match=f"abstract method {hook}"):
        without(hook, DomesticPaymentKind)()


@pytest.mark.parametrize("value", ["name", "scope", "template", "transitions", "chooses_many"])
def test_refuses_a_kind_that_leaves_a_value_out(value):
    with pytest.raises(hooks.LeftOut, match=f"leaves out {value} of Kind"):
        kinds.register(without(value, DomesticPaymentKind)())


@pytest.mark.parametrize("value", ["name", "order_id", "statuses", "order_answer"])
def test_refuses_a_payment_type_that_leaves_a_value_out(value):
    with pytest.raises(hooks.LeftOut, match=f"leaves out {value} of PaymentType"):
        urls.paths(without(value, DomesticPayment)())


@pytest.mark.parametrize("hook", sorted(PaymentType.__abstractmethods__))
def test_knows_no_payment_type_without_a_hook(hook):
    with pytest.raises(TypeError, match=f"abstract method {hook}"):
        without(hook, DomesticPayment)()


def test_refuses_a_name_that_is_taken():
    with pytest.raises(ValueError, match="account-access is registered twice"):
        kinds.register(AccountAccess())
