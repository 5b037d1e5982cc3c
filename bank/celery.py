"""The Celery application: workers run what the outbox hands out, beat starts what recurs."""

import os
from typing import Any

from celery import Celery, signals
from django_structlog.celery import steps

from bank.outbox import dispatcher

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bank.settings")
app = Celery("bank")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(dispatcher.Dispatcher)
app.steps["worker"].add(steps.DjangoStructLogInitStep)


@signals.setup_logging.connect
def keep_logging(**_facts: Any) -> None:
    """Leave logging as Django's settings made it: that somebody listens here keeps Celery from making its own."""
