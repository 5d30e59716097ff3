"""Who has to have a second factor, and the secrets of those that are set up."""

from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from accounts.models import User

_ALWAYS_OPEN = ("/accounts/", "/static/", "/theme/", "/healthz", "/readyz")
"""Where one signs in and out, and sets the second factor up."""


def has_second_factor(user: User) -> bool:
    """Recovery codes alone are none: they come with another."""
    factors = Authenticator.objects.filter(user_id=user.pk)
    return bool(factors.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def needs_second_factor(user: User) -> bool:
    required = settings.REQUIRE_SECOND_FACTOR
    return required == "staff" or (required == "owners" and user.is_owner)


_SEEDS = ("secret", "seed")
"""Where allauth keeps what is encrypted: of an authenticator app, and of recovery codes."""


def seed_tokens() -> Iterator[tuple[Any, str]]:
    """((authenticator, name), token) of each seed that is stored."""
    for pk, data in Authenticator.objects.order_by("pk").values_list("pk", "data"):
        yield from (((pk, name), data[name]) for name in _SEEDS if data.get(name))


def replace_seed(key: tuple[Any, str], old: str, new: str) -> bool:
    """Whether the old token still stood there."""
    pk, name = key
    with transaction.atomic():
        factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
        if factor is None or factor.data.get(name) != old:
            return False
        factor.data = {**factor.data, name: new}
        factor.save(update_fields=["data"])
    return True


class SecondFactorMiddleware:
    """Leads those who need a second factor and have none to the page that sets it up; nothing else opens."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if settings.REQUIRE_SECOND_FACTOR == "off" or request.path.startswith(_ALWAYS_OPEN):
            return None
        user = request.user
        if not isinstance(user, User) or not needs_second_factor(user) or has_second_factor(user):
            return None
        if request.accepts("text/html"):
            return redirect("mfa_index")
        return JsonResponse({"error": "Set up a second factor first."}, status=403)
