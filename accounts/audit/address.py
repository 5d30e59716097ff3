"""Whence a request came: the connection's other end, or whom a proxy of ours says it stands for."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

_LONGEST = 45
"""Letters of an IPv6 address that ends in an IPv4 one."""


def client_address(request: HttpRequest) -> str:
    """The nearest address that is no trusted proxy's.

    Each proxy adds at the right end of X-Forwarded-For who spoke to it; what stands further left was sent by
    the client, who may write there what they like. So the header is read from the right, and no further than
    settings.TRUSTED_PROXIES go: networks, or how many proxies stand in front.
    """
    nearest = str(request.META.get("REMOTE_ADDR", ""))
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    steps = int(settings.TRUSTED_PROXIES[0]) if is_number(settings.TRUSTED_PROXIES) else len(told)
    while told and steps > 0 and (is_number(settings.TRUSTED_PROXIES) or _is_trusted(nearest)):
        further = told.pop()
        if not _is_address(further):
            break
        nearest, steps = further, steps - 1
    return nearest[:_LONGEST]


def is_number(proxies: list[str]) -> bool:
    return len(proxies) == 1 and proxies[0].isdecimal()


def _is_trusted(address: str) -> bool:
    if not _is_address(address):
        return False
    here = ip_address(address)
    return any(here in ip_network(network, strict=False) for network in settings.TRUSTED_PROXIES)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
