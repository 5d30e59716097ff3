"""Where people and programs reach the installation."""

from django.conf import settings
from django.http import HttpRequest


def public_address(request: HttpRequest) -> str:
    """PUBLIC_URL, else as the reader did; without a slash at the end."""
    return str(settings.PUBLIC_URL) or request.build_absolute_uri("/").rstrip("/")
