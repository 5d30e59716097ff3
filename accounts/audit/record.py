"""The one door of the audit log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from accounts.audit.chain import FIRST, entry_hash, head_signature, key_id, newest_key
from accounts.audit.origin import Origin, current_origin
from accounts.audit.plain import lasting_label, plain, plain_values
from accounts.audit.told import remember
from accounts.models import AuditEntry, AuditHead, User
from accounts.models.audit import AuditAction

_HEAD = UUID("00000000-0000-7000-8000-000000000001")


def record(
    action: AuditAction,
    target: models.Model | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
    project: Any = None,
    label: str = "",
    model: str = "",
    by: User | None = None,
    origin: Origin | None = None,
    now: datetime | None = None,
) -> AuditEntry:
    """Write an entry, at the end of the transaction that does what it tells of, or in one of its own.

    Writers take turns from here to the end of their transaction. `project` is a projects.Project, by default
    that of `target`; `label` names what has no row (a report that was exported), `model` its kind. `by` acted
    where no request says who. What an entry never holds: see `accounts.audit.plain`.
    """
    came = origin or current_origin(by)
    where = project if project is not None else _project_of(target)
    kind = type(target) if target is not None else None
    key = newest_key()
    with transaction.atomic():
        head = _next_head()
        entry = AuditEntry(
            position=head.position,
            occurred_at=now or timezone.now(),
            actor=came.user,
            actor_label=(came.user.email if came.user else came.label)[:255],
            via=came.via,
            address=came.address,
            agent=plain(came.agent),
            action=action,
            target_model=target._meta.label_lower if target is not None else model,
            target_id=str(target.pk) if target is not None else "",
            target_label=plain(label or (lasting_label(target) if target is not None else ""))[:255],
            project_id=getattr(where, "pk", None),
            project_label=plain(getattr(where, "name", ""))[:200],
            before=None if before is None else plain_values(before, kind),
            after=None if after is None else plain_values(after, kind),
            detail=plain(dict(detail or {})),
            key_id=key_id(key),
            previous_hash=head.hash,
        )
        entry.hash = entry_hash(entry, key)
        entry.save(force_insert=True)
        AuditHead.objects.filter(pk=_HEAD).update(
            hash=entry.hash,
            key_id=entry.key_id,
            signature=head_signature(entry.position, entry.hash, key),
        )
    remember(entry)
    return entry


def _project_of(target: models.Model | None) -> Any:
    if target is not None and target._meta.label_lower == "projects.project":
        return target
    return getattr(target, "project", None)


def _next_head() -> AuditHead:
    """The head, moved on by one; its row is held until the transaction ends: no position is left out."""
    moved = AuditHead.objects.filter(pk=_HEAD).update(position=F("position") + 1)
    if not moved:
        AuditHead.objects.bulk_create([AuditHead(pk=_HEAD, hash=FIRST)], ignore_conflicts=True)
        AuditHead.objects.filter(pk=_HEAD).update(position=F("position") + 1)
    return AuditHead.objects.get(pk=_HEAD)
