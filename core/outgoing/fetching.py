"""Asking another server: judged addresses, bounded time and size, redirects within the same host."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from core.outgoing.addresses import RefusedAddressError, parsed
from core.outgoing.connecting import JudgingTransport

_MOST_REDIRECTS = 3
_FOLLOWED = frozenset({"GET", "HEAD"})
_USER_AGENT = "Countinghouse"
_HTTP, _HTTPS = 80, 443
_TOO_LATE = "It took too long."


class UnansweredError(Exception):
    """The other server did not answer as it should: not at all, too late, too much."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes


def fetch(
    method: str,
    address: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    timeout_s: float = 10,
    most_bytes: int = 10 * 2**20,
) -> Answer:
    """What the server at `address` answers, whatever its status.

    Raises RefusedAddressError before anything is sent to an address that may not be asked, a redirect's too;
    UnansweredError, whose message names neither the address nor what was sent. `timeout_s` is for all of it.
    Proxies, netrc and cookies of the environment are not used.
    """
    url, until = parsed(address), time.monotonic() + timeout_s
    for _ in range(_MOST_REDIRECTS + 1):
        answer = _ask(method, url, headers or {}, content, until - time.monotonic(), most_bytes)
        target = answer.headers.get("location", "")
        if not 300 <= answer.status < 400 or not target or method not in _FOLLOWED:
            return answer
        url = _followed(url, target)
    raise UnansweredError(f"It redirects more than {_MOST_REDIRECTS} times.")


def _ask(
    method: str,
    url: httpx.URL,
    headers: Mapping[str, str],
    content: bytes | None,
    seconds: float,
    most_bytes: int,
) -> Answer:
    # Packed answers can unpack to mountains: none are asked for.
    sent = {"User-Agent": _USER_AGENT, **headers, "Accept-Encoding": "identity"}
    if seconds <= 0:
        raise UnansweredError(_TOO_LATE)
    transport = JudgingTransport(url, seconds)
    try:
        with (
            httpx.Client(transport=transport, trust_env=False, timeout=seconds) as client,
            client.stream(method, url, headers=sent, content=content) as response,
        ):
            if response.headers.get("content-encoding", "identity") != "identity":
                raise UnansweredError("It answers packed, though it was asked not to.")
            return Answer(response.status_code, dict(response.headers), _bounded(response, most_bytes))
    except httpx.TimeoutException:
        raise UnansweredError(_TOO_LATE) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnansweredError(f"It could not be asked: {type(error).__name__}.") from None


def _bounded(response: httpx.Response, most_bytes: int) -> bytes:
    gathered = bytearray()
    for piece in response.iter_raw():
        gathered += piece
        if len(gathered) > most_bytes:
            raise UnansweredError(f"It answers more than {most_bytes:,} bytes.")
    return bytes(gathered)


def _followed(url: httpx.URL, target: str) -> httpx.URL:
    """Where a redirect leads: within the same host and port, or from its http to its https."""
    try:
        joined = str(url.join(target))
    except (httpx.InvalidURL, ValueError):
        raise UnansweredError("It redirects to what is no address.") from None
    led = parsed(joined)
    here, there = _place(url), _place(led)
    is_upgrade = here == ("http", url.host, _HTTP) and there == ("https", url.host, _HTTPS)
    if here != there and not is_upgrade:
        raise RefusedAddressError("It redirects to another host.")
    return led


def _place(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (_HTTPS if url.scheme == "https" else _HTTP)
