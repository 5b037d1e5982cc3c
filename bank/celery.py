"""The Celery application: workers run what the outbox hands out, beat starts what recurs."""

import os
from typing import Any

from celery import Celery, signals
from django_structlog.celery import steps

from bank.outbox import broker, dispatcher, sql

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bank.settings")
broker.use()
app = Celery("bank")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Tasks keep their thread's connection, and what is prepared in it; else Celery would open one for each task.
app.conf.CELERY_DB_REUSE_MAX = 10_000
# Threads, not processes: Celery's processes share a pipe and its lock, and one that is killed while it holds the lock,
# as an idle one does, leaves the others waiting for ever. A worker that is killed as a whole is simply started again.
app.conf.worker_pool = "threads"
# How long the timer's thread sleeps, and so how long a worker that is to stop waits for it.
app.conf.worker_timer_precision = 0.25
app.autodiscover_tasks()
app.steps["worker"].add(dispatcher.Dispatcher)
app.steps["worker"].add(steps.DjangoStructLogInitStep)


@signals.setup_logging.connect
def keep_logging(**_facts: Any) -> None:
    """Leave logging as Django's settings made it: that somebody listens here keeps Celery from making its own."""


signals.task_prerun.connect(sql.forget_hung_up)
