"""The doors' tables, planted for one project."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from billing.models import ProviderReportedUsage, TraceShape
from core.ids import new_id
from integrations.models import ImportRun, ImportUpload, IngestActivity, IngestKey
from projects.models import Invitation, Project


def plant_doors(put: Callable[..., Any], planted: dict[type[Any], Any], now: datetime) -> None:
    project, user = planted[Project], planted[User]
    put(TraceShape, project=project, trace_id="0" * 32, pairs=bytes(16))
    put(
        ProviderReportedUsage,
        kind="usage",
        period_start=now - timedelta(days=1),
        period_end=now,
        currency="USD",
        line_key=new_id().bytes,
        amount="1.5",
    )
    put(
        Invitation,
        project=project,
        project_role="viewer",
        invited_by=user,
        token_hash=new_id().bytes * 2,
        expires_at=now + timedelta(days=7),
    )
    put(IngestKey, project=project, created_by=user, prefix=new_id().hex[-12:], key_hash=new_id().bytes * 2)
    put(IngestActivity, project=project, first_received_at=now, last_received_at=now)
    put(
        ImportUpload,
        project=project,
        created_by=user,
        run=planted[ImportRun],
        size=1,
        sha256=new_id().bytes * 2,
    )
