"""Every view of ours says who may open it; one that does not is refused.

The Action of core.permissions is asked of the whole view (may this user do it anywhere?); views of one object
ask again with its project.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from core.permissions import Action, require

KEY = "key"
"""For programs: an ingest key opens it."""
ANYBODY = "anybody"
"""It says nothing of the installation's data."""

View = Callable[..., Any]
_OURS = ("billing.", "chat.", "projects.", "integrations.", "dashboard.", "accounts.")


def asks(action: Action) -> Callable[[View], View]:
    """The view opens for those who may do `action` somewhere; others get 403."""

    def gated(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            require(request.user, action)
            return view(request, *args, **kwargs)

        opened.gate = action  # type: ignore[attr-defined]
        return opened

    return gated


def open_to(whom: str) -> Callable[[View], View]:
    """The view answers without a session: to KEY or to ANYBODY."""

    def gated(view: View) -> View:
        view.gate = whom  # type: ignore[attr-defined]
        return view

    return gated


def gate_of(view: View) -> Action | str | None:
    """What the view asks for; None: nothing was said."""
    return getattr(view, "gate", None)


def is_ours(view: View) -> bool:
    """Whether it is a view of ours; pages of the admin site ask their admin class instead."""
    module = str(getattr(view, "__module__", ""))
    return module.startswith(_OURS) and ".admin" not in module


class GateMiddleware:
    """Refuses views of ours that do not say who may open them: deny by default."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        if is_ours(view) and gate_of(view) is None:
            raise PermissionDenied("This page does not say who may open it.")
