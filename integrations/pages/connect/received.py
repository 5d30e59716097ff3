"""When clients were heard last, and how much they told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Max, Sum
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from integrations.connect.client import Client
from integrations.models import ImportRun, IngestActivity
from projects.models import Project

QUIET_AFTER = timedelta(days=1)


class State(StrEnum):
    WAITING = "waiting"
    FRESH = "fresh"
    QUIET = "quiet"
    REFUSED = "refused"
    """All that came was refused."""


_TONES = {State.WAITING: "", State.FRESH: "ok", State.QUIET: "warn", State.REFUSED: "danger"}


@dataclass(frozen=True, slots=True)
class Received:
    """`last_at` is None before the first. `records` are those taken, repeats included."""

    slug: str
    last_at: datetime | None = None
    records: int = 0
    rejected: int = 0

    @property
    def state(self) -> State:
        if self.last_at is None:
            return State.WAITING
        if not self.records:
            return State.REFUSED
        return State.FRESH if timezone.now() - self.last_at < QUIET_AFTER else State.QUIET

    @property
    def tone(self) -> str:
        return _TONES[self.state]


def received_by_client(user: User, project: Project | None) -> dict[str, Received]:
    """By slug, of one project, or of all that `user` may see together. Clients never heard are not in it."""
    activity = IngestActivity.objects.visible_to(user)
    if project is not None:
        activity = activity.filter(project=project)
    sums = (
        activity.order_by()
        .values("client")
        .annotate(Max("last_received_at"), Sum("records"), Sum("rejected"))
    )
    return {
        row["client"]: Received(
            row["client"], row["last_received_at__max"], row["records__sum"], row["rejected__sum"]
        )
        for row in sums
    }


def refused_url(client: Client, user: User, project: Project | None) -> str:
    """The latest day's run that keeps what the client's door refused of the project; else all runs."""
    runs = ImportRun.objects.visible_to(user).filter(source__name=client.door, label__startswith="Live, ")
    run = None if project is None else runs.filter(project=project).order_by("-created_at", "-id").first()
    if run is None:
        return reverse("admin:integrations_importrun_changelist")
    return reverse("admin:integrations_importrun_change", args=[run.pk])
