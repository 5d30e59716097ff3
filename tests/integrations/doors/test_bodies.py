"""Reading bodies: lengths, packings, damage and size."""

import gzip
import zlib
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from integrations.doors.body import read_body
from integrations.doors.refusals import Refused

TEXT = b"tokens and tokens " * 40_000
"""Longer than any piece that is read at once."""
TOO_LARGE = "The body is larger than 1,000 bytes: send it in parts."


class Pieces:
    """A WSGI server's input that hands out what it has, a piece at a time."""

    def __init__(self, *pieces: bytes, then: Exception | None = None) -> None:
        self.left = list(pieces)
        self.then = then

    def read(self, size: int) -> bytes:
        if self.left:
            piece = self.left.pop(0)
            assert len(piece) <= size
            return piece
        if self.then is not None:
            raise self.then
        return b""


def request_of(body: bytes, encoding: str = "") -> HttpRequest:
    headers = {"content-encoding": encoding} if encoding else None
    return RequestFactory().post("/", body, content_type="application/json", headers=headers)


def streamed(source: Pieces, **meta: Any) -> HttpRequest:
    request = RequestFactory().post("/")
    del request.META["CONTENT_LENGTH"]
    request.META |= {"wsgi.input": source, **meta}
    return request


CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT), "gzip"),
        (gzip.compress(TEXT), " X-GZIP "),
        (gzip.compress(TEXT[:7]) + gzip.compress(b"") + gzip.compress(TEXT[7:]) + bytes(512), "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (zlib.compress(TEXT, 9), "Deflate"),
        (bare_deflate(TEXT), "deflate"),
    ],
    ids=["plain", "identity", "gzip", "x-gzip", "several members", "zlib", "zlib, best", "bare deflate"],
)
def test_what_was_sent_comes_out(body: bytes, encoding: str) -> None:
    assert read_body(request_of(body, encoding)) == TEXT


@pytest.mark.parametrize("length", [100, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 258, 3 * 256 * 1024])
def test_nothing_stays_inside_the_unpacker(length: int) -> None:
    """What unpacks to exactly a piece may be all read while some of it is still to come out."""
    for body, encoding in ((bare_deflate(bytes(length)), "deflate"), (gzip.compress(bytes(length)), "gzip")):
        assert read_body(request_of(body, encoding)) == bytes(length)


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_an_empty_body_is_empty(encoding: str) -> None:
    assert read_body(request_of(b"", encoding)) == b""


def test_without_length_and_chunks_there_is_no_body() -> None:
    """The connection stays open: whoever read would wait for ever."""
    assert read_body(streamed(Pieces(b"the next request"))) == b""


def test_chunks_are_read_to_their_end() -> None:
    assert read_body(streamed(Pieces(b"to", b"kens"), **CHUNKED)) == b"tokens"


def test_packed_chunks_may_be_cut_anywhere() -> None:
    for packed, encoding in ((gzip.compress(b"tokens"), "gzip"), (zlib.compress(b"tokens"), "deflate")):
        pieces = Pieces(*(bytes([byte]) for byte in packed))
        assert read_body(streamed(pieces, HTTP_CONTENT_ENCODING=encoding, **CHUNKED)) == b"tokens"


def test_exactly_the_length_is_read() -> None:
    source = Pieces(b"tok", b"ens", b"the next request")
    assert read_body(streamed(source, CONTENT_LENGTH="6")) == b"tokens"
    assert source.left == [b"the next request"]


@pytest.mark.parametrize(
    ("request_", "refused"),
    [
        (streamed(Pieces(b"tok"), CONTENT_LENGTH="6"), Refused(400, "The body was cut off.")),
        (
            streamed(Pieces(b"tok", then=ConnectionResetError()), CONTENT_LENGTH="6"),
            Refused(400, "The body was cut off."),
        ),
        (streamed(Pieces(b"tok", then=OSError()), **CHUNKED), Refused(400, "The body was cut off.")),
        (streamed(Pieces(), CONTENT_LENGTH="-6"), Refused(400, "Content-Length is no number.")),
        (streamed(Pieces(), CONTENT_LENGTH="six"), Refused(400, "Content-Length is no number.")),
        (
            streamed(Pieces(b"tokens"), HTTP_TRANSFER_ENCODING="chunked"),
            Refused(411, "This server reads no chunked bodies: serve with gunicorn, or send a length."),
        ),
        (
            request_of(TEXT, "br"),
            Refused(415, "Content-Encoding “br” is not read: send gzip, deflate or none."),
        ),
        (
            request_of(TEXT, "gzip, gzip"),
            Refused(415, "Content-Encoding “gzip, gzip” is not read: send gzip, deflate or none."),
        ),
        (request_of(gzip.compress(TEXT)[:-9], "gzip"), Refused(400, "The packed body was cut off.")),
        (request_of(zlib.compress(TEXT)[:-1], "deflate"), Refused(400, "The packed body was cut off.")),
        (request_of(bare_deflate(TEXT)[:-1], "deflate"), Refused(400, "The packed body was cut off.")),
        (request_of(b"x", "deflate"), Refused(400, "The packed body was cut off.")),
        (
            request_of(TEXT, "gzip"),
            Refused(
                400, "The packed body is damaged: Error -3 while decompressing data: incorrect header check."
            ),
        ),
        (
            request_of(gzip.compress(TEXT) + b"more", "gzip"),
            Refused(
                400, "The packed body is damaged: Error -3 while decompressing data: incorrect header check."
            ),
        ),
    ],
)
def test_what_cannot_be_read_is_refused(request_: HttpRequest, refused: Refused) -> None:
    with pytest.raises(Refused) as told:
        read_body(request_)
    assert told.value == refused


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (bytes(1_001), ""),
        (gzip.compress(bytes(1_001)), "gzip"),
        (zlib.compress(bytes(1_001)), "deflate"),
        (gzip.compress(b"", 0) * 60, "gzip"),
    ],
    ids=["plain", "gzip", "deflate", "packed"],
)
def test_more_than_allowed_is_refused(settings: Any, body: bytes, encoding: str) -> None:
    settings.INGEST_MAX_BYTES = 1_000
    with pytest.raises(Refused) as told:
        read_body(request_of(body, encoding))
    assert told.value == Refused(413, TOO_LARGE)


def test_as_much_as_allowed_is_read(settings: Any) -> None:
    settings.INGEST_MAX_BYTES = 1_000
    assert read_body(request_of(bytes(1_000))) == bytes(1_000)
    assert read_body(request_of(gzip.compress(bytes(1_000)), "gzip")) == bytes(1_000)


def test_a_bomb_is_refused_before_it_is_read(settings: Any) -> None:
    """Of what would unpack to 256 MiB no more is read than shows that it is too much."""
    settings.INGEST_MAX_BYTES = 1024 * 1024
    packed = gzip.compress(bytes(256 * 1024 * 1024), 1)
    pieces = [packed[at : at + 4096] for at in range(0, len(packed), 4096)]
    source = Pieces(*pieces)
    with pytest.raises(Refused) as told:
        read_body(streamed(source, HTTP_CONTENT_ENCODING="gzip", **CHUNKED))
    assert told.value.status == 413
    assert len(pieces) - len(source.left) <= 3


def test_a_length_above_the_limit_is_refused_unread(settings: Any) -> None:
    settings.INGEST_MAX_BYTES = 1_000
    source = Pieces(b"tokens")
    with pytest.raises(Refused) as told:
        read_body(streamed(source, CONTENT_LENGTH="1001"))
    assert (told.value, source.left) == (Refused(413, TOO_LARGE), [b"tokens"])
