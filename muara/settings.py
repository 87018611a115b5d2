"""Settings: the environment at the top, everything else follows from it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent

# --- environment ---------------------------------------------------------------------------------
DEBUG = os.environ.get("MUARA_DEBUG", "") == "1"
DATA_DIR = Path(os.environ.get("MUARA_DATA", BASE_DIR / "var"))
DATABASE_URL = os.environ.get("DATABASE_URL", "")
SECRET_KEY = os.environ.get("MUARA_SECRET_KEY", "")
ALLOWED_HOSTS = os.environ.get("MUARA_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
MUARA_BASE_URL = os.environ.get("MUARA_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
MUARA_DEMO = os.environ.get("MUARA_DEMO", "") == "1"
MUARA_SMTP = os.environ.get("MUARA_SMTP", "")
BEHIND_TLS = MUARA_BASE_URL.startswith("https://")


def _secret_key() -> str:
    """Read the key made at the first start, or make it: one per installation, never in the repository."""
    from django.core.management.utils import get_random_secret_key

    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"secret_key.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(get_random_secret_key())
        with suppress(FileExistsError):  # two processes may start at once: the first one's key stands
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text()


SECRET_KEY = SECRET_KEY or _secret_key()


def _database(url: str) -> dict[str, Any]:
    """Read DATABASE_URL (postgresql://…); without it the embedded SQLite file."""
    if not url:
        # WAL corrupts with two connections before SQLite 3.51.3 (docs/adr): rollback journal there.
        journal = "WAL" if sqlite3.sqlite_version_info >= (3, 51, 3) else "TRUNCATE"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "muara.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": f"PRAGMA journal_mode={journal}; PRAGMA synchronous=FULL;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 1},
    }


DATABASES = {"default": _database(DATABASE_URL)}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # What oversight counts, once for all processes of the machine (muara.records.counted).
    "counted": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "counted",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MUARA_BLOBS = DATA_DIR / "blobs"
MUARA_KEYS = Path(os.environ.get("MUARA_KEYS", DATA_DIR / "keys"))
MUARA_KEY_PASSPHRASE = os.environ.get("MUARA_KEY_PASSPHRASE", "")
MUARA_CHECKPOINTS = Path(os.environ.get("MUARA_CHECKPOINTS", DATA_DIR / "checkpoints"))
# How far numbers were given: never restored together with the database (ADR 19).
MUARA_NUMBER_BOOKS = Path(os.environ.get("MUARA_NUMBER_BOOKS", DATA_DIR / "numbers"))
MUARA_UPLOAD_LIMIT = 20 * 1024 * 1024  # in one go; an Amdal comes in pieces
MUARA_RESUMABLE_LIMIT = 200 * 1024 * 1024
MUARA_APPLICATION_QUOTA = 600 * 1024 * 1024

# --- the house -----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "muara.audit",
    "muara.people",
    "muara.documents",
    "muara.cases",
    "muara.permits",
    "muara.compliance",
    "muara.contacts",
    "muara.steps",
    "muara.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    # Each wraps the template loaders when left to itself, and the second switches the first off.
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "muara.web.middleware.refuse_huge_bodies",
    "muara.web.middleware.compress_pages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "muara.web.middleware.hand_back_text",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "muara.web.middleware.keep_private",
    "muara.web.middleware.read_at_once",
]
ROOT_URLCONF = "muara.urls"
WSGI_APPLICATION = "muara.wsgi.application"
LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "builtins": ["django_cotton.templatetags.cotton", "template_partials.templatetags.partials"],
            "loaders": [
                ("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", LOADERS)])
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "muara.web.context.page",
            ],
        },
    }
]
FORM_RENDERER = "muara.web.rendering.FormRenderer"

# --- people --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "muara.people.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "muara.people.passwords.NotCommon"},
    {"NAME": "muara.people.passwords.UnlikeThePerson", "OPTIONS": {"user_attributes": ["email", "name"]}},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "muara.web.accounts.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "muara.web.accounts.SignupForm"
