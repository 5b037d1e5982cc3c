"""Every setting of the bank, and the only place that reads the environment.

What a setting is: first the environment, then what the running sandbox wrote to `sandbox.json` in its data folder (so
that `manage.py tpp …` finds it), then the default. Names of ours begin with LOMBARD_; DATABASE_URL and BROKER_URL are
customary.
"""

import os
import secrets
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from psycopg.conninfo import make_conninfo

from bank import logs
from bank.sandbox import lock, postgres

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("LOMBARD_VAR", BASE_DIR / "var")).absolute()
RUNNING = lock.read_note(VAR_DIR)


def env(name: str, default: str = "") -> str:
    """Return a setting's text."""
    return os.environ.get(name) or RUNNING.get(name) or default


def env_int(name: str, default: int) -> int:
    """Return a whole number; anything else stops the start."""
    text = env(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise SystemExit(f"{name} must be a whole number, not {text!r}")
    return int(text)


def env_list(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list."""
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def env_networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return a comma-separated list of addresses and networks; anything else, or everybody, stops the start."""
    try:
        networks = tuple(ip_network(part) for part in env_list(name))
    except ValueError as fault:
        raise SystemExit(f"{name} must list addresses or networks: {fault}") from fault
    if any(network.prefixlen == 0 for network in networks):
        raise SystemExit(f"{name} must not list every address there is")
    return networks


SANDBOX = env("LOMBARD_MODE", "sandbox") == "sandbox"


def secret(name: str) -> str:
    """Return a secret: from the environment, or in the sandbox from a file that is made at first need."""
    if value := os.environ.get("LOMBARD_" + name.upper().replace("-", "_")):
        return value
    if not SANDBOX:
        raise SystemExit(
            f"LOMBARD_{name.upper().replace('-', '_')} must be set: the bank makes up secrets only as a sandbox"
        )
    path = VAR_DIR / "keys" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass  # made before, by this or another process
    return path.read_text()


# So many days is the clock of a sandbox ahead, for everything that the bank does (bank/clock.py).
CLOCK_AHEAD: timedelta = timedelta(days=env_int("LOMBARD_CLOCK_AHEAD_DAYS", 0) if SANDBOX else 0)

# Where the bank is reached: pages and discovery without a client certificate, every machine endpoint over mutual TLS.
ADDRESS = env("LOMBARD_ADDRESS", "127.0.0.1")
HOST = env("LOMBARD_HOST", "localhost")
PORT = env_int("LOMBARD_PORT", 7443)
MTLS_PORT = env_int("LOMBARD_MTLS_PORT", 7444)
ISSUER = env("LOMBARD_ISSUER", f"https://{HOST}:{PORT}")
MTLS_URL = env("LOMBARD_MTLS_URL", f"https://{HOST}:{MTLS_PORT}")
NAMES = env_list("LOMBARD_NAMES", "localhost,127.0.0.1")
PUBLIC_NAMES = list(dict.fromkeys([HOST, *(urlsplit(url).hostname or HOST for url in (ISSUER, MTLS_URL)), *NAMES]))
ALLOWED_HOSTS = PUBLIC_NAMES
# Proxies that end TLS before the bank: from these addresses alone is a header believed about the caller.
TRUSTED_PROXIES = env_networks("LOMBARD_TRUSTED_PROXIES")

# Whom the bank believes when it calls others (bank/outbound.py), besides the public authorities: files of PEM.
OUTBOUND_CA_FILES = env_list("LOMBARD_OUTBOUND_CA_FILES")
# The hosts that key sets of TPPs are fetched from, unless this sandbox's directory keeps them: names, or .ends of them.
JWKS_HOSTS = env_list("LOMBARD_JWKS_HOSTS", "localhost,127.0.0.1" if SANDBOX else "")

# Who the bank is, in its signatures.
ORGANISATION_ID = env("LOMBARD_ORGANISATION_ID", "0015800000LMBRDQAA")
TRUST_ANCHOR = env("LOMBARD_TRUST_ANCHOR", "openbanking.sandbox.test")
BANK_NAME = "Lombard"

# How long a TPP's refresh token lasts that came of a log-in alone; what comes of a consent ends with the consent.
LOG_IN_LASTS = timedelta(days=env_int("LOMBARD_LOG_IN_DAYS", 90))

SIGNING_KEY_DAYS = env_int("LOMBARD_SIGNING_KEY_DAYS", 90)  # how long a key signs before the next one does

SECRET_KEY = secret("secret-key")
KEY_ENCRYPTION_KEY = secret("key-encryption-key")
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "customers.User"
ROOT_URLCONF = "bank.urls"
WSGI_APPLICATION = "bank.wsgi.application"
APPEND_SLASH = False


# Prepared statements are look-ups by keys: planning them anew for each value would find the same plan each time.
SESSION = (
    "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    " -c plan_cache_mode=force_generic_plan"
)


def database(url: str, *, role: str) -> dict[str, Any]:
    """Django's settings for a database URL; without one, for that role in the embedded PostgreSQL."""
    if not url:
        place: dict[str, Any] = {
            "NAME": postgres.DATABASE,
            "USER": role,
            "PASSWORD": "",
            "HOST": str(postgres.socket_directory(VAR_DIR)),
            "PORT": "5432",
            "PARAMETERS": {},
        }
    else:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        place = {
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.pop("host", parts.hostname or ""),
            "PORT": str(parts.port or 5432),
            "PARAMETERS": query,  # whatever else libpq knows: sslmode, …
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        **place,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"prepare_threshold": 5, "options": SESSION, **place["PARAMETERS"]},
    }


# The application's role owns no table; migrations run as the owner (`--database owner`). Over a server of one's own the
# sandbox makes that role itself, with a password of its making, unless LOMBARD_APP_DATABASE_URL names one.
OWNER_URL = env("DATABASE_URL")
APP_URL = env("LOMBARD_APP_DATABASE_URL")
MAKES_APPLICATION_ROLE = bool(OWNER_URL) and not APP_URL
DATABASES = {"default": database(APP_URL or OWNER_URL, role=postgres.APPLICATION)}
DATABASES["owner"] = database(OWNER_URL or APP_URL, role=postgres.OWNER)
if MAKES_APPLICATION_ROLE:
    DATABASES["default"]["USER"] = f"{DATABASES['owner']['NAME']}_application"
    DATABASES["default"]["PASSWORD"] = secret("app-database-password")
DATABASE_ROUTERS = ["bank.sandbox.roles.OwnerMigrates"]

INSTALLED_APPS = [
    "bank.desk",
    "bank.desk.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "pgtrigger",
    "django_structlog",
    "bank.keys",
    "bank.outbox",
    "bank.audit",
    "bank.approvals",
    "bank.customers",
    "bank.tpps",
    "bank.oauth",
    "bank.api",
    "accounts",
    "consents",
    "fraud",
    "payments",
    "bank.dashboard",
    "bank.sandbox",
    "bank",
]

MIDDLEWARE = [
    "bank.api.direct.DirectMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "bank.customers.sessions.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "bank.customers.sessions.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bank.customers.context.bank",
            ]
        },
    }
]

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True

