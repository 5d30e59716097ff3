"""TRUSTED_PROXIES: which proxies' word is taken for whom they stand for."""

from collections.abc import Sequence
from ipaddress import ip_network

from django.core.exceptions import ImproperlyConfigured


def trusted_proxies(given: Sequence[str]) -> list[str]:
    """Networks ("10.0.0.0/8", "192.0.2.1"), or one number: how many proxies every request passes."""
    entries = [entry.strip() for entry in given if entry.strip()]
    if len(entries) == 1 and entries[0].isdecimal():
        return entries
    for entry in entries:
        try:
            ip_network(entry, strict=False)
        except ValueError:
            raise ImproperlyConfigured(
                f"TRUSTED_PROXIES: “{entry}” is neither a network nor the one number of proxies in front."
            ) from None
    return entries
