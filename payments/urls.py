"""The paths of this package: six for each payment type."""

from django.urls import URLPattern, path

from bank import hooks
from payments import views
from payments.types.base import PaymentType
from payments.types.domestic import DomesticPayment

TYPES: tuple[PaymentType, ...] = (DomesticPayment(),)


def paths(kind: PaymentType) -> list[URLPattern]:
    """The paths of one payment type. Raises bank.hooks.LeftOut for a type that is not whole."""
    hooks.check(kind, base=PaymentType)
    consent = f"{kind.name}-consents"
    order = f"{kind.name}s"
    return [
        path(consent, views.consents(kind).as_view()),
        path(f"{consent}/<ConsentId>", views.consent(kind).as_view()),
        path(f"{consent}/<ConsentId>/funds-confirmation", views.funds_confirmation(kind).as_view()),
        path(order, views.orders(kind).as_view()),
        path(f"{order}/<{kind.order_id}>", views.order(kind).as_view()),
        path(f"{order}/<{kind.order_id}>/payment-details", views.payment_details(kind).as_view()),
    ]


urlpatterns = [pattern for kind in TYPES for pattern in paths(kind)]
