"""The paths of the customers' pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
