"""What holds for each request: its address is text, and times are in the reader's zone."""

from collections.abc import Callable
from urllib.parse import unquote_plus

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.zones import reader_zone


class ReaderZoneMiddleware:
    """Renders times in the reader's zone: that of the address, else the user's, else the installation's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(reader_zone(request)):
            return self.get_response(request)


class NulMiddleware:
    """Answers 400 to addresses with U+0000: no text of ours has one, and PostgreSQL fails at it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "\x00" in unquote_plus(request.META.get("QUERY_STRING", "")):
            raise BadRequest("The address has a character that no text may have (U+0000).")
        return self.get_response(request)
