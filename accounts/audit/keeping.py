"""The audit log as the journal of core: what the admin and the commands tell becomes entries."""

import getpass
import socket
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.audit.origin import Origin, acting, current_origin
from accounts.audit.plain import is_nameless, plain
from accounts.audit.record import record
from accounts.audit.told import entries_told
from accounts.models import AuditEntry
from accounts.models.audit import AuditAction, AuditVia
from core.journal import Deed

READ_AGAIN_AFTER = timedelta(minutes=10)
"""Pages and parts of the same thing, opened by the same person within this time, are one reading."""
_LOOKED_AT = 50
_SHOWN = 200

_ACTIONS = {
    "added": AuditAction.ADDED,
    "changed": AuditAction.CHANGED,
    "deleted": AuditAction.DELETED,
    "read": AuditAction.READ,
    "exported": AuditAction.EXPORTED,
}


class AuditJournal:
    def note(self, deed: Deed) -> None:
        if deed.kind == "read":
            record_reading(deed.target, label=deed.label, model=deed.model, detail=dict(deed.detail))
            return
        told = entries_told(_target(deed.target)) if deed.target is not None else []
        before, after = deed.before, deed.after
        if deed.kind == "added" and any(entry.action == AuditAction.ADDED for entry in told):
            return
        if deed.kind == "changed" and told:
            if before is None or after is None:
                return
            fields = {name for entry in told for name in (*(entry.before or ()), *(entry.after or ()))}
            before = {name: value for name, value in before.items() if name not in fields}
            after = {name: value for name, value in after.items() if name not in fields}
            if not before:
                return
        record(
            _ACTIONS[deed.kind],
            deed.target,
            before=before,
            after=after,
            detail=deed.detail,
            label="" if deed.target is not None and is_nameless(type(deed.target)) else deed.label,
            model=deed.model,
        )

    def of(self, target: models.Model, reader: Any) -> Iterable[AuditEntry]:
        model, pk = _target(target)
        entries = AuditEntry.objects.visible_to(reader).filter(target_model=model, target_id=pk)
        return list(entries.order_by("-position")[:_SHOWN])

    def commanded(self, name: str) -> AbstractContextManager[object]:
        return acting(Origin(AuditVia.COMMAND, label=_operator(), agent=f"manage.py {name}"))


def record_reading(
    target: models.Model | None,
    *,
    label: str = "",
    model: str = "",
    detail: dict[str, Any] | None = None,
    project: Any = None,
) -> None:
    """Somebody read words. What they read again soon is not told again.

    What has no row is the same when `detail` and `project` are: lists differ by their filters.
    """
    origin, now = current_origin(), timezone.now()
    kind, pk = _target(target) if target is not None else (model, "")
    entries = AuditEntry.objects.filter(target_model=kind, target_id=pk).order_by("-position")
    lately = entries.values_list("action", "actor", "actor_label", "occurred_at", "detail", "project_id")
    who = (origin.user.pk, origin.user.email) if origin.user else (None, origin.label)
    what = [plain(detail or {}), getattr(project, "pk", None)]
    if any(
        action == AuditAction.READ
        and (actor, actor_label) == who
        and at > now - READ_AGAIN_AFTER
        and (target is not None or what == told)
        for action, actor, actor_label, at, *told in lately[:_LOOKED_AT]
    ):
        return
    record(AuditAction.READ, target, label=label, model=model, detail=detail, project=project, now=now)


def _target(target: models.Model) -> tuple[str, str]:
    return target._meta.label_lower, str(target.pk)


def _operator() -> str:
    """The account of the operating system, and the host: a terminal has nobody who signed in."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):
        user = "somebody"
    return f"{user}@{socket.gethostname()}"
