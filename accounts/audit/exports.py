"""Files that people take away, and what they read."""

from typing import Any

from django.db import models
from django.http import HttpRequest

from accounts.audit.record import record
from accounts.models.audit import AuditAction


def record_export(
    request: HttpRequest, label: str, form: str, *, target: models.Model | None = None, **detail: Any
) -> None:
    """What was downloaded: by its name, the file's format, and the address's filters."""
    filters = {name: values if len(values) > 1 else values[0] for name, values in request.GET.lists()}
    filters.pop("format", None)
    told = {"format": form, **({"filters": filters} if filters else {}), **detail}
    record(AuditAction.EXPORTED, target, label=label, detail=told)
