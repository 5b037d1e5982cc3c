"""Paths that the sandbox has beside the bank's own."""

from django.urls import path

from bank.sandbox.automatic import AutomaticAnswer
from bank.sandbox.newcomers_desk import Customers, OneCustomer
from bank.sandbox.whoami import WhoAmI

urlpatterns = [
    path("whoami", WhoAmI.as_view()),
    path("customers", Customers.as_view()),
    path("customers/<str:username>", OneCustomer.as_view()),
    path("backchannel/<auth_req_id>/<action>", AutomaticAnswer.as_view()),
]
