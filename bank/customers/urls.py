"""The paths of this package."""

from django.urls import path

from bank.customers import views

urlpatterns = [path("", views.welcome)]