# What the processes write to standard error (bank/logs.py).
LOGGING = logs.LOGGING
logs.configure()
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_USER_ID_FIELD = None  # the audit trail tells who; to know it here would cost a query
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # its guesses cost more than a signature's check; the endpoint notes it
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10  # debug: one line a request is enough

# Pages: cookies of the bank's own names, staff's apart from customers'.
CUSTOMER_COOKIE = "lombard_session"
STAFF_COOKIE = "lombard_staff"
SESSION_COOKIE_NAME = CUSTOMER_COOKIE
CSRF_COOKIE_NAME = "lombard_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 30 * 60
SECURE_HSTS_SECONDS = 0 if SANDBOX else 365 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"  # with no-referrer browsers send `Origin: null`, which looks like forgery
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
AUTHENTICATION_BACKENDS = ["bank.customers.backends.Passwords"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]

# Strong customer authentication: a fixed one-time code makes a sandbox drivable by machines, and only a sandbox.
SCA_FIXED_CODE = env("LOMBARD_SCA_FIXED_CODE", "123456") if SANDBOX else ""

# The authorization server.
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth.Client"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth.AccessToken"  # noqa: S105 - a model's name, not a secret
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth.RefreshToken"  # noqa: S105 - a model's name, not a secret
OAUTH2_PROVIDER_GRANT_MODEL = "oauth.Grant"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth.IDToken"  # noqa: S105 - a model's name, not a secret
OAUTH2_PROVIDER = {
    "OIDC_ENABLED": True,
    "OIDC_ISS_ENDPOINT": ISSUER,
    "OAUTH2_VALIDATOR_CLASS": "bank.oauth.validators.Validator",
    "SCOPES": {
        "openid": "OpenID Connect",
        "offline_access": "Refresh tokens",
        "accounts": "Account information",
        "payments": "Payment initiation",
    },
    "DEFAULT_SCOPES": [],
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "ID_TOKEN_EXPIRE_SECONDS": 600,
    "ROTATE_REFRESH_TOKEN": False,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    **{
        f"COMPLIANT_BCP_RFC9700_{gate}": True
        for gate in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",
        )
    },
}
# W007 asks for refresh-token reuse protection, which needs the rotation that FAPI 2.0 section 5.3.2.1 forbids.
SILENCED_SYSTEM_CHECKS = ["oauth2_provider.W007"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_SCHEMA_CLASS": "bank.api.schema.Schema",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.0.3",
    "SCHEMA_PATH_PREFIX": "/open-banking/v4.0/[a-z]+",
    "POSTPROCESSING_HOOKS": [],
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
}

