"""Sessions whose rows let nobody in: the cookie carries a signature that the database does not hold.

`session_key` names the row everywhere; a cookie is `KEY:SIGNATURE`, signed with SECRET_KEY, so that a thief
of the database, or of a list of sessions, has names alone. What a row holds is encrypted: allauth keeps the
seed of a second factor in it while that is being set up.
"""

from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

_SEPARATOR = ":"
_SALT = "core.sessions"


def _signer() -> Signer:
    return Signer(salt=_SALT, sep=_SEPARATOR)


def cookie_of(session_key: str) -> str:
    """What a browser has to bring for the session of that row."""
    return _signer().sign(session_key)


def key_of(cookie: str) -> str | None:
    """The row that `cookie` opens; None when it is not one that we signed."""
    try:
        return _signer().unsign(cookie)
    except BadSignature:
        return None


def _cipher() -> MultiFernet:
    """Of SECRET_KEY, not of ENCRYPTION_KEYS: a session ends within hours, so there is nothing to rotate."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key_from(str(key))) for key in keys])


@lru_cache(maxsize=8)
def _key_from(secret_key: str) -> bytes:
    return urlsafe_b64encode(salted_hmac(_SALT, "content", secret_key, algorithm="sha256").digest())


class SessionStore(DatabaseStore):
    """Of a row's key, or of a whole cookie, whose signature then has to be ours."""

    def __init__(self, session_key: str | None = None) -> None:
        is_cookie = session_key is not None and _SEPARATOR in session_key
        super().__init__(key_of(str(session_key)) if is_cookie else session_key)

    def encode(self, session_dict: dict[str, Any]) -> str:
        return _cipher().encrypt(super().encode(session_dict).encode()).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """What the row holds; nothing when SECRET_KEY does not open it."""
        try:
            signed = _cipher().decrypt(session_data).decode()
        except InvalidToken:
            return {}
        return super().decode(signed)


class SessionMiddleware(DjangoSessionMiddleware):
    """Takes and gives signed cookies alone."""

    def process_request(self, request: HttpRequest) -> None:
        cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session = SessionStore(key_of(cookie) if cookie else None)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        answered = super().process_response(request, response)
        given = answered.cookies.get(settings.SESSION_COOKIE_NAME)
        if given is not None and given.value:
            signed = cookie_of(given.value)
            given.set(settings.SESSION_COOKIE_NAME, signed, signed)
        return answered
