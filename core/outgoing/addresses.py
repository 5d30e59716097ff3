"""Addresses as people write them: what may be asked for at all, before anybody is asked."""

import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address

import httpx
from django.core.exceptions import ValidationError

from core.outgoing.networks import is_allowed, is_own_network

_PORTS = frozenset({80, 443})
_OTHER_PORTS = range(1024, 65536)
"""Below them stand mail, SSH and the like, which take an HTTP request for words of their own."""

_THIS_MACHINE = re.compile(r"(?:.*\.)?(?:localhost|localdomain)\.?", re.IGNORECASE)
_NAME = re.compile(rb"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
_AUTHORITY = re.compile(r"//|[/?#]")
_STRANGE = re.compile(r"[\s\\\x00-\x1f\x7f]")

INSIDE = (
    "The address leads to this machine or a private network."
    " An operator can allow it with OUTGOING_ALLOWED_NETWORKS."
)


class RefusedAddressError(ValueError):
    """The address, or where it leads to, may not be asked; the message says why."""


def parsed(address: str) -> httpx.URL:
    """`address` as the client will read it, so that two readers cannot differ. Raises RefusedAddressError.

    http or https, a host, no user or password, port 80, 443 or from 1024 on, and no host that is closed
    without asking a name server: a number in any way of writing it, localhost and the like.
    """
    if _STRANGE.search(address):
        raise RefusedAddressError("An address has no blanks, backslashes or control characters.")
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        raise RefusedAddressError("This is no address.") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise RefusedAddressError("An address begins with https:// and a host.")
    # As written: the reader drops an empty name.
    if url.userinfo or "@" in _AUTHORITY.split(address, maxsplit=2)[1]:
        raise RefusedAddressError("An address carries no user name or password: it is shown to everybody.")
    if url.port is not None and url.port not in _PORTS and url.port not in _OTHER_PORTS:
        raise RefusedAddressError("The port is 80, 443, or 1024 and above.")
    number = _as_number(url.host)
    if number is None:
        if not _NAME.fullmatch(url.raw_host):
            raise RefusedAddressError("This is no address.")
        # Other names are looked up when they are asked, and judged then.
        if _THIS_MACHINE.fullmatch(url.host) and not (is_allowed("127.0.0.1") or is_allowed("::1")):
            raise RefusedAddressError(INSIDE)
        return url
    if not is_allowed(number):
        raise RefusedAddressError(INSIDE)
    require_encryption(url, [number])
    return url


def require_encryption(url: httpx.URL, numbers: Iterable[str]) -> None:
    """Plain http goes to networks of one's own alone. Raises RefusedAddressError."""
    if url.scheme == "http" and not all(is_own_network(number) for number in numbers):
        raise RefusedAddressError("Plain http is for networks of OUTGOING_ALLOWED_NETWORKS: use https.")


def validate_outgoing_address(address: str) -> None:
    """For form fields: raises ValidationError with what parsed() says."""
    try:
        parsed(address)
    except RefusedAddressError as refused:
        raise ValidationError(str(refused)) from None


def _as_number(host: str) -> str | None:
    """The numeric address that `host` writes in a way that resolvers take ("127.1", "0x7f000001")."""
    plain = host.strip("[]")
    with suppress(ValueError):
        return str(ip_address(plain.partition("%")[0]))
    with suppress(OSError, UnicodeError):
        return socket.inet_ntoa(socket.inet_aton(plain.rstrip(".")))
    return None
