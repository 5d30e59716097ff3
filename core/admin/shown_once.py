"""A secret that its maker sees on the next page, and nobody ever again.

Until then it lies in the session, encrypted, for ten minutes at most: neither an address nor a message, a log
line or a row has it in clear.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

_HELD = "shown_once"
_HELD_FOR_S = 600


@sensitive_variables()
def hold(request: HttpRequest, row: Model, secret: str) -> None:
    """Keep the secret of `row` for one look; of several rows the last."""
    request.session[_HELD] = {"key": str(row.pk), "secret": _cipher().encrypt(secret.encode()).decode()}


@sensitive_variables()
def take(request: HttpRequest, row: Model) -> str | None:
    """The secret of `row`, which is gone from now on; None when there is none (any more)."""
    held = request.session.get(_HELD)
    if not held or held["key"] != str(row.pk):
        return None
    del request.session[_HELD]
    try:
        return _cipher().decrypt(held["secret"].encode(), ttl=_HELD_FOR_S).decode()
    except InvalidToken:
        return None


def _cipher() -> Fernet:
    """Of SECRET_KEY: what it protects need not outlive a session."""
    return Fernet(urlsafe_b64encode(sha256(f"shown once:{settings.SECRET_KEY}".encode()).digest()))
