"""What a door answers when more comes than the database takes: come again, and nothing is kept until then.

200 means committed; everything else means that nothing is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import BoundedSemaphore

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from billing.ledger.settle import LedgerRaceError
from integrations.doors.refusals import Refused

Handler = Callable[[HttpRequest], HttpResponse]

_PATIENCE_S = 0.5
_RETRY_WHEN_FULL_S = 2
_RETRY_AFTER_TROUBLE_S = 5
_PLACES = BoundedSemaphore(max(1, settings.INGEST_CONCURRENCY))


@contextmanager
def admitted() -> Iterator[None]:
    """One of the process's INGEST_CONCURRENCY places, for decoding and booking a body that has been read.

    Not for reading it: a slow client would hold the place of a quick one. Raises Refused 503 when none
    becomes free within half a second.
    """
    if not _PLACES.acquire(timeout=_PATIENCE_S):
        raise Refused(503, "The server takes no more deliveries just now: send it again.", _RETRY_WHEN_FULL_S)
    try:
        yield
    finally:
        _PLACES.release()


def door(respond: Callable[[HttpRequest, Refused], HttpResponse]) -> Callable[[Handler], Handler]:
    """Decorates a view: what it refuses, and what the database cannot take now, is answered by `respond`."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def answer(request: HttpRequest) -> HttpResponse:
            try:
                return handler(request)
            except Refused as refused:
                return respond(request, refused)
            except (OperationalError, InterfaceError, LedgerRaceError):
                # Locked, full, out of connections, gone, or outrun: nothing was written, and the same may
                # succeed later.
                trouble = Refused(
                    503, "The database takes nothing just now: send it again.", _RETRY_AFTER_TROUBLE_S
                )
                return respond(request, trouble)

        return answer

    return decorate
