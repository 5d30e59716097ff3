"""Connections to the very address that was judged, whatever its name means a moment later."""

import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from core.outgoing.addresses import INSIDE, RefusedAddressError, require_encryption
from core.outgoing.networks import is_allowed


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self, timeout: float | None) -> float:
        """Seconds that one step may take. Raises httpcore.ReadTimeout when none are left."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("The whole answer took too long.")
        return left if timeout is None else min(left, timeout)


class _TimedStream(httpcore.NetworkStream):
    """A stream whose steps all together keep the deadline: bytes that trickle are no way around it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _JudgingBackend(httpcore.SyncBackend):
    def __init__(self, deadline: _Deadline, url: httpx.URL) -> None:
        self._deadline = deadline
        self._url = url

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """To the first address of `host` that answers; when one of them is closed, to none."""
        numbers = resolved(host, port)
        if not all(is_allowed(number) for number in numbers):
            raise RefusedAddressError(INSIDE)
        require_encryption(self._url, numbers)
        failure: Exception = httpcore.ConnectError(f"{host} has no address.")
        for number in numbers:
            try:
                stream = super().connect_tcp(
                    number, port, self._deadline.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise RefusedAddressError("Sockets of this machine are not asked.")


def resolved(host: str, port: int) -> list[str]:
    """The numeric addresses of `host`, each once. Raises httpcore.ConnectError when it has none.

    The wait for a name server is the system resolver's: no deadline of ours ends it.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} cannot be found.") from error
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class JudgingTransport(httpx.HTTPTransport):
    """httpx's own transport, over connections that are judged; for one request to `url`."""

    def __init__(self, url: httpx.URL, seconds: float) -> None:
        context = httpx.create_ssl_context()
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, network_backend=_JudgingBackend(_Deadline(seconds), url)
        )