ACCOUNT_FORMS = {
    "login": "muara.web.account_forms.LoginForm",
    "signup": "muara.web.account_forms.FullSignupForm",
    "reset_password": "muara.web.account_forms.ResetPasswordForm",
    "reset_password_from_key": "muara.web.account_forms.ResetPasswordKeyForm",
    "change_password": "muara.web.account_forms.ChangePasswordForm",
    "reauthenticate": "muara.web.account_forms.ReauthenticateForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that registered; another one signs in
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or second factor is told to its owner
# By address only, never by account: whoever guesses at an official's password must not lock the official out.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip"}
MFA_ADAPTER = "muara.web.accounts.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "muara.web.account_forms.ActivateForm",
    "authenticate": "muara.web.account_forms.CodeForm",
    "reauthenticate": "muara.web.account_forms.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Officials endorse, sign and number only with a second factor; a demonstration shows its telephones' codes.
MUARA_SECOND_FACTOR = os.environ.get("MUARA_SECOND_FACTOR", "1") == "1"
ACCOUNT_SESSION_REMEMBER = False
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_AGE = None  # gone with the browser, as the privacy page says

# --- notices -------------------------------------------------------------------------------------
MUARA_OUTBOX = DATA_DIR / "outbox"
MUARA_CHANNELS = {  # a channel without a class is switched off
    "email": "muara.people.channels.Email",
    "message": os.environ.get(
        "MUARA_MESSAGE_CHANNEL", "muara.people.channels.MessageFile" if MUARA_DEMO else ""
    ),
}
MUARA_NOTICE_TRIES = 12  # 1, 2, 4 … minutes apart, at most six hours: some twenty hours in all

# Without a mail server e-mails are files, one each, to be read in MUARA_DATA/outbox/email.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MUARA_SMTP else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = MUARA_OUTBOX / "email"
_mail = urlsplit(
    MUARA_SMTP
)  # smtp:// plain, smtp+tls:// with STARTTLS, smtps:// with TLS from the first byte
EMAIL_HOST, EMAIL_PORT = (
    _mail.hostname or "",
    _mail.port or {"smtp+tls": 587, "smtps": 465}.get(_mail.scheme, 25),
)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.scheme == "smtp+tls", _mail.scheme == "smtps"
EMAIL_TIMEOUT = 10  # seconds without a word from the mail server
DEFAULT_FROM_EMAIL = os.environ.get("MUARA_EMAIL_FROM", "muara@localhost")

# --- electronic signing (docs/adr/0016) ----------------------------------------------------------
# Opens the private keys that the database holds; without it the file MUARA_DATA/signing_secret, made once.
MUARA_SIGNING_SECRET = os.environ.get("MUARA_SIGNING_SECRET", "")
MUARA_TIMESTAMP_URL = os.environ.get("MUARA_TIMESTAMP_URL", "")  # an RFC 3161 service; none: PAdES B-B
MUARA_BSRE_URL = os.environ.get("MUARA_BSRE_URL", "")  # the client service of BSrE on the office's own server
MUARA_BSRE_USER = os.environ.get("MUARA_BSRE_USER", "")
MUARA_BSRE_PASSWORD = os.environ.get("MUARA_BSRE_PASSWORD", "")
MUARA_SIGNING_TIMEOUT = 20  # seconds without a word from a signing or timestamp service

# --- safety --------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if BEHIND_TLS:  # a proxy ends TLS and sets X-Forwarded-Proto itself (README)
    CSRF_TRUSTED_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(MUARA_BASE_URL))]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
CSRF_FAILURE_VIEW = "muara.web.public.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000  # the agency's rows of limits and points
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- words, time, files --------------------------------------------------------------------------
LANGUAGE_CODE = "id"
TIME_ZONE = "Asia/Makassar"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False
STATIC_URL = "static/"
STATICFILES_DIRS = [("geo", BASE_DIR / "muara" / "sop" / "data")]  # the land that maps draw, with its licence
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    if not DEBUG
    else {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
