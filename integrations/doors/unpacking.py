"""Unpacking a body piece by piece, so that a small one that unpacks to a huge one fills no memory."""

import zlib
from collections.abc import Callable, Iterator

from integrations.doors.refusals import Refused

_PIECE = 256 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_CUT_OFF = "The packed body was cut off."

Unpacker = Callable[[Iterator[bytes]], Iterator[bytes]]


def unpacker(encoding: str) -> Unpacker:
    """For a Content-Encoding. Raises Refused 415 for one that we do not know."""
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return _as_sent
    if name in {"gzip", "x-gzip"}:
        return _gunzip
    if name == "deflate":
        return _inflate
    raise Refused(415, f"Content-Encoding “{encoding[:40]}” is not read: send gzip, deflate or none.")


def _as_sent(pieces: Iterator[bytes]) -> Iterator[bytes]:
    return pieces


def _gunzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """A gzip file may be several, one behind the other; zeros behind the last one are padding."""
    stream = None
    for piece in pieces:
        rest = piece
        while rest:
            if stream is None:
                stream = zlib.decompressobj(_GZIP)
            yield from _unpacked(stream, rest)
            rest = b""
            if stream.eof:
                rest = stream.unused_data.lstrip(b"\x00")
                stream = None
    if stream is not None:
        raise Refused(400, _CUT_OFF)


def _inflate(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Some clients send what the standard asks for (zlib's wrapping), others the bare stream."""
    stream = None
    head = b""
    for piece in pieces:
        head += piece
        if stream is None and len(head) >= 2:
            stream = zlib.decompressobj(zlib.MAX_WBITS if _is_wrapped(head) else -zlib.MAX_WBITS)
        if stream is not None:
            yield from _unpacked(stream, head)
            head = b""
    if head or (stream is not None and not stream.eof):
        raise Refused(400, _CUT_OFF)


def _is_wrapped(head: bytes) -> bool:
    """RFC 1950, 2.2: method 8, a window that exists, and a check that a bare stream does not pass."""
    return head[0] & 0x0F == 8 and head[0] >> 4 <= 7 and int.from_bytes(head[:2], "big") % 31 == 0


def _unpacked(stream: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    piece = b""
    # A full piece may have left more inside the stream when nothing is left to feed it.
    while (packed or len(piece) == _PIECE) and not stream.eof:
        try:
            piece = stream.decompress(packed, _PIECE)
        except zlib.error as error:
            raise Refused(400, f"The packed body is damaged: {error}.") from None
        packed = stream.unconsumed_tail
        if piece:
            yield piece
