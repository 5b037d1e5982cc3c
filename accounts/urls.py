"""The paths of this package: the resources' own."""

from django.urls import path

from accounts import resources, views

urlpatterns = [path(row.path, views.reader(row).as_view(), name=row.operation_id) for row in resources.RESOURCES]
