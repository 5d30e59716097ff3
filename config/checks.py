"""System checks that refuse an insecure production start; each has an id and a hint."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from accounts.models import User
from integrations.demo.seeding import EMAIL as DEMO_EMAIL

_NEW_KEY = "python -c 'import secrets; print(secrets.token_urlsafe(64))'"
_SHORTEST_KEY = 50
_FEWEST_CHARACTERS = 5
"""As Django's own security.W009 counts."""


@register(Tags.security)
def check_production(**kwargs: Any) -> list[CheckMessage]:
    """Settings that must not meet the open network (countinghouse.E001 to E005, W001 to W003)."""
    return list(_production_messages()) if settings.PRODUCTION else []


@register(Tags.security)
def check_demo_account(**kwargs: Any) -> list[CheckMessage]:
    """The demo's account, whose password was printed, must not meet the open network (countinghouse.E006)."""
    if not settings.PRODUCTION or settings.DEBUG:
        return []
    try:
        is_there = User.objects.filter(email=DEMO_EMAIL, is_active=True).exists()
    except DatabaseError:
        # Not there, or not migrated yet: other checks, and the first page, say so.
        return []
    if not is_there:
        return []
    return [
        Error(
            f"The demo's account {DEMO_EMAIL} may sign in.",
            hint="Run: python manage.py remove_demo",
            id="countinghouse.E006",
        )
    ]


def _production_messages() -> Iterator[CheckMessage]:
    key = settings.SECRET_KEY if settings.SECRET_KEY_IS_SET else ""
    if len(key) < _SHORTEST_KEY or len(set(key)) < _FEWEST_CHARACTERS:
        yield Error(
            f"SECRET_KEY is not set, shorter than {_SHORTEST_KEY} characters, or repeats a few of them.",
            hint=f"Set SECRET_KEY to the output of: {_NEW_KEY}",
            id="countinghouse.E001",
        )
    if settings.DEBUG:
        yield Error(
            "DEBUG is on in production.",
            hint="Unset DEBUG: it shows settings and data to anybody.",
            id="countinghouse.E002",
        )
    if "*" in settings.ALLOWED_HOSTS or not settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS admits any host name, or none.",
            hint="Name the hosts people open, such as usage.example.com, or set PUBLIC_URL.",
            id="countinghouse.E003",
        )
    if not settings.PUBLIC_URL.startswith("https://"):
        yield Error(
            "PUBLIC_URL is not an https address.",
            hint="Put a TLS proxy in front and set PUBLIC_URL to the address people open.",
            id="countinghouse.E004",
        )
    if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        yield Error(
            "Cookies travel over plain http.",
            hint="Leave SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE as config/settings.py sets them.",
            id="countinghouse.E005",
        )
    if settings.SECURE_SSL_REDIRECT and settings.SECURE_PROXY_SSL_HEADER is None:
        yield Warning(
            "Every request will be redirected to https for ever, unless this server itself speaks TLS.",
            hint="Set BEHIND_TLS_PROXY=1 when the proxy sets X-Forwarded-Proto over what clients send.",
            id="countinghouse.W001",
        )
    if not settings.AUDIT_KEYS_ARE_SET:
        yield Warning(
            "AUDIT_KEYS is not set: the audit log is signed with a key that lies beside the data.",
            hint="Set AUDIT_KEYS to the same long random text on every host, and keep it apart from backups.",
            id="countinghouse.W003",
        )
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield Warning(
            "Static files have not been collected: pages will fail.",
            hint="Run: python manage.py collectstatic --noinput",
            id="countinghouse.W002",
        )
