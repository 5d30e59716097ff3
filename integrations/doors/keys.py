"""Who may send: the ingest key of a request.

A key that is not ours costs one query and no write, however often it comes. Limits are counted in the memory
of each serving process.
"""

import hmac
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.audit.address import client_address
from integrations.doors.refusals import Refused
from integrations.doors.throttle import Buckets
from integrations.models import IngestKey
from integrations.services.ingest_keys import hash_of, prefix_of
from projects.models import Project

_NO_HASH = bytes(32)
_USE_IS_NOTED_EVERY = timedelta(minutes=1)
_WRONG_KEYS_PER_MINUTE = 60

REQUESTS = Buckets(size=10_000)
"""By the hash of a valid key."""
WRONG_KEYS = Buckets(size=10_000)
"""By the address that sent them."""

_HOW = "Send an ingest key with the request: “Authorization: Bearer KEY”, or “x-api-key: KEY”."
_UNKNOWN = "This ingest key is not known: copy it whole, or make a new one."


@sensitive_variables()
def key_of(request: HttpRequest) -> IngestKey:
    """The valid key of the request (`Authorization: Bearer …` or `x-api-key`), with its project.

    A client that knows only user names and passwords may send the key as the password (Basic).

    Raises Refused: 401 without a valid key, 403 for an archived or deleted project, 429 above the key's
    rate or from an address that sends wrong keys again and again.
    """
    sent = _sent_key(request)
    if not sent:
        raise Refused(401, _HOW)
    digest = hash_of(sent)
    address = client_address(request)
    # A key in use here goes on: another client behind the same address may have a wrong one.
    if digest not in REQUESTS and (wait_s := WRONG_KEYS.wait_s(address, _WRONG_KEYS_PER_MINUTE)):
        raise Refused(429, "Too many wrong ingest keys came from this address.", wait_s)
    prefix = prefix_of(sent)
    keys = IngestKey.objects.select_related("project")
    key: IngestKey | None = keys.filter(prefix=prefix).first() if prefix else None
    is_right = hmac.compare_digest(_NO_HASH if key is None else bytes(key.key_hash), digest)
    if key is None or not is_right:
        WRONG_KEYS.take(address, _WRONG_KEYS_PER_MINUTE)
        raise Refused(401, _UNKNOWN)
    now = timezone.now()
    _require_valid(key, now)
    limit = key.requests_per_minute
    wait_s = REQUESTS.take(digest, settings.INGEST_REQUESTS_PER_MINUTE if limit is None else limit)
    if wait_s:
        raise Refused(429, f"The ingest key {key} sent more requests a minute than it may.", wait_s)
    _note_use(key, now)
    return key


def _require_valid(key: IngestKey, now: datetime) -> None:
    if key.revoked_at is not None:
        raise Refused(401, f"The ingest key {key} was revoked: use another.")
    if key.expires_at is not None and key.expires_at <= now:
        raise Refused(401, f"The ingest key {key} expired on {key.expires_at:%Y-%m-%d}: use another.")
    if key.project.deleted_at is not None:
        raise Refused(403, f"The project “{key.project}” was deleted, and takes no usage.")
    if key.project.status == Project.Status.ARCHIVED:
        raise Refused(403, f"The project “{key.project}” is archived, and takes no usage.")


def _note_use(key: IngestKey, now: datetime) -> None:
    """Written once a minute at most, by the first of those who come at the same time."""
    is_due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - _USE_IS_NOTED_EVERY)
    if key.last_used_at is None or key.last_used_at <= now - _USE_IS_NOTED_EVERY:
        IngestKey.objects.filter(is_due, pk=key.pk, project_id=key.project_id).update(last_used_at=now)


@sensitive_variables()
def _sent_key(request: HttpRequest) -> str:
    """Of several, the first that looks like one of ours; else the first."""
    sent = list(_sent_keys(request))
    return next(filter(prefix_of, sent), "") or next(iter(sent), "")


@sensitive_variables()
def _sent_keys(request: HttpRequest) -> Iterator[str]:
    scheme, _, credentials = request.headers.get("Authorization", "").strip().partition(" ")
    credentials = credentials.strip()
    if credentials and scheme.lower() == "bearer":
        yield credentials
    elif credentials and scheme.lower() == "basic":
        yield from _password(credentials)
    elif scheme and not credentials:
        # Some exporters' configurations leave no room for the word Bearer.
        yield scheme
    if key := request.headers.get("x-api-key", "").strip():
        yield key


@sensitive_variables()
def _password(credentials: str) -> Iterator[str]:
    try:
        _, _, password = b64decode(credentials, validate=True).decode().partition(":")
    except ValueError:
        return
    if password:
        yield password
