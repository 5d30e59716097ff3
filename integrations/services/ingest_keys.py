"""Keys with which programs send usage: made, rotated, revoked. Only its maker ever sees a key itself."""

import secrets
import string
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.audit.record import record
from accounts.models import User
from accounts.models.audit import AuditAction
from core.permissions import Action, require
from integrations.models import IngestKey
from projects.models import Project
from projects.services.changes import change_and_record

_MARK = "chk_"
"""By which people, and scanners of leaked secrets, know our keys."""
_PREFIX_LETTERS = 12
_SECRET_LETTERS = 43
"""Of 62 kinds: 256 bits, so that a plain hash cannot be guessed back."""


@sensitive_variables("key")
def hash_of(key: str) -> bytes:
    """What is kept of a key."""
    return sha256(key.encode("utf-8", "surrogatepass")).digest()


def prefix_of(key: str) -> str:
    """The part of a key by which its row is found; empty when it cannot be one of ours."""
    prefix, _, secret = key.removeprefix(_MARK).partition("_")
    is_whole = len(prefix) == _PREFIX_LETTERS and len(secret) == _SECRET_LETTERS
    is_plain = key.isascii() and (prefix + secret).isalnum()
    return f"{_MARK}{prefix}" if key.startswith(_MARK) and is_whole and is_plain else ""


@sensitive_variables("key")
def create_key(
    project: Project,
    name: str,
    created_by: User | None = None,
    expires_at: datetime | None = None,
    *,
    requests_per_minute: int | None = None,
) -> tuple[IngestKey, str]:
    """A new key and the key itself, which cannot be shown again.

    Raises ValidationError for an archived project and for an end in the past.
    """
    if project.status == Project.Status.ARCHIVED:
        raise ValidationError(f"The project “{project}” is archived: restore it first.", code="archived")
    if expires_at is not None and expires_at <= timezone.now():
        raise ValidationError("The key would have expired already.", code="expired")
    prefix = _MARK + _letters(string.ascii_lowercase, _PREFIX_LETTERS)
    key = f"{prefix}_{_letters(string.ascii_letters + string.digits, _SECRET_LETTERS)}"
    shown = {"name": name, "prefix": prefix, "expires_at": expires_at}
    with transaction.atomic():
        row = IngestKey.objects.create(
            **shown,
            project=project,
            key_hash=hash_of(key),
            created_by=created_by,
            requests_per_minute=requests_per_minute,
        )
        after = {**shown, "requests_per_minute": requests_per_minute}
        record(AuditAction.ADDED, row, after=after, by=created_by)
    return row, key


@sensitive_variables()
def rotate_key(key: IngestKey, overlap: timedelta, by: User) -> tuple[IngestKey, str]:
    """A new key in the place of `key`, which stays valid for `overlap` and then expires.

    Answers as `create_key`. The new one has the same name and limit, and lasts as long as the old one was
    made for. Raises PermissionDenied for those who do not manage the project, ValidationError for a key that
    is revoked or expired, or that somebody changed meanwhile.
    """
    require(by, Action.MANAGE_KEYS, key.project_id)
    now = timezone.now()
    end = key.expires_at
    new_end = None if end is None else now + (end - key.created_at)
    is_unchanged = Q(expires_at__isnull=True) if end is None else Q(expires_at=end)
    with transaction.atomic():
        ends = now + overlap if end is None else min(end, now + overlap)
        is_valid = Q(revoked_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        condition = is_valid & is_unchanged
        if not change_and_record(key, condition, AuditAction.CHANGED, by, now=now, expires_at=ends):
            raise ValidationError("It is not valid any more, or was changed meanwhile.", code="changed")
        return create_key(key.project, key.name, by, new_end, requests_per_minute=key.requests_per_minute)


def revoke_key(key: IngestKey, by: User) -> None:
    """From now on the key is refused, for ever.

    Raises PermissionDenied for those who do not manage the project, ValidationError when it is revoked.
    """
    require(by, Action.MANAGE_KEYS, key.project_id)
    now = timezone.now()
    is_valid = Q(revoked_at__isnull=True)
    if not change_and_record(key, is_valid, AuditAction.CHANGED, by, now=now, revoked_at=now):
        raise ValidationError("It is revoked already.", code="revoked")


def _letters(alphabet: str, number: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(number))
