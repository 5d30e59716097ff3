"""What the audit page's address asks for."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.text import capfirst

from accounts.models import AuditEntry, User
from accounts.models.audit import AuditAction, AuditVia
from core.days import day_or_none
from core.zones import day_start

NAMES = ("who", "via", "action", "kind", "project", "id", "from", "to", "zone")
_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """Empty texts and None ask for nothing; what makes no sense is passed over."""

    who: UUID | None
    via: str
    action: str
    kind: str
    project: UUID | None
    id: str
    first_day: date | None
    last_day: date | None
    zone: ZoneInfo

    @property
    def is_empty(self) -> bool:
        return not any(
            (self.who, self.via, self.action, self.kind, self.project, self.id, self.first_day, self.last_day)
        )

    def narrow(self, entries: "QuerySet[AuditEntry]") -> "QuerySet[AuditEntry]":
        wanted: dict[str, Any] = {
            "actor_id": self.who,
            "via": self.via,
            "action": self.action,
            "target_model": self.kind,
            "project_id": self.project,
            "target_id": self.id,
        }
        if self.first_day:
            wanted["occurred_at__gte"] = day_start(self.first_day, self.zone)
        if self.last_day:
            wanted["occurred_at__lt"] = day_start(self.last_day + timedelta(days=1), self.zone)
        return entries.filter(**{name: value for name, value in wanted.items() if value})


def read_filters(params: QueryDict, zone: ZoneInfo) -> AuditFilters:
    return AuditFilters(
        who=_uuid(params.get("who", "")),
        via=_known(params.get("via", ""), AuditVia.values),
        action=_known(params.get("action", ""), AuditAction.values),
        kind=_known(params.get("kind", ""), [value for value, _ in _kinds()]),
        project=_uuid(params.get("project", "")),
        id=params.get("id", "").replace("\x00", "").strip()[:64],
        first_day=day_or_none(params.get("from", "")),
        last_day=day_or_none(params.get("to", "")),
        zone=zone,
    )


def choices(filters: AuditFilters) -> dict[str, tuple[Choice, ...]]:
    """What each filter offers, by its name in the address."""
    people = User.objects.order_by("email").values_list("pk", "email")[:_PEOPLE]
    actions, ways = AuditAction.choices, AuditVia.choices
    return {
        "who": tuple(Choice(str(pk), email, pk == filters.who) for pk, email in people),
        "via": tuple(Choice(value, label, value == filters.via) for value, label in ways),
        "action": tuple(Choice(value, label, value == filters.action) for value, label in actions),
        "kind": tuple(Choice(value, label, value == filters.kind) for value, label in _kinds()),
    }


def kind_name(label: str) -> str:
    """ "Provider config" for "integrations.providerconfig"; the label itself where there is no such table."""
    try:
        return capfirst(str(apps.get_model(label)._meta.verbose_name))
    except (LookupError, ValueError):
        return label


def _kinds() -> list[tuple[str, str]]:
    """Our tables by name; those of Django and its packages are not ours to tell of."""
    models = [model for model in apps.get_models() if hasattr(model._default_manager.all(), "visible_to")]
    return sorted(
        ((model._meta.label_lower, capfirst(str(model._meta.verbose_name))) for model in models),
        key=lambda pair: pair[1],
    )


def _known(text: str, values: list[str]) -> str:
    return text if text in values else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
