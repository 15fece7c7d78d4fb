"""A provider with django-oauth-toolkit, as `startproject`, the deployment checklist and its tutorial have it.

Where the documents leave a choice, it is the faster one: connections to the database stay open, and secrets
of applications are compared as they are. The default is PBKDF2, made for passwords: a few a second.
"""

from __future__ import annotations

import os

SECRET_KEY = os.environ.get("SECRET_KEY", "made for one run of the bench, on a loopback address")
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "urls"
WSGI_APPLICATION = "wsgi.application"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
LOGIN_URL = "/accounts/login/"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "oauth2_provider",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": ["templates"],
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

# As Django's notes on SQLite have it: a log that writers append to, whose lock is taken first and waited for.
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": f"{os.environ.get('DATA')}/toolkit.db",
    "OPTIONS": {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
    },
}

POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ.get("PGDATABASE")}

DATABASES = {"default": (SQLITE if "DATA" in os.environ else POSTGRESQL) | {"CONN_MAX_AGE": None}}

OAUTH2_PROVIDER = {"SCOPES": {"read": "See your machines"}}