# So many requests of one client in so many seconds, in each web process (bank/api/throttling.py).
RATE_LIMIT = env_int("LOMBARD_RATE_LIMIT", 10_000)
RATE_WINDOW_SECONDS = env_int("LOMBARD_RATE_WINDOW", 10)
# How often a TPP may read the same of a consent in a day while the customer is not there (bank/api/uses.py).
UNATTENDED_PER_DAY = env_int("LOMBARD_UNATTENDED_PER_DAY", 4)

# Work that waits: the outbox holds the truth, the broker may lose everything.
CELERY_BROKER_URL = env("BROKER_URL", "pgmq://localhost/")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
# What calls other people's servers waits for them in a queue of its own (bank/outbox/handlers.py). A worker serves both
# unless -Q says which, so that a bank with one worker leaves nothing undone.
CELERY_TASK_QUEUES: dict[str, dict[str, Any]] = {"celery": {}, "calls": {}}
CELERY_TASK_ROUTES = {
    task: {"queue": "calls"} for task in ("bank.tpps.tasks.read_revocations", "bank.oauth.tasks.refetch_key_sets")
}
if CELERY_BROKER_URL.startswith("pgmq"):
    _place = DATABASES["default"]
    CELERY_WORKER_PREFETCH_MULTIPLIER = 16
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "conn_string": make_conninfo(
            host=_place["HOST"],
            port=_place["PORT"],
            user=_place["USER"],
            password=_place.get("PASSWORD"),
            dbname=_place["NAME"],
            # The outbox holds the truth: a message need not be on the disk before work goes on.
            **{**_place["PARAMETERS"], "options": "-c synchronous_commit=off"},
        ),
        "init_extension": False,
        "use_notify": True,
        "notify_throttle_interval_ms": 0,
        "polling_interval": 1,
        "wait_time_seconds": 0,
        "visibility_timeout": 300,
        "pool_size": 2,
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300}
elif CELERY_BROKER_URL.startswith("amqp"):
    CELERY_TASK_QUEUES = {name: {"queue_arguments": {"x-queue-type": "quorum"}} for name in CELERY_TASK_QUEUES}
    CELERY_TASK_DEFAULT_EXCHANGE_TYPE = "topic"
    CELERY_BROKER_NATIVE_DELAYED_DELIVERY_QUEUE_TYPE = "quorum"
    CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # A turn that no worker took in time is dropped: the next one does the same.
    name: {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 5.0)}}
    for name, task, seconds in [
        ("seal the audit trail", "bank.audit.tasks.seal", 1.0),
        ("end what has run out", "consents.tasks.expire", 30.0),
        ("sweep orders that stand still", "payments.tasks.sweep", 30.0),
        ("make the statements that are due", "accounts.tasks.make_statements", 900.0),
        ("turn the signing keys", "bank.keys.tasks.turn", 600.0),
        ("renew the bank's own certificates", "bank.tpps.tasks.renew", 600.0),
        ("read what other authorities have revoked", "bank.tpps.tasks.read_revocations", 600.0),
        ("fetch the key sets of TPPs", "bank.oauth.tasks.refetch_key_sets", 120.0),
        ("forget what is spent", "bank.oauth.tasks.purge", 600.0),
        ("forget old idempotency keys", "bank.api.tasks.purge", 600.0),
        *([("live the day that is over", "bank.sandbox.tasks.live", 600.0)] if SANDBOX else []),
    ]
}
