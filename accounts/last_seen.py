"""When each session was last at work, exact to five minutes: a page costs no write."""

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

EXACT_TO_S = 300


class LastSeenMiddleware:
    """In the place of allauth's own, which writes at each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        key = request.session.session_key
        if key and request.user.is_authenticated and cache.add(f"seen:{key}", 1, EXACT_TO_S):
            UserSession.objects.filter(session_key=key).update(last_seen_at=timezone.now())
        return response
