"""The paths of this package, below the standard's own: two for each kind of consent, and what only its kind has."""

from django.urls import URLPattern, path

from consents import views
from consents.resources import RESOURCES, Resource


def paths(resource: Resource) -> list[URLPattern]:
    """The paths of one kind of consent."""
    return [
        path(resource.path, views.consents(resource).as_view()),
        path(f"{resource.path}/<ConsentId>", views.consent(resource).as_view()),
    ]


urlpatterns = [
    *(pattern for resource in RESOURCES for pattern in paths(resource)),
    path(views.CONFIRMATIONS, views.FundsConfirmations.as_view()),
]
