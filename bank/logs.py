"""How the bank speaks of itself: one JSON object a line, on standard error; whoever starts a process keeps it.

Each line carries what is bound to the request or task it belongs to (request_id, interaction_id). Nothing here reaches
a file or a network by itself.
"""

import logging
import sys
from typing import Any

import orjson
import structlog
from structlog.types import EventDict, Processor


def without_query(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Cut the query off a request's address: it may hold what only a customer's browser should know."""
    if isinstance(event.get("request"), str):
        event["request"] = event["request"].partition("?")[0]
    return event


SHARED: list[Processor] = [
    without_query,
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]


def as_bytes(value: Any, **_options: Any) -> bytes:
    """Write a line's fields; what JSON does not know is shown as Python shows it."""
    return orjson.dumps(value, default=repr, option=orjson.OPT_NON_STR_KEYS)


def as_json(value: Any, **options: Any) -> str:
    """Write them for Python's logging, which takes text."""
    return as_bytes(value, **options).decode()


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [*SHARED, structlog.stdlib.ExtraAdder()],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(serializer=as_json),
            ],
        }
    },
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
    "root": {"handlers": ["out"], "level": "INFO"},
    "loggers": {
        # The request's own line says all that these would repeat.
        "django.request": {"level": "CRITICAL"},
        "django.server": {"level": "WARNING"},
        "django.security.csrf": {"level": "ERROR"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "django_structlog.celery.receivers": {"level": "WARNING"},
    },
}


def configure() -> None:
    """Let the bank's own lines be written as bytes at once: the trip through Python's logging costs ten times more.

    Libraries' lines go through LOGGING, in the same shape and to the same place.
    """
    structlog.configure(
        processors=[
            without_query,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=as_bytes),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: structlog.BytesLogger(sys.stderr.buffer),
    )
