"""Addresses that sources gave us: links only where they lead to the web."""

from typing import Any
from urllib.parse import urlsplit

from django.utils.html import format_html

from core.admin.columns import Column, column, shortened
from core.markup import NOT_APPLICABLE


def is_web_address(address: str) -> bool:
    """Whether it is an http or https address of a host, without a password."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None


def web_link(field: str, label: str = "") -> Column:
    """An address as a link that tells the other side nothing of us; anything else as text."""

    def read(obj: Any) -> str:
        address = getattr(obj, field)
        if not address:
            return NOT_APPLICABLE
        if not is_web_address(address):
            return shortened(address)
        return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', address, shortened(address))

    return column(field, read, label or field.replace("_", " "))
