"""The reader's time zone, active for the length of a request."""

from collections.abc import Callable

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
