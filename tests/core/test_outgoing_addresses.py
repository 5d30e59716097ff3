"""Which addresses may be asked at all: public ones over https, and networks that an operator names."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.outgoing.addresses import RefusedAddressError, parsed, validate_outgoing_address

CLOSED = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://100.100.100.200/",
    "https://169.254.169.254/latest/meta-data/",
    "https://168.63.129.16/",
    "https://192.0.0.192/",
    "https://192.88.99.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::808:808]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:808:808::1]/",
    "https://[2606:4700::5efe:10.0.0.1]/",
    "https://[fe80::1]/",
    "https://[fec0::1]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[ff02::1]/",
    "https://[5f00::1]/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://a.localhost:8000/",
]
STRANGE = [
    "",
    "example.com",
    "//example.com/",
    "https://",
    "https:///path",
    "http://example.com@8.8.8.8/",
    "https://me:secret@example.com/",
    "https://@example.com/",
    "https://example.com\\@127.0.0.1/",
    "https://exam ple.com/",
    "https://example.com/\r\nHost: inside",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "ftp://example.com/",
    "gopher://example.com/",
    "data:text/html,x",
    "https://example.com:22/",
    "https://example.com:25/",
    "https://example.com:99999/",
    "https://[::1/",
    "https://[",
    "https://a%2eb/",
    "https://a..b/",
]


@pytest.mark.parametrize("address", [*CLOSED, *STRANGE])
def test_it_is_refused(address: str) -> None:
    with pytest.raises(RefusedAddressError):
        parsed(address)
    with pytest.raises(ValidationError):
        validate_outgoing_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://api.openai.com/v1",
        "https://example.com:8443/v1?x=1",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://[::ffff:8.8.8.8]/",
        "https://[64:ff9b::808:808]/",
        "https://bücher.example/",
        # Looked up, and judged, when it is asked.
        "http://models.example.com/",
    ],
)
def test_it_is_taken(address: str) -> None:
    parsed(address)


def test_plain_http_is_for_networks_of_ones_own(settings: Any) -> None:
    with pytest.raises(RefusedAddressError, match="use https"):
        parsed("http://8.8.8.8/")
    settings.OUTGOING_ALLOWED_NETWORKS = ["10.1.0.0/16", "127.0.0.1/32"]
    for address in ("http://10.1.2.3:11434/v1", "http://[::ffff:10.1.2.3]/", "http://localhost:11434/"):
        parsed(address)
    for address in ("http://10.2.0.1/", "https://10.2.0.1/", "https://[::1]/"):
        with pytest.raises(RefusedAddressError):
            parsed(address)
