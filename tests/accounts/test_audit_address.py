"""Whence a request came, behind proxies and without."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory, override_settings

from accounts.audit.address import client_address
from config.proxies import trusted_proxies

_PROXY, _OTHER, _CLIENT, _LIE = "10.0.0.1", "10.0.0.2", "203.0.113.9", "198.51.100.1"


def address(proxies: list[str], forwarded: str, remote: str = _PROXY) -> str:
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"x-forwarded-for": forwarded})
    with override_settings(TRUSTED_PROXIES=proxies):
        return client_address(request)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        ([], _CLIENT, _PROXY),
        (["10.0.0.0/8"], "", _PROXY),
        (["10.0.0.0/8"], _CLIENT, _CLIENT),
        (["10.0.0.0/8"], f"{_LIE}, {_CLIENT}", _CLIENT),
        (["10.0.0.0/8"], f"{_LIE}, {_CLIENT}, {_OTHER}", _CLIENT),
        (["10.0.0.1"], f"{_CLIENT}, {_OTHER}", _OTHER),
        (["192.0.2.0/24"], _CLIENT, _PROXY),
        (["1"], f"{_LIE}, {_CLIENT}", _CLIENT),
        (["2"], f"{_LIE}, {_CLIENT}, {_OTHER}", _CLIENT),
        (["0"], _CLIENT, _PROXY),
        (["1"], "not an address", _PROXY),
        (["10.0.0.0/8"], "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_nearest_address_that_is_no_proxy(proxies: list[str], forwarded: str, expected: str) -> None:
    assert address(proxies, forwarded) == expected


def test_a_socket_has_no_address_but_what_its_proxy_says() -> None:
    assert address(["1"], _CLIENT, remote="") == _CLIENT
    assert address(["10.0.0.0/8"], _CLIENT, remote="") == ""


def test_what_is_no_network_is_refused() -> None:
    assert trusted_proxies([" 10.0.0.0/8 ", ""]) == ["10.0.0.0/8"]
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        trusted_proxies(["proxy.example.com"])
