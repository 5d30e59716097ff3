"""A gunicorn worker of threads that clients cannot hold by sending slowly, or by not reading their answers.

gunicorn's own waits for ever for the rest of a request: as many half requests as it has threads stop it.
And it lingers two seconds, on the one thread that accepts, for each client that does not hang up by itself.
"""

from threading import BoundedSemaphore
from time import monotonic
from typing import Any

from gunicorn.http import get_parser
from gunicorn.http.errors import NoMoreData
from gunicorn.http.unreader import SocketUnreader
from gunicorn.util import close, close_graceful
from gunicorn.workers.gthread import _DEFER, ThreadWorker

_AT_ONCE_S = 0.5
"""Who sends within it is not slow: such waits are not counted."""
_SLOWEST = 4096
"""Bytes that buy a second more of waiting."""


class BoundedUnreader(SocketUnreader):  # type: ignore[misc]
    """Reads a client's bytes; raises NoMoreData, an OSError, when it is too slow or too many are slow.

    Only waiting counts, not what the server does in between.
    """

    def __init__(self, sock: Any, places: BoundedSemaphore, patience_s: float) -> None:
        super().__init__(sock)
        self._places = places
        self._patience_s = patience_s
        self.is_given_up = False
        self.begin()

    def begin(self) -> None:
        """Another request of the same connection."""
        self._left_s = self._patience_s

    def chunk(self, size_hint: int | None = None) -> bytes:
        standing = self.sock.gettimeout()
        try:
            self.sock.settimeout(_AT_ONCE_S if standing is None else min(standing, _AT_ONCE_S))
            return self._earned(super().chunk(size_hint))
        except TimeoutError:
            return self._waited_for(size_hint, standing)
        finally:
            self.sock.settimeout(standing)

    def _waited_for(self, size_hint: int | None, standing: float | None) -> bytes:
        """The next bytes of a slow client, for which half of the threads may wait."""
        if self._left_s <= 0 or not self._places.acquire(blocking=False):
            self.is_given_up = True
            raise NoMoreData
        since = monotonic()
        try:
            self.sock.settimeout(self._left_s if standing is None else min(standing, self._left_s))
            return self._earned(super().chunk(size_hint))
        except TimeoutError:
            self.is_given_up = True
            raise NoMoreData from None
        finally:
            self._left_s -= monotonic() - since
            self._places.release()

    def _earned(self, piece: bytes) -> bytes:
        self._left_s += len(piece) / _SLOWEST
        return piece


def _nothing_more(graceful: bool = False) -> None:
    """For a connection that was closed already."""


class BoundedThreadWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker of threads; `patience_s` is set by config/gunicorn.py."""

    patience_s = 20.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = BoundedSemaphore(max(1, self.cfg.threads // 2))

    def handle(self, conn: Any) -> Any:
        if conn.parser is None and not self.cfg.is_ssl:
            if not conn.data_ready and not conn.wait_for_data(_AT_ONCE_S):
                # It waits for its first byte without a thread.
                return _DEFER
            conn.parser = get_parser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = BoundedUnreader(conn.sock, self._places, self.patience_s)
        elif isinstance(getattr(conn.parser, "unreader", None), BoundedUnreader):
            conn.parser.unreader.begin()
        goes_on = super().handle(conn)
        if not goes_on:
            self._end(conn)
        return goes_on

    def _end(self, conn: Any) -> None:
        """Close the connection here: gunicorn would do it on the thread that accepts."""
        is_slow = isinstance(conn.parser.unreader, BoundedUnreader) and conn.parser.unreader.is_given_up
        if is_slow:
            close(conn.sock)
        else:
            close_graceful(conn.sock, timeout=_AT_ONCE_S)
        conn.close = _nothing_more

    def handle_request(self, req: Any, conn: Any) -> Any:
        # For each piece of the answer, which somebody has to take.
        conn.sock.settimeout(self.patience_s)
        return super().handle_request(req, conn)
