"""Which network addresses may be asked: public ones, and those of OUTGOING_ALLOWED_NETWORKS."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

IpAddress = IPv4Address | IPv6Address

_CLOSED = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # for protocols
        "192.88.99.0/24",  # relays of 6to4, given up
        "168.63.129.16/32",  # what Azure tells its machines, at a public address
        "64:ff9b:1::/48",  # a site's own translation to IPv4
        "100::/64",  # goes nowhere
        "2001::/23",  # for protocols, Teredo among them
        "3fff::/20",  # for documentation
        "5f00::/16",  # for routing within a network
        "fec0::/10",  # a site's own, given up
    )
)
"""What ipaddress.is_global does not refuse in every version (https://www.iana.org/assignments/iana-ipv6-special-registry/)."""

_TRANSLATED = ip_network("64:ff9b::/96")
_COMPATIBLE = ip_network("::/96")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


def is_allowed(address: str) -> bool:
    """Whether `address`, a numeric one, and every IPv4 address that it carries inside may be asked."""
    given = _read(address)
    return is_own_network(address) or all(_is_public(each) for each in (given, *_carried(given)))


def is_own_network(address: str) -> bool:
    """Whether OUTGOING_ALLOWED_NETWORKS names it, by itself or as IPv4 written as IPv6."""
    given = _read(address)
    plain = (given.ipv4_mapped or given) if isinstance(given, IPv6Address) else given
    networks = [ip_network(network) for network in settings.OUTGOING_ALLOWED_NETWORKS]
    return any(plain in network for network in networks)


def _read(address: str) -> IpAddress:
    return ip_address(address.partition("%")[0])


def _is_public(address: IpAddress) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address in _TRANSLATED):
        # Judged by what it carries.
        return True
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved or address.is_unspecified)
        and not any(address in network for network in _CLOSED)
    )


def _carried(address: IpAddress) -> Iterator[IPv4Address]:
    """The IPv4 addresses to which something on the way may translate it."""
    if not isinstance(address, IPv6Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    number = int(address)
    if address in _TRANSLATED or address in _COMPATIBLE or (number >> 32) & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(number & 0xFFFFFFFF)
