"""The body of a request, read as it comes: chunked or not, packed or not, and never more than allowed.

Never `request.body`: Django takes a body without Content-Length for an empty one, which is how most exporters
written in JavaScript send.
"""

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest
from gunicorn.http.errors import ParseException

from integrations.doors.refusals import Refused
from integrations.doors.unpacking import unpacker

_PIECE = 64 * 1024
_CUT_OFF = "The body was cut off."


def read_body(request: HttpRequest) -> bytes:
    """The whole body, unpacked (Content-Encoding gzip or deflate).

    Raises Refused: 400 for a body that is cut or damaged, 411 for a chunked one where the server reads none,
    413 above INGEST_MAX_BYTES (noticed while reading, before memory is filled), 415 for another encoding.
    """
    unpack = unpacker(request.headers.get("Content-Encoding", ""))
    return b"".join(_bounded(unpack(_bounded(_pieces(request)))))


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        if not request.META.get("wsgi.input_terminated"):
            # Whatever we read would be nothing, and nothing is a valid delivery.
            raise Refused(411, "This server reads no chunked bodies: serve with gunicorn, or send a length.")
        while piece := _read(request, _PIECE):
            yield piece
        return
    left = _length(request)
    if left > settings.INGEST_MAX_BYTES:
        raise _too_large()
    while left:
        piece = _read(request, min(left, _PIECE))
        if not piece:
            raise Refused(400, _CUT_OFF)
        left -= len(piece)
        yield piece


def _length(request: HttpRequest) -> int:
    sent = request.META.get("CONTENT_LENGTH") or "0"
    if not (sent.isascii() and sent.isdecimal() and len(sent) < 20):
        raise Refused(400, "Content-Length is no number.")
    return int(sent)


def _read(request: HttpRequest, size: int) -> bytes:
    try:
        piece: bytes = request.META["wsgi.input"].read(size)
    except (OSError, ParseException):
        raise Refused(400, _CUT_OFF) from None
    return piece


def _bounded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > settings.INGEST_MAX_BYTES:
            raise _too_large()
        yield piece


def _too_large() -> Refused:
    return Refused(413, f"The body is larger than {settings.INGEST_MAX_BYTES:,} bytes: send it in parts.")
