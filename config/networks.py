"""OUTGOING_ALLOWED_NETWORKS: networks of one's own that this server may ask."""

from collections.abc import Sequence
from ipaddress import ip_network

from django.core.exceptions import ImproperlyConfigured


def allowed_networks(given: Sequence[str]) -> list[str]:
    """Networks as ipaddress writes them ("10.1.0.0/16", "192.0.2.1/32")."""
    entries = [entry.strip() for entry in given if entry.strip()]
    try:
        return [str(ip_network(entry)) for entry in entries]
    except ValueError as error:
        raise ImproperlyConfigured(f"OUTGOING_ALLOWED_NETWORKS: {error}.") from None
