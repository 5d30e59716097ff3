"""The body of a request, read as it comes: chunked or not, packed or not, and never more than allowed."""

from django.http import HttpRequest


def read_body(request: HttpRequest) -> bytes:
    """The whole body, unpacked (Content-Encoding gzip or deflate).

    Raises Refused: 400 for a body that is cut or damaged, 413 above INGEST_MAX_BYTES unpacked (noticed while
    reading, before memory is filled), 415 for another encoding.
    """
    raise NotImplementedError
