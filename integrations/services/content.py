"""Keeping the words of calls that came live, in projects that allow it.

A call's prompt repeats the whole conversation before it, or its last turns: of what it brings, only the turns
that the conversation lacks are appended. Turns are compared by role and words.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import F, Max

from billing.ledger.events import Result, UsageEvent
from chat.models import Conversation, Message
from integrations.models import Source
from integrations.services.booking import RecordResult
from integrations.sources.parsed import CapturedMessage, ParsedUsage, Rejection
from integrations.sources.values import plain, storable
from projects.models import Project

_TURN = "turn"
"""The member of a message's metadata that holds its turn's hash."""
_LOOKUP_CHUNK = 400
_NOTHING_NEW = frozenset({Result.UNCHANGED, Result.DUPLICATE, Result.REJECTED})
_ROLES = frozenset(Message.Role.values)

Turn = tuple[str, str]
"""A role and the hash of what was said."""


@dataclass(slots=True)
class _Transcript:
    """A conversation's turns in their order, and those to add."""

    conversation_id: UUID
    turns: list[Turn]
    end: int
    fresh: list[Message] = field(default_factory=list)


def keep_content(
    items: Sequence[ParsedUsage | Rejection],
    results: Sequence[RecordResult],
    *,
    source: Source,
    project: Project,
) -> None:
    """Write the captured turns of booked calls to their conversations, each turn once.

    Inside the caller's transaction, which then holds the conversations until it ends: two processes that
    write to one take turns. Calls without a session, and calls that the ledger had before, add nothing.
    """
    told = [
        item
        for item, result in zip(items, results, strict=True)
        if isinstance(item, ParsedUsage)
        and item.captured
        and item.event.session_id
        and result.result not in _NOTHING_NEW
    ]
    if not told:
        return
    transcripts = _transcripts({item.event.session_id for item in told}, source, project)
    for item in sorted(told, key=lambda item: item.event.occurred_at):
        transcript = transcripts.get(item.event.session_id)
        if transcript is not None:
            _append(transcript, item.event, item.captured, project)
    Message.objects.bulk_create(
        (message for transcript in transcripts.values() for message in transcript.fresh), batch_size=500
    )


def _transcripts(session_ids: set[str], source: Source, project: Project) -> dict[str, _Transcript]:
    """What the conversations of sessions hold, by session."""
    ordered = sorted(session_ids)
    found: dict[str, _Transcript] = {}
    for start in range(0, len(ordered), _LOOKUP_CHUNK):
        rows = Conversation.objects.filter(
            project=project,
            source=source.name,
            external_id__in=ordered[start : start + _LOOKUP_CHUNK],
            removed_at__isnull=True,
        )
        for session_id, pk in sorted(rows.values_list("external_id", "pk")):
            # The row's lock, in a form that a distributed table knows; one order for all processes.
            Conversation.objects.filter(project=project, pk=pk).update(last_activity_at=F("last_activity_at"))
            messages = Message.objects.filter(project=project, conversation_id=pk)
            turns = messages.order_by("position").values_list("role", f"metadata__{_TURN}")
            end = messages.aggregate(end=Max("position"))["end"] or 0
            found[session_id] = _Transcript(pk, [(role, turn or "") for role, turn in turns], end)
    return found


def _append(
    transcript: _Transcript, event: UsageEvent, captured: Sequence[CapturedMessage], project: Project
) -> None:
    turns = [_turn(message) for message in captured]
    asked_at = event.occurred_at - timedelta(milliseconds=event.latency_ms or 0)
    for index in _missing(transcript.turns, turns):
        transcript.end += 1
        transcript.turns.append(turns[index])
        transcript.fresh.append(
            Message(
                project=project,
                conversation_id=transcript.conversation_id,
                position=transcript.end,
                metadata={_TURN: turns[index][1]},
                **_fields(captured[index], event, is_answer=index == len(turns) - 1, asked_at=asked_at),
            )
        )


def _fields(
    message: CapturedMessage, event: UsageEvent, *, is_answer: bool, asked_at: datetime
) -> Mapping[str, Any]:
    is_model = message.role == Message.Role.ASSISTANT
    author = event.agent_label if is_model else event.person_label if message.role == "user" else ""
    return {
        "role": _role(message),
        "author_label": author[:200],
        "provider": event.provider if is_model and is_answer else "",
        "model": event.model if is_model and is_answer else "",
        "content": storable(message.content),
        "parts": plain(list(message.parts)),
        "sent_at": event.occurred_at if is_answer else asked_at,
    }


def _role(message: CapturedMessage) -> str:
    return message.role if message.role in _ROLES else str(Message.Role.OTHER)


def _turn(message: CapturedMessage) -> Turn:
    """By the words alone where there are some: clients wrap one turn in different parts."""
    words = storable(message.content).strip()
    said = words or json.dumps(plain(list(message.parts)), sort_keys=True, default=str)
    return _role(message), sha256(said.encode()).hexdigest()[:32]


def _missing(present: Sequence[Turn], told: Sequence[Turn]) -> list[int]:
    """Which of the turns `told`, by index, a conversation with the turns `present` lacks."""
    size = len(told)
    if any(present[start : start + size] == told for start in range(len(present) - size + 1)):
        return []
    for length in range(min(len(present), size), 0, -1):
        if present[-length:] == told[:length]:
            return list(range(length, size))
    return _between(present, told)


def _between(present: Sequence[Turn], told: Sequence[Turn]) -> list[int]:
    """As above, where other calls of the session (a subagent's) stand between the turns."""
    missing: list[int] = []
    place, matched = 0, -1
    for index, turn in enumerate(told):
        try:
            matched = present.index(turn, place)
        except ValueError:
            if not missing and index and told[index - 1][0] == "user" and matched < len(present) - 1:
                # The same words as before, answered otherwise: somebody said them again.
                missing.append(index - 1)
            missing.append(index)
        else:
            place = matched + 1
    return missing
