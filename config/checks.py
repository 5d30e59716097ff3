"""System checks that refuse an insecure production start; each has an id and a hint."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Tags as DjangoTags


@register(DjangoTags.security)
def check_production(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for settings that must not meet the open network (countinghouse.E001 to E004)."""
    if not settings.PRODUCTION:
        return []
    errors: list[CheckMessage] = []
    if settings.SECRET_KEY == settings.INSECURE_SECRET_KEY or len(settings.SECRET_KEY) < 50:
        errors.append(
            Error(
                "SECRET_KEY is the built-in one or shorter than 50 characters.",
                hint="Set SECRET_KEY to the output of: "
                "python -c 'import secrets; print(secrets.token_urlsafe(64))'",
                id="countinghouse.E001",
            )
        )
    if settings.DEBUG:
        errors.append(
            Error("DEBUG is on in production.", hint="Unset DEBUG: it shows settings and data to anybody.",
                  id="countinghouse.E002")
        )
    if "*" in settings.ALLOWED_HOSTS or not settings.ALLOWED_HOSTS:
        errors.append(
            Error("ALLOWED_HOSTS admits any host name.", hint="Name the hosts people open, such as usage.example.com.",
                  id="countinghouse.E003")
        )
    if settings.PUBLIC_URL and not settings.PUBLIC_URL.startswith("https://"):
        errors.append(
            Error("PUBLIC_URL is not https.", hint="Put a TLS proxy in front and set PUBLIC_URL to its https address.",
                  id="countinghouse.E004")
        )
    return errors
