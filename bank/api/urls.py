"""Paths of resources that no package owns."""

from django.urls import path

from bank.api.userinfo import UserInfo
from bank.oauth import userinfo

urlpatterns = [path(userinfo.PATH.lstrip("/"), UserInfo.as_view())]
