"""Gunicorn's configuration for the sandbox: `gunicorn --config python:bank.sandbox.web bank.wsgi:application`.

Two addresses, one group of processes: the pages' port asks for no certificate, so that browsers show no picker; the
machines' port does.
"""

import gc
import signal
from typing import Any

import django
import structlog
from django.conf import settings
from gunicorn import glogging

from bank.sandbox import parenthood, tls

django.setup()
structlog.configure(cache_logger_on_first_use=True)  # nobody here redirects what a logger writes to


COLLECTED_AFTER = (20_000, 20, 50)  # objects; young collections; middle ones


class Logger(glogging.Logger):
    """Gunicorn's, without the lines of an access log: each request's own line says more, and costs less."""

    def access(self, *_facts: Any) -> None:
        """Gather nothing and write nothing."""


logger_class = Logger
bind = [f"{settings.ADDRESS}:{settings.PORT}", f"{settings.ADDRESS}:{settings.MTLS_PORT}"]
worker_class = "bank.sandbox.threads.Worker"
workers = 2
threads = 8
backlog = 512
limit_request_line = 8190  # a signed request object may come by value, in the address
keepalive = 65
timeout = 60
graceful_timeout = 20
preload_app = True  # one copy of the code in memory, read once
control_socket_disable = True  # else two banks of one user fight over a file in their home
forwarded_allow_ips = ""  # nobody stands before the bank here, so nobody's word about the caller counts
loglevel = "info"
certfile = str(settings.VAR_DIR / "keys" / "server.pem")
keyfile = str(settings.VAR_DIR / "keys" / "server.key")
logconfig_dict = settings.LOGGING | {
    "loggers": settings.LOGGING["loggers"]
    | {"gunicorn.error": {"level": "INFO", "propagate": True, "handlers": []}, "gunicorn.access": {"level": "CRITICAL"}}
}

_by_port = tls.ByPort(certfile, keyfile, asks_for_certificate={settings.PORT: False, settings.MTLS_PORT: True})


def ssl_context(_config: Any, _default: Any) -> tls.ByPort:
    """Gunicorn asks for this at every connection."""
    return _by_port


def when_ready(_arbiter: Any) -> None:
    """Take the code out of the garbage collector's sight, so that workers share its memory and never search it."""
    gc.collect()
    gc.freeze()


def post_fork(_arbiter: Any, _worker: Any) -> None:
    """Have a worker end with its master: left alone it would keep the ports for as long as somebody is connected.

    A request makes some thousand objects and hardly a cycle; the collector need not look after every 700.
    """
    parenthood.ends_with_us(signal.SIGKILL)()
    gc.set_threshold(*COLLECTED_AFTER)
