"""Settings, read from the environment by django-environ. None needs to be set on a laptop.

docs/configuration.md lists each variable; config/checks.py refuses insecure ones in production.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.audit_keys import audit_keys
from config.encryption_keys import encryption_keys
from config.environment import Environment
from config.home import local_fernet_key, local_secret, open_folder
from config.networks import allowed_networks
from config.proxies import trusted_proxies
from config.social import SIGN_IN_HOSTS, social_providers
from core.database import sqlite_options

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()

HOME = open_folder(Path(env.str("COUNTINGHOUSE_HOME", default="") or BASE_DIR / "var").expanduser().resolve())
"""Where state lives: the SQLite file, the generated secret key, collected static files, uploads, backups."""

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_IS_SET = bool(SECRET_KEY)
"""Whether somebody chose the key. A production of several hosts needs one that they share."""
if not SECRET_KEY_IS_SET:
    SECRET_KEY = local_secret(HOME, "secret_key")
PORT = env.int("PORT", default=8000)
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/")
"""The address people open, such as https://usage.example.com. Setting it means production."""

_THIS_MACHINE = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=[urlsplit(PUBLIC_URL).hostname or ""] if PUBLIC_URL else _THIS_MACHINE
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list(
    "CSRF_TRUSTED_ORIGINS",
    default=["{0.scheme}://{0.netloc}".format(urlsplit(PUBLIC_URL))] if PUBLIC_URL else [],
)
PRODUCTION = env.bool("PRODUCTION", default=bool(PUBLIC_URL) or not set(ALLOWED_HOSTS) <= set(_THIS_MACHINE))
"""Whether others than this machine's user can reach it; config/checks.py then refuses what is insecure."""

INSTALLED_APPS = [
    "dashboard.apps.DashboardConfig",
    "integrations.apps.IntegrationsConfig",
    "billing.apps.BillingConfig",
    "chat.apps.ChatConfig",
    "projects.apps.ProjectsConfig",
    "accounts.apps.AccountsConfig",
    "core.apps.CoreConfig",
    "config.apps.ConfigConfig",
    "config.apps.CountinghouseAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.github",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "core.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.NulMiddleware",
    "core.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.last_seen.LastSeenMiddleware",
    "accounts.audit.origin.AuditOriginMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.ReaderZoneMiddleware",
    "core.gates.GateMiddleware",
    "accounts.second_factors.SecondFactorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.shell",
            ],
        },
    },
]

_database: dict[str, Any] = (
    env.db_url("DATABASE_URL")
    if env.str("DATABASE_URL", default="")
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": HOME / "countinghouse.sqlite3"}
)
DATABASES = {"default": _database}
if _database.get("ENGINE") == "django.db.backends.sqlite3":
    _database["OPTIONS"] = sqlite_options(busy_timeout_s=env.float("SQLITE_BUSY_TIMEOUT_S", default=30.0))
    # Comments on tables are for PostgreSQL's readers; SQLite has none, and would say so at every start.
    SILENCED_SYSTEM_CHECKS = ["models.W046", "fields.W163"]
    _database["CONN_MAX_AGE"] = None
elif _database.get("ENGINE") == "django.db.backends.postgresql":
    _pool_size = env.int("DATABASE_POOL_SIZE", default=8)
    if _pool_size:
        _database.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": _pool_size, "timeout": 10}
