"""The search box: a few hits of each kind, through lookups that stay cheap however much there is.

Names of conversations and ids of calls are looked for among the newest only, since their tables grow
without bound; ids of ours are found whatever their age.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person, User
from billing.models import DailyModelUsage, DailyUsage, TokenUsage
from chat.models import Conversation
from core.numbers import count_text
from core.providers import provider_label, slugs_called
from core.zones import default_zone
from projects.models import Project

SHOWN = 8
"""Hits of a kind."""
_NEWEST_CONVERSATIONS = 10_000
_NEWEST_CALLS = 20_000
_MODEL_DAYS = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Hit:
    """`provider`: the slug whose colour stands before the label, if any."""

    label: str
    note: str
    url: str
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    icon: str
    hits: tuple[Hit, ...]


def search(text: str, user: User) -> tuple[Section, ...]:
    """Sections with at least one hit that `user` may see. `text` is not empty."""
    own_id = _uuid(text)
    sections = (
        Section("Model calls", "audit", _calls(text, own_id, user)),
        Section("Projects", "folder", _projects(text, own_id, user)),
        Section("Models", "report", _models(text, user)),
        Section("Conversations", "chat", _conversations(text, own_id, user)),
        Section("People", "people", _people(text, own_id, user)),
    )
    return tuple(section for section in sections if section.hits)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _report_url(**params: str) -> str:
    return f"{reverse('billing:report')}?{urlencode(params)}"


def _calls(text: str, own_id: UUID | None, user: User) -> tuple[Hit, ...]:
    visible = TokenUsage.objects.visible_to(user)
    newest = visible.order_by("-occurred_at", "-id").values("pk")[:_NEWEST_CALLS]
    found = list(visible.filter(pk__in=newest, native_id=text, superseded_by=None)[:SHOWN])
    if own_id is not None:
        found += visible.filter(pk=own_id)
    return tuple(
        Hit(
            call.model or provider_label(call.provider),
            call.native_id or str(call.pk),
            reverse("billing:cost", args=[call.pk]),
            call.provider,
        )
        for call in found
    )


def _projects(text: str, own_id: UUID | None, user: User) -> tuple[Hit, ...]:
    found = Project.objects.visible_to(user).filter(Q(name__icontains=text) | Q(pk=own_id))
    return tuple(
        Hit(name, "", f"{reverse('dashboard:overview')}?project={pk}")
        for pk, name in found.order_by("name").values_list("pk", "name")[:SHOWN]
    )


def _models(text: str, user: User) -> tuple[Hit, ...]:
    table: QuerySet[DailyModelUsage] | QuerySet[DailyUsage] = (
        DailyModelUsage.objects.visible_to(user)
        if user.sees_all_projects
        else DailyUsage.objects.visible_to(user)
    )
    found = (
        table.filter(zone=default_zone(), day__gte=timezone.now().date() - _MODEL_DAYS)
        .filter(Q(model__icontains=text) | Q(provider__icontains=text) | Q(provider__in=slugs_called(text)))
        .values_list("provider", "model")
        .annotate(calls=Sum("requests"))
        .order_by("-calls", "provider", "model")[:SHOWN]
    )
    return tuple(
        Hit(
            model or "(no model)",
            f"{provider_label(provider)}, {count_text(calls)} requests in 400 days",
            _report_url(provider=provider, model=model),
            provider,
        )
        for provider, model, calls in found
    )


def _conversations(text: str, own_id: UUID | None, user: User) -> tuple[Hit, ...]:
    readable = Conversation.objects.readable_by(user)
    newest = readable.order_by("-last_activity_at", "-id").values("pk")[:_NEWEST_CONVERSATIONS]
    named = readable.filter(pk__in=newest).filter(Q(title__icontains=text) | Q(external_id__startswith=text))
    found = list(named.select_related("project").order_by("-last_activity_at", "-id")[:SHOWN])
    if own_id is not None:
        found += readable.filter(pk=own_id).select_related("project")
    return tuple(
        Hit(str(conversation), conversation.project.name, reverse("chat:transcript", args=[conversation.pk]))
        for conversation in found
    )


def _people(text: str, own_id: UUID | None, user: User) -> tuple[Hit, ...]:
    matches = Q(name__icontains=text) | Q(email_normalized__startswith=text.lower()) | Q(pk=own_id)
    found = Person.objects.visible_to(user).filter(matches).order_by("name", "pk")[:SHOWN]
    return tuple(
        Hit(str(person), person.email if person.name else "", _report_url(person=str(person.pk)))
        for person in found
    )
