"""From the session ids in a source's records to conversations: one a session, without any content."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Greatest, Least

from chat.models import Conversation
from integrations.models import Source

_LOOKUP_CHUNK = 400
"""Sessions a query: SQLite's oldest default allows 999 parameters."""

SessionKey = tuple[UUID, str]
"""A project's id and a session's id in the source."""


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last call of a session."""

    first: datetime
    last: datetime

    def including(self, moment: datetime) -> "Span":
        return Span(min(self.first, moment), max(self.last, moment))

    def holds(self, other: "Span") -> bool:
        return self.first <= other.first and other.last <= self.last


@dataclass(frozen=True, slots=True)
class Session:
    """A session's conversation, its span before this batch, and whether this batch made it."""

    conversation_id: UUID
    span: Span
    is_new: bool


def spans_of(calls: Iterable[tuple[UUID, str, datetime]]) -> dict[SessionKey, Span]:
    """The span of each session among calls of (project id, session id, time); calls without one left out."""
    spans: dict[SessionKey, Span] = {}
    for project_id, session_id, moment in calls:
        if session_id:
            key = (project_id, session_id)
            spans[key] = spans[key].including(moment) if key in spans else Span(moment, moment)
    return spans


def open_sessions(spans: Mapping[SessionKey, Span], source: Source) -> dict[SessionKey, Session]:
    """The conversations of sessions, made where they are missing; several processes may make one at once."""
    found = _existing(spans, source)
    missing = [
        Conversation(
            project_id=project_id,
            source=source.name,
            external_id=session_id,
            started_at=span.first,
            last_activity_at=span.last,
        )
        for (project_id, session_id), span in sorted(spans.items(), key=lambda item: item[0])
        if (project_id, session_id) not in found
    ]
    if not missing:
        return found
    Conversation.objects.bulk_create(missing, ignore_conflicts=True)
    made = {conversation.pk for conversation in missing}
    for key, session in _existing(spans.keys() - found.keys(), source).items():
        found[key] = Session(session.conversation_id, session.span, session.conversation_id in made)
    return found


def settle_sessions(sessions: Mapping[SessionKey, Session], booked: Mapping[SessionKey, Span]) -> None:
    """After booking: fit conversations to their booked calls, take back new ones that got none."""
    for key, session in sorted(sessions.items(), key=lambda item: item[0]):
        span = booked.get(key)
        rows = Conversation.objects.filter(project_id=key[0], pk=session.conversation_id)
        if span is None and session.is_new:
            rows.delete()
        elif span is not None and session.is_new and session.span != span:
            rows.update(started_at=span.first, last_activity_at=span.last)
        elif span is not None and not session.span.holds(span):
            rows.update(
                started_at=Least("started_at", span.first),
                last_activity_at=Greatest("last_activity_at", span.last),
            )


def _existing(keys: Collection[SessionKey], source: Source) -> dict[SessionKey, Session]:
    by_project: dict[UUID, list[str]] = {}
    for project_id, session_id in keys:
        by_project.setdefault(project_id, []).append(session_id)
    found: dict[SessionKey, Session] = {}
    for project_id, session_ids in by_project.items():
        for start in range(0, len(session_ids), _LOOKUP_CHUNK):
            rows = Conversation.objects.filter(
                project_id=project_id,
                source=source.name,
                external_id__in=session_ids[start : start + _LOOKUP_CHUNK],
            )
            columns = rows.values_list("pk", "external_id", "started_at", "last_activity_at")
            for pk, external_id, first, last in columns:
                found[project_id, external_id] = Session(pk, Span(first, last), is_new=False)
    return found
