"""The newest imports, and when each source was last heard of."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from integrations.models import ImportRun, Source

_RUNS_READ = 30
_SOURCES_SHOWN = 4
_TONES = {
    ImportRun.Status.RUNNING: "info",
    ImportRun.Status.COMPLETED: "ok",
    ImportRun.Status.FAILED: "danger",
    ImportRun.Status.INTERRUPTED: "danger",
}


@dataclass(frozen=True, slots=True)
class RecentRun:
    """`url` is empty for readers who may not open it."""

    label: str
    source: str
    status: str
    read: int
    left_out: int
    started_at: datetime
    url: str

    @property
    def is_failed(self) -> bool:
        return self.status in {ImportRun.Status.FAILED, ImportRun.Status.INTERRUPTED}

    @property
    def tone(self) -> str:
        if self.status == ImportRun.Status.COMPLETED and self.left_out:
            return "warn"
        return _TONES[ImportRun.Status(self.status)]


@dataclass(frozen=True, slots=True)
class Heard:
    name: str
    last_received_at: datetime | None


def recent_runs(request: HttpRequest, user: User) -> tuple[RecentRun, ...]:
    """The newest imports first."""
    may_open = _may_view(request, ImportRun)
    runs = ImportRun.objects.visible_to(user).select_related("source").order_by("-created_at", "-id")
    return tuple(
        RecentRun(
            run.label,
            run.source.name,
            run.status,
            run.read,
            run.rejected,
            run.created_at,
            reverse("admin:integrations_importrun_change", args=[run.pk]) if may_open else "",
        )
        for run in runs[:_RUNS_READ]
    )


def recent_sources(user: User) -> tuple[Heard, ...]:
    """The sources heard of last; those never heard of at the end."""
    newest = F("last_received_at").desc(nulls_last=True)
    sources = Source.objects.visible_to(user).order_by(newest, "name")[:_SOURCES_SHOWN]
    return tuple(Heard(source.name, source.last_received_at) for source in sources)


def runs_url(request: HttpRequest) -> str:
    """The list of all imports; empty for readers who may not open it."""
    return reverse("admin:integrations_importrun_changelist") if _may_view(request, ImportRun) else ""


def _may_view(request: HttpRequest, model: type[ImportRun]) -> bool:
    return admin.site.get_model_admin(model).has_view_permission(request)
