"""Who acts in this thread, and from where: set by the middleware for requests, by `acting` elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse

from accounts.audit.address import client_address
from accounts.audit.told import listening
from accounts.models import User
from accounts.models.audit import AuditVia


@dataclass(frozen=True, slots=True)
class Origin:
    """`label` names the actor where `user` is none: an operator on a terminal, or nobody who signed in."""

    via: str
    user: User | None = None
    label: str = ""
    address: str = ""
    agent: str = ""


_NOBODY = Origin(via=AuditVia.COMMAND, label="system")
_current: ContextVar[Origin] = ContextVar("audit_origin", default=_NOBODY)
_request: ContextVar[HttpRequest | None] = ContextVar("audit_request", default=None)


def current_origin(by: User | None = None) -> Origin:
    """The request's, with whoever is signed in at this moment; else what `acting` set, done by `by`."""
    request = _request.get()
    origin = _current.get() if request is None else origin_of(request)
    return origin if by is None or origin.user is not None else replace(origin, user=by)


def origin_of(request: HttpRequest) -> Origin:
    user = getattr(request, "user", None)
    return Origin(
        via=AuditVia.WEB,
        user=user if isinstance(user, User) else None,
        label="nobody signed in",
        address=client_address(request),
        agent=request.headers.get("User-Agent", "")[:300],
    )


@contextmanager
def acting(origin: Origin) -> Iterator[None]:
    """What is recorded inside was done by `origin`."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


class AuditOriginMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            with listening():
                return self.get_response(request)
        finally:
            _request.reset(token)
