"""Every setting. Reads the environment through `config.env` alone; computes addresses, starts
nothing: mypy, gunicorn, Celery and every test import this file.

Two places: `RISKSCORE_ENV=development` (the default) needs nothing; `production` refuses to start
without its own secret, hosts, database and broker.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from riskscore.config import addresses, env, packaged_files, plans
from riskscore.config.production_checks import DEVELOPMENT_SECRET, production_refusals

BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = env.choice("RISKSCORE_ENV", "development", ("development", "production")) == (
    "production"
)
VAR = addresses.folder("RISKSCORE_VAR", env.text("RISKSCORE_VAR", str(BASE_DIR / "var")))
FIXTURES = BASE_DIR / "fixtures"
PORT = env.integer("RISKSCORE_PORT", 8000, low=1, high=65535)

# --- Secrets and doors ------------------------------------------------------------------------
SECRET_KEY = env.text("RISKSCORE_SECRET_KEY", DEVELOPMENT_SECRET)
SECRET_KEY_FALLBACKS = env.names("RISKSCORE_SECRET_KEY_FALLBACKS")
DEBUG = env.flag("RISKSCORE_DEBUG", default=False)
ALLOWED_HOSTS = env.names(
    "RISKSCORE_ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]"
)
CSRF_TRUSTED_ORIGINS = env.names("RISKSCORE_TRUSTED_ORIGINS")
# How many proxies stand in front: client addresses are read behind exactly so many of them.
PROXIES = env.integer("RISKSCORE_PROXIES", 0, low=0, high=9)
HTTPS = env.flag("RISKSCORE_HTTPS", default=PRODUCTION)

# The method by which projects are scored unless a request names another.
DEFAULT_METHOD = env.text("RISKSCORE_METHOD", "critical-minerals")

# Whether the author of a method may publish it: in a team of one there is no second person.
ONE_PERSON_TEAM = env.flag("RISKSCORE_ONE_PERSON_TEAM", default=False)

# Where a model's population stability index calls for a look at its inputs, in hundredths.
DRIFT_ALERT = env.integer("RISKSCORE_DRIFT_ALERT_PERCENT", 25, low=1, high=1000) / 100

# Whether visitors without an account see scores: the ranking, and each project's page.
PUBLIC_SCORES = env.flag("RISKSCORE_PUBLIC_SCORES", default=False)

# The address of this service for people, for links in mails; and whether alerts are mailed at all.
SITE = env.text("RISKSCORE_SITE").rstrip("/")
_mail_url = env.text("RISKSCORE_EMAIL_URL")
ALERT_MAIL = bool(_mail_url)
ALERT_MAIL_FROM = env.text("RISKSCORE_EMAIL_FROM", "riskscore@localhost")
_mail = addresses.mail(_mail_url)
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = _mail.backend, _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.starts_tls, _mail.speaks_tls
EMAIL_TIMEOUT = 10

# Receivers of webhooks that development may call though they are not public, by http or https:
# "127.0.0.1:9000". Production refuses to start with any.
WEBHOOK_DEVELOPMENT = env.names("RISKSCORE_WEBHOOK_DEVELOPMENT")

DATABASE_URL = env.text("DATABASE_URL")
REDIS_URL = env.text("REDIS_URL")


_refusals = production_refusals(
    secret=SECRET_KEY,
    debug=DEBUG,
    hosts=ALLOWED_HOSTS,
    database_url=DATABASE_URL,
    redis_url=REDIS_URL,
    webhooks=WEBHOOK_DEVELOPMENT,
)
if PRODUCTION and _refusals:
    raise ImproperlyConfigured("refusing to start in production: " + "; ".join(_refusals))

# --- Django -----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "riskscore.apps.RiskscoreConfig",
    "unfold.apps.BasicAppConfig",  # before admin: its templates and widgets take admin's place
    "unfold.contrib.filters",
    "riskscore.apps.RiskscoreAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "riskscore.apps.LogInsConfig",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "riskscore.api.framework.request_log.RequestLog",
    "riskscore.api.framework.auth.encrypted_only",
    "django.middleware.security.SecurityMiddleware",
    "riskscore.api.results.known_scores.KnownScores",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "riskscore.sql.authorship.AuthorshipMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # the innermost: it makes a page of a locked log-in
]
SILENCED_SYSTEM_CHECKS = ["urls.W002"]  # /api/v1 has no slash at its end, so its routes bring one
ROOT_URLCONF = "riskscore.urls"
CSRF_FAILURE_VIEW = "riskscore.admin.error_pages.csrf_failure"
WSGI_APPLICATION = "riskscore.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "riskscore" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
LOGIN_REDIRECT_URL = "admin:index"  # where an address to go on to is none of ours
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
FORMAT_MODULE_PATH = ["riskscore.config.formats"]  # DATE_FORMAT here would lose to Django's own
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORMS_URLFIELD_ASSUME_HTTPS = True  # a web address without a scheme means https, as in Django 6
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses who is locked, before a password is looked at
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Failed log-ins (django-axes): five of an account from one address lock it there for a while.
AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or knocking would keep it locked for ever
AXES_RESET_ON_SUCCESS = True
AXES_HANDLER = "riskscore.admin.access.log_ins.ByAccountAndAddress"
AXES_LOCKOUT_CALLABLE = "riskscore.admin.error_pages.locked_out"
AXES_CLIENT_IP_CALLABLE = "riskscore.config.client_address.counted"
AXES_USERNAME_FORM_FIELD = "username"
AXES_SENSITIVE_PARAMETERS = ["csrfmiddlewaretoken", "next"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False  # our site shows them
AXES_VERBOSE = False

# django-unfold's part of admin's pages; the site itself says the rest.
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "riskscore",
    "SITE_HEADER": "riskscore",
    "SITE_URL": None,
    "COLORS": {},
}

# --- Database ---------------------------------------------------------------------------------
# No psycopg pool: a pool shared across Celery's prefork is broken, and gunicorn threads keep
# their connection anyway. The time-out is for web processes; jobs bound themselves by chunk.
_statement_timeout = env.integer("RISKSCORE_STATEMENT_TIMEOUT_MS", 0, low=0, high=3_600_000)
_database: dict[str, Any] = addresses.database(DATABASE_URL, VAR)
if _statement_timeout and _database.get("DISABLE_SERVER_SIDE_CURSORS"):
    raise ImproperlyConfigured(
        "RISKSCORE_STATEMENT_TIMEOUT_MS: a pooler with pool_mode=transaction keeps no setting of a"
        " session; unset it, and say ALTER ROLE … SET statement_timeout = '5s' instead"
    )
if _statement_timeout:
    _database["OPTIONS"]["options"] = f"-c statement_timeout={_statement_timeout}"
DATABASES = {
    "default": {
        "ENGINE": "riskscore.sql.database",  # PostgreSQL's, which code that is too old does not get
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        **_database,
        "OPTIONS": {
            "connect_timeout": "5",
            "application_name": "riskscore",
            **_database["OPTIONS"],
        },
    }
}

# --- Celery (read by riskscore.celery under the prefix CELERY_) -----------------------------------
# PostgreSQL is the truth and messages are hints, so nothing here is needed for correctness:
# no result backend, and a lost message costs waiting time only.
BROKER = addresses.broker(REDIS_URL, VAR)
QUEUES = ("interactive", "bulk", "intake", "maintenance")
CELERY_BROKER_URL = BROKER.kombu
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 2.0
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    # With the defaults a lost message is looked for every 100 s whatever the time-out above.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "retry_on_timeout": True,
}
CELERY_VISIBILITY_TIMEOUT = 900
CELERY_REDIS_SOCKET_TIMEOUT = 5.0
CELERY_REDIS_SOCKET_CONNECT_TIMEOUT = 2.0
CELERY_REDIS_BACKEND_HEALTH_CHECK_INTERVAL = 25
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_DEFAULT_QUEUE = "bulk"
CELERY_TASK_QUEUES = {name: {"exchange": name, "routing_key": name} for name in QUEUES}
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # its reply keys leak, and pong says nothing
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
PULSE = env.text("RISKSCORE_PULSE")  # the file by whose age a container tells if it lives

# --- Static files -------------------------------------------------------------------------------
STATIC_URL = "static/"
# In development pages find the files where they lie, with no collectstatic before the first one.
STATIC_ROOT = Path(env.text("RISKSCORE_STATIC_ROOT", str(VAR / "static"))) if PRODUCTION else None
STATICFILES_DIRS = [
    packaged_files.static_of("leaflet"),
    *packaged_files.fetched(),
]
WHITENOISE_USE_FINDERS = not PRODUCTION
_storage = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if PRODUCTION
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _storage},
}

# --- Browsers -----------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
# Pages alone: the API refuses what comes in clear, and health checks come from inside, in clear.
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"

# --- Exports ------------------------------------------------------------------------------------
EXPORT_FOLDER = addresses.folder(
    "RISKSCORE_EXPORT_FOLDER", env.text("RISKSCORE_EXPORT_FOLDER", str(VAR / "exports"))
)
EXPORT_MB = env.integer("RISKSCORE_EXPORT_MB", 5000, low=10, high=10_000_000)
EXPORT_DAYS = env.integer("RISKSCORE_EXPORT_DAYS", 7, low=1, high=365)

# --- API ----------------------------------------------------------------------------------------
# Plans of API keys: how many tokens a key may take, and how soon they are back. A notebook that
# reads every project one by one stays below the standard one.
RATE_PLANS = plans.read(
    env.names("RISKSCORE_RATE_PLANS", "standard=6000/min=600/min,heavy=60000/min=6000/min")
)
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "riskscore.api.framework.auth.BearerKey",
        "riskscore.api.framework.auth.SessionReads",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["riskscore.api.framework.auth.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["riskscore.api.framework.throttling.TokenBucket"],
    "DEFAULT_THROTTLE_RATES": {**RATE_PLANS["standard"], "wrong_keys": "30/min"},
    "DEFAULT_PARSER_CLASSES": ["riskscore.api.framework.json_parser.StrictJson"],
    "DEFAULT_RENDERER_CLASSES": ["riskscore.api.framework.rendering.Json"],
    "DEFAULT_SCHEMA_CLASS": "riskscore.api.framework.described.ApiSchema",
    "EXCEPTION_HANDLER": "riskscore.api.framework.exception_handler.answer",
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": PROXIES,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "riskscore",
    "DESCRIPTION": "How risky a mining project is on four dimensions, how sure we are, and why.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["riskscore.api.openapi.without_slashes"],
    "POSTPROCESSING_HOOKS": ["riskscore.api.openapi.completed"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False},
    "TAGS": [
        {"name": "scores", "description": "How risky, how sure, and why."},
        {"name": "projects", "description": "What is scored."},
        {"name": "imports", "description": "Files: uploaded, previewed, confirmed, reported."},
        {"name": "jobs", "description": "Rescoring."},
        {"name": "methods", "description": "How scores are made."},
        {
            "name": "sourcing",
            "description": "Whose supply hangs on whom, and what would change it.",
        },
        {"name": "catalogues", "description": "What scores are made of."},
        {"name": "models", "description": "Learned models, their cards and predictions."},
        {"name": "extracts", "description": "Much at once: what changed, files, many keys, lists."},
        {"name": "usage", "description": "What your key may take, and what is left."},
        {"name": "webhooks", "description": "To be told what happens, instead of asking."},
        {"name": "about", "description": "This API."},
    ],
}

# --- Logs: one JSON line per event, on standard error --------------------------------------------
_level = env.choice("RISKSCORE_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "riskscore.config.logging.JsonLine"}},
    "filters": {"repeats": {"()": "riskscore.config.logging.Repeats"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["repeats"]},
    },
    "root": {"handlers": ["stderr"], "level": _level},
    "loggers": {
        "django": {"handlers": [], "level": _level, "propagate": True},
        "django.server": {"handlers": [], "level": _level, "propagate": True},
        "axes": {"level": "ERROR"},  # ours say it in one line
    },
}