else:
    # The address itself stays out of the message: it may hold a password.
    raise ImproperlyConfigured(
        "DATABASE_URL must begin with sqlite:///, or be postgres://user:password@host:5432/database."
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:overview"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # owners type the addresses
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "reset_password": "10/m/ip,3/m/key",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Countinghouse: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # clocks of phones go wrong by half a minute
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = social_providers(
    google=(env.str("GOOGLE_CLIENT_ID", default=""), env.str("GOOGLE_CLIENT_SECRET", default="")),
    github=(env.str("GITHUB_CLIENT_ID", default=""), env.str("GITHUB_CLIENT_SECRET", default="")),
)
"""Google and GitHub, each when its id and secret are set; off otherwise."""
USERSESSIONS_TRACK_ACTIVITY = True
REQUIRE_SECOND_FACTOR = env.str("REQUIRE_SECOND_FACTOR", default="off")
"""Who has to set up a second factor before anything else opens: off, owners or staff."""
if REQUIRE_SECOND_FACTOR not in {"off", "owners", "staff"}:
    raise ImproperlyConfigured("REQUIRE_SECOND_FACTOR is off, owners or staff.")
SESSION_ENGINE = "core.sessions"
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=12) * 3600
_CACHE_FOLDER = open_folder(HOME / "cache", private=True)
_FILES = {"BACKEND": "core.expiring_cache.ExpiringFileCache", "LOCATION": str(_CACHE_FOLDER)}
CACHES = {"default": env.cache_url("CACHE_URL") if env.str("CACHE_URL", default="") else _FILES}
"""Where failed sign-ins are counted, by all serving processes together."""
vars().update(env.email_url("EMAIL_URL", default="dummymail://" if PRODUCTION else "consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="countinghouse@localhost")
SENDS_EMAIL = bool(env.str("EMAIL_URL", default=""))
"""Whether mail reaches people. Without EMAIL_URL a laptop prints it, and a production sends none."""
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = ["config.formats"]

ENCRYPTION_KEYS: list[str] = encryption_keys(
    env.list("ENCRYPTION_KEYS", default=[]), env.str("ENCRYPTION_KEYS_FILE", default="")
) or ([] if PRODUCTION else [local_fernet_key(HOME)])
"""Fernet keys of stored secrets, newest first: the first encrypts, all decrypt. Apart from SECRET_KEY.

A laptop that was given none makes its own, as a file of its home."""

AUDIT_KEYS_ARE_SET = bool(env.list("AUDIT_KEYS", default=[]))
AUDIT_KEYS: list[str] = audit_keys(HOME, env.list("AUDIT_KEYS", default=[]))
"""With what the audit chain is signed, newest first. Old ones stay, to check what they signed."""
TRUSTED_PROXIES: list[str] = trusted_proxies(env.list("TRUSTED_PROXIES", default=[]))
"""Networks of the proxies in front, or how many there are: how far X-Forwarded-For is believed."""

OUTGOING_ALLOWED_NETWORKS: list[str] = allowed_networks(env.list("OUTGOING_ALLOWED_NETWORKS", default=[]))
"""Private networks whose servers may be asked (models of one's own); none otherwise."""

COUNTINGHOUSE_PG_BIN = env.str("COUNTINGHOUSE_PG_BIN", default="")
"""The folder of PostgreSQL's client programs (pg_dump, pg_restore, psql). Empty: they are on PATH."""

REPORTING_TIME_ZONES: list[str] = env.list("REPORTING_TIME_ZONES", default=["UTC"])
"""IANA zones whose days are kept in the rollups; the first is the default of every report."""
if _unknown_zones := set(REPORTING_TIME_ZONES) - available_timezones():
    raise ImproperlyConfigured(
        f"REPORTING_TIME_ZONES names no IANA time zone: {', '.join(sorted(_unknown_zones))}"
    )

INGEST_REQUESTS_PER_MINUTE = env.int("INGEST_REQUESTS_PER_MINUTE", default=6_000)
"""What an ingest key without a limit of its own may send, by serving process."""
INGEST_MAX_RECORDS = env.int("INGEST_MAX_RECORDS", default=10_000)
"""The most records of one request to /api/usage and /ingest/litellm."""
INGEST_MAX_BYTES = env.int("INGEST_MAX_BYTES", default=64 * 1024 * 1024)
"""The largest body that programs may send, unpacked."""
INGEST_CONCURRENCY = env.int("INGEST_CONCURRENCY", default=2)
"""Deliveries that one serving process books at once."""

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = open_folder(HOME / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Hashed names may be cached for ever; collectstatic makes them, so a laptop does without.
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
WHITENOISE_USE_FINDERS = env.bool("WHITENOISE_USE_FINDERS", default=not PRODUCTION)
WHITENOISE_AUTOREFRESH = DEBUG

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [
            SELF,
            *(SIGN_IN_HOSTS[name] for name, it in SOCIALACCOUNT_PROVIDERS.items() if it["APPS"]),
        ],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
DEFAULT_EXCEPTION_REPORTER_FILTER = "core.error_pages.ReporterFilter"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # no script of ours reads it
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
"""What watches the server asks it directly, without the proxy in front."""
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

UPLOADS_FOLDER = HOME / "uploads"
"""Where files wait that people uploaded in the browser, each upload in a folder of its own."""
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=512 * 1024 * 1024)
"""The largest upload, all its files together."""

BIN_DAYS = env.int("BIN_DAYS", default=30)
"""How long deleted projects and conversations can be restored; then purge_expired removes their content."""

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
