"""The Celery application: workers run what the outbox hands out, beat starts what recurs."""

import os

from celery import Celery

from bank.outbox import dispatcher

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bank.settings")
app = Celery("bank")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(dispatcher.Dispatcher)
